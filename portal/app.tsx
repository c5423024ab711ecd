// Which page an address is, for whom: what anybody sees, what each role sees, and the sign-in in place of what needs one.
import { useSignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso';
import { answer, type User } from '../clients/typescript/dist/index.js';
import { loadDeployment } from './deployment.ts';
import { Confirm, clearNotice, NoticeBar } from './kit/dialogs.tsx';
import { dropDrafts, hasDraft } from './kit/drafts.ts';
import { clearCachedLists } from './kit/lists.tsx';
import { useLoaded } from './kit/loading.tsx';
import { Page } from './kit/page.tsx';
import { Proving } from './kit/password-dialog.tsx';
import { Name } from './kit/words.tsx';
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
type Links = readonly (readonly [path: string, label: string])[];

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
/** The first is where one comes in. */
const linksOf: Record<User['role'], Links> = {
  user: [
    ['/portal/patients', 'Patients'],
    ['/portal/doctors', 'Doctors'],
  ],
  doctor: [
    ['/portal/', 'My patients'],
    ['/portal/all-patients', 'All patients'],
    ['/portal/doctors', 'Doctors'],
    ['/portal/profile', 'My profile'],
  ],
  patient: [
    ['/portal/', 'My record'],
    ['/portal/my-doctors', 'My doctors'],
    ['/portal/access-log', 'Who looked at it'],
    ['/portal/doctors', 'Doctors'],
  ],
  admin: [
    ['/portal/', 'To do'],
    ['/portal/patients', 'Patients'],
    ['/portal/doctors', 'Doctors'],
    ['/portal/mappings', 'Who treats whom'],
    ['/portal/accounts', 'Accounts'],
    ['/portal/invitations', 'Invitations'],
    ['/portal/trail', 'Trail'],
    ['/portal/settings', 'Settings'],
  ],
};

/** Where doctors see the assigned patients alone, there are no others to list, and a way through in an emergency. */
const linksUnderAssigned: Links = linksOf.doctor.map(([path, label]) =>
  path === '/portal/all-patients' ? ['/portal/emergency', 'Emergency access'] : [path, label],
);
const useLinks = (role: User['role']): Links => {
  const deployment = useLoaded(async () => (role === 'doctor' ? await loadDeployment() : undefined), role);
  return role === 'doctor' && deployment.value?.doctor_access === 'assigned' ? linksUnderAssigned : linksOf[role];
};

const NotFound = () => (
  <Page title="There is no such page">
    <p>
      It may be for another role than yours. <a href="/portal/">To your first page</a>
    </p>
  </Page>
);

function Header({ role, name }: User) {
  const { path } = useLocation();
  const links = useLinks(role);
  const first = links[0]?.[0];
  const isAt = (to: string) => path === to || path.startsWith(`${to}/`) || (path === '/portal' && to === first);
  const isAsking = useSignal(false);
  const signOut = async () => {
    clearNotice();
    dropDrafts();
    await api.auth.logout.$post().catch(() => {});
  };
  const leave = () => {
    if (!hasDraft.value) return signOut();
    isAsking.value = true;
  };
  return (
    <header class="bar">
      <nav aria-label="Main">
        <a href="/portal/" class="brand">
          Wardbook
        </a>
        <ul>
          {links.map(([to, label]) => (
            <li key={to}>
              <a href={to} aria-current={isAt(to) ? 'page' : undefined}>
                {label}
              </a>
            </li>
          ))}
        </ul>
        <div class="who">
          <a href="/portal/account" aria-current={isAt('/portal/account') ? 'page' : undefined}>
            <Name of={name} />
          </a>
          <button type="button" class="link" onClick={leave}>
            Sign out
          </button>
        </div>
      </nav>
      {isAsking.value && (
        <Confirm
          title="Sign out and throw away what you typed?"
          button="Sign out"
          cancel="Stay"
          act={signOut}
          close={() => {
            isAsking.value = false;
          }}
        >
          <p>There is something that you typed and did not save. It is gone once you sign out.</p>
        </Confirm>
      )}
    </header>
  );
}

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
