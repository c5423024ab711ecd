// Prints the figures as a table, and says which of the limits that the project promises they keep.
import { green, red } from '../support/terminal.ts';
import { type Item, titles } from './items.ts';
import type { Row } from './measure.ts';
import type { TargetName } from './stage.ts';

/** Columns as wide as their widest cell; all but the first two are numbers. */
export const columns = (lines: string[][], texts = 2): string => {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const pad = (cell: string, column: number) =>
    column < texts ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
};

export const of = (rows: Row[], item: Item, target: TargetName): Row | undefined =>
  rows.find((row) => row.item === item && row.target === target);

const ratio = (a: number | undefined, b: number | undefined): string => (a && b ? (a / b).toFixed(2) : '');

const milliseconds = (value: number): string => (Number.isFinite(value) ? value.toFixed(2) : 'unknown');

/** Why there are no figures of PostgreSQL's own, or what is in them. */
export const aboutPostgres = ({ pid }: { pid: number | undefined }, isServer: boolean): string => {
  if (!isServer) return 'PGlite runs inside of the bridge: its CPU is part of the figure there.';
  if (pid === undefined)
    return "PostgreSQL's CPU is unknown: its processes are not on this machine, or not to be seen.";
  return "PostgreSQL's CPU is that of the whole server, with its background processes, and with whatever else it is asked meanwhile.";
};

export const table = (rows: Row[]): string => {
  const heading = [
    'item',
    'target',
    'req/s',
    'p50 ms',
    'p99 ms',
    'CPU ms',
    '× floor',
    '× Fastify',
    '× Django',
    'PostgreSQL CPU ms',
    'bridge CPU ms',
    'round trips',
  ];
  const lines = rows.map(({ item, target, ...row }) => [
    target === 'wardbook' ? titles[item] : '',
    target,
    row.req_s.toFixed(0),
    row.p50_ms.toFixed(1),
    row.p99_ms.toFixed(1),
    row.cpu_ms.toFixed(2),
    ratio(row.cpu_ms, of(rows, item, 'floor')?.cpu_ms),
    ratio(row.cpu_ms, of(rows, item, 'fastify')?.cpu_ms),
    ratio(row.cpu_ms, of(rows, item, 'django')?.cpu_ms),
    milliseconds(row.postgres_cpu_ms),
    // Django speaks to PostgreSQL itself, as often as it likes
    ...(target === 'django' ? ['', ''] : [row.bridge_cpu_ms.toFixed(2), row.round_trips.toFixed(2)]),
  ]);
  return columns([heading, ...lines]);
};

const five = ['get', 'list', 'create', 'update', 'assign'] as const satisfies Item[];
export const check = (holds: boolean, text: string): string => `${holds ? green('✓') : red('✗')} ${text}`;

/** How many times less CPU than Django, where that was measured. */
const toDjango = (rows: Row[]): string[] => {
  const times = (item: Item) =>
    (of(rows, item, 'django')?.cpu_ms ?? Number.NaN) / (of(rows, item, 'wardbook')?.cpu_ms ?? Number.NaN);
  const measured = (items: readonly Item[]) =>
    items.map((item) => ({ item, times: times(item) })).filter(({ times }) => Number.isFinite(times));
  const list = (all: { item: Item; times: number }[]) => all.map(({ item, times }) => `${item} ${times.toFixed(1)}`);
  const [goal, others] = [measured(five), measured(['refresh', 'login'])];
  return [
    ...(goal.length > 0
      ? [
          check(
            goal.every(({ times }) => times >= 4),
            `4 times less CPU than Django: ${list(goal).join(', ')} times`,
          ),
        ]
      : []),
    // a login is hashing, and Django's refresh only verifies a token, where ours also rotates it
    ...(others.length > 0 ? [`  without a goal, beside Django: ${list(others).join(', ')} times less`] : []),
  ];
};

/** The promises that this run can judge. */
export const limits = (rows: Row[], isServer: boolean): string => {
  const cpu = (item: Item, target: TargetName) => of(rows, item, target)?.cpu_ms ?? Number.NaN;
  const measured = [...new Set(rows.map(({ item }) => item))];
  const toFloor = five
    .filter((item) => measured.includes(item))
    .map((item) => ({ item, times: cpu(item, 'wardbook') / cpu(item, 'floor') }));
  const list = (all: { item: Item; times: number }[]) =>
    all.map(({ item, times }) => `${item} ${times.toFixed(2)}`).join(', ');
  const toPeer = measured
    .filter((item) => item !== 'login')
    .map((item) => ({ item, times: cpu(item, 'wardbook') / cpu(item, 'fastify') }));
  const login = cpu('login', 'wardbook') / cpu('login', 'fastify');
  const ours = rows.filter(({ target }) => target === 'wardbook');
  const trips = ours.filter(
    ({ item, round_trips }) => Math.round(round_trips * 100) !== (item === 'login' ? 200 : 100),
  );
  // too few logins to tell: the kernel counts in steps of 10 ms
  const batches = ours.filter(({ item }) => item !== 'login');
  const bridge = Math.max(...batches.map(({ bridge_cpu_ms, round_trips }) => bridge_cpu_ms / round_trips));
  return [
    toFloor.length > 0 &&
      check(
        toFloor.every(({ times }) => times <= 1.35),
        `CPU at most 1.35 times the floor: ${list(toFloor)}`,
      ),
    toPeer.length > 0 &&
      check(
        toPeer.every(({ times }) => times < 1),
        `less CPU than Fastify: ${list(toPeer)}`,
      ),
    ...toDjango(rows),
    Number.isFinite(login) && check(login <= 0.5, `login at most half of Node's CPU: ${login.toFixed(2)}`),
    check(
      trips.length === 0,
      `one round trip a request, two for login${trips.map(({ item }) => `, but not ${item}`).join('')}`,
    ),
    isServer &&
      batches.length > 0 &&
      check(bridge <= 0.3, `at most 0.3 ms of the bridge's CPU for a batch: ${bridge.toFixed(2)}`),
  ]
    .filter(Boolean)
    .join('\n');
};
