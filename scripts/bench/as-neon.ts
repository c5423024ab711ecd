// `npm run bench -- --neon`: what each request costs where every statement is parsed anew and takes two exchanges with
// PostgreSQL, as behind Neon's proxy. Each exchange also takes the way from the proxy to the database and back, which is
// not on this machine: their number says how often.
import { type AnyItem, items, titles } from './items.ts';
import type { Stage } from './stage.ts';
import { columns } from './table.ts';

const all: AnyItem[] = [...items.filter((item) => item !== 'login'), 'sync'];

export const measureAsNeon = async (stage: Stage, say: (line: string) => void): Promise<string> => {
  const { load, bridge, plansFor, targets } = stage;
  const [{ url }] = targets as [{ url: string }, ...unknown[]];
  const amount = 200;
  const p50 = async (item: AnyItem): Promise<number> => {
    // one client alone: nothing waits for anything but the database
    const plans = (await plansFor('wardbook', item)).slice(0, 1);
    return (await load.run({ url, plans, amount })).p50;
  };
  const lines: string[][] = [];
  for (const item of all) {
    say(`${titles[item]} · prepared and as Neon, in turn`);
    await p50(item);
    // the least of each, because whatever else the machine does only adds
    let [prepared, slow, exchanges] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    for (let round = 0; round < 4; round++) {
      prepared = Math.min(prepared, await p50(item));
      await bridge.call.asNeon(true);
      const before = await bridge.call.exchanges();
      slow = Math.min(slow, await p50(item));
      exchanges = ((await bridge.call.exchanges()) - before) / amount;
      await bridge.call.asNeon(false);
    }
    lines.push([
      titles[item],
      prepared.toFixed(1),
      slow.toFixed(1),
      (slow - prepared).toFixed(1),
      exchanges.toFixed(1),
    ]);
  }
  return columns([['item', 'p50 prepared ms', 'as Neon ms', 'more by ms', 'exchanges'], ...lines], 1);
};
