// Every route that there is. All tests that have to hold for every route take from here what a request to it looks like.
import { administration } from './administration.ts';
import { doctors } from './doctors.ts';
import { mappings } from './mappings.ts';
import { ownAccount, signingOut } from './own-account.ts';
import { patients } from './patients.ts';
import { profiles } from './profiles.ts';
import type { Route } from './route.ts';
import { secondFactor } from './second-factor.ts';
import { service } from './service.ts';
import { signingIn } from './signing-in.ts';

export const table: Route[] = [
  ...service,
  ...signingIn,
  ...ownAccount,
  ...secondFactor,
  ...patients,
  ...doctors,
  ...mappings,
  ...profiles,
  ...administration,
  ...signingOut,
];

const byName = new Map(table.map((row) => [row.route, row]));

export const rowOf = (route: string): Route => {
  const row = byName.get(route);
  if (!row) throw new Error(`${route} has no row in test/routes/`);
  return row;
};

/** Whether an answer may be given without asking the database. */
export const mayAskNothing = ({ roundTrips = 1 }: Route) => [roundTrips].flat().includes(0);
