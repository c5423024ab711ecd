// A list of patients that is there without a connection, as a small command line. What it does is what an app does:
// tokens and records are kept in one place of its own (a file here; SQLite, MMKV or a keychain on a phone), patients are
// added offline, and sent once there is a connection.
//
//   node patients.ts http://127.0.0.1:8787 sign-in ann@example.com "a long password"
//   node patients.ts http://127.0.0.1:8787 add "Jane Doe" 1990-12-31
//   node patients.ts http://127.0.0.1:8787 list
//   node patients.ts http://127.0.0.1:8787 sync
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
// in an app of your own: from 'wardbook-client'
import {
  answer,
  type Copy,
  type NewPatient,
  newKey,
  type Patient,
  Refused,
  type Tokens,
  type Write,
  wardbook,
} from '../dist/index.js';

interface Kept {
  tokens: Tokens | null;
  /** Whose copy this is. */
  owner: number | null;
  patients: Patient[];
  cursor: string | null;
  /** What was added and not sent yet, the oldest first. */
  writes: Write[];
  /** What the server would not take, and why. */
  refused: string[];
}
const nothing: Kept = { tokens: null, owner: null, patients: [], cursor: null, writes: [], refused: [] };

const file = process.env.PATIENTS_FILE ?? 'patients.json';
const kept = (): Kept => {
  try {
    return { ...nothing, ...JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return nothing;
  }
};
/** All of it or nothing, also when the power fails in between. */
const keep = (changes: Partial<Kept>): void => {
  writeFileSync(`${file}.next`, JSON.stringify({ ...kept(), ...changes }), { mode: 0o600 });
  renameSync(`${file}.next`, file);
};

const copy: Copy = {
  load: ({ id }) => {
    const { owner, cursor, writes } = kept();
    return owner === id ? { cursor, writes } : null;
  },
  apply: ({ patients, removed, cursor }) => {
    const gone = new Set([...removed.patients, ...patients.map(({ id }) => id)]);
    keep({ patients: [...kept().patients.filter(({ id }) => !gone.has(id)), ...patients], cursor });
  },
  reset: () => keep({ patients: [], cursor: null }),
  sent: (write, { problem }) => {
    const { writes, refused } = kept();
    keep({
      writes: writes.filter(({ key }) => key !== write.key),
      refused: problem ? [...refused, `${nameIn(write)}: ${problem.detail}`] : refused,
    });
  },
};

const [url = '', command = '', ...words] = process.argv.slice(2);
const { api, user, sync } = wardbook(url, {
  store: { load: () => kept().tokens, save: (tokens) => keep({ tokens }), clear: () => keep({ tokens: null }) },
  onSignedOut: ({ detail }) => console.log(detail),
  tries: 2,
});

const nameIn = (write: Write): string => ('create' in write && 'name' in write.json ? write.json.name : 'a change');

const commands: Record<string, (...words: string[]) => Promise<void>> = {
  async 'sign-in'(username = '', password = '') {
    const { user } = await answer(api.auth.login.$post({ json: { username, password } }));
    // somebody else's records are not for this person to see, nor to be sent in their name
    if (kept().owner !== user.id) keep({ ...nothing, tokens: kept().tokens, owner: user.id });
    console.log(`Signed in as ${user.name}.`);
  },
  async add(name = '', date_of_birth) {
    const json: NewPatient = date_of_birth ? { name, date_of_birth } : { name };
    keep({ writes: [...kept().writes, { key: newKey(), create: 'patients', json }] });
    await list();
  },
  list,
  async sync() {
    await sync(copy);
    await list();
  },
};

async function list(): Promise<void> {
  const { patients, writes, refused } = kept();
  console.log(`${(await user())?.name ?? 'Nobody'}: ${patients.length} here, ${writes.length} to be sent`);
  for (const { name, age } of patients.toSorted((a, b) => a.name.localeCompare(b.name)))
    console.log(age === null ? `  ${name}` : `  ${name}, ${age}`);
  for (const write of writes) console.log(`  ${nameIn(write)} (waits)`);
  for (const line of refused) console.log(`  not taken: ${line}`);
}

try {
  const run = commands[command];
  if (!run) throw new Error(`Which of ${Object.keys(commands).join(', ')}?`);
  await run(...words);
} catch (error) {
  // a refusal is for a person to read; anything else means that nobody answered, and nothing is lost
  console.error(error instanceof Refused ? error.problem.detail : `${(error as Error).message}: what is kept stays`);
  process.exitCode = 1;
}
