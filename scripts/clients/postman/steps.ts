// The chapters of the Postman collection in the order in which a person clicks through them, and what one hands to the next.
import { accounts } from './chapters/accounts.ts';
import { administering } from './chapters/administering.ts';
import { leaving } from './chapters/leaving.ts';
import { records } from './chapters/records.ts';
import { secondFactor } from './chapters/second-factor.ts';

export const chapters = [
  ...accounts,
  ...records,
  ...administering,
  ...secondFactor,
  // at its end the accounts are deleted
  ...leaving,
];
