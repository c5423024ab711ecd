// /api/auth/mfa: the second factor of the own account.
import { Hono } from 'hono';
import { renderSVG } from 'uqr';
import type * as z from 'zod';
import { withProvenPassword } from '../accounts/guesses.ts';
import { ownPassword } from '../accounts/password-fields.ts';
import { requirePassword } from '../accounts/require-password.ts';
import { config, type Env } from '../config.ts';
import { queryAsAuth } from '../db/client.ts';
import { Problem, requireRow } from '../errors.ts';
import { actorOf, everyone } from '../http/auth.ts';
import { json } from '../http/validate.ts';
import { route } from '../openapi/route.ts';
import { enrolmentOf, newRecoveryCodes } from './codes.ts';
import {
  confirmFactor,
  removeFactor,
  renewRecoveryCodes,
  selectFactor,
  selectOwnFactor,
  startFactor,
} from './queries.ts';
import { encryptSecret, newFactorSecret, offersFactors } from './secrets.ts';
import { codeBody, enrolmentShape, factorShape, recoveryCodesShape, removalBody, renewalBody } from './shapes.ts';
import { compareOwnCode, requireAccepted } from './verify.ts';

export const mfaRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'See my second factor',
      detail: 'Whether the account has one, and how many recovery codes are left.',
      roles: everyone,
      answers: { 200: factorShape },
    }),
    async (c) => {
      const [rows] = await queryAsAuth(c, selectOwnFactor({}));
      const { confirmed_at, recovery_codes, role } = requireRow(rows);
      const settings = config(c);
      const answer: z.output<typeof factorShape> = {
        enabled: confirmed_at !== null,
        confirmed_at,
        recovery_codes_left: recovery_codes,
        required: settings.MFA_REQUIRED_FOR.some((one) => one === role.replace('pending_', '')),
        available: offersFactors(settings),
      };
      return c.json(answer);
    },
  )
  .delete(
    '/',
    route({
      summary: 'Take my second factor away',
      detail: 'With the password and a code, or a recovery code where the phone is lost. The account is told by mail.',
      roles: everyone,
      answers: { 204: null },
      problems: ['mfa_not_set_up', 'password_required', 'too_many_attempts'],
    }),
    json(removalBody),
    async (c) => {
      const { password, ...sent } = c.req.valid('json');
      const { hash, keys, factor } = await requirePassword(c, 'password', password);
      const { given } = await withProvenPassword(c, { keys }, () => compareOwnCode(c, factor, sent));
      const [rows] = await queryAsAuth(c, removeFactor({ ...given, proven: hash, keys }));
      requireAccepted(rows, sent.code === undefined ? 'recovery_code' : 'code');
      c.set('mailed', true);
      return c.body(null, 204);
    },
  )
  .post(
    '/totp',
    route({
      summary: 'Begin to set up a second factor',
      detail:
        'Answers the secret for an app, which counts for nothing before a code of it was sent to ' +
        '`/api/auth/mfa/totp/confirm/`, within an hour. Where mails are sent, the email has to be confirmed first.',
      roles: everyone,
      answers: { 201: enrolmentShape },
      problems: ['mfa_unavailable', 'mfa_set_up', 'email_unverified', 'password_required', 'too_many_attempts'],
    }),
    json(ownPassword),
    async (c) => {
      const settings = config(c);
      if (!offersFactors(settings)) throw new Problem('mfa_unavailable');
      const { id } = actorOf(c);
      const { hash, keys, own } = await requirePassword(c, 'password', c.req.valid('json').password);
      const secret = newFactorSecret();
      const { encrypted, keyId } = await encryptSecret(settings, id, secret);
      const { PUBLIC_URL, EMAIL, MAIL_API_URL } = settings;
      const needs_address = EMAIL !== undefined || MAIL_API_URL !== undefined;
      await withProvenPassword(c, { keys }, () =>
        queryAsAuth(c, startFactor({ proven: hash, encrypted, key: keyId, needs_address, keys })),
      );
      const issuer = PUBLIC_URL ? new URL(PUBLIC_URL).host : 'Wardbook';
      const { uri, secret: typed } = enrolmentOf(secret, issuer, own.find((name) => name !== null) ?? String(id));
      const qr = `data:image/svg+xml,${encodeURIComponent(renderSVG(uri, { border: 2 }))}`;
      return c.json({ secret: typed, uri, qr }, 201);
    },
  )
  .post(
    '/totp/confirm',
    route({
      summary: 'Confirm my second factor',
      detail:
        'From the first right code on every sign-in asks for one. Every other session ends. Answers ten recovery codes, ' +
        'which are shown this once.',
      roles: everyone,
      answers: { 200: recoveryCodesShape },
      problems: ['mfa_not_set_up', 'mfa_set_up', 'too_many_attempts'],
    }),
    json(codeBody),
    async (c) => {
      const [pending] = await queryAsAuth(c, selectFactor({ account: actorOf(c).id, pending: true }));
      const { secret, given } = await compareOwnCode(c, pending[0]?.encrypted, c.req.valid('json'));
      const { shown, hashes } = await newRecoveryCodes(secret);
      const { encrypted, step } = given;
      const [rows] = await queryAsAuth(c, confirmFactor({ encrypted, step, hashes }));
      requireAccepted(rows);
      c.set('mailed', true);
      return c.json({ recovery_codes: shown });
    },
  )
  .post(
    '/recovery-codes',
    route({
      summary: 'Get new recovery codes',
      detail: 'With the password and a code of the app. Earlier ones are void.',
      roles: everyone,
      answers: { 200: recoveryCodesShape },
      problems: ['mfa_not_set_up', 'password_required', 'too_many_attempts'],
    }),
    json(renewalBody),
    async (c) => {
      const { password, code } = c.req.valid('json');
      const { hash, keys, factor } = await requirePassword(c, 'password', password);
      const compared = await withProvenPassword(c, { keys }, () => compareOwnCode(c, factor, { code }));
      const { encrypted, step } = compared.given;
      const { shown, hashes } = await newRecoveryCodes(compared.secret);
      const [rows] = await queryAsAuth(c, renewRecoveryCodes({ proven: hash, keys, encrypted, step, hashes }));
      requireAccepted(rows);
      return c.json({ recovery_codes: shown });
    },
  );
