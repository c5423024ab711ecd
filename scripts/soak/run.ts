// `npm run soak`: clients that read and write through wrangler dev while the database bridge is killed and restarted under
// them. Afterwards every acknowledged write must be there, and nothing twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { configOf } from '../../src/config.ts';
import { signAccessToken } from '../../src/http/tokens.ts';
import type { Sql } from '../cli/sql.ts';
import { bold, dim, Fatal, green, progress, red, run, step } from '../support/terminal.ts';
import { type Report, type SoakClient, startClient } from './client.ts';
import { type Stack, startStack } from './stack.ts';

const readArguments = () => {
  const whole = (name: string, text: string) => {
    if (!/^\d{1,6}$/.test(text)) throw new Fatal(`--${name} must be a whole number.`, 2);
    return Number(text);
  };
  try {
    const { values } = parseArgs({
      options: {
        seconds: { type: 'string', default: '120' },
        clients: { type: 'string', default: '32' },
        kills: { type: 'string', default: '10' },
      },
    });
    return {
      seconds: whole('seconds', values.seconds),
      clients: whole('clients', values.clients),
      kills: whole('kills', values.kills),
    };
  } catch (error) {
    if (error instanceof Fatal) throw error;
    throw new Fatal('Usage: npm run soak [-- --seconds 120 --clients 32 --kills 10]', 2);
  }
};

/** Accounts with a session each, as if they had registered. */
const enrol = async ({ sql, secret }: Stack, count: number) => {
  const rows = await sql`
    with account as (
      insert into users (name, username, email)
      select 'client ' || n, 'client_' || n, 'client_' || n || '@example.com' from generate_series(1, ${count}::int) n
      returning id, name)
    insert into sessions (user_id, refresh_hash, idle_until, expires_at)
    select id, 'none', now() + interval '1 day', now() + interval '1 day' from account
    returning user_id as id, id as session, (select name from account where account.id = user_id) as name`;
  const config = configOf({ DATABASE_URL: 'postgres://none', JWT_SECRET: secret, ACCESS_TOKEN_TTL: '86400' });
  return Promise.all(
    rows.map(async ({ id, session, name }) => ({
      name: String(name),
      token: await signAccessToken(config, { id: Number(id), session: Number(session), rotation: 1 }),
    })),
  );
};

/** Holds what is in the database against what the clients were told. */
const compare = async (sql: Sql, clients: SoakClient[], violations: string[]) => {
  const stored = new Map<string, { id: number; phone: string | null }[]>();
  for (const { id, name, phone } of await sql`select id, name, phone from patients`)
    stored.set(name, [...(stored.get(name) ?? []), { id: Number(id), phone }]);
  const figures = { acknowledged: 0, unknown: 0, lost: 0, doubled: 0 };

  for (const patient of clients.flatMap(({ patients }) => patients)) {
    const rows = stored.get(patient.name) ?? [];
    stored.delete(patient.name);
    figures[patient.fate === 'unknown' ? 'unknown' : 'acknowledged']++;
    if (rows.length > 1) {
      figures.doubled++;
      violations.push(`${patient.name} is there ${rows.length} times (${patient.keyed ? 'keyed' : 'without a key'})`);
    }
    const row = rows.find(({ id }) => id === patient.id) ?? rows[0];
    if (patient.fate === 'deleted' && row) violations.push(`${patient.name} was deleted, and is there`);
    const isLost = patient.fate === 'there' && row?.id !== patient.id;
    if (isLost || (patient.fate === 'there' && row && !patient.phones.includes(row.phone))) {
      figures.lost++;
      violations.push(
        `${patient.name} (${patient.id}) should have one of ${patient.phones}, but is ${JSON.stringify(row)}`,
      );
    }
  }
  for (const name of stored.keys()) violations.push(`nobody created ${name}`);

  const pairs = new Set(
    (await sql`select id, patient_id, doctor_id from mappings`).map(
      (row) => `${row.id} ${row.patient_id} ${row.doctor_id}`,
    ),
  );
  for (const { patients, mappings } of clients) {
    for (const { id, patient, doctor } of mappings) {
      const fate = patients.find((one) => one.id === patient)?.fate;
      figures.acknowledged++;
      if (fate === 'there' && !pairs.has(`${id} ${patient} ${doctor}`)) {
        figures.lost++;
        violations.push(`mapping ${id} is lost`);
      }
    }
  }

  // the trail agrees: each version of a row is one entry, and so is each that is gone
  const strays = await sql`
    select p.name, p.version, count(a.id) as entries
    from patients p left join audit a
      on a.resource = 'patient' and a.resource_id = p.id and a.action in ('create', 'update')
    group by p.id having count(a.id) <> p.version`;
  for (const { name, version, entries } of strays)
    violations.push(`${name} has version ${version} and ${entries} entries`);
  const gone = await sql`
    select resource_id, count(*) filter (where action = 'create') as created, count(*) filter (where action = 'delete') as deleted
    from audit where resource = 'patient' and resource_id not in (select id from patients) and action in ('create', 'delete')
    group by resource_id having count(*) filter (where action = 'create') <> 1 or count(*) filter (where action = 'delete') <> 1`;
  for (const { resource_id } of gone)
    violations.push(`the trail of patient ${resource_id}, which is gone, is not one creation and one end`);
  return figures;
};

const killAndRestart = async (stack: Stack, kills: number, milliseconds: number, stop: AbortSignal) => {
  for (let kill = 1; kill <= kills; kill++) {
    await sleep(milliseconds / (kills + 1), undefined, { signal: stop });
    await stack.kill(kill % 2 === 0);
    await sleep(300 + Math.random() * 1200);
    await stack.restart();
  }
};

const show = (report: Report, seconds: number, kills: number, figures: Awaited<ReturnType<typeof compare>>) => {
  const { statuses, durations, broken, retried, replayed } = report;
  const sorted = durations.toSorted((a, b) => a - b);
  const at = (share: number) => `${(sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)} ms`;
  const requests = [...statuses.values()].reduce((sum, count) => sum + count, broken);
  const lines: [string, unknown][] = [
    ['requests', `${requests.toLocaleString('en')} in ${seconds} s (${Math.round(requests / seconds)} a second)`],
    [
      'answers',
      [...statuses]
        .sort(([a], [b]) => a - b)
        .map(([status, count]) => `${status}: ${count}`)
        .join(', '),
    ],
    ['without an answer', broken],
    ['latency, but of 503', `p50 ${at(0.5)}, p99 ${at(0.99)}, at most ${at(1 - 1e-9)}`],
    ['bridge killed', `${kills} times`],
    ['sent again under a key', `${retried}, of which ${replayed} had happened`],
    ['writes', `${figures.acknowledged} acknowledged, ${figures.unknown} whose answer was lost`],
    ['lost', figures.lost],
    ['doubled', figures.doubled],
    ['violations', report.violations.length],
  ];
  console.log();
  for (const [name, value] of lines) console.log(`  ${dim(name.padEnd(24))}${value}`);
};

const main = async () => {
  const { seconds, clients: count, kills } = readArguments();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
  await using running = new AsyncDisposableStack();
  const server = process.env.LOCAL_DATABASE_URL || undefined;
  const stack = await step(`starting ${server ? 'on PostgreSQL' : 'on PGlite'}`, () => startStack(running, server));
  const accounts = await enrol(stack, count);

  const report: Report = { statuses: new Map(), durations: [], broken: 0, retried: 0, replayed: 0, violations: [] };
  const started = Date.now();
  const until = started + seconds * 1000;
  const clients = accounts.map(({ name, token }) => startClient(stack.url, name, token, report, until));
  const line = progress(`${count} clients for ${seconds} s`);
  const timer = setInterval(() => line.at(Math.min(seconds, Math.round((Date.now() - started) / 1000)), seconds), 500);
  running.defer(() => clearInterval(timer));
  await Promise.race([
    Promise.all([killAndRestart(stack, kills, seconds * 1000, stop.signal), ...clients.map(({ done }) => done)]),
    new Promise((_, reject) => stop.signal.addEventListener('abort', () => reject(new Fatal('Stopped.', 130)))),
  ]);
  clearInterval(timer);
  line.done('done');

  show(report, (Date.now() - started) / 1000, kills, await compare(stack.sql, clients, report.violations));
  for (const violation of report.violations.slice(0, 20)) console.error(red(`  ${violation}`));
  if (report.violations.length > 0) throw new Fatal(`\n${report.violations.length} violations.`);
  console.log(`\n  ${green('●')} ${bold('Every acknowledged write is there, nothing twice.')}`);
};

if (import.meta.main) await run(main);
