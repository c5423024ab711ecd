// A second factor, with the app on the phone played by a script: it computes codes as RFC 6238 says.
import type { Chapter } from '../step.ts';

/** The code of now, or of half a minute before or after: no code counts twice, nor an older one after a newer. */
const code = (halfMinutes: number) => [
  "const hashes = require('crypto-js');",
  "const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';",
  "const bits = [...(pm.variables.get('factor_secret') || '')].map((one) => letters.indexOf(one).toString(2).padStart(5, '0'));",
  "const key = (bits.join('').match(/.{4}/g) || []).map((four) => parseInt(four, 2).toString(16)).join('');",
  `const step = (Math.floor(Date.now() / 30000) + ${halfMinutes}).toString(16).padStart(16, '0');`,
  'const mac = hashes.HmacSHA1(hashes.enc.Hex.parse(step), hashes.enc.Hex.parse(key)).toString();',
  'const at = 2 * parseInt(mac.slice(-1), 16);',
  "pm.variables.set('code', String((parseInt(mac.slice(at, at + 8), 16) & 0x7fffffff) % 1000000).padStart(6, '0'));",
];
const own = { password: '{{password}}' };
/** By whoever was invited, because the email has to be confirmed. Without the earlier mails there is nobody. */
const invited = { as: 'invited', link: { token: 'invitation_token' } } as const;

export const secondFactor: Chapter[] = [
  {
    name: 'A second factor',
    about:
      'Codes of an app, and recovery codes. Who was invited sets one up; it needs MFA_KEY. Skipped without an administrator.',
    admin: true,
    steps: [
      { ...invited, on: 'POST /api/auth/mfa/totp/', instead: own, keep: { factor_secret: 'body.secret' } },
      {
        ...invited,
        on: 'POST /api/auth/mfa/totp/confirm/',
        before: code(-1),
        instead: { code: '{{code}}' },
        also: { 'ten recovery codes': 'body.recovery_codes.length === 10' },
      },
      { ...invited, on: 'GET /api/auth/mfa/', also: { 'it counts': 'body.enabled === true' } },
      {
        on: 'POST /api/auth/login/',
        name: 'Log in with the password, which is not enough',
        link: invited.link,
        instead: { email: 'invited.{{run}}@example.com', ...own },
        status: 401,
        code: 'otp_required',
        keep: { otp_token: 'body.otp_token' },
      },
      {
        on: 'POST /api/auth/login/otp/',
        link: invited.link,
        before: code(0),
        instead: { otp_token: '{{otp_token}}', code: '{{code}}' },
        keep: { invited_user_id: 'body.user.id' },
      },
      {
        on: 'POST /api/auth/login/otp/',
        name: 'Use the same code a second time',
        link: invited.link,
        instead: { otp_token: '{{otp_token}}', code: '{{code}}' },
        status: 401,
        code: 'otp_token_invalid',
      },
      {
        ...invited,
        on: 'POST /api/auth/mfa/recovery-codes/',
        before: code(1),
        instead: { ...own, code: '{{code}}' },
        keep: { recovery_code: 'body.recovery_codes[0]' },
      },
      { ...invited, on: 'DELETE /api/auth/mfa/', instead: { ...own, recovery_code: '{{recovery_code}}' } },
      {
        ...invited,
        on: 'POST /api/auth/mfa/totp/',
        name: 'Set up another one',
        instead: own,
        keep: { factor_secret: 'body.secret' },
      },
      {
        ...invited,
        on: 'POST /api/auth/mfa/totp/confirm/',
        name: 'Confirm it',
        before: code(0),
        instead: { code: '{{code}}' },
      },
      {
        on: 'POST /api/auth/step-up/',
        name: 'Give the administrator’s password',
        as: 'admin',
        instead: { password: '{{ADMIN_PASSWORD}}' },
      },
      {
        on: 'POST /api/admin/users/{id}/reset-mfa/',
        as: 'admin',
        link: invited.link,
        path: { id: 'invited_user_id' },
      },
    ],
  },
];
