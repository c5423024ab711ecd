// Accounts: who may sign in, and as what.
import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import { type Account, type AccountPatch, answer } from '../../../clients/typescript/dist/index.js';
import { ActionButton, Confirm, showNotice } from '../../kit/dialogs.tsx';
import { Edit, fetchWithEtag, type WithEtag } from '../../kit/edit-form.tsx';
import type { Field } from '../../kit/forms.tsx';
import { type Column, type Filter, invalidateLists, List } from '../../kit/lists.tsx';
import { type Loaded, Show, useLoaded } from '../../kit/loading.tsx';
import { Facts, Page } from '../../kit/page.tsx';
import { Name, Text, Time } from '../../kit/words.tsx';
import { api, user } from '../../session.ts';
import { ResetFactor } from './reset-factor.tsx';

export const roles = [
  ['user', 'Staff'],
  ['doctor', 'Doctor'],
  ['patient', 'Patient'],
  ['admin', 'Administrator'],
] as const;
export const roleLabel = (role: string | null) => roles.find(([name]) => name === role)?.[1] ?? role;
const filters: readonly Filter[] = [
  { name: 'search', label: 'Search', type: 'search' },
  { name: 'role', label: 'Role', options: roles },
  {
    name: 'disabled',
    label: 'May sign in',
    options: [
      ['false', 'yes'],
      ['true', 'no, disabled'],
    ],
  },
];
const columns: readonly Column<Account>[] = [
  {
    title: 'Name',
    sort: 'name',
    cell: ({ id, name }) => (
      <a href={`/portal/accounts/${id}`}>
        <Name of={name} />
      </a>
    ),
  },
  { title: 'Email', cell: ({ email }) => <Text of={email} /> },
  { title: 'Role', cell: ({ role }) => roleLabel(role) },
  { title: 'May sign in', cell: ({ disabled }) => (disabled ? 'no, disabled' : 'yes') },
  { title: 'Since', sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
];
export const Accounts = () => (
  <Page
    title="Accounts"
    actions={
      <a class="button" href="/portal/invitations">
        Invite somebody
      </a>
    }
  >
    <List
      of={['account', 'accounts']}
      route={api.admin.users.$get}
      columns={columns}
      filters={filters}
      keyOf={({ id }) => id}
    />
  </Page>
);

const fields: readonly Field[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'username', label: 'Username', required: true },
  {
    ...{ name: 'email', label: 'Email', type: 'email', required: true },
    hint: 'a new one counts at once, and gets a link to confirm it',
  },
  { name: 'role', label: 'Role', type: 'choice', required: true, options: roles },
];
/** Nobody takes these pages from themselves without having been told, and what one signs in with is in one's own account. */
const fieldsOfOwn = fields
  .filter(({ name }) => name === 'name' || name === 'role')
  .map((field) =>
    field.name === 'role'
      ? {
          ...field,
          hint: 'This is your own account. With another role you lose these pages, and only another administrator can give them back.',
        }
      : field,
  );
const fetchAccount = (id: number) => fetchWithEtag(api.admin.users[':id'].$get({ param: { id } }));
const patchAccount = (id: number, json: AccountPatch, etag?: string) =>
  answer(api.admin.users[':id'].$patch({ param: { id }, json }, etag ? { headers: { 'If-Match': etag } } : {}));

export function AccountPage() {
  const id = Number(useRoute().params.id);
  const account = useLoaded(() => fetchAccount(id), `account ${id}`);
  const isEditing = useSignal(false);
  const edit = () => {
    isEditing.value = true;
  };
  const leave = () => {
    isEditing.value = false;
  };
  return (
    <Page
      title={account.value?.record.name ?? 'Account'}
      actions={
        account.value &&
        !isEditing.value && (
          <button type="button" onClick={edit}>
            Edit
          </button>
        )
      }
    >
      <Show loaded={account}>
        {(from) =>
          isEditing.value ? (
            <Edit
              fields={id === user.value?.id ? fieldsOfOwn : fields}
              from={from}
              save={({ etag }, json) => patchAccount(id, json, etag)}
              read={() => fetchAccount(id)}
              done={() => {
                account.again();
                leave();
                showNotice('Saved.');
                // the bar and the pages are those of the account as it is now
                if (id === user.value?.id) answer(api.auth.me.$get()).catch(() => {});
              }}
              cancel={leave}
            />
          ) : (
            <Shown account={from.record} loaded={account} />
          )
        }
      </Show>
    </Page>
  );
}

function Shown({ account, loaded }: { account: Account; loaded: Loaded<WithEtag<Account>> }) {
  const { id, name, username, email, role, disabled, email_verified, pending_email, created_at } = account;
  const asking = useSignal<'sessions' | 'reset' | undefined>(undefined);
  const close = () => {
    asking.value = undefined;
  };
  const setDisabled = async (to: boolean) => {
    await patchAccount(id, { disabled: to });
    invalidateLists();
    await loaded.again();
  };
  const isMine = id === user.value?.id;
  return (
    <>
      <Facts
        of={[
          ['Role', roleLabel(role)],
          ['May sign in', disabled ? 'no, disabled' : 'yes'],
          ['Username', <Text key="username" of={username} />],
          [
            'Email',
            <span key="email">
              <Text of={email} />
              {email && (email_verified ? ', confirmed' : ', not confirmed yet')}
              {pending_email && `, to be replaced by ${pending_email}`}
            </span>,
          ],
          ['Since', <Time key="since" at={created_at} />],
        ]}
      />
      <h2>What you can do</h2>
      <div class="buttons">
        {!isMine && (
          <ActionButton
            label={disabled ? 'Enable' : 'Disable'}
            act={async () => {
              await setDisabled(!disabled);
              showNotice(disabled ? `${name} may sign in again.` : `${name} may no longer sign in.`, () =>
                setDisabled(disabled),
              );
            }}
          />
        )}
        <button
          type="button"
          class="secondary"
          onClick={() => {
            asking.value = 'sessions';
          }}
        >
          End all sessions
        </button>
        <button
          type="button"
          class="secondary"
          onClick={() => {
            asking.value = 'reset';
          }}
        >
          Send a link for a new password
        </button>
        {!isMine && <ResetFactor id={id} name={name} />}
        <a class="button secondary" href={`/portal/trail?actor=${id}`}>
          What this account did
        </a>
        <a class="button secondary" href={`/portal/trail?resource=user&resource_id=${id}`}>
          What was done to this account
        </a>
      </div>
      {isMine && (
        <p>
          This is your own account. Another administrator can disable it. Your email, username and password are in{' '}
          <a href="/portal/account">My account</a>.
        </p>
      )}
      {asking.value === 'sessions' && (
        <Confirm
          title={`End all sessions of ${name}?`}
          button="End them"
          close={close}
          act={async () => {
            await answer(api.admin.users[':id']['end-sessions'].$post({ param: { id } }));
            showNotice(`${name} is signed out everywhere.`);
          }}
        >
          <p>
            Every device is signed out at once{isMine && ', this one as well'}. To sign in again takes the password.
          </p>
        </Confirm>
      )}
      {asking.value === 'reset' && (
        <Confirm
          title={`Send ${name} a link?`}
          button="Send it"
          close={close}
          act={async () => {
            await answer(api.admin.users[':id']['reset-password'].$post({ param: { id } }));
            showNotice('A link is on its way.');
          }}
        >
          <p>
            To <Text of={email} />. It works once, for an hour. The password of now counts until then.
          </p>
        </Confirm>
      )}
    </>
  );
}
