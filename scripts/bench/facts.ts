// Says when, of which commit and on what machine the figures were measured.
import { execFile } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { promisify } from 'node:util';
import { root } from '../support/paths.ts';

const git = async (...args: string[]): Promise<string> => {
  try {
    return (await promisify(execFile)('git', args, { cwd: root })).stdout.trim();
  } catch {
    return ''; // a download without its history
  }
};

export const facts = async (database: string): Promise<string[]> => {
  const commit = (await git('rev-parse', '--short', 'HEAD')) || 'no commit';
  const changed = (await git('status', '--porcelain', 'src', 'migrations')) ? ' with changes' : '';
  const [{ model = 'unknown processor' } = {}, ...others] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const machine = `${others.length + 1} × ${model.replace(/\s+/g, ' ').trim()}, ${memory} GB`;
  return [
    new Date().toISOString().slice(0, 10),
    `commit ${commit}${changed}`,
    machine,
    database,
    `Node ${process.versions.node}`,
  ];
};
