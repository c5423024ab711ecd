// `npm run import:measure`: makes a dump of 100,000 patients and 10,000 accounts, imports it into an empty database as a
// person would, and prints the time and the most memory that the import took. `--patients N` for another size.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ownerUrl } from '../cli/database.ts';
import { root } from '../support/paths.ts';
import { bold, dim, duration, Fatal, run } from '../support/terminal.ts';

const usage = `Usage: npm run import:measure [-- --patients N] [--accounts N]
  DATABASE_URL is the owner's URL of an empty, migrated database; without it a PGlite of its own is used`;

// a hash of Django's for the password "correct horse battery", and as long as each of them is
const hash = 'pbkdf2_sha256$260000$UBeLmKPCWAgTnsTVRRu3DO$bjOsDhYPZ1NJMLu0fkHKYGmBLzJqXQBNaXmtiZVpVuY=';
const when = (days: number) => new Date(Date.UTC(2024, 0, 1) + days * 3_600_000).toISOString();

export function* inventedRows(patients: number, accounts: number): Generator<object> {
  const doctors = Math.max(1, Math.round(accounts / 20));
  for (let id = 1; id <= accounts; id++) {
    const fields = {
      password: hash,
      last_login: id % 3 === 0 ? null : when(id % 9000),
      is_superuser: id === 1,
      username: id % 50 === 0 ? `person${id}@clinic.example` : `person${id}`,
      first_name: 'Person',
      last_name: `Number ${id}`,
      email: id % 10 === 0 ? '' : `person${id}@clinic.example`,
      is_staff: id === 1,
      is_active: id % 97 !== 0,
      date_joined: when(id % 5000),
      groups: [],
      user_permissions: [],
    };
    yield { model: 'auth.user', pk: id, fields };
  }
  for (let id = 1; id <= doctors; id++) {
    const fields = {
      created_by: 1 + (id % accounts),
      name: `Dr. Number ${id}`,
      specialization: 'Cardiology',
      phone: `+1 555 ${String(id).padStart(4, '0')}`,
      created_at: when(id % 5000),
      updated_at: when((id % 5000) + 24),
    };
    yield { model: 'clinic.doctor', pk: id, fields };
  }
  for (let id = 1; id <= patients; id++) {
    const fields = {
      created_by: 1 + (id % accounts),
      name: `Jane Number ${id}`,
      age: id % 100,
      gender: id % 2 ? 'F' : 'M',
      phone: `+1 555 ${String(id).padStart(7, '0')}`,
      address: `${id} Main Street, Springfield`,
      medical_history: 'Asthma since childhood, allergic to penicillin',
      created_at: when(id % 5000),
      updated_at: when((id % 5000) + 24),
    };
    yield { model: 'clinic.patient', pk: id, fields };
  }
  for (let id = 1; id <= patients; id++) {
    const fields = { patient: id, doctor: 1 + (id % doctors), created_at: when((id % 5000) + 48) };
    yield { model: 'clinic.patientdoctormapping', pk: id, fields };
  }
}

async function writeDump(path: string, patients: number, accounts: number): Promise<void> {
  const file = createWriteStream(path);
  for (const row of inventedRows(patients, accounts)) {
    if (!file.write(`${JSON.stringify(row)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** The most memory that a process has had, as Linux counts it; elsewhere nothing is known. */
async function peakOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

async function runMeasured(script: string, args: string[], env: NodeJS.ProcessEnv) {
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, script), ...args], { env, stdio: 'inherit' });
  let running = true;
  const ended = new Promise<number | null>((done) => child.once('close', done)).finally(() => {
    running = false;
  });
  let peak = 0;
  while (running) {
    peak = Math.max(peak, await peakOf(child.pid ?? 0));
    await Promise.race([ended, sleep(200)]);
  }
  if ((await ended) !== 0) throw new Fatal(`${script} did not end well.`);
  return { peak, milliseconds: performance.now() - started };
}

function readArguments() {
  try {
    const { values } = parseArgs({ options: { patients: { type: 'string' }, accounts: { type: 'string' } } });
    const [patients, accounts] = [Number(values.patients ?? 100_000), Number(values.accounts ?? 10_000)];
    if (!(patients > 0 && accounts > 0)) throw new Error('Both are numbers above 0.');
    return { patients, accounts };
  } catch (error) {
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

async function main(): Promise<void> {
  const { patients, accounts } = readArguments();
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-import-'));
  try {
    const path = join(folder, 'dump.jsonl');
    await writeDump(path, patients, accounts);
    const { size } = await stat(path);
    console.log(dim(`A dump of ${patients.toLocaleString('en')} patients, ${Math.round(size / 1e6)} MB`));
    const env = ownerUrl() ? process.env : { ...process.env, WARDBOOK_STATE: folder };
    await runMeasured('scripts/cli/migrate.ts', [], env);
    const { peak, milliseconds } = await runMeasured('scripts/import/django.ts', [path, '--yes'], env);
    const memory = peak > 0 ? `${Math.round(peak / 1e6)} MB at most` : 'memory unknown on this system';
    console.log(
      `\n${bold(duration(milliseconds))} from beginning to end, ${memory}${ownerUrl() ? '' : ', PGlite included'}.`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  await run(main);
}
