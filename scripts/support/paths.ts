// Names the files and folders in which a Wardbook on this machine keeps its data and settings.
import { join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
/** A second Wardbook on one machine: WARDBOOK_STATE is a folder for its data and its .dev.vars. */
export const isSecond = Boolean(process.env.WARDBOOK_STATE);
export const stateFolder = resolve(root, process.env.WARDBOOK_STATE || '.wrangler/state');
export const devVarsFile = join(isSecond ? stateFolder : root, '.dev.vars');
export const dataFolder = join(stateFolder, 'pglite');
export const mailFolder = join(stateFolder, 'mail');

export function short(path: string): string {
  const inside = relative(root, path);
  return inside.startsWith('..') ? path : inside;
}
