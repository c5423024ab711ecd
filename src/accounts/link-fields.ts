// The bodies of routes about mails: the address that a mail goes to, and the token that its link contains.
import * as z from 'zod';
import { emailAddress } from '../http/fields.ts';

export const emailBody = z
  .strictObject({ email: emailAddress })
  .meta({ id: 'Addressee', examples: [{ email: 'jane@example.com' }] });

export const linkTokenField = z
  .string()
  .min(1, 'must not be empty')
  .max(200, 'at most 200 characters')
  .describe('what follows the # in the link of the mail');
export const exampleToken = 'c2VjcmV0IHRoYXQgYSBtYWlsIGNhcnJpZWQgdG8geW91';
export const linkBody = z
  .strictObject({ token: linkTokenField })
  .meta({ id: 'Link', examples: [{ token: exampleToken }] });
export const acceptanceBody = z
  .strictObject({
    token: linkTokenField,
    leave: z.boolean().optional().describe('leave the record that the account has, for the one of the invitation'),
  })
  .meta({ id: 'Acceptance', examples: [{ token: exampleToken }] });
