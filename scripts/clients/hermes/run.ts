// `npm run test:hermes`: the typed client in the engine of React Native, through React Native's preset for Babel and with
// React Native's fetch. The engine and the preset are 130 MB, so that they are installed here and only on first use.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { installIn } from '../../support/own-packages.ts';
import { withOwnWardbook } from '../../support/own-wardbook.ts';
import { Fatal, green, run, step } from '../../support/terminal.ts';
import { converse } from './conversation.ts';

const here = import.meta.dirname;
const binaries: { [platform: string]: string } = { linux: 'linux64-bin', darwin: 'osx-bin', win32: 'win64-bin' };

export interface Heard {
  status: number;
  headers: [string, string][];
  text: string;
}

/** What is said in Node with a Wardbook, and what that answered. */
async function inNode(url: string): Promise<{ said: string[]; heard: Heard[] }> {
  const said: string[] = [];
  const heard: Heard[] = [];
  const fetchFrom = async (asked: string, init: RequestInit): Promise<Response> => {
    // its signal is abort-controller's, which Node's fetch does not take
    const { signal, ...rest } = init;
    if (signal?.aborted) throw Object.assign(new Error('Aborted'), { name: 'AbortError' });
    const response = await fetch(asked.replace('http://wardbook.test', url), rest);
    heard.push({ status: response.status, headers: [...response.headers], text: await response.clone().text() });
    return response;
  };
  await converse(fetchFrom, (line) => said.push(line));
  return { said, heard };
}

/** The same in Hermes, with those answers. */
async function inHermes(heard: Heard[]): Promise<string[]> {
  const installed = createRequire(join(here, 'package.json'));
  const babel: { transformAsync(code: string, options: object): Promise<{ code: string }> } = installed('@babel/core');
  const { outputFiles } = await build({
    entryPoints: [join(here, 'phone.ts')],
    define: { heard: JSON.stringify(heard) },
    bundle: true,
    target: 'es2022',
    format: 'iife',
    charset: 'utf8',
    write: false,
  });
  const preset = [installed.resolve('@react-native/babel-preset'), { enableBabelRuntime: false }];
  const options = { presets: [preset], sourceType: 'script', babelrc: false, configFile: false, filename: 'phone.js' };
  const { code } = await babel.transformAsync(outputFiles[0]?.text ?? '', options);
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-hermes-'));
  try {
    const file = join(folder, 'phone.js');
    await writeFile(file, code);
    const engine = join(here, 'node_modules/hermes-engine-cli', binaries[process.platform] ?? '', 'hermes');
    const { stdout } = await promisify(execFile)(engine, ['-w', file]);
    return stdout.trimEnd().split('\n');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  await run(async () => {
    await installIn(here, 'Hermes');
    await withOwnWardbook(async ({ url }) => {
      const { said, heard } = await inNode(url);
      const phone = await step('the typed client in Hermes', () => inHermes(heard));
      const wrong = said.findIndex((line, place) => phone[place] !== line);
      if (wrong >= 0 || phone.length !== said.length) {
        const place = wrong < 0 ? said.length : wrong;
        throw new Fatal(`After ${place} lines Hermes says "${phone[place]}", where Node says "${said[place]}".`);
      }
      console.log(`${green('✓')} ${said.length} lines of Hermes are those of Node`);
    });
  });
}
