// Mails that could not be sent: what for and to whom; never what they say.
import { answer, type Mail } from '../../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../../kit/dialogs.tsx';
import { type Column, type Filter, invalidateLists, List } from '../../kit/lists.tsx';
import { Page } from '../../kit/page.tsx';
import { count, Name, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';

export const purposes: Record<Mail['purpose'], string> = {
  reset: 'A link for a new password',
  verify: 'A link to confirm an email',
  change: 'A link to confirm a new email',
  undo: 'A link to undo a change of email',
  invitation: 'An invitation',
  password_changed: 'A notice of a new password',
  new_device: 'A notice of a new device',
  token_replayed: 'A warning of a copied session',
  email_taken: 'A notice that an email has an account',
  emergency_access: 'A notice of an emergency access',
  factor_added: 'A notice of a second factor',
  factor_removed: 'A notice that a second factor was taken away',
  recovery_code_used: 'A notice of a recovery code that was used',
  new_admin: 'A notice of a new administrator',
  role_changed: 'A notice of a new role',
  profile_changed: 'A notice of a changed profile',
};
export const sendAgain = async (id: number) => {
  await answer(api.admin.mails[':id'].resend.$post({ param: { id } }));
  invalidateLists();
  showNotice('The mail is tried again.');
};

const filters: readonly Filter[] = [
  {
    name: 'state',
    label: 'State',
    options: [
      ['waiting', 'waits for another try'],
      ['failed', 'was given up'],
    ],
  },
];
const heldReasons: Record<NonNullable<Mail['held']>, string> = {
  address: 'waits: too many to this address today',
  deployment: 'waits: too many mails today',
};
const stateLabel = ({ state, held }: Mail) =>
  state === 'failed' ? 'given up' : held ? heldReasons[held] : 'waits for another try';
const columns: readonly Column<Mail>[] = [
  { title: 'What', cell: ({ purpose }) => purposes[purpose] },
  { title: 'To', cell: ({ recipient }) => <Name of={recipient} /> },
  { title: 'Of', sort: 'asked_at', cell: ({ asked_at }) => <Time at={asked_at} /> },
  { title: 'State', cell: stateLabel },
  { title: 'Tried', cell: ({ attempts }) => count(attempts) },
  {
    title: 'Do',
    cell: ({ id, recipient }) => (
      <ActionButton label="Send again" name={`Send again to ${recipient}`} act={() => sendAgain(id)} />
    ),
  },
];
export const Mails = () => (
  <Page title="Mails that were not sent">
    <List
      of={['mail', 'mails']}
      route={api.admin.mails.$get}
      columns={columns}
      filters={filters}
      keyOf={({ id }) => id}
      empty={<p>Every mail was handed over to the mail service. Whether it arrived only its reader knows.</p>}
    />
  </Page>
);
