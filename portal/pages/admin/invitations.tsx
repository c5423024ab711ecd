// Invitations: to colleagues, doctors and patients, and what became of each.
import { useSignal } from '@preact/signals';
import {
  answer,
  type Doctor,
  type Invitation,
  type NewInvitation,
  pages,
} from '../../../clients/typescript/dist/index.js';
import { ActionButton, Dialog, showNotice } from '../../kit/dialogs.tsx';
import { type Field, Form, filled } from '../../kit/forms.tsx';
import { type Column, type Filter, invalidateLists, List } from '../../kit/lists.tsx';
import { Page } from '../../kit/page.tsx';
import { Search } from '../../kit/search.tsx';
import { Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { roleLabel, roles } from './accounts.tsx';

const states: Record<Invitation['state'], string> = {
  open: 'open',
  accepted: 'accepted',
  expired: 'too old',
  revoked: 'revoked',
};
const filters: readonly Filter[] = [{ name: 'state', label: 'State', options: Object.entries(states) }];
const columns: readonly Column<Invitation>[] = [
  { title: 'To', cell: ({ email }) => <Name of={email} /> },
  { title: 'Name', cell: ({ name }) => <Text of={name} /> },
  { title: 'As', cell: ({ role }) => roleLabel(role) },
  { title: 'State', cell: ({ state }) => states[state] },
  { title: 'Sent', cell: ({ created_at }) => <Time at={created_at} /> },
  { title: 'Until', cell: ({ expires_at }) => <Time at={expires_at} /> },
  {
    title: 'Do',
    cell: ({ id, email, state }) =>
      state === 'open' && (
        <ActionButton
          label="Revoke"
          name={`Revoke ${email}`}
          act={async () => {
            await answer(api.admin.invitations[':id'].$delete({ param: { id } }));
            invalidateLists();
            showNotice('The invitation no longer works.');
          }}
        />
      ),
  },
];

export function Invitations() {
  const isOpen = useSignal(false);
  const close = () => {
    isOpen.value = false;
  };
  const open = (
    <button
      type="button"
      onClick={() => {
        isOpen.value = true;
      }}
    >
      Invite somebody
    </button>
  );
  return (
    <Page title="Invitations" actions={open}>
      <List
        of={['invitation', 'invitations']}
        route={api.admin.invitations.$get}
        columns={columns}
        filters={filters}
        keyOf={({ id }) => id}
      />
      {isOpen.value && <InviteForm close={close} />}
    </Page>
  );
}

const fields: readonly Field[] = [
  { name: 'email', label: 'Email', type: 'email', required: true },
  { name: 'name', label: 'Name' },
  {
    ...{ name: 'role', label: 'Role', type: 'choice', required: true },
    options: roles.filter(([name]) => name !== 'patient'),
    hint: 'a patient is invited from the page of the record; a doctor needs a record, chosen above',
  },
];
const fieldsOfDoctor = fields.map((field) =>
  field.name === 'role' ? { ...field, options: roles.filter(([name]) => name === 'doctor'), hint: '' } : field,
);
const mostOffered = 8;
/** The API has no filter for them. */
const withoutAccount = async (search: string) => {
  const found: Doctor[] = [];
  for await (const doctors of pages(api.doctors.$get, { query: { search, limit: 100 } })) {
    found.push(...doctors.filter(({ user_id }) => user_id === null));
    if (found.length >= mostOffered) break;
  }
  return found;
};
function InviteForm({ close }: { close(): void }) {
  const chosen = useSignal<Doctor | undefined>(undefined);
  const choose = (doctor: Doctor | undefined) => {
    chosen.value = doctor;
    // what was pressed is gone
    setTimeout(() => document.querySelector<HTMLElement>('dialog [name="email"]')?.focus());
  };
  return (
    <Dialog title="Invite somebody" close={close}>
      {chosen.value ? (
        <p>
          Invites <Name of={chosen.value.name} /> to the record that is there.{' '}
          <button type="button" class="link" onClick={() => choose(undefined)}>
            Choose somebody else
          </button>
        </p>
      ) : (
        <details>
          <summary>For a doctor: choose the record</summary>
          <Search
            label="Find a doctor without an account"
            find={(search) => (search ? withoutAccount(search) : Promise.resolve([]))}
            act={(doctor) => `Choose ${doctor.name}`}
            choose={async (doctor) => {
              choose(doctor);
            }}
          >
            {({ name, specialization }) => (
              <>
                <Name of={name} /> · <Name of={specialization} />
              </>
            )}
          </Search>
        </details>
      )}
      <Form
        // anew for another doctor, whose name it then has
        key={chosen.value?.id}
        fields={chosen.value ? fieldsOfDoctor : fields}
        values={chosen.value ? { role: 'doctor', name: chosen.value.name } : { role: 'user' }}
        button="Send the invitation"
        cancel={close}
        send={async (values) => {
          const doctor = chosen.value && values.role === 'doctor' ? { doctor: chosen.value.id } : {};
          // the server says what is wrong with it, field by field
          const json = { ...filled(fields, values), ...doctor } as NewInvitation;
          await answer(api.admin.invitations.$post({ json }));
          invalidateLists();
          close();
          showNotice('An invitation is on its way.');
        }}
      />
    </Dialog>
  );
}
