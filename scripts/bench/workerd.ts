// Builds a Worker as `wrangler deploy` does, and serves it by plain workerd, without the development server around
// it.
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { quiet } from '../dev/worker.ts';
import { root } from '../support/paths.ts';
import { Fatal } from '../support/terminal.ts';
import { startServer } from './children.ts';

const kinds: Record<string, string> = { '.js': 'esModule', '.mjs': 'esModule', '.wasm': 'wasm', '.bin': 'data' };

/** Builds what a wrangler.toml describes into a folder, and says how workerd is to run it. */
export const build = async (configFile: string, folder: string) => {
  const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js');
  const args = [wrangler, 'deploy', '--dry-run', '--outdir', folder, '--config', configFile];
  const options = { cwd: dirname(configFile), env: { ...process.env, ...quiet } };
  await promisify(execFile)(process.execPath, args, options).catch(({ stdout, stderr }) => {
    throw new Fatal(`The Worker cannot be built:\n${stdout}${stderr}`);
  });
  const config = await readFile(configFile, 'utf8');
  const files = (await readdir(folder)).filter((name) => !/\.map$|^README\.md$/.test(name));
  const setting = (name: string) => new RegExp(`^${name}\\s*=\\s*(.+)$`, 'm').exec(config)?.[1];
  const main = `${basename(JSON.parse(setting('main') ?? '""'), '.ts')}.js`;
  return {
    folder,
    modules: [main, ...files.filter((name) => name !== main)],
    compatibilityDate: setting('compatibility_date') ?? '""',
    compatibilityFlags: setting('compatibility_flags') ?? '[]',
  };
};
export type Built = Awaited<ReturnType<typeof build>>;

const text = (value: string) => JSON.stringify(value);

/** Without rate limits: those bindings exist on Cloudflare's network only. */
export const serve = async (name: string, built: Built, bindings: Record<string, string>, more: string[] = []) => {
  const modules = built.modules.map(
    (file) => `(name = ${text(file)}, ${kinds[extname(file)] ?? 'text'} = embed ${text(file)})`,
  );
  const variables = Object.entries(bindings).map(([key, value]) => `(name = ${text(key)}, text = ${text(value)})`);
  const file = join(built.folder, 'config.capnp');
  await writeFile(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = ${built.compatibilityDate},
  compatibilityFlags = ${built.compatibilityFlags},
  bindings = [${variables.join(', ')}],
);
`,
  );
  const { default: workerd } = createRequire(import.meta.url)('workerd') as { default: string };
  return startServer(name, workerd, ['serve', file, '--control-fd=3', ...more]);
};
