// Everything that causes a mail, each with somebody of its own; and what the links in mails are for.
import { type Account, type Answer, type App, accountOf, caller, password, type Sent } from './app.ts';
import { factorsOf } from './factor.ts';
import type { openMailbox } from './mailbox.ts';
import { codeAt, stepNow } from './totp.ts';
import { unique } from './unique.ts';

export interface Cause {
  /** By which the call is known that commits it. */
  statement: string;
  /** Where the link of its mail leads. */
  page: string;
  /** It says what whoever caused it is called. */
  names?: boolean;
  stage(): Promise<Staged>;
}
export interface Staged extends Sent {
  method?: string;
  path: string;
  to: string;
  happened(answer: Answer): Promise<boolean>;
  /** Whose session its link needs. */
  user?: string;
}

export type Person = Account & { name: string; email: string };

/** An address that nobody has yet. */
export const address = () => `${unique('new')}@example.com`;
const from = (network: string) => ({ 'CF-Connecting-IP': network });

/** What sends mails, for an app whose mails come into this inbox. Whatever people may call themselves has the word in it. */
export const mailCauses = async (app: App, inbox: ReturnType<typeof openMailbox>, word = 'ann') => {
  /** Without a way to send mails: as if the isolate had ended after its answer. */
  const ending = caller({ ...app.env, MAIL_API_URL: undefined });
  const factors = factorsOf(app);
  const admin = await app.register('admin');
  await app.makeAdmin(admin.id);
  await app.stepUp(admin);
  const somebody = async (): Promise<Person> => {
    const name = unique(word);
    const account = await app.register(name);
    await app.verify(account.id);
    return { ...account, name, email: `${name}@example.com` };
  };
  const tokenFor = async (to: string, page: string, how: string, path: string, sent: Sent) => {
    const answer = await app.call(how, path, sent);
    if (answer.status >= 300) throw new Error(`${how} ${path} answered ${answer.text}`);
    return inbox.tokenOf(to, page);
  };
  const confirmed = (email: string) => app.count('from users where email = $1', [email]).then(Boolean);
  const changedPassword = (id: number) => async () => {
    const [row] = await app.rows(
      'select c.updated_at <> u.created_at as changed from credentials c join users u on u.id = c.user_id where u.id = $1',
      [id],
    );
    return row.changed;
  };

  /** Without the mail that this causes, which leads to the same page as the one that is looked for. */
  const setUpQuietly = async (who: Person) => {
    const as: App['as'] = (one, method, path, body) => ending(method, path, { token: one?.token, body });
    const set = await factorsOf({ ...app, as }).setUp(who);
    await app.rows(`delete from mails where user_id = $1 and purpose = 'factor_added'`, [who.id]);
    return set;
  };

  const causes: Record<string, Cause> = {
    'a registration': {
      statement: 'app.register(',
      page: 'verify',
      stage: async () => {
        const [username, to] = [unique(word), address()];
        const body = { username, email: to, password };
        return { path: '/api/auth/register/', body, to, happened: () => confirmed(to) };
      },
    },
    'a forgotten password': {
      statement: 'ask_for_reset',
      page: 'reset',
      stage: async () => {
        const { email } = await somebody();
        const happened = async (answer: Answer) => (await app.trailOf(answer)).length > 0;
        return { path: '/api/auth/password/forgot/', body: { email }, to: email, happened };
      },
    },
    'another address': {
      statement: 'proposed_email',
      page: 'verify',
      stage: async () => {
        const [{ token, id }, email] = [await somebody(), address()];
        const happened = async () => (await app.rowOf('users', id)).pending_email === email;
        const body = { email, password };
        return { method: 'PATCH', path: '/api/auth/me/', token, body, to: email, happened, user: token };
      },
    },
    'another address, that somebody has already': {
      statement: 'proposed_email',
      page: 'forgot',
      stage: async () => {
        const [{ token, id }, { email }] = [await somebody(), await somebody()];
        const happened = async () => (await app.rowOf('users', id)).pending_email === email;
        return { method: 'PATCH', path: '/api/auth/me/', token, body: { email, password }, to: email, happened };
      },
    },
    'another address, confirmed': {
      statement: 'confirm_address',
      page: 'undo',
      stage: async () => {
        const [ann, email] = [await somebody(), address()];
        const sent = { token: ann.token, body: { email, password } };
        const token = await tokenFor(email, 'verify', 'PATCH', '/api/auth/me/', sent);
        const [path, happened] = ['/api/auth/email/verify/', () => confirmed(email)];
        return { path, token: ann.token, body: { token }, to: ann.email, happened };
      },
    },
    'another address, undone': {
      statement: 'undo_email',
      page: 'reset',
      stage: async () => {
        const [ann, email] = [await somebody(), address()];
        const sent = { token: ann.token, body: { email, password } };
        const verifying = await tokenFor(email, 'verify', 'PATCH', '/api/auth/me/', sent);
        const confirming = { token: ann.token, body: { token: verifying } };
        const token = await tokenFor(ann.email, 'undo', 'POST', '/api/auth/email/verify/', confirming);
        const to = ann.email;
        return { path: '/api/auth/email/undo/', body: { token }, to, happened: () => confirmed(to) };
      },
    },
    'another address, given by an administrator': {
      statement: 'update \\"users',
      page: 'verify',
      stage: async () => {
        const [{ id }, email] = [await somebody(), address()];
        const path = `/api/admin/users/${id}/`;
        const happened = () => confirmed(email);
        return { method: 'PATCH', path, token: admin.token, body: { email }, to: email, happened };
      },
    },
    'another address, given by an administrator, to the earlier one': {
      statement: 'update \\"users',
      page: 'undo',
      stage: async () => {
        const [{ id, email: to }, email] = [await somebody(), address()];
        const [path, happened] = [`/api/admin/users/${id}/`, () => confirmed(email)];
        return { method: 'PATCH', path, token: admin.token, body: { email }, to, happened };
      },
    },
    'a new administrator': {
      statement: 'update \\"users',
      page: 'accounts',
      stage: async () => {
        // of one kind there are five a day
        const [boss, { id }] = [await somebody(), await somebody()];
        await app.makeAdmin(boss.id);
        await app.stepUp(boss);
        const [path, body] = [`/api/admin/users/${id}/`, { role: 'admin' }];
        const happened = async () => (await app.rowOf('users', id)).role === 'admin';
        return { method: 'PATCH', path, token: boss.token, body, to: boss.email, happened };
      },
    },
    'an invitation to another role, accepted': {
      statement: 'accept_invitation',
      page: 'forgot',
      stage: async () => {
        const [ann, to] = [await somebody(), address()];
        await app.rows(`update invitations set created_at = created_at - interval '2 days'`);
        const sent = { token: admin.token, body: { email: to, role: 'admin' } };
        const token = await tokenFor(to, 'invitation', 'POST', '/api/admin/invitations/', sent);
        await app.stepUp(ann);
        const happened = async () => (await app.rowOf('users', ann.id)).role === 'admin';
        return { path: '/api/auth/invitations/accept/', token: ann.token, body: { token }, to: ann.email, happened };
      },
    },
    'an approved doctor who becomes somebody else': {
      statement: 'update \\"doctors',
      page: 'forgot',
      stage: async () => {
        const name = unique(word);
        const { id, token } = await app.register(name, 'doctor/');
        await app.asOwner('update doctors set approved = true where user_id = $1', [id]);
        await app.stepUp({ token });
        const happened = () => app.count(`from doctors where user_id = $1 and not approved`, [id]).then(Boolean);
        const body = { name: word, specialization: 'Surgery' };
        return { method: 'PUT', path: `/api/doctor-profile/${id}/`, token, body, to: `${name}@example.com`, happened };
      },
    },
    'the question where the mail is': {
      statement: 'resend_verification',
      page: 'verify',
      stage: async () => {
        const [username, to] = [unique(word), address()];
        const registered = await ending('POST', '/api/auth/register/', { body: { username, email: to, password } });
        const { id, token } = accountOf(registered.body);
        await app.rows('delete from mails where user_id = $1', [id]);
        const happened = () => app.count(`from mails where user_id = $1`, [id]).then(Boolean);
        return { path: '/api/auth/email/resend/', token, to, happened };
      },
    },
    'a new password by a link': {
      statement: 'app.choose_password(',
      page: 'forgot',
      stage: async () => {
        const { id, email } = await somebody();
        const token = await tokenFor(email, 'reset', 'POST', '/api/auth/password/forgot/', { body: { email } });
        const body = { token, new_password: 'a much better password' };
        return { path: '/api/auth/password/reset/', body, to: email, happened: changedPassword(id) };
      },
    },
    'a new password': {
      statement: 'app.change_password(',
      page: 'forgot',
      stage: async () => {
        const { id, token, email } = await somebody();
        const body = { current_password: password, new_password: 'a much better password' };
        return { path: '/api/auth/password/', token, body, to: email, happened: changedPassword(id) };
      },
    },
    'a new password that an administrator wants': {
      statement: 'app.send_reset(',
      page: 'reset',
      stage: async () => {
        const { id, email } = await somebody();
        const happened = async (answer: Answer) => (await app.trailOf(answer)).length > 0;
        return { path: `/api/admin/users/${id}/reset-password/`, token: admin.token, to: email, happened };
      },
    },
    'an invitation of a patient': {
      statement: 'app.invite(',
      page: 'invitation',
      names: true,
      stage: async () => {
        const [{ token }, to] = [await somebody(), address()];
        const { body } = await app.call('POST', '/api/patients/', { token, body: { name: word } });
        const happened = () => app.count('from invitations where email = $1', [to]).then(Boolean);
        return { path: `/api/patients/${body.id}/invitation/`, token, body: { email: to }, to, happened };
      },
    },
    'an invitation of a colleague': {
      statement: 'app.invite(',
      page: 'invitation',
      stage: async () => {
        const to = address();
        const happened = () => app.count('from invitations where email = $1', [to]).then(Boolean);
        return { path: '/api/admin/invitations/', token: admin.token, body: { email: to, role: 'user' }, to, happened };
      },
    },
    'a login on a new device': {
      statement: 'app.open_session(',
      page: 'forgot',
      stage: async () => {
        const { id, email } = await somebody();
        const happened = async () => (await app.count('from sessions where user_id = $1', [id])) === 2;
        const [path, body] = ['/api/auth/login/', { email, password }];
        return { path, body, headers: { 'User-Agent': `${word}, something new` }, to: email, happened };
      },
    },
    'a second factor': {
      statement: 'app.confirm_factor(',
      page: 'forgot',
      stage: async () => {
        const ann = await somebody();
        const code = await codeAt(await factors.begin(ann), stepNow());
        const happened = () => app.count('from app.factors where confirmed_at is not null and user_id = $1', [ann.id]);
        const path = '/api/auth/mfa/totp/confirm/';
        return { path, token: ann.token, body: { code }, to: ann.email, happened: () => happened().then(Boolean) };
      },
    },
    'a second factor that is taken away': {
      statement: 'app.remove_factor(',
      page: 'forgot',
      stage: async () => {
        const ann = await somebody();
        const { code } = await setUpQuietly(ann);
        const happened = async () => (await app.count('from app.factors where user_id = $1', [ann.id])) === 0;
        const body = { password, code: await code() };
        return { method: 'DELETE', path: '/api/auth/mfa/', token: ann.token, body, to: ann.email, happened };
      },
    },
    'a recovery code': {
      statement: 'app.open_session_with_code(',
      page: 'forgot',
      stage: async () => {
        const ann = await somebody();
        const { recovery } = await setUpQuietly(ann);
        const otp_token = await factors.firstStep(ann);
        const happened = async () => (await app.count('from sessions where user_id = $1', [ann.id])) === 2;
        const body = { otp_token, recovery_code: recovery[0] };
        return { path: '/api/auth/login/otp/', body, to: ann.email, happened };
      },
    },
    'an emergency': {
      statement: 'open_emergency_access',
      page: 'access-log',
      stage: async () => {
        const name = unique(word);
        const doctor = await app.register(unique('doctor'), 'doctor/');
        await app.asOwner('update doctors set approved = true where user_id = $1', [doctor.id]);
        const ann = await app.register(name, 'patient/', { date_of_birth: '1931-02-03' });
        await app.verify(ann.id);
        const [record] = await app.rows('select id::int from patients where user_id = $1', [ann.id]);
        const settings = { DOCTOR_ACCESS: 'assigned' as const };
        const [token, who] = [doctor.token, { name, date_of_birth: '1931-02-03' }];
        await app.call('POST', '/api/doctors/lookup-patient/', { token, body: who, settings });
        const happened = () =>
          app.count('from emergency_accesses where patient_id = $1', [record.id]).then((many) => many === 1);
        const path = `/api/patients/${record.id}/emergency-access/`;
        return {
          path,
          token,
          body: { reason: 'Brought in unconscious' },
          settings,
          to: `${name}@example.com`,
          happened,
        };
      },
    },
    'a refresh that somebody else repeats': {
      statement: 'app.refresh(',
      page: 'forgot',
      stage: async () => {
        const { id, refresh, email } = await somebody();
        await app.call('POST', '/api/auth/refresh/', { body: { refresh }, headers: from('198.51.100.1') });
        const happened = () =>
          app.count(`from audit where actor_id = $1 and action = 'refresh_replayed_elsewhere'`, [id]).then(Boolean);
        const [path, headers] = ['/api/auth/refresh/', from('198.51.100.2')];
        return { path, body: { refresh }, headers, to: email, happened };
      },
    },
    'a token that was replaced long ago, from elsewhere': {
      statement: 'app.refresh(',
      page: 'forgot',
      stage: async () => {
        const { id, refresh, email } = await somebody();
        const next = await app.call('POST', '/api/auth/refresh/', { body: { refresh }, headers: from('198.51.100.1') });
        const again = { body: { refresh: next.body.refresh }, headers: from('198.51.100.1') };
        await app.call('POST', '/api/auth/refresh/', again);
        const happened = async () => (await app.count('from sessions where user_id = $1', [id])) === 0;
        const [path, headers] = ['/api/auth/refresh/', from('198.51.100.2')];
        return { path, body: { refresh }, headers, to: email, happened };
      },
    },
  };

  /** What the link of a mail is for. */
  const use = (page: string, token: string, user?: string) => {
    const paths: Record<string, [string, object]> = {
      reset: ['password/reset/', { new_password: `${unique('another')} good password` }],
      verify: ['email/verify/', {}],
      undo: ['email/undo/', {}],
      invitation: ['register/invited/', { password }],
    };
    const [path, more] = paths[page] ?? [];
    return app.call('POST', `/api/auth/${path}`, { token: user, body: { token, ...more } });
  };

  return { admin, somebody, ending, tokenFor, causes, use };
};

export const send = (
  call: ReturnType<typeof caller>,
  { method = 'POST', path, token, body, headers, settings }: Staged,
) => call(method, path, { token, body, headers, settings });
