// Everything that is known of a dump before anything is written: three looks at the file, and no database.
import { progress } from '../support/terminal.ts';
import { decide, nobody, type Taken } from './accounts.ts';
import { converter, type Known, noCounts, type Staged } from './convert.ts';
import { type Dump, openDump } from './dump.ts';
import { newFindings } from './findings.ts';
import { readPeople } from './people.ts';
import { checkMap, checkPlan, dropNamed, type MapFile } from './plan.ts';
import { recognise } from './recognise.ts';
import { survey } from './survey.ts';

export type Understood = Known & { dump: Dump; rows: number };

export async function understand(
  path: string,
  map: MapFile,
  drops: string[],
  taken: Taken = nobody,
): Promise<Understood> {
  const dump = openDump(path, map.rows);
  const findings = newFindings();
  const models = await survey(dump, findings);
  checkMap(map, models);
  const plan = recognise(models, map);
  dropNamed(plan, drops);
  checkPlan(plan);
  const people = await readPeople(dump, plan, findings);
  const decisions = decide(people, plan, findings, taken);
  const rows = [...models.values()].reduce((sum, shape) => sum + shape.rows, 0);
  const understood = { plan, models, people, decisions, findings, counts: noCounts(), dump, rows };
  await convertAll(understood, 'checking', async () => {});
  return understood;
}

/** Converts the dump from its beginning, and hands on what some hundred rows became. Answers the rows a second. */
export async function convertAll(
  understood: Understood,
  label: string,
  take: (staged: Staged[]) => Promise<void>,
): Promise<number> {
  const { dump, rows: total } = understood;
  const convert = converter(understood);
  const bar = progress(`  ${label}`);
  const started = performance.now();
  let done = 0;
  for await (const rows of dump.rows()) {
    await take(rows.flatMap(convert));
    done += rows.length;
    bar.at(done, Math.max(total, done));
  }
  const rate = Math.round(done / ((performance.now() - started) / 1000));
  bar.done(`${done.toLocaleString('en')} rows, ${rate.toLocaleString('en')} a second`);
  return rate;
}
