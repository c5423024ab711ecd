// Reads .dev.vars, the Worker's settings on this machine, and writes it when there is none.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { devVarsFile, root, short, stateFolder } from '../support/paths.ts';
import { Fatal } from '../support/terminal.ts';

export async function readDevVars(): Promise<Record<string, string> | undefined> {
  const text = await readFile(devVarsFile, 'utf8').catch(() => undefined);
  if (text === undefined) {
    return undefined;
  }
  refuseStrayLines(text);
  return parseEnv(text) as Record<string, string>;
}

/** The Worker's parser skips a line that it does not understand; the missing variable would be a riddle. */
function refuseStrayLines(text: string): void {
  let quote = '';
  let opened = 0;
  for (const [index, line] of text.split('\n').entries()) {
    if (quote) {
      quote = line.includes(quote) ? '' : quote;
      continue;
    }
    const [, value] = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=\s*(.*)$/.exec(line) ?? [];
    if (value === undefined && !/^\s*(#|$)/.test(line)) {
      throw new Fatal(`${short(devVarsFile)}, line ${index + 1}: not NAME=value.`);
    }
    const [, mark = ''] = /^(["'`])/.exec(value ?? '') ?? [];
    if (mark && !value?.includes(mark, 1)) {
      quote = mark;
      opened = index + 1;
    }
  }
  if (quote) {
    throw new Fatal(`${short(devVarsFile)}, line ${opened}: the quote never ends.`);
  }
}

/** Writes .dev.vars from .dev.vars.example, which explains each variable. */
export async function writeDevVars(variables: Record<string, string>): Promise<void> {
  const example = await readFile(join(root, '.dev.vars.example'), 'utf8');
  const text = Object.entries(variables).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), () => `${name}=${value}`),
    example,
  );
  await mkdir(stateFolder, { recursive: true });
  await writeFile(devVarsFile, text, { mode: 0o600, flag: 'wx' });
}

/**
 * Tells wrangler, beside .dev.vars, that the database is behind another port than that file says. In a file and not on
 * wrangler's command line, where other people of this machine would see the password.
 */
export async function writePortVars(databaseUrl: string): Promise<{ file: string; remove(): Promise<void> }> {
  const file = join(stateFolder, 'port.vars');
  await mkdir(stateFolder, { recursive: true });
  await rm(file, { force: true });
  // wrangler would read what follows a $ as the name of a variable
  const value = databaseUrl.replaceAll('$', '%24').replaceAll("'", '%27');
  await writeFile(file, `DATABASE_URL='${value}'\n`, { mode: 0o600, flag: 'wx' });
  return { file, remove: () => rm(file, { force: true }) };
}
