// What mails say. Nothing in them is about health, and all of it was written by us but for one thing: an invitation
// says what the person who invites is called, because who is invited has to know by whom. Whoever can cause a mail must
// not be able to speak in our name, so quotableName() shortens the name, and it stands in quotes, in a sentence that
// says whose words these are. It is never in a subject, and escaped in HTML.
import { quotableName } from './names.ts';
import type { Purpose } from './table.ts';

interface Text {
  subject: string;
  says: string[];
  /** The page of the link and what its button says. Without a token it is where anybody may ask for a new password. */
  leads: { page: string; button: string; carriesToken: boolean };
}

const forgot = { page: 'forgot', button: 'Choose a new password', carriesToken: false };
const link = (page: string, button: string) => ({ page, button, carriesToken: true });
const ifNotYou = 'If that was not you, choose a new password now: it signs everybody else out.';

/** Who invites. An administrator the deployment answers for; anybody else only has an account. */
export interface Inviter {
  name: string;
  by_admin: boolean;
}
const invites = (host: string, inviter: Inviter | undefined) => {
  if (!inviter) return `You are invited to have an account at ${host}, by whoever runs it.`;
  const name = quotableName(inviter.name);
  const called = name === null ? '' : ` and calls themselves “${name}”`;
  return inviter.by_admin
    ? `Somebody who is an administrator at ${host}${called} invites you to have an account there.`
    : `Somebody who has an account at ${host}${called} invites you to have one as well.`;
};

/** `host` is where the accounts are, as the deployment says. */
const textOf = (purpose: Purpose, host: string, inviter?: Inviter): Text => {
  switch (purpose) {
    case 'reset':
      return {
        subject: 'Choose a new password',
        says: [
          `Somebody, probably you, asked for a new password for your account at ${host}.`,
          'The link works once, for an hour. If you did not ask for it, you need not do anything.',
        ],
        leads: link('reset', 'Choose a new password'),
      };
    case 'verify':
      return {
        subject: 'Confirm your email',
        says: [
          `An account at ${host} was opened with this address.`,
          'Confirm that it is yours. The link works for 72 hours. If you know nothing of it, you need not do anything.',
        ],
        leads: link('verify', 'Confirm my email'),
      };
    case 'change':
      return {
        subject: 'Confirm your new email',
        says: [
          `An account at ${host} is to use this address from now on.`,
          'It does once you confirm it. The link works for 72 hours. If you know nothing of it, you need not do anything.',
        ],
        leads: link('verify', 'Confirm my new email'),
      };
    case 'undo':
      return {
        subject: 'Your email was changed',
        says: [
          `Your account at ${host} uses another address from now on.`,
          'If that was not you, undo it within a day: it signs everybody out, and you get a link to choose a new password.',
        ],
        leads: link('undo', 'This was not me: undo it'),
      };
    case 'invitation':
      return {
        subject: 'Your invitation',
        says: [
          invites(host, inviter),
          'Accept only what you expect, from somebody you know: the page of the link says who it is, and what for. It works ' +
            'once, for seven days. If you do not know why you got this, you need not do anything.',
        ],
        leads: link('invitation', 'Accept the invitation'),
      };
    case 'password_changed':
      return {
        subject: 'Your password was changed',
        says: [`Your account at ${host} has a new password.`, ifNotYou],
        leads: forgot,
      };
    case 'new_device':
      return {
        subject: 'A new device signed in',
        says: [
          `Your account at ${host} was signed in on a device, or from a place, that it has not used for long, or never.`,
          ifNotYou,
        ],
        leads: forgot,
      };
    case 'token_replayed':
      return {
        subject: 'Somebody may be using your account',
        says: [
          `Your account at ${host} was used from two places at once, with what only one of your devices should have.`,
          ifNotYou,
        ],
        leads: forgot,
      };
    case 'email_taken':
      return {
        subject: 'Your email has an account already',
        says: [
          `Somebody, perhaps you, wanted to use this address for another account at ${host}. One account has it, and keeps it.`,
          'If that was you, sign in with this address; or choose a new password for its account. If not, you need not do anything.',
        ],
        leads: forgot,
      };
    case 'role_changed':
      return {
        subject: 'Your account has a new role',
        says: [`Your account at ${host} accepted an invitation, and has another role from now on.`, ifNotYou],
        leads: forgot,
      };
    case 'profile_changed':
      return {
        subject: 'Your profile was changed',
        says: [`The name or the qualifications that others know you by at ${host} were changed.`, ifNotYou],
        leads: forgot,
      };
    case 'emergency_access':
      return {
        subject: 'Emergency access to your data',
        says: [
          `In an emergency, somebody who usually may not has opened what is kept about you at ${host}, and said why.`,
          'Who it was, when, and the reason are in your access log. If you do not know why, ask there.',
        ],
        leads: { page: 'access-log', button: 'Look at my access log', carriesToken: false },
      };
    case 'factor_added':
      return {
        subject: 'Your account has a second factor',
        says: [
          `Your account at ${host} asks for a code of an app from now on, and was signed out everywhere else.`,
          'If that was not you, ask an administrator to take the second factor away, and choose a new password.',
        ],
        leads: forgot,
      };
    case 'factor_removed':
      return {
        subject: 'Your second factor was taken away',
        says: [`Your account at ${host} is signed in to with the password alone from now on.`, ifNotYou],
        leads: forgot,
      };
    case 'recovery_code_used':
      return {
        subject: 'A recovery code was used',
        says: [
          `Somebody, probably you, used a recovery code of your account at ${host} instead of a code of the app. It works once.`,
          ifNotYou,
        ],
        leads: forgot,
      };
    case 'new_admin':
      return {
        subject: 'There is a new administrator',
        says: [
          `Another account at ${host} has become an administrator: it sees and changes everything.`,
          'If you do not know why, look at the accounts now, and choose a new password: somebody may be using yours.',
        ],
        leads: { page: 'accounts', button: 'Look at the accounts', carriesToken: false },
      };
  }
};

/** Whether the mail has a link that does something, and so needs a token. */
export const hasLinkToken = (purpose: Purpose): boolean => textOf(purpose, '').leads.carriesToken;

export interface Letter {
  subject: string;
  text: string;
  html: string;
}

/** A browser does not send what follows the # to a server, so that the token is in no log. */
export const linkTo = (publicUrl: string, page: string, token?: string): string =>
  `${publicUrl}/portal/${page}${token === undefined ? '' : `#token=${token}`}`;

const style = {
  page: 'margin:0;padding:24px;background:#f4f6f8;font:16px/1.5 system-ui,-apple-system,sans-serif;color:#1c2733',
  card: 'max-width:480px;margin:0 auto;padding:24px;background:#fff;border-radius:12px',
  title: 'margin:0 0 16px;font-size:20px',
  button:
    'display:block;padding:14px;border-radius:8px;background:#0b6e6e;color:#fff;text-align:center;text-decoration:none',
  small: 'margin:16px 0 0;font-size:13px;color:#5b6875;word-break:break-all',
};

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The mail for one purpose. `token` is needed where hasLinkToken() says so. */
export const letterFor = (purpose: Purpose, publicUrl: string, token?: string, inviter?: Inviter): Letter => {
  const { subject, says, leads } = textOf(purpose, new URL(publicUrl).host, inviter);
  const url = linkTo(publicUrl, leads.page, leads.carriesToken ? token : undefined);
  const paragraphs = says.map((line) => `<p style="margin:0 0 16px">${escaped(line)}</p>`).join('\n');
  return {
    subject,
    text: `${says.join('\n\n')}\n\n${leads.button}:\n${url}\n`,
    html: `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${subject}</title>
<body style="${style.page}"><div style="${style.card}">
<h1 style="${style.title}">${subject}</h1>
${paragraphs}
<a href="${url}" style="${style.button}">${leads.button}</a>
<p style="${style.small}">If the button does nothing: ${url}</p>
</div></body></html>
`,
  };
};
