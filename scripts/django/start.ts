// Starts the Django project of test/django/project on a database of a PostgreSQL server: migrated, on a free port, served
// by gunicorn with two workers of four threads.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { root } from '../support/paths.ts';
import { Fatal } from '../support/terminal.ts';

/** Which of the two clinics it is: records of one's own, or roles with profiles. */
export type Clinic = 'owned' | 'roles';

export interface Django {
  url: string;
  /** Gunicorn's, whose children are the workers. */
  pid: number;
  /** Runs a file of the project, as `python3 manage.py ...`, and answers what it prints. */
  python(...args: string[]): Promise<string>;
  end(): Promise<void>;
}

interface Options {
  clinic: Clinic;
  /** The URL of an empty database, as somebody who may make tables in it. */
  database: string;
  /** What it signs tokens with. */
  secret: string;
  /** How many rounds of PBKDF2 a new password gets: Django's own number where it is not given. */
  rounds?: number;
}

const project = join(root, 'test/django/project');
const modules = ['django', 'rest_framework', 'rest_framework_simplejwt', 'psycopg2', 'gunicorn'];
const packages =
  'python3-django python3-djangorestframework python3-djangorestframework-simplejwt python3-psycopg2 gunicorn';
export const missing = `Django is not installed. On Debian and Ubuntu: apt-get install ${packages}`;
const execute = promisify(execFile);

/** The Python that has Django: a version manager's may come first on the PATH, beside the system's. */
export async function findPython(): Promise<string | undefined> {
  for (const python of ['python3', '/usr/bin/python3']) {
    const hasAll = await execute(python, ['-c', `import ${modules.join(', ')}`]).then(
      () => true,
      () => false,
    );
    if (hasAll) return python;
  }
  return undefined;
}

export async function startDjango({ clinic, database, secret, rounds }: Options): Promise<Django> {
  const python = await findPython();
  if (!python) throw new Fatal(missing);
  const env = {
    ...process.env,
    CLINIC_APP: clinic,
    DATABASE_URL: database,
    SECRET_KEY: secret,
    PYTHONDONTWRITEBYTECODE: '1',
    ...(rounds && { PASSWORD_ITERATIONS: String(rounds) }),
  };
  const options = { cwd: project, env, maxBuffer: 64 * 2 ** 20 };
  const run = async (...args: string[]) => (await execute(python, args, options)).stdout;
  await run('manage.py', 'migrate', '--verbosity=0');
  // the project's own tables have no migrations, which keeps it short, and need those of the accounts first
  await run('manage.py', 'migrate', '--run-syncdb', '--verbosity=0');
  return { ...(await serve(python, env)), python: run };
}

async function serve(python: string, env: NodeJS.ProcessEnv) {
  // Without threads a worker closes the connection after each answer and wants a proxy in front, for about the same CPU.
  const args = ['-m', 'gunicorn', 'clinic.wsgi', '--workers=2', '--threads=4', '--bind=127.0.0.1:0'];
  const child = spawn(python, args, {
    cwd: project,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // a group of its own, so that Ctrl-C in a terminal leaves the end of it to us
    detached: true,
  });
  const ended = once(child, 'close');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Fatal(`Django ended by itself:\n${said.slice(-30).join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [listening] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
      if (listening) resolve(listening);
    });
  });
  return {
    url,
    pid: child.pid ?? 0,
    end: async () => {
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
    },
  };
}
