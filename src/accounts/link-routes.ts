// /api/auth, what the links in mails are for: a new password, an address that is one's own, an invitation. For anybody,
// because whoever holds such a link need not be signed in. Only a POST uses one up: programs that read mail open links.
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import { config, type Env, networkOf, siteOf } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import type { Batch } from '../db/prepare.ts';
import { Problem, requireRow } from '../errors.ts';
import { limitByAddress } from '../http/auth.ts';
import { hashToken, keyedHashes, newRefreshSecret } from '../http/tokens.ts';
import { json } from '../http/validate.ts';
import { optionalToken, route } from '../openapi/route.ts';
import { emailBody, exampleToken, linkBody, linkTokenField } from './link-fields.ts';
import {
  confirmEmail,
  registerInvited,
  requestReset,
  resetPassword,
  selectLink,
  undoEmailChange,
} from './link-queries.ts';
import { newPassword } from './password-fields.ts';
import { hashPassword, passwordWeakness } from './passwords.ts';
import { optionalActor } from './require-password.ts';
import { signedInShape as tokens } from './session-table.ts';
import { openSession, sessionParams } from './sessions.ts';
import { derivedUsername, userFields } from './table.ts';

const resetBody = z
  .strictObject({ token: linkTokenField, new_password: newPassword })
  .meta({ id: 'PasswordReset', examples: [{ token: exampleToken, new_password: 'even more unrelated words' }] });
const invitedBody = z
  .strictObject({
    token: linkTokenField,
    password: newPassword,
    username: userFields.username.optional().describe('without one it is made from the email'),
    name: userFields.name.optional().describe('without one it is that of the invitation, or of the record'),
  })
  .meta({
    id: 'InvitedRegistration',
    examples: [{ token: exampleToken, password: 'four unrelated words here', name: 'Jane Doe' }],
  });
/** The hash of a password that a link lets somebody choose. A weak one leaves the link as it is. */
const hashChosenPassword = async (
  c: Context<Env>,
  token: string,
  purpose: string,
  field: string,
  password: string,
  more: (string | undefined)[] = [],
) => {
  const [rows] = await queryAsAuth(c, selectLink({ token, purpose }));
  const { own } = requireRow(rows);
  const weak = passwordWeakness(password, [...own, ...more]);
  if (weak) throw new Problem('invalid_input', { errors: { [field]: [weak] } });
  return { own, hash: await hashPassword(password) };
};

/** What a link does, and the mails that come of it. */
const redeemLink = async (c: Context<Env>, call: Batch<unknown>) => {
  await queryAsAuth(c, call);
  c.set('mailed', true);
  return c.body(null, 204);
};

/** A limit of its own: somebody who sends made-up tokens must not keep people of the same network from signing in. */
const limited = limitByAddress('LINK_LIMIT');

export const linkRoutes = new Hono<Env>({ strict: false })
  .post(
    '/password/forgot',
    route({
      summary: 'Ask for a new password',
      detail: 'A link goes to the email, if an account has it; the answer is the same if none does.',
      answers: { 202: null },
    }),
    limited,
    json(emailBody),
    async (c) => {
      const [network, site] = [networkOf(c), siteOf(c)];
      const askers = site ? [network, site] : [network];
      const hashes = await Promise.all(
        askers.map(async (asker) => (await keyedHashes(config(c), 'guess', `mail:${asker}`))[0]),
      );
      const [rows] = await queryAsAuth(c, requestReset({ ...c.req.valid('json'), keys: `{${hashes}}`, network }));
      const { wait } = requireRow(rows);
      if (wait > 0) throw new Problem('too_many_requests', { retryAfter: wait });
      c.set('mailed', true);
      return c.body(null, 202);
    },
  )
  .post(
    '/password/reset',
    route({
      summary: 'Choose a new password',
      detail: 'With the token of a link, which works once, for an hour. Every session of the account ends.',
      answers: { 204: null },
      problems: ['link_invalid'],
    }),
    limited,
    json(resetBody),
    async (c) => {
      const { token, new_password } = c.req.valid('json');
      const hashed = await hashToken(token);
      const { hash } = await hashChosenPassword(c, hashed, 'reset', 'new_password', new_password);
      return redeemLink(c, resetPassword({ token: hashed, chosen: hash, network: networkOf(c) }));
    },
  )
  .post(
    '/email/verify',
    route({
      summary: 'Confirm an email',
      detail:
        'With the token of a link, for the email of a new account and for one that is to replace it: that ' +
        'takes a session of the account, or is a 401 or 403, and the link goes on working.',
      answers: { 204: null },
      problems: ['unauthenticated', 'session_ended', 'wrong_account', 'link_invalid', 'duplicate'],
      uses: [optionalToken],
    }),
    limited,
    json(linkBody),
    async (c) => {
      const [token, who] = await Promise.all([hashToken(c.req.valid('json').token), optionalActor(c)]);
      return redeemLink(c, confirmEmail({ token, session: who?.session ?? null, actor: who?.id ?? null }));
    },
  )
  .post(
    '/email/undo',
    route({
      summary: 'Undo a change of email',
      detail:
        'With the token of the link that went to the old one. Every session ends, the password no longer ' +
        'counts, and a link to choose a new one follows.',
      answers: { 204: null },
      problems: ['link_invalid'],
    }),
    limited,
    json(linkBody),
    async (c) => redeemLink(c, undoEmailChange({ token: await hashToken(c.req.valid('json').token) })),
  )
  .post(
    '/register/invited',
    route({
      summary: 'Register by invitation',
      detail: 'The account has the email that the invitation was sent to, and the record that it is for.',
      answers: { 201: tokens },
      problems: ['link_invalid', 'already_linked', 'duplicate'],
    }),
    limited,
    json(invitedBody),
    async (c) => {
      const { token, password, username, name } = c.req.valid('json');
      const [hashed, secret] = await Promise.all([hashToken(token), newRefreshSecret()]);
      const { own, hash } = await hashChosenPassword(c, hashed, 'invitation', 'password', password, [username, name]);
      const account = { username, name, derived_username: derivedUsername(own[0] ?? '') };
      // the administrators are told of a new one
      c.set('mailed', true);
      const given = { token: hashed, account: JSON.stringify(account), password_hash: hash };
      return c.json(await openSession(c, registerInvited({ ...sessionParams(c, secret), ...given }), [secret]), 201);
    },
  );
