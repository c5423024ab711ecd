// `npm run test:example`: lays the blocks of docs/adding-a-resource.md over a copy of the tree, and runs what must hold
// there: the compiler and the whole of `npm test`. Only what failed is shown.
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

/** A line that is there already says where the next ones go. Others go below the last one that begins with the same word. */
const addLines = (text: string, lines: string[]): string => {
  const there = text.split('\n');
  let place = -1;
  for (const line of lines) {
    if (there.includes(line)) {
      place = there.indexOf(line);
      continue;
    }
    const [word = ''] = /^\s*[.\w]+/.exec(line) ?? [];
    const above = place >= 0 ? place : there.findLastIndex((one) => one.startsWith(word));
    if (above < 0) throw new Fatal(`${page}: no line of the file begins like "${line.trim()}".`);
    // the last call of a chain ends the statement
    const endsChain = /^\s*\.\w/.test(line) && there[above]?.endsWith(';');
    if (endsChain) there[above] = there[above]?.replace(/;$/, '') ?? '';
    there.splice(above + 1, 0, endsChain ? `${line};` : line);
    if (place >= 0) place = above + 1;
  }
  return there.join('\n');
};

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

/** Of the output of a run of tests what failed, and of any other its end: those that passed are thousands of lines. */
const failures = (text: string) => {
  const start = text.search(/^.*Failed Tests/m);
  return start < 0 ? text.slice(-5000) : text.slice(start, start + 20_000);
};

const biome = '@biomejs/biome/bin/biome';
const touched = ['src', 'test/records', 'test/routes', 'scripts/clients/postman'];
const checks: [string, string, string[]][] = [
  [
    'npm run format',
    biome,
    [
      'check',
      '--write',
      '--vcs-enabled=false',
      'src/index.ts',
      'test/routes/table.ts',
      'scripts/clients/postman/steps.ts',
    ],
  ],
  ['its format', biome, ['check', '--vcs-enabled=false', ...touched]],
  ['npm run client', '../scripts/build/client.ts', []],
  ['npm run postman', '../scripts/clients/postman/write.ts', []],
  ['its types', 'typescript/bin/tsc', ['--noEmit']],
  ['npm test', 'vitest/vitest.mjs', ['run', '--project', 'worker', '--project', 'node']],
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
          env: { ...process.env, NO_COLOR: '1' },
          maxBuffer: 64 * 1024 * 1024,
        }).catch(({ stdout, stderr }) => {
          throw new Fatal(`${page}: ${name} does not hold.\n${failures(stdout)}\n${failures(stderr)}`);
        }),
      );
    }
    console.log(`${page} is as it says.`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
