// The trail: who did what to what, when and from where.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { type AuditEntry, answer } from '../../../clients/typescript/dist/index.js';
import { type Column, type Filter, List } from '../../kit/lists.tsx';
import { Page } from '../../kit/page.tsx';
import { Search } from '../../kit/search.tsx';
import { Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { Entry } from './entry.tsx';
import { isRestorable, RestoreButton } from './restore-button.tsx';
import { actionLabel, actionOptions, kindOptions, nameIn, recordLabel, Target, Who } from './trail-words.tsx';

const filters: readonly Filter[] = [
  { name: 'action', label: 'What was done', options: actionOptions },
  { name: 'resource', label: 'To what', options: kindOptions },
  { name: 'resource_id', label: 'To which no.', type: 'number' },
  { name: 'actor', label: 'By account no.', type: 'number' },
  { name: 'patient', label: 'About patient no.', type: 'number' },
  { name: 'from', label: 'From', type: 'date' },
  { name: 'to', label: 'To', type: 'date' },
];

/** A day is one of the person's who asks for it; to the API a date is a day in UTC. */
const midnight = (day: string, later = 0) => {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
};
interface TrailFilters {
  query?: { from?: string; to?: string };
}
const inDaysOfHere = ({ query: { from, to, ...query } = {} }: TrailFilters = {}) =>
  api.admin.audit.$get({
    query: { ...query, ...(from && { from: midnight(from) }), ...(to && { to: midnight(to, 1) }) },
  });

export function Trail() {
  const opened = useSignal<AuditEntry | undefined>(undefined);
  const restoring = useSignal<AuditEntry | undefined>(undefined);
  const columns: readonly Column<AuditEntry>[] = [
    { title: 'When', cell: ({ at }) => <Time at={at} /> },
    { title: 'Who', cell: (entry) => <Who entry={entry} /> },
    { title: 'Did', cell: ({ action }) => actionLabel(action) },
    { title: 'To', cell: (entry) => <Target entry={entry} /> },
    { title: 'From', cell: ({ address }) => <Text of={address} /> },
    {
      title: 'More',
      cell: (entry) => (
        <div class="buttons">
          <button
            type="button"
            class="secondary"
            aria-label={`${entry.before === null ? 'Details' : 'Changes'}: ${recordLabel(entry)}, entry ${entry.id}`}
            onClick={() => {
              opened.value = entry;
            }}
          >
            {entry.before === null ? 'Details' : 'Changes'}
          </button>
          {isRestorable(entry) && (
            <button
              type="button"
              class="secondary"
              aria-label={`Restore ${nameIn(entry.before) ?? recordLabel(entry)}`}
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
      <FindPatient />
      <List of={['entry', 'entries']} route={inDaysOfHere} columns={columns} filters={filters} keyOf={({ id }) => id} />
      {opened.value && (
        <Entry
          entry={opened.value}
          close={() => {
            opened.value = undefined;
          }}
        />
      )}
      {restoring.value && (
        <RestoreButton
          entry={restoring.value}
          close={() => {
            restoring.value = undefined;
          }}
        />
      )}
    </Page>
  );
}

/** By name, whose number the filters take. */
function FindPatient() {
  const { route } = useLocation();
  const limit = 8;
  const nobody = Promise.resolve([]);
  return (
    <details>
      <summary>Find by a name</summary>
      <Search
        label="What an account did"
        find={(search) => (search ? answer(api.admin.users.$get({ query: { search, limit } })) : nobody)}
        act={({ name }) => `Show what ${name} did`}
        choose={async ({ id }) => route(`/portal/trail?actor=${id}`)}
      >
        {({ name, email }) => (
          <>
            <Name of={name} /> · <Text of={email} />
          </>
        )}
      </Search>
      <Search
        label="What is about a patient"
        find={(search) => (search ? answer(api.patients.$get({ query: { search, limit } })) : nobody)}
        act={({ name }) => `Show what is about ${name}`}
        choose={async ({ id }) => route(`/portal/trail?patient=${id}`)}
      >
        {({ name, age }) => (
          <>
            <Name of={name} />, <Text of={age} />
          </>
        )}
      </Search>
    </details>
  );
}
