// What the model knows of mails: which are called for, whose addresses are, and what a link does no more.
import { expect } from 'vitest';
import type { App } from '../support/app.ts';
import type { openMailbox } from '../support/mailbox.ts';
import type { Account, Invitation, Link, Purpose, World } from './world.ts';

const subjects = {
  reset: 'Choose a new password',
  verify: 'Confirm your email',
  change: 'Confirm your new email',
  undo: 'Your email was changed',
  invitation: 'Your invitation',
};
const hours = { reset: 1, verify: 72, change: 72, undo: 24, invitation: 168 };

/** A mail with a link has to arrive. Nobody writes to an account that is disabled. */
export const calledFor = (
  w: World,
  purpose: Purpose,
  email: string,
  about: { account?: Account; invitation?: Invitation },
) => {
  if (about.account?.disabled && purpose !== 'undo') return;
  const link: Link = { purpose, email, ...about, token: '', hours: hours[purpose] };
  w.links.push(link);
  w.mails.push({ to: email, subject: subjects[purpose], link });
};
/**
 * A link to an address that an account is to have. Whoever asks is answered the same when it is somebody else's: then there
 * is no link, and its owner is told instead.
 */
export const calledForChange = (w: World, account: Account, pending: string) => {
  if (!isTaken(w, pending, account)) calledFor(w, 'change', pending, { account });
  else if (isTaken(w, pending, account, ({ disabled }) => !disabled))
    w.mails.push({ to: pending, subject: 'Your email has an account already' });
};
/** Of a new administrator every other one is told. */
export const toldOfAdmin = (w: World, it: Account) => {
  for (const one of w.accounts)
    if (one !== it && one.role === 'admin' && !one.disabled && !one.erased)
      w.mails.push({ to: one.email, subject: 'There is a new administrator' });
};
export const toldOfPassword = (w: World, { email }: Account) =>
  w.mails.push({ to: email, subject: 'Your password was changed' });

/** What the links of an account could do is over, but for what undoes a change of its address. */
export const endLinks = (w: World, account: Account) => {
  account.pending = null;
  for (const link of w.links) if (link.account === account && link.purpose !== 'undo') link.hours = 0;
};

/** Whether an address is somebody else's, or was until a day ago; of those who count. */
export const isTaken = (w: World, email: string, by?: Account, counts: (owner: Account) => boolean = () => true) => {
  const former = w.formers.get(email);
  const isReserved = former !== undefined && former.account !== by && former.hours > 0 && counts(former.account);
  return isReserved || w.accounts.some((one) => one !== by && !one.erased && one.email === email && counts(one));
};

/** The links that work, and the addresses that are kept for who had them, are those of the model: nobody need try each. */
export const expectLinks = async (w: World, app: App) => {
  const rows = await app.rows(`select purpose || ' ' || email as link from app.links where expires_at > now()`);
  const live = w.links.filter(({ hours }) => hours > 0).map(({ purpose, email }) => `${purpose} ${email}`);
  expect(rows.map(({ link }) => link).sort()).toEqual(live.sort());
  const kept = await app.rows(
    `select email, user_id::int as id from app.former_emails where until > now() order by email collate "C"`,
  );
  const formers = [...w.formers]
    .filter(([, { hours }]) => hours > 0)
    .map(
      ([
        email,
        {
          account: { id },
        },
      ]) => ({ email, id }),
    );
  expect(kept).toEqual(formers.sort((a, b) => (a.email < b.email ? -1 : 1)));
};

/** What arrived since the last time is what was called for since, no more and no less; now the tokens are known. */
export const expectMails = async (w: World, inbox: ReturnType<typeof openMailbox>, known: number) => {
  const told = ({ to, subject }: { to: string; subject: string }) => `${to}: ${subject}`;
  const [arrived, wanted] = [(await inbox.mails()).slice(known), w.mails.slice(known)];
  expect(arrived.map(told).sort()).toEqual(wanted.map(told).sort());
  for (const mail of wanted) {
    const [one] = arrived.splice(arrived.map(told).indexOf(told(mail)), 1);
    if (mail.link) mail.link.token = one?.token ?? '';
  }
};
