// Reads from /proc how much CPU a process has used, and finds the processes of a PostgreSQL server.
import { readdirSync, readFileSync } from 'node:fs';

const ticks = 100; // USER_HZ, which Linux fixes for /proc

/** What /proc/PID/stat says after the name of the program, which stands in parentheses and may hold spaces. */
const statOf = (pid: number): string[] => readFileSync(`/proc/${pid}/stat`, 'utf8').split(/\) /s)[1]?.split(' ') ?? [];

/**
 * Seconds of CPU that a process and its children have used so far, in user and in kernel mode. Children that have ended
 * count as well: Linux adds what they used to their parent's own figures (cutime and cstime) when it takes note of them.
 */
export const cpuSeconds = (pid: number): number => {
  const own = statOf(pid)
    .slice(11, 15)
    .reduce((sum, field) => sum + Number(field), 0);
  const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
  );
  return children.reduce((sum, child) => sum + cpuSecondsIfThere(Number(child)), own / ticks);
};

/** A child may end between being listed and being looked at. */
const cpuSecondsIfThere = (pid: number): number => {
  try {
    return cpuSeconds(pid);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return 0;
    throw error;
  }
};

/**
 * The PostgreSQL server that holds a database, as a process of this machine: the parent of the process that serves a
 * connection to it, which PostgreSQL titles "postgres: user database ...". Undefined where the server is elsewhere. A
 * container on this machine is found too, whose own numbers for its processes would say nothing out here.
 */
export const findPostmaster = (database: string): number | undefined => {
  const backend = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((pid) => {
      const title = titleOf(pid);
      return title.startsWith('postgres:') && title.includes(` ${database} `);
    });
  return backend === undefined ? undefined : Number(statOf(Number(backend))[1]);
};

const titleOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it has ended, or is not ours to look at
  }
};
