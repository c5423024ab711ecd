// Runs one of the programs, and tells a person what it said when that is not what it should.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { Fatal } from '../../support/terminal.ts';

export const here = import.meta.dirname;
/** What the generators write. It stays there to be looked at until the next run. */
export const made = join(here, 'made');
export const documentFile = join(made, 'openapi.json');

const indented = (text: string) => text.replace(/^(?=.)/gm, '  ');

/** Runs a script, in the folder of what is made, for all that it says. When it fails, that is what a person gets to read. */
export async function execute(name: string, script: string, args: string[] = []): Promise<string> {
  const options = { cwd: made, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, NO_COLOR: '1', CI: '1' } };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, ...args], options).catch((failed) => {
    const said = stripVTControlCharacters(`${failed.stdout}\n${failed.stderr}`).trim();
    throw new Fatal(`${name} fails:\n${indented(said.slice(0, 4000))}\n${hint}`);
  });
  return stripVTControlCharacters(`${stdout}\n${stderr}`);
}

/** What to do about any of it. */
export const hint =
  'What it was made from is scripts/clients/generators/made/openapi.json, and beside it is what was made. Mend the document ' +
  '(src/openapi/, the tables in src/, src/http/fields.ts), not the client.';
