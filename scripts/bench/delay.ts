// `npm run bench -- --delay 40`: measures how much longer an answer takes when every round trip to the database takes
// 40 ms longer. It should be 40 ms, and 80 ms for a login, which waits for the database twice.
import { type AnyItem, items, titles } from './items.ts';
import type { Stage } from './stage.ts';
import { check, columns } from './table.ts';

const all: AnyItem[] = [...items, 'password'];
const expected = (item: AnyItem) => (item === 'login' || item === 'password' ? 2 : 1);

export const measureDelay = async (stage: Stage, delay: number, say: (line: string) => void): Promise<string> => {
  const { load, bridge, plansFor, targets } = stage;
  const [{ url }] = targets as [{ url: string }, ...unknown[]];
  const p50 = async (item: AnyItem): Promise<number> => {
    // one client alone: nothing waits for anything but the database
    const plans = (await plansFor('wardbook', item)).slice(0, 1);
    return (await load.run({ url, plans, amount: expected(item) === 2 ? 16 : 80 })).p50;
  };
  const lines: string[][] = [];
  let within = true;
  for (const item of all) {
    say(`${titles[item]} · near, then ${delay} ms away`);
    await p50(item);
    const near = await p50(item);
    await bridge.call.delay(delay);
    const far = await p50(item);
    await bridge.call.delay(0);
    const trips = (far - near) / delay;
    const isRight = Math.abs(trips - expected(item)) < 0.35;
    within &&= isRight;
    lines.push([
      titles[item],
      near.toFixed(1),
      far.toFixed(1),
      (far - near).toFixed(1),
      `${trips.toFixed(2)} of ${expected(item)}${isRight ? '' : '  ✗'}`,
    ]);
  }
  const heading = ['item', 'p50 near ms', `p50 ${delay} ms away`, 'grew by ms', 'round trips'];
  const verdict = `p50 grows by ${delay} ms, for login and password change by ${2 * delay} ms`;
  return `${columns([heading, ...lines], 1)}\n\n${check(within, verdict)}`;
};
