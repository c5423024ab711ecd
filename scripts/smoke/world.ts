// What the checks of the smoke share: the deployment, the accounts that they make there, and how all of it goes again.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fatal } from '../support/terminal.ts';
import { makeAccount, otherDatabase, removeAccount } from './by-owner.ts';
import { type Answer, type Fields, problemCode, type Send, sender, Unexpected } from './send.ts';

export interface Person {
  name: string;
  email: string;
  password: string;
  access: string;
  refresh: string;
  /** The ids of the patients that the smoke made for this account. */
  patients: number[];
}

export interface World {
  url: URL;
  send: Send;
  /** A page that is to be allowed to call the API, from --origin. */
  origin: string | undefined;
  /** Where the mails to the accounts go, from --email. */
  email: string;
  /** The URL of the database's owner, where it is known. */
  ownerUrl: string | undefined;
  /** The accounts that were made so far. */
  people: Person[];
  /** Says why nothing happens just now. */
  say(line: string): void;
}

export const makeWorld = (url: URL, more: Pick<World, 'origin' | 'email' | 'ownerUrl' | 'say'>): World => ({
  url,
  send: sender(url.origin),
  people: [],
  ...more,
});

/** A check that cannot be tried, because one before it failed. */
export class NotTried extends Fatal {}

/** What holds, and somebody should look at all the same. */
export interface Beware {
  beware: string;
}
export const beware = (what: string): Beware => ({ beware: what });

/** Two accounts that know nothing of each other. */
export const twoPeople = ({ people: [owner, stranger] }: World): { owner: Person; stranger: Person } => {
  if (!owner || !stranger) throw new NotTried('not tried, because two accounts could not be registered');
  return { owner, stranger };
};

/** Registers an account, or where nobody may register has the database's owner make it. */
export const register = async (world: World, name: string): Promise<Answer> => {
  const email = world.email.replace('@', `${randomBytes(8).toString('hex')}@`);
  const account = { name, email, password: randomBytes(18).toString('base64url') };
  let answer = await patiently(world, () => world.send('POST', '/api/auth/register/', [201, 403], { body: account }));
  if (answer.status === 403) {
    if (problemCode(answer) !== 'registration_closed') throw new Unexpected('POST /api/auth/register/', answer, [201]);
    await makeAccount(world, account);
    answer = await patiently(world, () => logIn(world.send, account, account.password, [200, 401]));
    if (answer.status === 401) {
      await removeAccount(world, email);
      throw new Fatal(otherDatabase);
    }
  }
  world.people.push({ ...account, ...tokensOf(answer), patients: [] });
  return answer;
};

export const logIn = (send: Send, { email }: { email: string }, password: string, expected: number | number[]) =>
  send('POST', '/api/auth/login/', expected, { body: { email, password } });

/** The smoke ends by exhausting the limiter, so the next one within a minute has to wait until it lets go. */
const patiently = async (world: World, act: () => Promise<Answer>): Promise<Answer> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Unexpected) || error.answer.status !== 429) throw error;
    const seconds = Number(error.answer.headers.get('Retry-After'));
    if (!(seconds > 0 && seconds <= 60)) throw error;
    world.say(`the limiter of logins is still counting what came from this address: waiting ${seconds} s`);
    await sleep(seconds * 1000);
    return act();
  }
};

export const tokensOf = ({ body: { access, refresh } }: Answer): { access: string; refresh: string } => {
  if (typeof access === 'string' && typeof refresh === 'string') return { access, refresh };
  throw new Fatal('an answer of signing in holds no access and refresh tokens');
};

/** Makes a patient whom a person who stumbles on it knows for what it is. */
export const createPatient = async ({ send }: World, person: Person, fields: Fields = {}, key?: string) => {
  const answer = await send('POST', '/api/patients/', 201, {
    token: person.access,
    body: { name: 'Smoke Test', ...fields },
    ...(key && { headers: { 'Idempotency-Key': key } }),
  });
  const { id } = answer.body;
  if (typeof id !== 'number') throw new Fatal('POST /api/patients/ answered a patient without an id');
  if (!person.patients.includes(id)) person.patients.push(id);
  return { id, answer };
};

export const deletePatient = async ({ send }: World, person: Person, id: number): Promise<void> => {
  await send('DELETE', `/api/patients/${id}/`, [204, 404], { token: person.access });
  person.patients = person.patients.filter((other) => other !== id);
};

/** Deletes the patients and erases the accounts. Tries all of them, and then says what could not be done. */
export const cleanUp = async (world: World): Promise<{ accounts: number }> => {
  const failures: string[] = [];
  const remaining: Person[] = [];
  const accounts = world.people.length;
  for (const person of world.people) {
    try {
      // one that was made and whose answer was lost is not in our list
      const { rows } = await world.send('GET', '/api/patients/', [200, 403], { token: person.access });
      for (const { id } of rows) await deletePatient(world, person, Number(id));
      const body = { password: person.password };
      await world.send('DELETE', '/api/auth/me/', 204, { token: person.access, body });
    } catch (error) {
      remaining.push(person);
      failures.push(`${person.email} is still there: ${error instanceof Error ? error.message : error}`);
    }
  }
  world.people = remaining;
  if (failures.length > 0) throw new Fatal(failures.join('; '));
  return { accounts };
};
