// /api/auth, what the links in mails are for: a new password, an address that is one's own, an invitation. For anybody,
// because whoever holds such a link need not be signed in. Only a POST uses one up: programs that read mail open links.
import { sql } from 'drizzle-orm';
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { hashPassword, newPassword, weakness } from '../../accounts/passwords.ts';
import { whoAsks } from '../../accounts/proof.ts';
import { type Opening, opening, openingOf, signedInBy, signIn } from '../../accounts/sessions.ts';
import { keyedHashes, newRefreshSecret, tokenHash } from '../../accounts/tokens.ts';
import { config, type Env, networkOf, siteOf } from '../../config.ts';
import { askAuth } from '../../db/client.ts';
import { type Call, type Given, prepare } from '../../db/prepared.ts';
import { found, Problem } from '../../errors.ts';
import { limitAddress } from '../../http/auth.ts';
import { json } from '../../http/validate.ts';
import { describe, signedInOrNot } from '../../openapi/describe.ts';
import { addressee, exampleToken, link, linkToken } from '../../records/link.ts';
import { signedIn as tokens } from '../../records/session.ts';
import { derivedUsername, userFields } from '../../records/user.ts';

const resetBody = z
  .strictObject({ token: linkToken, new_password: newPassword })
  .meta({ id: 'PasswordReset', examples: [{ token: exampleToken, new_password: 'even more unrelated words' }] });
const invitedBody = z
  .strictObject({
    token: linkToken,
    password: newPassword,
    username: userFields.username.optional().describe('without one it is made from the email'),
    name: userFields.name.optional().describe('without one it is that of the invitation, or of the record'),
  })
  .meta({
    id: 'InvitedRegistration',
    examples: [{ token: exampleToken, password: 'four unrelated words here', name: 'Jane Doe' }],
  });

const forgets = describe(
  'Ask for a new password. A link goes to the email, if an account has it; the answer is the same if none does.',
  { 202: null },
);
const resets = describe(
  'Choose a new password. With the token of a link, which works once, for an hour. Every session of the account ends.',
  { 204: null },
  'link_invalid',
);
const verifies = describe(
  'Confirm an email. With the token of a link, for the email of a new account and for one that is to replace it: that ' +
    'takes a session of the account, or is a 401 or 403, and the link goes on working.',
  { 204: null },
  signedInOrNot,
  'unauthenticated',
  'session_ended',
  'wrong_account',
  'link_invalid',
  'duplicate',
);
const undoes = describe(
  'Undo a change of email. With the token of the link that went to the old one. Every session ends, the password no longer ' +
    'counts, and a link to choose a new one follows.',
  { 204: null },
  'link_invalid',
);
const asInvited = describe(
  'Register by invitation. The account has the email that the invitation was sent to, and the record that it is for.',
  { 201: tokens },
  'link_invalid',
  'already_linked',
  'duplicate',
);

const asking = prepare((db, { email, keys, network }: Given<'email' | 'keys' | 'network'>) => [
  db.select({ wait: sql<number>`wait` }).from(sql`app.ask_for_reset_from(${email}, ${keys}, ${network}) as wait`),
]);
const looking = prepare((db, { token, purpose }: Given<'token' | 'purpose'>) => [
  db.select({ own: sql<(string | null)[]>`to_json(own)` }).from(sql`app.look_at_link(${token}, ${purpose})`),
]);
const resetting = prepare((db, { token, chosen, network }: Given<'token' | 'chosen' | 'network'>) => [
  db.execute(sql`select app.choose_password(${token}, ${chosen}, ${network})`),
]);
const confirming = prepare((db, { token, session, actor }: Given<'token' | 'session' | 'actor'>) => [
  db.execute(sql`select app.confirm_address(${token}, ${session}, ${actor})`),
]);
const undoing = prepare((db, { token }: Given<'token'>) => [db.execute(sql`select app.undo_email(${token})`)]);
const registering = prepare((db, given: Opening & Given<'token' | 'account' | 'password_hash'>) => {
  const { token, account, password_hash } = given;
  return [signedInBy(db, sql`app.register_invited(${token}, ${account}::jsonb, ${password_hash}, ${opening(given)})`)];
});

/** The hash of a password that a link lets somebody choose. A weak one leaves the link as it is. */
const choose = async (
  c: Context<Env>,
  token: string,
  purpose: string,
  field: string,
  password: string,
  more: (string | undefined)[] = [],
) => {
  const [rows] = await askAuth(c, looking({ token, purpose }));
  const { own } = found(rows);
  const weak = weakness(password, [...own, ...more]);
  if (weak) throw new Problem('invalid_input', { errors: { [field]: [weak] } });
  return { own, hash: await hashPassword(password) };
};

/** What a link does, and the mails that come of it. */
const use = async (c: Context<Env>, call: Call<unknown>) => {
  await askAuth(c, call);
  c.set('mailed', true);
  return c.body(null, 204);
};

/** Not those of logins: whoever sends made-up tokens must not keep people from signing in. */
const limited = limitAddress('LINK_LIMIT');

export const linkRoutes = new Hono<Env>({ strict: false })
  .post('/password/forgot', forgets, limited, json(addressee), async (c) => {
    const [network, site] = [networkOf(c), siteOf(c)];
    const askers = site ? [network, site] : [network];
    const hashes = await Promise.all(
      askers.map(async (asker) => (await keyedHashes(config(c), 'guess', `mail:${asker}`))[0]),
    );
    const [rows] = await askAuth(c, asking({ ...c.req.valid('json'), keys: `{${hashes}}`, network }));
    const { wait } = found(rows);
    if (wait > 0) throw new Problem('too_many_requests', { retryAfter: wait });
    c.set('mailed', true);
    return c.body(null, 202);
  })
  .post('/password/reset', resets, limited, json(resetBody), async (c) => {
    const { token, new_password } = c.req.valid('json');
    const hashed = await tokenHash(token);
    const { hash } = await choose(c, hashed, 'reset', 'new_password', new_password);
    return use(c, resetting({ token: hashed, chosen: hash, network: networkOf(c) }));
  })
  .post('/email/verify', verifies, limited, json(link), async (c) => {
    const [token, who] = await Promise.all([tokenHash(c.req.valid('json').token), whoAsks(c)]);
    return use(c, confirming({ token, session: who?.session ?? null, actor: who?.id ?? null }));
  })
  .post('/email/undo', undoes, limited, json(link), async (c) =>
    use(c, undoing({ token: await tokenHash(c.req.valid('json').token) })),
  )
  .post('/register/invited', asInvited, limited, json(invitedBody), async (c) => {
    const { token, password, username, name } = c.req.valid('json');
    const [hashed, secret] = await Promise.all([tokenHash(token), newRefreshSecret()]);
    const { own, hash } = await choose(c, hashed, 'invitation', 'password', password, [username, name]);
    const account = { username, name, derived_username: derivedUsername(own[0] ?? '') };
    // the administrators are told of a new one
    c.set('mailed', true);
    const given = { token: hashed, account: JSON.stringify(account), password_hash: hash };
    return c.json(await signIn(c, registering({ ...openingOf(c, secret), ...given }), [secret]), 201);
  });
