// The trail: who did what to what, when and from where.
import { useSignal } from '@preact/signals';
import { type AuditEntry, answer } from '../../../clients/typescript/dist/index.js';
import { Confirm, tell } from '../../kit/dialogs.tsx';
import { type Column, type Filter, forgetLists, List } from '../../kit/lists.tsx';
import { Page } from '../../kit/page.tsx';
import { inWords, Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { roleInWords } from './accounts.tsx';
import { Differences, nameIn } from './differences.tsx';

const kindInWords = (resource: string) => (resource === 'user' ? 'Account' : inWords(resource));
const actions = ['create', 'read', 'update', 'delete', 'restore', 'refused', 'login', 'login_failed', 'login_limited'];
const resources = ['patient', 'doctor', 'mapping', 'user', 'session', 'invitation', 'mail'];

const filters: readonly Filter[] = [
  { name: 'action', label: 'What was done', options: actions.map((action) => [action, inWords(action)]) },
  { name: 'resource', label: 'To what', options: resources.map((resource) => [resource, kindInWords(resource)]) },
  { name: 'actor', label: 'By account no.', type: 'number' },
  { name: 'patient', label: 'About patient no.', type: 'number' },
  { name: 'from', label: 'From', type: 'date' },
  { name: 'to', label: 'To', type: 'date' },
];
const nobody = (role: string | null) => (role === 'cli' ? 'the command line' : 'nobody who was signed in');
const places: Record<string, string> = { patient: 'patients', doctor: 'doctors', user: 'accounts' };

export function Trail() {
  const opened = useSignal<AuditEntry | undefined>(undefined);
  const restoring = useSignal<AuditEntry | undefined>(undefined);
  const columns: readonly Column<AuditEntry>[] = [
    { title: 'When', cell: ({ at }) => <Time at={at} /> },
    {
      title: 'Who',
      cell: ({ actor_id, actor_name, actor_role }) =>
        actor_id === null ? (
          nobody(actor_role)
        ) : (
          <>
            <a href={`/portal/accounts/${actor_id}`}>
              <Name of={actor_name ?? `account ${actor_id}`} />
            </a>{' '}
            <small>{roleInWords(actor_role)}</small>
          </>
        ),
    },
    { title: 'Did', cell: ({ action }) => inWords(action) },
    { title: 'To', cell: (entry) => <Target entry={entry} /> },
    { title: 'From', cell: ({ address }) => <Text of={address} /> },
    {
      title: 'More',
      cell: (entry) =>
        entry.before !== null && (
          <div class="buttons">
            <button
              type="button"
              class="secondary"
              aria-label={`What changed: ${whatOf(entry)}, entry ${entry.id}`}
              onClick={() => {
                opened.value = entry;
              }}
            >
              What changed
            </button>
            {isRestorable(entry) && (
              <button
                type="button"
                class="secondary"
                aria-label={`Restore ${nameIn(entry.before)}`}
                onClick={() => {
                  restoring.value = entry;
                }}
              >
                Restore
              </button>
            )}
          </div>
        ),
    },
  ];
  return (
    <Page title="The trail">
      <List
        of={['entry', 'entries']}
        route={api.admin.audit.$get}
        columns={columns}
        filters={filters}
        keyOf={({ id }) => id}
      />
      {opened.value && (
        <Differences
          entry={opened.value}
          close={() => {
            opened.value = undefined;
          }}
        />
      )}
      {restoring.value && (
        <Restoring
          entry={restoring.value}
          close={() => {
            restoring.value = undefined;
          }}
        />
      )}
    </Page>
  );
}

const isRestorable = ({ action, resource }: AuditEntry) =>
  action === 'delete' && (resource === 'patient' || resource === 'doctor');
/** "Patient 7". */
export const whatOf = ({ resource, resource_id }: AuditEntry) => `${kindInWords(resource)} ${resource_id ?? ''}`.trim();

function Target({ entry }: { entry: AuditEntry }) {
  const { action, resource, resource_id, patient_ids } = entry;
  const place = action === 'delete' ? undefined : places[resource];
  const what = whatOf(entry);
  const of = resource === 'patient' || patient_ids.length === 0 ? '' : ` of ${patient_ids.length} patients`;
  const only = patient_ids.length === 1 && resource !== 'patient' ? patient_ids[0] : undefined;
  if (resource_id === null && resource === 'patient') return <>{`${patient_ids.length} patients, in a list`}</>;
  return (
    <>
      {place && resource_id !== null ? <a href={`/portal/${place}/${resource_id}`}>{what}</a> : what}
      {only === undefined ? (
        of
      ) : (
        <>
          {' '}
          of <a href={`/portal/patients/${only}`}>patient {only}</a>
        </>
      )}
    </>
  );
}

function Restoring({ entry: { id, resource, before, at }, close }: { entry: AuditEntry; close(): void }) {
  const name = nameIn(before);
  return (
    <Confirm
      title={`Restore ${name}?`}
      button="Restore"
      close={close}
      act={async () => {
        const { mappings } = await answer(api.admin.audit[':id'].restore.$post({ param: { id } }));
        forgetLists();
        const along = mappings.length === 0 ? '' : `, and with it who treats whom (${mappings.length})`;
        tell(`${name} is back${along}.`);
      }}
    >
      <p>
        The {resource} comes back as it was when it was deleted, on <Time at={at} />, and with it who treats whom, as
        far as the other side is still there.
      </p>
    </Confirm>
  );
}
