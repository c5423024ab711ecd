// The client for an app: every route typed end to end, its refusals too, and tokens, retries, pages and a copy for
// offline taken care of.
//
//   import { all, answer, Offline, Refused, secureStore, wardbook } from 'wardbook-client';
//
//   const { api, onChange, sync } = wardbook('https://wardbook.example', {
//     store: secureStore(SecureStore), // of Expo; browserStore() in a browser, or a keychain of your own
//     onSignedOut: (problem) => showLogin(problem.detail),
//   });
//   onChange((user) => showName(user?.name));
//   const login = await api.auth.login.$post({ json: { email, password } }); // whoever signs in is signed in from here on
//   const refused = login.ok ? undefined : await login.json();
//   if (refused && needsCode(refused))
//     await answer(api.auth.login.otp.$post({ json: { otp_token: refused.otp_token, code: await askForCode() } }));
//   try {
//     const { id } = await answer(api.patients.$post({ json: { name: 'Jane Doe', date_of_birth: '1990-12-31' } }));
//     for await (const doctor of all(api.doctors.$get, { query: { search: 'cardio' } })) offer(doctor.name, id);
//     await sync(copy);
//   } catch (error) {
//     if (error instanceof Refused && error.problem.code === 'invalid_input') mark(error.problem.errors);
//     else if (error instanceof Offline) later();
//     else throw error;
//   }
import type { User } from './api.ts';
import { type Api, callsBy } from './calls.ts';
import { type Options, signing } from './signing.ts';
import { type Syncing, syncing } from './sync.ts';

export { all, answer, type Listed, page, pages } from './answers.ts';
export type * from './api.ts';
export { type BatchOptions, createPatients, partsOf } from './batches.ts';
export type { Answered, Api, CallOptions, Refusal, Signal, Success } from './calls.ts';
export { needsCode, Offline, Refused } from './errors.ts';
export { type SecureItems, secureStore } from './expo.ts';
export { newKey, type Options } from './signing.ts';
export type { Copy, Page, Syncing, SyncOptions } from './sync.ts';
export type { Store, Tokens } from './tokens.ts';
export { type Change, type Outcome, remaining, type Write } from './writes.ts';

export interface Wardbook {
  /** Every route, as whoever is signed in. */
  api: Api;
  /** Who is signed in, as the server last said; this asks the store, and works without a connection. */
  user(): Promise<User | null>;
  /** Calls whenever somebody else is signed in, or nobody, or the account's data changed. Returns what ends it. */
  onChange(listener: (user: User | null) => void): () => void;
  /** Keeps a copy for offline up to date. */
  sync: Syncing;
}

export const wardbook = (baseUrl: string, options: Options): Wardbook => {
  const { send, user, onChange } = signing(baseUrl, options);
  return { api: callsBy(send), user, onChange, sync: syncing(send, user) };
};
