// Moves the data of a Django backend in: `npm run import:django -- dump.jsonl`. docs/from-django.md has the whole way.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Database } from '../cli/connect.ts';
import { withDatabase } from '../cli/database.ts';
import { agree, bold, dim, duration, Fatal, run, step } from '../support/terminal.ts';
import type { Taken } from './accounts.ts';
import { noCounts } from './convert.ts';
import { openStore, type Store } from './database.ts';
import { newFindings } from './findings.ts';
import { collisions, move, recordsIn } from './move.ts';
import { type MapFile, mapText, noMap, readMap } from './plan.ts';
import { beginStaging, endStaging } from './staging.ts';
import { gapsOf, refusal, showModels, showPeople } from './table.ts';
import { convertAll, type Understood, understand } from './understand.ts';

const usage = `Usage: npm run import:django -- dump.jsonl
  the file is from: python manage.py dumpdata --format jsonl --output dump.jsonl   (--format json does as well)
  --dry-run         says what was understood, and stops
  --write-map FILE  writes that down as JSON, for you to correct, and stops
  --map FILE        takes it from there
  --drop a.b,a.b.c  leaves out models (app.model) and fields (app.model.field), separated by commas
  --into-existing   into a database that holds records, where no id is another's
  --yes             does not ask`;

type Options = {
  path: string;
  dryRun: boolean;
  writeMap?: string;
  map: MapFile;
  drops: string[];
  intoExisting: boolean;
  yes: boolean;
};

async function readArguments(): Promise<Options> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        'dry-run': { type: 'boolean' },
        'write-map': { type: 'string' },
        map: { type: 'string' },
        drop: { type: 'string', multiple: true },
        'into-existing': { type: 'boolean' },
        yes: { type: 'boolean' },
      },
    });
    const [path, ...more] = positionals;
    if (!path || more.length > 0) throw new Error('Name one file.');
    return {
      path,
      dryRun: values['dry-run'] ?? false,
      writeMap: values['write-map'],
      map: values.map === undefined ? noMap : await readMap(values.map),
      drops: (values.drop ?? []).flatMap((names) => names.split(',')).filter(Boolean),
      intoExisting: values['into-existing'] ?? false,
      yes: values.yes ?? false,
    };
  } catch (error) {
    if (error instanceof Fatal) throw error;
    throw new Fatal(`${error instanceof Error ? error.message : error}\n\n${usage}`, 2);
  }
}

/** Reads the dump, and says what was understood. Refuses what would lose something or is wrong. */
async function look({ path, map, drops, writeMap }: Options, taken?: Taken): Promise<Understood> {
  const understood = await understand(path, map, drops, taken).catch((error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw new Fatal(`There is no file ${path}.`);
    if (error instanceof Fatal && error.exitCode === 1)
      throw new Fatal(`${path}${error.message.startsWith('line ') ? ', ' : ': '}${error.message}`);
    throw error;
  });
  const { models, plan, decisions, counts, findings, dump } = understood;
  console.log(`\n${showModels(models, plan)}\n\n${showPeople(plan, decisions, counts, findings)}`);
  console.log(dim(`sha256 ${dump.checksum()}\n`));
  if (writeMap) {
    await writeFile(writeMap, mapText(plan, map));
    console.log(`Wrote ${writeMap}. Nothing was imported.`);
    return understood;
  }
  const refused = refusal(path, gapsOf(models, plan), findings);
  if (refused) throw new Fatal(refused);
  return understood;
}

async function refuseRecords(store: Store): Promise<void> {
  const found = Object.entries(await recordsIn(store)).map(
    ([table, count]) => `${count.toLocaleString('en')} ${table}`,
  );
  if (found.length > 0) {
    throw new Fatal(
      `This database holds records already: ${found.join(', ')}. An import belongs into an empty one.\nWhere you mean it add --into-existing: it says which ids would collide.`,
    );
  }
}

async function takenIn(store: Store): Promise<Taken> {
  const [names] = await store.transaction([{ text: 'select username_key, email, login_name from users' }]);
  const all = (column: string) => (names ?? []).map((row) => row[column]).filter((name) => typeof name === 'string');
  return { usernames: new Set(all('username_key')), emails: new Set([...all('email'), ...all('login_name')]) };
}

async function importInto(store: Store, options: Options, { name }: Database): Promise<void> {
  if (!options.intoExisting) await refuseRecords(store);
  const understood = await look(options, options.intoExisting ? await takenIn(store) : undefined);
  if (options.writeMap || options.dryRun) return;
  await agree(`Import this into ${name}?`, options.yes, 'Nothing was written.');
  const started = performance.now();
  const staging = await beginStaging(store);
  try {
    await write(store, staging, understood, options);
  } catch (error) {
    // what cannot be taken away now goes when the next run begins
    await endStaging(store, staging.run).catch(() => {});
    throw error;
  }
  const { users, patients, doctors, mappings } = understood.counts;
  const seconds = (performance.now() - started) / 1000;
  const sum = users + patients + doctors + mappings;
  const said = Object.entries({ accounts: users, patients, doctors, assignments: mappings })
    .map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
    .join(', ');
  console.log(
    `\n${bold('Imported')} ${said} in ${duration(seconds * 1000)}: ${Math.round(sum / seconds).toLocaleString('en')} records a second.`,
  );
}

async function write(
  store: Store,
  staging: Awaited<ReturnType<typeof beginStaging>>,
  understood: Understood,
  { intoExisting }: Options,
): Promise<void> {
  // the rows are converted once more, and counted anew
  const counts = Object.assign(understood.counts, noCounts());
  await convertAll({ ...understood, findings: newFindings() }, `staging over ${store.over}`, async (staged) => {
    for (const { table, values } of staged) staging.add(table, values);
    await staging.flush();
  });
  await staging.flush(true);
  if (intoExisting) await refuseCollisions(store);
  const { models, plan, dump } = understood;
  const dropped = [...models.values()].filter(({ model }) => plan.models[model]?.becomes === 'drop');
  const { users, patients, doctors, mappings, credentials, tokens } = counts;
  await step('moving all of it, in one transaction', () =>
    move(store, {
      run: staging.run,
      checksum: dump.checksum(),
      staged: counts,
      counts: {
        users,
        credentials,
        patients,
        doctors,
        mappings,
        django_tokens: tokens,
        dropped: Object.fromEntries(dropped.map(({ model, rows }) => [model, rows])),
      },
      hasTokens: [...models.values()].some(
        ({ model, rows }) => plan.models[model]?.becomes === 'outstanding' && rows > 0,
      ),
      intoExisting,
    }),
  );
  // also puts what waits outside the indexes of words where it belongs, so that no search has to read it
  await step('tidying up', () => store.alone('vacuum (analyze) users, doctors, patients, mappings'));
}

async function refuseCollisions(store: Store): Promise<void> {
  const found = (await collisions(store)).map(
    ({ table, count, ids }) => `  ${table}: ${count} ids, ${ids}${count > 10 ? ', ...' : ''}`,
  );
  if (found.length > 0) {
    throw new Fatal(
      ['These ids belong to records that are here already:', ...found, 'Nothing was written.'].join('\n'),
    );
  }
}

async function main(): Promise<void> {
  const options = await readArguments();
  if ((options.dryRun || options.writeMap) && !options.intoExisting) {
    await look(options);
    if (!options.writeMap) console.log('Nothing was written.');
    return;
  }
  await withDatabase(async (database) => {
    console.log(dim(`Into ${database.name}`));
    const store = await openStore(database);
    try {
      await importInto(store, options, database);
    } finally {
      await store.close();
    }
  });
}

if (import.meta.main) {
  await run(main);
}
