// Bodies and answers about the second factor.
import * as z from 'zod';
import { ownPassword, submittedPassword } from '../accounts/password-fields.ts';
import { requiredText } from '../http/fields.ts';
import { documentedAs } from '../http/validate.ts';

/** Apps show a code in two groups, and people type it so. */
const code = z
  .string()
  .max(20, 'six digits')
  .transform((value) => value.replace(/[\s-]/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, 'six digits'))
  .describe('six digits that the app shows');
const recoveryCode = requiredText(50).describe('one of the ten, instead of a code; each is good once');
const password = submittedPassword.describe('your own, once more');
const [exampleCode, exampleRecovery, examplePassword] = ['492039', '7h2kq-m9x4d', 'four unrelated words here'];
const exampleToken = 'eyJhbGci.eyJhdWQi.c2lnbmVk';

/** Either of the two, whichever is there; shown as two bodies, so that a compiler asks for one. */
const oneOfThem = 'send a code, or a recovery_code';
const hasOne = (sent: { code?: string | undefined; recovery_code?: string | undefined }) =>
  sent.code !== undefined || sent.recovery_code !== undefined;
const either = { code: code.optional(), recovery_code: recoveryCode.optional() };

export const codeBody = z.strictObject({ code }).meta({ id: 'OwnCode', examples: [{ code: exampleCode }] });
/** The body of what takes the password and a code of the app. */
export const renewalBody = z
  .strictObject({ password, code })
  .meta({ id: 'OwnPasswordAndCode', examples: [{ password: examplePassword, code: exampleCode }] });
const recoveryBody = z.strictObject({ password, recovery_code: recoveryCode }).meta({
  id: 'OwnPasswordAndRecoveryCode',
  examples: [{ password: examplePassword, recovery_code: exampleRecovery }],
});

const otpToken = requiredText(2000).describe('what the first step answered with `otp_required`');
const stepByCode = z
  .strictObject({ otp_token: otpToken, code })
  .meta({ id: 'SecondStepByCode', examples: [{ otp_token: exampleToken, code: exampleCode }] });
const stepByRecoveryCode = z.strictObject({ otp_token: otpToken, recovery_code: recoveryCode }).meta({
  id: 'SecondStepByRecoveryCode',
  examples: [{ otp_token: exampleToken, recovery_code: exampleRecovery }],
});
export const otpBody = documentedAs(
  z.xor([stepByCode, stepByRecoveryCode]).meta({
    id: 'SecondStep',
    examples: [{ otp_token: exampleToken, code: exampleCode }],
  }),
  z.strictObject({ otp_token: otpToken, ...either }).refine(hasOne, { path: ['code'], error: oneOfThem }),
);
export const removalBody = documentedAs(
  z
    .xor([renewalBody, recoveryBody])
    .meta({ id: 'FactorRemoval', examples: [{ password: examplePassword, code: exampleCode }] }),
  z.strictObject({ password, ...either }).refine(hasOne, { path: ['code'], error: oneOfThem }),
);
/** The password, or a code where the account has a second factor. */
export const stepUpBody = documentedAs(
  z.xor([ownPassword, codeBody]).meta({ id: 'StepUp', examples: [{ password: examplePassword }] }),
  z
    .strictObject({ password: password.optional(), code: code.optional() })
    .refine((sent) => sent.password !== undefined || sent.code !== undefined, {
      path: ['password'],
      error: 'send your password, or a code if your account has a second factor',
    }),
);

export const enrolmentShape = z
  .object({
    secret: z.string().describe('for the app, to be typed where there is no camera'),
    uri: z.string().describe('the same as an `otpauth://` address, which opens an app on a phone'),
    qr: z.string().describe('the same as a picture: a `data:` address of an SVG'),
  })
  .meta({
    id: 'FactorEnrolment',
    examples: [
      {
        secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        uri: 'otpauth://totp/Wardbook:jane%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Wardbook',
        qr: 'data:image/svg+xml,%3Csvg%2F%3E',
      },
    ],
  });
export const recoveryCodesShape = z
  .object({ recovery_codes: z.array(z.string()).describe('shown this once; each is good once instead of a code') })
  .meta({ id: 'RecoveryCodes', examples: [{ recovery_codes: [exampleRecovery] }] });
export const factorShape = z
  .object({
    enabled: z.boolean().describe('whether the account has a second factor'),
    confirmed_at: z.iso.datetime().nullable().describe('since when'),
    recovery_codes_left: z.int().describe('how many recovery codes are still good'),
    required: z.boolean().describe('whether the role of the account needs one here'),
    available: z.boolean().describe('whether this deployment offers one'),
  })
  .meta({
    id: 'SecondFactor',
    examples: [
      {
        enabled: true,
        confirmed_at: '2026-11-02T08:15:00.000Z',
        recovery_codes_left: 10,
        required: false,
        available: true,
      },
    ],
  });
