import type { ComponentType } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { LocationProvider, Route, Router } from 'preact-iso';
import { answer, type User } from '../clients/typescript/dist/index.js';
import { Header } from './header.tsx';
import { NoticeBar } from './kit/dialogs.tsx';
import { hasDraft } from './kit/drafts.ts';
import { clearCachedLists } from './kit/lists.tsx';
import { Page } from './kit/page.tsx';
import { Proving } from './kit/password-dialog.tsx';
import { Account, Unverified } from './pages/account.tsx';
import { AccountPage, Accounts } from './pages/admin/accounts.tsx';
import { Invitations } from './pages/admin/invitations.tsx';
import { Mails } from './pages/admin/mails.tsx';
import { TreatedBy, Treating } from './pages/admin/mappings.tsx';
import { Overview } from './pages/admin/overview.tsx';
import { SettingsPage } from './pages/admin/settings.tsx';
import { Trail } from './pages/admin/trail.tsx';
import { AllPatients, EditProfile, MyPatients, OnePatient, Profile } from './pages/as-doctor.tsx';
import { AccessLog, EditMyRecord, MyDoctors, MyRecord } from './pages/as-patient.tsx';
import { DoctorPage, Doctors, EditDoctor, NewDoctorPage } from './pages/doctors.tsx';
import { Emergency } from './pages/emergency.tsx';
import { ImportPatients } from './pages/import.tsx';
import { Invited } from './pages/invitation.tsx';
import { Forgot, Reset, Undo, Verify } from './pages/links.tsx';
import { EditPatient, PatientPage } from './pages/patient.tsx';
import { NewPatientPage, Patients } from './pages/patients.tsx';
import { FactorRequired } from './pages/second-factor.tsx';
import { Register, SignIn } from './pages/sign-in.tsx';
import { accountBlock, api, isOnline, user } from './session.ts';

type Pages = Record<string, ComponentType>;

const publicPages: Pages = {
  '/portal/register': Register,
  '/portal/forgot': Forgot,
  '/portal/reset': Reset,
  '/portal/verify': Verify,
  '/portal/undo': Undo,
  '/portal/invitation': Invited,
};
const doctorPages: Pages = { '/portal/doctors': Doctors, '/portal/doctors/:id': DoctorPage };
const recordPages: Pages = {
  '/portal/patients': Patients,
  '/portal/patients/new': NewPatientPage,
  '/portal/patients/import': ImportPatients,
  '/portal/patients/:id': PatientPage,
  '/portal/patients/:id/edit': EditPatient,
  '/portal/doctors/new': NewDoctorPage,
  '/portal/doctors/:id/edit': EditDoctor,
};
const pagesOf: Record<User['role'], Pages> = {
  user: { '/portal/': Patients, ...recordPages, ...doctorPages },
  doctor: {
    '/portal/': MyPatients,
    '/portal/all-patients': AllPatients,
    '/portal/emergency': Emergency,
    '/portal/patients/:id': OnePatient,
    '/portal/profile': Profile,
    '/portal/profile/edit': EditProfile,
    ...doctorPages,
  },
  patient: {
    '/portal/': MyRecord,
    '/portal/my-record/edit': EditMyRecord,
    '/portal/my-doctors': MyDoctors,
    '/portal/access-log': AccessLog,
    ...doctorPages,
  },
  admin: {
    '/portal/': Overview,
    '/portal/accounts': Accounts,
    '/portal/accounts/:id': AccountPage,
    '/portal/invitations': Invitations,
    '/portal/mails': Mails,
    '/portal/mappings': Treating,
    '/portal/mappings/:id': TreatedBy,
    '/portal/trail': Trail,
    '/portal/settings': SettingsPage,
    ...recordPages,
    ...doctorPages,
  },
};
const NotFound = () => (
  <Page title="There is no such page">
    <p>
      It may be for another role than yours. <a href="/portal/">To your first page</a>
    </p>
  </Page>
);

const routes = (pages: Pages) =>
  Object.entries(pages).map(([path, component]) => <Route key={path} path={path} component={component} />);

/** What is shown in place of every page, while the server answers to none of them. */
const blockedPages: Pages = { email_unverified: Unverified, mfa_required: FactorRequired };
/** Keyed by whoever is signed in, so that nothing of one person is left for the next. */
function SignedIn({ who }: { who: User }) {
  const blocked = blockedPages[accountBlock.value ?? ''];
  return (
    <>
      <Header {...who} />
      <main>
        <Router>
          {routes(publicPages)}
          <Route path="/portal/account" component={Account} />
          {routes(blocked ? {} : pagesOf[who.role])}
          <Route default component={blocked ?? NotFound} />
        </Router>
      </main>
    </>
  );
}
const SignedOut = () => (
  <>
    <header class="bar">
      <nav aria-label="Main">
        <a href="/portal/" class="brand">
          Wardbook
        </a>
      </nav>
    </header>
    <main class="narrow">
      <Router>
        {routes(publicPages)}
        <Route default component={SignIn} />
      </Router>
    </main>
  </>
);

export function App() {
  const who = user.value;
  useMemo(clearCachedLists, [who?.id]);
  // what is kept of an account may be of last week: its role is the one that the server says
  useEffect(() => {
    if (who) answer(api.auth.me.$get()).catch(() => {});
  }, [who?.id]);
  return (
    <LocationProvider scope="/portal">
      {!isOnline.value && (
        <p class="offline" role="status">
          There is no connection.{hasDraft.value && ' What you type stays here.'}
        </p>
      )}
      {who ? <SignedIn key={`${who.id} ${who.role}`} who={who} /> : <SignedOut key="nobody" />}
      <Proving />
      <NoticeBar />
    </LocationProvider>
  );
}
