// Written by `npm run client`; change what is in clients/typescript/ instead.
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

import { callsBy } from './calls.js';
import { signing } from './signing.js';
import { syncing } from './sync.js';

export { all, answer, page, pages } from './answers.js';

export { createPatients, partsOf } from './batches.js';

export { needsCode, Offline, Refused } from './errors.js';
export { secureStore } from './expo.js';
export { newKey } from './signing.js';

export { remaining } from './writes.js';

export const wardbook = (baseUrl, options) => {
  const { send, user, onChange } = signing(baseUrl, options);
  return { api: callsBy(send), user, onChange, sync: syncing(send, user) };
};
