// `npm run test:example`: lays the blocks of docs/adding-a-resource.md over a copy of the tree, and runs what must hold
// there: the compiler, the example's own tests, and the tests of the structure.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../support/paths.ts';
import { Fatal, run, step } from '../support/terminal.ts';

const page = 'docs/adding-a-resource.md';
const execute = promisify(execFile);

interface Block {
  file: string;
  /** Its lines are added to a file that is there. */
  added: boolean;
  text: string;
}

/** A block is a file's name in backquotes, and below it the code. */
const blocksOf = (text: string): Block[] =>
  [...text.matchAll(/^`([\w./-]+)`( \(added\))?\n```\w+\n([\s\S]*?)^```$/gm)].map(
    ([, file = '', added, text = '']) => ({
      file,
      added: added !== undefined,
      text,
    }),
  );

/** Puts each line below the last one that begins with the same word. */
const addLines = (text: string, lines: string[]): string =>
  lines.reduce((text, line) => {
    const [word = ''] = /^\s*[.\w]+/.exec(line) ?? [];
    const there = text.split('\n');
    const last = there.findLastIndex((one) => one.startsWith(word));
    if (last < 0) throw new Fatal(`${page}: no line of the file begins like "${line.trim()}".`);
    const [before = '', after = ''] = [there[last]?.replace(/;$/, ''), there[last]?.endsWith(';') ? ';' : ''];
    // the last call of a chain ends the statement
    const ends = word.trim().startsWith('.') ? [before, `${line}${after}`] : [there[last] ?? '', line];
    return [...there.slice(0, last), ...ends, ...there.slice(last + 1)].join('\n');
  }, text);

const lay = async (folder: string, { file, added, text }: Block): Promise<void> => {
  const target = join(folder, file);
  await mkdir(dirname(target), { recursive: true });
  if (!added) return writeFile(target, text);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  await writeFile(target, addLines(await readFile(target, 'utf8'), lines));
};

const copyTree = async (folder: string): Promise<void> => {
  const { stdout } = await execute('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root });
  for (const file of stdout.trim().split('\n')) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    // what was deleted and not committed yet is listed as well
    await copyFile(join(root, file), join(folder, file)).catch(() => {});
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
};

const checks: [string, string, string[]][] = [
  ['npm run format', '@biomejs/biome/bin/biome', ['check', '--write', '--vcs-enabled=false', 'src/index.ts']],
  ['its format', '@biomejs/biome/bin/biome', ['check', '--vcs-enabled=false', 'src', 'test/records']],
  ['npm run client', '../scripts/build/client.ts', []],
  ['its types', 'typescript/bin/tsc', ['--noEmit']],
  ['its tests', 'vitest/vitest.mjs', ['run', '--project', 'worker', 'test/records/appointments.test.ts']],
  ['the structure', 'vitest/vitest.mjs', ['run', '--project', 'node', 'test/scripts/structure.test.ts']],
  ['the tables and the document', 'vitest/vitest.mjs', ['run', '--project', 'worker', 'test/structure']],
];

await run(async () => {
  await mkdir(join(root, '.wrangler'), { recursive: true });
  const folder = await mkdtemp(join(root, '.wrangler/example-'));
  try {
    const blocks = blocksOf(await readFile(join(root, page), 'utf8'));
    if (blocks.length < 5) throw new Fatal(`${page} has ${blocks.length} blocks with a file name; five were expected.`);
    await step(`laying ${blocks.length} blocks over a copy`, async () => {
      await copyTree(folder);
      for (const block of blocks) await lay(folder, block);
    });
    for (const [name, script, args] of checks) {
      await step(name, () =>
        execute(process.execPath, [join(folder, 'node_modules', script), ...args], {
          cwd: folder,
          maxBuffer: 64 * 1024 * 1024,
        }).catch(({ stdout, stderr }) => {
          throw new Fatal(`${page}: ${name} does not hold.\n${stdout}\n${stderr}`);
        }),
      );
    }
    console.log(`${page} is as it says.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
