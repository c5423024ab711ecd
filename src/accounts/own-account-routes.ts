// /api/auth, what a signed-in account may do with itself: its data, its password, its devices, its end.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { queryAsApi, queryAsAuth } from '../db/client.ts';
import { Problem, type ProblemCode, requireRow } from '../errors.ts';
import { actorOf, everyone } from '../http/auth.ts';
import { conditionalRead, conditionalWrite, etagHeader, withEtag } from '../http/etag.ts';
import { respondWithPage } from '../http/pages.ts';
import { hashToken, newRefreshSecret } from '../http/tokens.ts';
import { byId, json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { returnAttempt, withProvenPassword } from './guesses.ts';
import { acceptanceBody } from './link-fields.ts';
import {
  acceptInvitation,
  changePassword,
  endOtherSessions,
  endSession,
  eraseOwnAccount,
  listSessions,
  logOut,
  resendVerification,
  selectOwnAccount,
  sessionListParams,
  updateOwnAccount,
} from './own-account-queries.ts';
import { newPassword, ownPassword, submittedPassword } from './password-fields.ts';
import { hashPassword, passwordWeakness } from './passwords.ts';
import { requirePassword, wrongPassword } from './require-password.ts';
import { sessionShape as oneSession, signedInShape } from './session-table.ts';
import { openSession, sessionParams } from './sessions.ts';
import { user, userPatch } from './table.ts';

const passwords = z.strictObject({ current_password: submittedPassword, new_password: newPassword });
const passwordBody = passwords.meta({
  id: 'PasswordChange',
  examples: [{ current_password: 'four unrelated words here', new_password: 'even more unrelated words' }],
});
export const ownAccountRoutes = new Hono<Env>({ strict: false })
  .post(
    '/logout',
    route({
      summary: 'Log out',
      detail: 'Ends the session of this device, and its tokens.',
      roles: everyone,
      answers: { 204: null },
    }),
    async (c) => {
      await queryAsAuth(c, logOut({ ...actorOf(c) }));
      return c.body(null, 204);
    },
  )

  .get(
    '/me',
    route({
      summary: 'Read my account',
      detail: 'Who is signed in, and with which role.',
      roles: everyone,
      answers: { 200: user },
      uses: [conditionalRead],
    }),
    async (c) => {
      const [rows] = await queryAsApi(c, selectOwnAccount({}));
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .patch(
    '/me',
    route({
      summary: 'Change my account',
      detail:
        'A new email or username needs the password; an email counts once the link is used, signed in to ' +
        'this account, that is sent to it.',
      roles: everyone,
      answers: { 200: user },
      problems: ['duplicate', 'password_required', 'step_up_required', 'too_many_attempts'],
      uses: [conditionalWrite],
    }),
    json(userPatch),
    async (c) => {
      const { password, ...changes } = c.req.valid('json');
      if (password === undefined || (changes.email === undefined && changes.username === undefined)) {
        const [rows] = await queryAsAuth(c, updateOwnAccount(changes));
        return c.json(withEtag(c, requireRow(rows)));
      }
      const { hash, keys } = await requirePassword(c, 'password', password);
      const [rows] = await withProvenPassword(c, { keys }, () =>
        queryAsAuth(c, updateOwnAccount({ ...changes, proven: hash, keys })),
      );
      c.set('mailed', true);
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .post(
    '/email/resend',
    route({
      summary: 'Send the link again that confirms my email',
      detail: 'To the new one, where one is to replace it; nothing, where none is needed.',
      roles: everyone,
      answers: { 202: null },
    }),
    async (c) => {
      const [rows] = await queryAsAuth(c, resendVerification({}));
      const { wait } = requireRow(rows);
      if (wait > 0) throw new Problem('too_many_requests', { retryAfter: wait });
      c.set('mailed', true);
      return c.body(null, 202);
    },
  )
  .post(
    '/invitations/accept',
    route({
      summary: 'Accept an invitation with my account',
      detail:
        'For an account that has made no records: it gets the role, and the record, that ' +
        'the invitation is for. A patient whose record somebody else made leaves that record for it, with `leave`. A ' +
        'new role needs `/api/auth/step-up/` first.',
      roles: everyone,
      answers: { 200: user },
      problems: ['step_up_required', 'link_invalid', 'already_linked', 'leaves_record'],
      uses: [etagHeader],
    }),
    json(acceptanceBody),
    async (c) => {
      const { token, leave } = c.req.valid('json');
      const [, , rows] = await queryAsAuth(
        c,
        acceptInvitation({ token: await hashToken(token), leave: String(leave ?? false) }),
      );
      // the account is told, and administrators of a new one
      c.set('mailed', true);
      return c.json(withEtag(c, requireRow(rows)));
    },
  )
  .delete(
    '/me',
    route({
      summary: 'Erase my account',
      detail: 'Its password, sessions and email are gone at once; the records that it made are kept.',
      roles: everyone,
      answers: { 204: null },
      problems: ['step_up_required', 'last_admin', 'too_many_attempts'],
      uses: [
        {
          requestHeaders: ['If-Match'],
          problems: ['stale_version'],
        },
      ],
    }),
    json(ownPassword),
    async (c) => {
      const { keys } = await requirePassword(c, 'password', c.req.valid('json').password);
      await withProvenPassword(c, { keys }, () => queryAsAuth(c, eraseOwnAccount({ keys })));
      return c.body(null, 204);
    },
  )

  .post(
    '/password',
    route({
      summary: 'Change my password',
      detail: 'Ends every session and token of the account, those that asked as well: go on with the new ones.',
      roles: everyone,
      answers: { 200: signedInShape },
      problems: ['not_found', 'account_disabled', 'too_many_attempts'],
    }),
    json(passwordBody),
    async (c) => {
      const { current_password, new_password } = c.req.valid('json');
      const { hash, keys, own } = await requirePassword(c, 'current_password', current_password);
      const weak = passwordWeakness(new_password, own);
      if (weak) {
        await queryAsAuth(c, returnAttempt({ keys }));
        throw new Problem('invalid_input', { errors: { new_password: [weak] } });
      }
      const [chosen, secret] = await Promise.all([hashPassword(new_password), newRefreshSecret()]);
      const call = changePassword({ ...sessionParams(c, secret), proven: hash, chosen, keys });
      c.set('mailed', true);
      // somebody else changed it while the hashes were computed
      const problem = (code: ProblemCode) =>
        code === 'invalid_credentials' ? wrongPassword('current_password') : new Problem(code);
      return c.json(await openSession(c, call, [secret], problem));
    },
  )

  .get(
    '/sessions',
    route({
      summary: 'List my sessions',
      detail: 'The devices on which the account is signed in, the one used last first.',
      roles: everyone,
      answers: { 200: z.array(oneSession) },
    }),
    sessionListParams,
    (c) => {
      const { id, session } = actorOf(c);
      return respondWithPage(c, listSessions, c.req.valid('query'), { actor: id, session }, queryAsAuth);
    },
  )
  .delete(
    '/sessions',
    route({
      summary: 'End all other sessions',
      detail: 'Signs the account out everywhere but here.',
      roles: everyone,
      answers: { 204: null },
    }),
    async (c) => {
      const { id, session } = actorOf(c);
      await queryAsAuth(c, endOtherSessions({ actor: id, session }));
      return c.body(null, 204);
    },
  )
  .delete(
    '/sessions/:id',
    route({
      summary: 'End a session',
      detail: 'Signs one device out, say a phone that was lost.',
      roles: everyone,
      answers: { 204: null },
    }),
    byId,
    async (c) => {
      const [ended] = await queryAsAuth(c, endSession({ actor: actorOf(c).id, session: c.req.valid('param').id }));
      requireRow(ended);
      return c.body(null, 204);
    },
  );
