// `npm run test:smoke`: runs the smoke against a Wardbook of its own. With LOCAL_DATABASE_URL, the owner's of a database on
// a server, that Wardbook keeps its data there, otherwise in PGlite.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { withOwnWardbook } from '../support/own-wardbook.ts';
import { Fatal, run } from '../support/terminal.ts';

const script = join(import.meta.dirname, 'run.ts');

await run(() =>
  withOwnWardbook(async ({ url, env }) => {
    const child = spawn(process.execPath, [script, url, '--origin', 'https://portal.example'], {
      env,
      stdio: 'inherit',
    });
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Fatal('The smoke does not pass.');
  }, process.env.LOCAL_DATABASE_URL),
);
