// The bar at the top: the pages of each role, who is signed in, and the way out.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { User } from '../clients/typescript/dist/index.js';
import { loadService } from './deployment.ts';
import { Confirm, clearNotice } from './kit/dialogs.tsx';
import { dropDrafts, hasDraft } from './kit/drafts.ts';
import { useLoaded } from './kit/loading.tsx';
import { Name } from './kit/words.tsx';
import { api } from './session.ts';

type Links = readonly (readonly [path: string, label: string])[];

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
  const service = useLoaded(async () => (role === 'doctor' ? await loadService() : undefined), role);
  return service.value?.doctor_access === 'assigned' ? linksUnderAssigned : linksOf[role];
};

export function Header({ role, name }: User) {
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
