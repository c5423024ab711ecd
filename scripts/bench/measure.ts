// Measures every item on every server in turn, in short slices, so that whatever else the machine does meanwhile
// falls on all of them alike.
import { median } from '../soak/noise.ts';
import { cpuSeconds } from './cpu.ts';
import { type Item, titles } from './items.ts';
import type { Stage, Target, TargetName } from './stage.ts';

export interface Row {
  target: TargetName;
  item: Item;
  req_s: number;
  p50_ms: number;
  p99_ms: number;
  cpu_ms: number;
  bridge_cpu_ms: number;
  /** NaN where the server's processes cannot be seen: PGlite is part of the bridge, another machine is another machine. */
  postgres_cpu_ms: number;
  /** Through the bridge, which Django does not use. */
  round_trips: number;
}
type Figures = Omit<Row, 'target' | 'item'>;
interface Slice {
  seconds: number;
  isCold: boolean;
}
interface Turn {
  target: Target;
  /** Requests of each client. */
  each: number;
}

/** A login computes for a tenth of a second: a few at a time are enough to keep a core busy. */
const clientsOf = (item: Item) => (item === 'login' ? 8 : 32);

/** A measurement is cut into slices, so that a moment in which the machine is busy elsewhere falls on all alike. */
const slices = 4;

const plansOf = async ({ plansFor }: Stage, { name }: Target, item: Item) =>
  (await plansFor(name, item)).slice(0, clientsOf(item));

/** How many requests each client is to send in a slice. V8 compiles for some thousand requests, which do not count. */
const warmUp = async (stage: Stage, target: Target, item: Item, { seconds, isCold }: Slice): Promise<number> => {
  const plans = await plansOf(stage, target, item);
  const amount = item === 'login' ? 8 : isCold ? 6400 : 320;
  const { requests, seconds: took } = await stage.load.run({ url: target.url, plans, amount });
  // in whole rounds of assign and unassign
  return Math.max(2, Math.round(((requests / took) * seconds) / plans.length / 2) * 2);
};

const measure = async (stage: Stage, target: Target, item: Item, each: number): Promise<Figures> => {
  const { load, bridge, database } = stage;
  const { url, pid } = target;
  const plans = await plansOf(stage, target, item);
  const postgresSeconds = () => (database.pid === undefined ? Number.NaN : cpuSeconds(database.pid));
  const before = {
    own: cpuSeconds(pid),
    bridge: cpuSeconds(bridge.pid),
    postgres: postgresSeconds(),
    trips: await bridge.call.roundTrips(),
  };
  const { requests, seconds: took, p50, p99 } = await load.run({ url, plans, amount: each * plans.length });
  const per = (total: number) => (total / requests) * 1000;
  return {
    req_s: requests / took,
    p50_ms: p50,
    p99_ms: p99,
    cpu_ms: per(cpuSeconds(pid) - before.own),
    bridge_cpu_ms: per(cpuSeconds(bridge.pid) - before.bridge),
    postgres_cpu_ms: per(postgresSeconds() - before.postgres),
    round_trips: ((await bridge.call.roundTrips()) - before.trips) / requests,
  };
};

const medians = (all: Figures[]): Figures => {
  const of = (name: keyof Figures) => median(all.map((figures) => figures[name]));
  return {
    req_s: of('req_s'),
    p50_ms: of('p50_ms'),
    p99_ms: of('p99_ms'),
    cpu_ms: of('cpu_ms'),
    bridge_cpu_ms: of('bridge_cpu_ms'),
    postgres_cpu_ms: of('postgres_cpu_ms'),
    round_trips: of('round_trips'),
  };
};

export interface Plan {
  items: readonly Item[];
  rounds: number;
  seconds: number;
  say(line: string): void;
}

export const measureAll = async (stage: Stage, { items, rounds, seconds, say }: Plan): Promise<Row[]> => {
  const results = new Map<string, Figures[]>();
  const total = rounds * items.length;
  const started = performance.now();
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const item of items) {
      const left =
        done === 0 ? '' : ` · ${Math.ceil(((performance.now() - started) / done / 1000) * (total - done))} s left`;
      say(`round ${round + 1} of ${rounds} · ${titles[item]}${left}`);
      const turns: Turn[] = [];
      for (const target of stage.targets)
        turns.push({
          target,
          each: await warmUp(stage, target, item, { seconds: seconds / slices, isCold: round === 0 }),
        });
      for (let slice = 0; slice < slices; slice++) {
        for (const at of turns.keys()) {
          // each target comes first, second and so on in turn
          const { target, each } = turns[(at + slice + round) % turns.length] as Turn;
          const key = `${target.name} ${item}`;
          results.set(key, [...(results.get(key) ?? []), await measure(stage, target, item, each)]);
        }
      }
      done++;
    }
  }
  return items.flatMap((item) =>
    stage.targets.map(({ name }): Row => ({ target: name, item, ...medians(results.get(`${name} ${item}`) ?? []) })),
  );
};
