// The trail's words as a person reads them.
import type { AuditEntry } from '../../../clients/typescript/dist/index.js';
import { humanize, Name } from '../../kit/words.tsx';
import { roleLabel } from './accounts.tsx';

const actionLabels: Record<string, string> = {
  create: 'added',
  read: 'looked at',
  update: 'changed',
  delete: 'deleted',
  restore: 'brought back',
  lookup: 'looked up in an emergency',
  emergency_access: 'opened in an emergency',
  refused: 'was refused',
  accept: 'accepted',
  approval_withdrawn: 'lost approval by a change',
  login: 'signed in',
  login_failed: 'gave a wrong password',
  login_limited: 'has to wait after wrong passwords',
  logout: 'signed out',
  step_up: 'gave the password or a code once more',
  code_failed: 'gave a wrong code',
  factor_started: 'began to set up a second factor',
  factor_added: 'set up a second factor',
  factor_removed: 'took the second factor away',
  factor_reset: 'took away the second factor of an account',
  recovery_code_used: 'used a recovery code',
  recovery_codes_renewed: 'got new recovery codes',
  session_ended: 'ended a session',
  sessions_ended: 'ended all sessions',
  everything_ended: 'ended all sessions and links',
  freed: 'let an account try passwords again',
  locked: 'locked the database',
  unlocked: 'unlocked the database',
  refresh_reused: 'used a session’s old token',
  refresh_replayed: 'repeated a renewal',
  refresh_replayed_elsewhere: 'repeated a renewal from elsewhere',
  password_change: 'changed the password',
  password_reset: 'chose a new password by a link',
  reset_asked: 'asked for a link for a new password',
  reset_sent: 'was sent a link for a new password',
  reset_limited: 'was asked too often for a link for a new password',
  email_verified: 'confirmed the email',
  never_confirmed: 'erased, because no email was confirmed',
  email_changed: 'changed the email',
  email_undone: 'undid a change of the email',
  resend: 'sent again',
};
const kindLabels: Record<string, string> = {
  patient: 'Patient',
  doctor: 'Doctor',
  mapping: 'Who treats whom',
  user: 'Account',
  session: 'Session',
  invitation: 'Invitation',
  mail: 'Mail',
  emergency_access: 'Emergency access',
  audit: 'The trail',
  database: 'Database',
};
const lists: Record<string, string> = {
  patient: 'A list of patients',
  doctor: 'A list of doctors',
  user: 'A list of accounts',
  mail: 'A list of mails',
  invitation: 'A list of invitations',
};
export const actionLabel = (action: string) => actionLabels[action] ?? humanize(action).toLowerCase();
const kindLabel = (resource: string) => kindLabels[resource] ?? humanize(resource);
export const actionOptions = Object.entries(actionLabels);
export const kindOptions = Object.entries(kindLabels);

type Version = Record<string, unknown>;
export const isVersion = (value: unknown): value is Version => typeof value === 'object' && value !== null;
/** What a record was called, if it had a name. */
export const nameIn = (before: unknown) =>
  isVersion(before) && typeof before.name === 'string' ? before.name : undefined;
/** "Patient 7". */
export const recordLabel = ({ action, resource, resource_id }: AuditEntry) => {
  if (resource_id !== null) return `${kindLabel(resource)} ${resource_id}`;
  const list = action === 'read' ? lists[resource] : undefined;
  return list ?? kindLabel(resource);
};
export const actorLabel = ({ actor_id, actor_name, actor_role }: AuditEntry) =>
  actor_id === null
    ? actor_role === 'cli'
      ? 'The command line'
      : 'Nobody who was signed in'
    : (actor_name ?? `Account ${actor_id}`);

export function Who({ entry }: { entry: AuditEntry }) {
  const who = actorLabel(entry);
  const { actor_id, actor_role } = entry;
  if (actor_id === null) return <span>{who}</span>;
  const role = actor_role === 'pending_doctor' ? 'Doctor, not approved' : roleLabel(actor_role);
  return (
    <span>
      <a href={`/portal/accounts/${actor_id}`}>
        <Name of={who} />
      </a>{' '}
      <small>{role}</small>
    </span>
  );
}

const recordPaths: Record<string, string> = { patient: 'patients', doctor: 'doctors', user: 'accounts' };
export const PatientLink = ({ id }: { id: number }) => <a href={`/portal/patients/${id}`}>Patient {id}</a>;
/** What it was done to, with a way there if it may still be there, and whom it is about. */
export function Target({ entry }: { entry: AuditEntry }) {
  const { action, resource, resource_id, patient_ids } = entry;
  const what = recordLabel(entry);
  const place = action === 'delete' || resource_id === null ? undefined : recordPaths[resource];
  const [first, ...others] = resource === 'patient' && resource_id !== null ? [] : patient_ids;
  if (action === 'read' && resource === 'patient' && resource_id === null && first !== undefined)
    return others.length > 0 ? <span>{patient_ids.length} patients, in a list</span> : <PatientLink id={first} />;
  return (
    <span>
      {place ? <a href={`/portal/${place}/${resource_id}`}>{what}</a> : what}
      {others.length > 0 ? (
        <>, about {patient_ids.length} patients</>
      ) : (
        first !== undefined && (
          <>
            , about <PatientLink id={first} />
          </>
        )
      )}
    </span>
  );
}
