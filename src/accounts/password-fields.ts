// Passwords in bodies: one that somebody chooses, and one that is compared.
import * as z from 'zod';

export const newPassword = z
  .string()
  .max(1000, 'at most 256 characters')
  .transform((value) => value.normalize('NFC'))
  .pipe(z.string().min(8, 'use 8 characters or more').max(256, 'at most 256 characters'))
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'contains characters that cannot be used')
  .meta({ minLength: 8, maxLength: 256, description: 'none of the commonest, nor your own name or email' });
/** A password that is only compared: whatever it is, the answer is that it is the right one or not. */
export const submittedPassword = z
  .string()
  .min(1, 'must not be empty')
  .max(1000, 'at most 1000 characters')
  .refine((value) => !value.includes('\0'), 'contains characters that cannot be used');

/** The body of what somebody who is signed in does with the password alone. */
export const ownPassword = z.strictObject({ password: submittedPassword.describe('your own, once more') }).meta({
  id: 'OwnPassword',
  examples: [{ password: 'four unrelated words here' }],
});
