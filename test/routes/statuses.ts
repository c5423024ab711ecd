// The status that each person is answered, said by name.
import { type ActorName, actors } from '../support/cast.ts';

/** Beside the signed-in cast, two who are not signed in: one sends no token, the other one that is made up. */
export type Asker = 'nobody' | 'forged' | ActorName;
export const askers: Asker[] = ['nobody', 'forged', ...actors];
export type Statuses = Record<Asker, number>;

/** Either all of the cast by name, or some of them and what all the others are answered. */
type Cast = Record<ActorName, number> | (Partial<Record<ActorName, number>> & { others: number });

/** For a route that asks for no token, and looks at none. */
export const everybody = (status: number): Statuses => ({ nobody: status, forged: status, ...all(status) });

/** For a route that asks for a token: 401 without a good one. A number is for all who have one. */
export const signedIn = (cast: number | Cast): Statuses => {
  if (typeof cast === 'number') return signedIn({ others: cast });
  const { others, ...named } = { others: 0, ...cast };
  return { nobody: 401, forged: 401, ...all(others), ...named };
};

const all = (status: number): Record<ActorName, number> => ({
  owner: status,
  stranger: status,
  patient: status,
  otherPatient: status,
  pendingDoctor: status,
  assignedDoctor: status,
  otherDoctor: status,
  admin: status,
});
