// `npm run bench -- --scale`: compares how many pages PostgreSQL touches for Wardbook's reads when there are a
// million patients and when there are a thousand.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { neon } from '@neondatabase/serverless';
import '../dev/neon/endpoint.ts';
import { migrate } from '../cli/migrate.ts';
import { root } from '../support/paths.ts';
import { newDatabase } from '../support/server-database.ts';
import { dim, step } from '../support/terminal.ts';
import type { Batch, BridgeMethods } from './bridge.ts';
import { startNode } from './children.ts';
import { type Explained, explain } from './explain.ts';
import { signedIn } from './people.ts';
import { aboutServer, loginFor } from './server.ts';
import { check, columns } from './table.ts';
import { type Built, build, serve } from './workerd.ts';

interface Size {
  patients: number;
  owners: number;
  doctors: number;
}
const sizes: Record<'small' | 'large', Size> = {
  small: { patients: 1_000, owners: 2, doctors: 12 },
  large: { patients: 1_000_000, owners: 2_000, doctors: 10_000 },
};

type Asker = 'user' | 'doctor';
/** `page`: the page that is looked at, found by following the Link headers. */
const reads: { name: string; as: Asker; path: string; page?: number }[] = [
  { name: 'get one', as: 'user', path: '/api/patients/{own}/' },
  { name: 'first page', as: 'user', path: '/api/patients/?limit=100' },
  { name: 'page 500, own', as: 'user', path: '/api/patients/?limit=1', page: 500 },
  { name: 'page 500, all', as: 'doctor', path: '/api/doctors/all-patients/?limit=2', page: 500 },
  { name: "owner's search", as: 'user', path: '/api/patients/?search=garcia' },
  { name: 'all-patients', as: 'doctor', path: '/api/doctors/all-patients/?limit=100' },
  { name: 'my-patients', as: 'doctor', path: '/api/doctors/my-patients/?limit=100' },
];
/** Names that many have and few have together, with typos and without; numbers; nobody; and more than the limit is about. */
const searches = [
  'eleni garcia',
  'garica sofia',
  'hana q. okafor',
  'garcia cedar 42',
  'patient4711',
  'patient4711@patients.example',
  '+1 555 0004711',
  'zzyzx',
  'garcia',
];

// What the figures do not say by themselves.
const layout = `An owner's patients lie next to each other in both, as who registers them one after another leaves them, and so do a
doctor's: this compares plans. Scattered over a large table each of them is a page of its own, whatever the plan.
Buffers are those of the read; its audit row is written after it, into a table that does not know the size of this one.`;
const descents = `Before version 17 PostgreSQL goes down an index anew for each of many ids, so that where it is a level higher
my-patients takes a page more for each patient.`;
const timing = `Planning and execution of all the statements of a request for the first 1,000, the median of 5 with warm buffers; the
matches are those on that page.`;

export const measureScale = async (running: AsyncDisposableStack, server: string): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-scale-'));
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const built = await step('building the Worker', () => build(join(root, 'wrangler.toml'), join(folder, 'wardbook')));
  const small = await measureOne(running, server, built, sizes.small);
  const large = await measureOne(running, server, built, sizes.large);

  const fits = (few: number, many: number) => many <= Math.max(few * 1.3, few + 2);
  const lines = reads.map(({ name }, at) => {
    const [few, many] = [small.reads[at], large.reads[at]] as [Explained, Explained];
    const ratio = (many.buffers / few.buffers).toFixed(2);
    const isFine = fits(few.buffers, many.buffers);
    return [
      name,
      many.plan,
      String(few.buffers),
      String(many.buffers),
      ratio,
      many.milliseconds.toFixed(1),
      isFine ? '' : '✗',
    ];
  });
  const found = searches.map((text, at) => {
    const { rows, milliseconds, plan } = large.searches[at] as Explained;
    return [`"${text}"`, plan, String(rows), milliseconds.toFixed(1), rows < 1000 && milliseconds > 20 ? '✗' : ''];
  });
  const over = lines.filter((line) => line.at(-1) !== '').map(([name, , , , ratio]) => `, but ${name} ${ratio}`);
  const scanned = [...new Set([...large.reads, ...large.searches].flatMap(({ scans }) => scans))];
  const slowest = Math.max(...large.searches.filter(({ rows }) => rows < 1000).map(({ milliseconds }) => milliseconds));
  const thousand = sizes.small.patients.toLocaleString('en');
  const million = sizes.large.patients.toLocaleString('en');
  return [
    columns([['read', 'plan at a million', `buffers at ${thousand}`, `at ${million}`, 'ratio', 'ms', ''], ...lines], 2),
    dim(large.version < 17 ? `${layout}\n${descents}` : layout),
    columns([['search over all', 'plan', 'matches', 'ms', ''], ...found], 2),
    dim(timing),
    [
      check(over.length === 0, `buffers at most 1.3 times those of a thousand patients, or 2 more${over.join('')}`),
      check(
        slowest <= 20,
        `a search over all patients with under 1,000 matches within 20 ms: ${slowest.toFixed(1)} ms`,
      ),
      check(
        scanned.length === 0,
        `no table is read from end to end${scanned.map((table) => `, but ${table}`).join('')}`,
      ),
    ].join('\n'),
  ].join('\n\n');
};

const measureOne = async (running: AsyncDisposableStack, server: string, built: Built, size: Size) => {
  const database = await newDatabase(running, server);
  const { version } = await aboutServer(database);
  const bridge = await startNode<BridgeMethods>('bridge.ts', { SERVER_URL: database.url });
  running.defer(bridge.end);
  const ownerUrl = new URL(database.url);
  ownerUrl.host = `127.0.0.1:${await bridge.call.port()}`;
  const sql = neon(ownerUrl.href);
  await migrate(sql);
  const { login, sql: makeLogin } = loginFor(database.name);
  await sql.query(makeLogin);
  const options = Object.entries(size).flatMap(([name, count]) => [`--${name}`, String(count)]);
  await step(`seeding ${size.patients.toLocaleString('en')} patients`, () =>
    promisify(execFile)(process.execPath, [join(root, 'scripts/cli/seed.ts'), ...options], {
      env: { ...process.env, DATABASE_URL: ownerUrl.href },
    }),
  );
  // the doctor with an account treats as many in either
  await sql`insert into mappings (patient_id, doctor_id)
    select p.id, d.id from doctors d, (select id from patients where created_by is not null order by id limit 50) p
    where d.approved`;
  // buffers are to be those of a table at rest
  await sql.query('vacuum analyze');

  const secret = randomBytes(48).toString('base64url');
  const accounts = await sql`
    select u.id, u.email, coalesce(min(p.id), 0) as patient, 0 as doctor
    from users u left join patients p on p.created_by = u.id
    where u.email in ('user@example.com', 'doctor@example.com') group by u.id order by u.email desc`;
  const people = accounts.map(({ id, email, patient }) => ({
    id: Number(id),
    email: String(email),
    patient: Number(patient),
    doctor: 0,
  }));
  const [user, doctor] = await signedIn(sql, secret, people, 'get');
  if (!user || !doctor) throw new Error('the seeded accounts are missing');
  const tokens: Record<Asker, string> = { user: user.token, doctor: doctor.token };
  const bindings = {
    DATABASE_URL: `postgres://${login.user}:${login.password}@${ownerUrl.host}/${database.name}`,
    JWT_SECRET: secret,
  };
  const worker = await serve('Wardbook', built, bindings);
  running.defer(worker.end);

  const ask = async (path: string, as: Asker): Promise<{ batch: Batch; next: string | undefined }> => {
    await bridge.call.record();
    const response = await fetch(new URL(path, worker.url), { headers: { Authorization: `Bearer ${tokens[as]}` } });
    const text = await response.text();
    const [batch = []] = await bridge.call.recorded();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${text}`);
    return { batch, next: /<([^>]+)>/.exec(response.headers.get('Link') ?? '')?.[1] };
  };
  const statementsOf = async ({ path, as, page = 1 }: { path: string; as: Asker; page?: number }): Promise<Batch> => {
    let { batch, next } = await ask(path.replace('{own}', String(user.patient)), as);
    for (let number = 2; number <= page; number++) {
      if (!next) throw new Error(`${path} has no page ${number}`);
      ({ batch, next } = await ask(next, as));
    }
    return batch;
  };
  return step(`explaining at ${size.patients.toLocaleString('en')}`, async () => {
    const explained: Explained[] = [];
    for (const read of reads) explained.push(await explain(database.url, await statementsOf(read)));
    const found: Explained[] = [];
    for (const text of searches) {
      const path = `/api/doctors/all-patients/?search=${encodeURIComponent(text)}`;
      found.push(await explain(database.url, await statementsOf({ path, as: 'doctor' })));
    }
    await worker.end();
    await bridge.end();
    return { reads: explained, searches: found, version: Number(/\d+/.exec(version)?.[0]) };
  });
};
