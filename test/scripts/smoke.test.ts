// The smoke finds what is broken: between it and a Wardbook of its own stands a proxy that breaks one thing for each of
// its checks, and each check has to say so. That it passes where nothing is broken is `npm run test:smoke`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import '../../scripts/dev/neon/endpoint.ts';
import type { OwnWardbook } from '../../scripts/support/own-wardbook.ts';
import { runningWardbook } from '../support/running-wardbook.ts';

interface Asked {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** How many requests are under way. */
  atOnce: number;
}
interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}
interface Fault {
  check: string;
  says: string;
  asked?(asked: Asked): void;
  answered?(answered: Answered, asked: Asked): void;
}

const isTo = ({ method, path }: Asked, wanted: string): boolean => `${method} ${path}` === wanted;
const isOnePatient = ({ method, path }: Asked): boolean => method === 'GET' && /^\/api\/patients\/\d+\/$/.test(path);
const edit = (answered: Answered, change: (body: Record<string, unknown>) => object): void => {
  answered.body = JSON.stringify(change(JSON.parse(answered.body)));
};
const warned =
  (code: string): Fault['answered'] =>
  (answered, { path }) => {
    if (path === '/readyz' && answered.status === 200)
      edit(answered, (body) => ({ ...body, warnings: [...(body.warnings as string[]), code] }));
  };
const some = (): Fault[] => {
  const sameRefresh = { isGiven: false };
  const readiness = { isAsked: false };
  return [
    {
      check: 'readiness',
      says: 'GET /readyz answered 500',
      answered: (answered, asked) => {
        // once: the checks of what it says come later
        if (asked.path === '/readyz' && !readiness.isAsked) answered.status = 500;
        readiness.isAsked ||= asked.path === '/readyz';
      },
    },
    {
      check: 'reference',
      says: "lacks frame-ancestors 'none'",
      answered: ({ headers }, { path }) => {
        if (path === '/docs')
          headers['content-security-policy'] = "default-src 'none'; script-src 'self'; connect-src 'self'";
      },
    },
    {
      check: 'preflight',
      says: 'is answered for https://smoke-test.invalid',
      answered: ({ headers }, asked) => {
        if (asked.method === 'OPTIONS') headers['access-control-allow-origin'] = asked.headers.origin;
      },
    },
    {
      check: 'login',
      says: 'POST /api/auth/login/ answered 200, not 401',
      answered: (answered, { body }) => {
        if (body.includes('?"')) Object.assign(answered, { status: 200, body: '{}' });
      },
    },
    {
      check: 'rotation',
      says: 'does not replace the refresh token',
      answered: (answered, asked) => {
        if (!isTo(asked, 'POST /api/auth/refresh/') || sameRefresh.isGiven) return;
        sameRefresh.isGiven = true;
        edit(answered, (body) => ({ ...body, refresh: JSON.parse(asked.body).refresh }));
      },
    },
    {
      check: 'reuse',
      says: 'POST /api/auth/refresh/ answered 200, not 401',
      answered: (answered) => {
        if (answered.body.includes('refresh_reused')) Object.assign(answered, { status: 200, body: '{}' });
      },
    },
    {
      check: 'keyed POST',
      says: 'one Idempotency-Key made two patients',
      asked: ({ headers }) => {
        delete headers['idempotency-key'];
      },
    },
    {
      check: 'ETags',
      says: 'answered 200, not 304',
      asked: ({ headers }) => {
        delete headers['if-none-match'];
      },
    },
    {
      check: 'large bodies',
      says: '257 KiB with a length are answered 200, not 413',
      answered: (answered, { headers }) => {
        if (answered.status === 413 && headers['content-length']) answered.status = 200;
      },
    },
    {
      check: 'strangers',
      says: 'answered 200, not 404',
      answered: (answered, asked) => {
        if (isOnePatient(asked) && answered.status === 404) Object.assign(answered, { status: 200, body: '{}' });
      },
    },
    {
      check: 'no mixing',
      says: 'one of 50 requests at once was answered as Somebody Else',
      answered: (answered, asked) => {
        if (asked.atOnce < 10 || !isTo(asked, 'GET /api/auth/me/')) return;
        edit(answered, (body) => ({ ...body, email: 'somebody@example.com', name: 'Somebody Else' }));
      },
    },
    {
      check: 'search',
      says: 'a search for "ELEONORE" does not find',
      asked: (asked) => {
        asked.path = asked.path.replace('search=ELEONORE', 'search=Wojciechowski');
      },
    },
    {
      check: 'sync',
      says: "a sync from the start holds somebody else's patients",
      answered: (answered, { path }) => {
        if (!path.startsWith('/api/sync/')) return;
        edit(answered, (body) => ({ ...body, patients: [...(body.patients as object[]), { id: -1 }] }));
      },
    },
    {
      check: 'limiter',
      says: '300 logins in a row are not limited',
      answered: (answered) => {
        if (answered.status === 429) Object.assign(answered, { status: 400, body: '{}' });
      },
    },
  ];
};

const others = (): Fault[] => [
  {
    check: 'reference',
    says: 'is served as text/plain',
    answered: ({ headers }, { path }) => {
      if (path.endsWith('.js')) headers['content-type'] = 'text/plain';
    },
  },
  {
    check: 'preflight',
    says: 'CORS_ORIGINS does not allow pages of https://portal.example',
    answered: ({ headers }) => {
      delete headers['access-control-allow-origin'];
    },
  },
  {
    check: 'who may register',
    says: 'REGISTRATION = "" (nobody), REGISTRATION = "patient" (patients), REGISTRATION = "user patient doctor" (everybody',
    answered: warned('registration_unset'),
  },
  {
    check: 'limits',
    says: 'a rate limiter is missing',
    answered: warned('limiter_missing'),
  },
  {
    check: 'login',
    says: 'the answer to a wrong password repeats it',
    answered: (answered, asked) => {
      if (asked.body.includes('?"')) edit(answered, (body) => ({ ...body, detail: JSON.parse(asked.body).password }));
    },
  },
  {
    check: 'rotation',
    says: 'a forged token is answered session_ended',
    answered: (answered) => {
      answered.body = answered.body.replace('"refresh_invalid"', '"session_ended"');
    },
  },
  {
    check: 'reuse',
    says: 'GET /api/auth/me/ answered 200 session_ended, not 401',
    answered: (answered, asked) => {
      if (answered.status === 401 && isTo(asked, 'GET /api/auth/me/')) answered.status = 200;
    },
  },
  {
    check: 'keyed POST',
    says: 'does not say Idempotency-Replayed',
    answered: ({ headers }) => {
      delete headers['idempotency-replayed'];
    },
  },
  {
    check: 'ETags',
    says: 'answered 200, not 412',
    asked: ({ headers }) => {
      delete headers['if-match'];
    },
  },
  {
    check: 'strangers',
    says: "the 404 for somebody else's patient differs",
    answered: (answered, { path }) => {
      if (answered.status === 404 && !path.includes('9007199254740991')) {
        edit(answered, (body) => ({ ...body, detail: 'This is not yours.' }));
      }
    },
  },
  {
    check: 'no mixing',
    says: 'one of 50 lists at once lacks a patient of who asked',
    answered: (answered, asked) => {
      if (asked.atOnce >= 10 && isTo(asked, 'GET /api/patients/')) answered.body = '[]';
    },
  },
  {
    check: 'search',
    says: 'a search for "Wojciechowski" finds',
    asked: (asked) => {
      asked.path = asked.path.replace('search=Wojciechowski', 'search=garcia');
    },
  },
  {
    check: 'sync',
    says: '/api/sync/ answers no cursor',
    answered: (answered, { path }) => {
      if (path.startsWith('/api/sync/')) edit(answered, (body) => ({ ...body, cursor: null }));
    },
  },
  {
    check: 'limiter',
    says: "the limiter's Retry-After is null",
    answered: ({ headers }) => {
      delete headers['retry-after'];
    },
  },
];

const wardbook = runningWardbook();

let runs = 0;
/** The smoke's exit code and what it printed, with those faults between it and the Wardbook. */
const smoke = async (
  faults: Fault[],
  more: { hangUpAfter413?: boolean; of?: OwnWardbook; env?: NodeJS.ProcessEnv } = {},
) => {
  const { hangUpAfter413 = false, of = wardbook(), env = of.env } = more;
  const address = `198.51.100.${++runs}`;
  const tooLarge = new WeakSet<Socket>();
  let atOnce = 0;
  const answer = async (incoming: IncomingMessage): Promise<Answered | undefined> => {
    const body = await buffer(incoming);
    if (tooLarge.has(incoming.socket)) return undefined;
    const { method = '', url: path = '', headers } = incoming;
    const asked: Asked = { method, path, headers, body: body.toString(), atOnce };
    for (const { asked: change } of faults) change?.(asked);
    // an address of its own, so that the limiter knows nothing of the run before
    const sent = request(of.url + asked.path, {
      method,
      headers: { ...asked.headers, 'accept-encoding': 'identity', 'cf-connecting-ip': address },
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answered: Answered = {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await text(response),
    };
    for (const { answered: change } of faults) change?.(answered, asked);
    for (const name of ['content-length', 'transfer-encoding', 'connection', 'keep-alive'])
      delete answered.headers[name];
    if (hangUpAfter413 && answered.status === 413) tooLarge.add(incoming.socket);
    return answered;
  };
  const proxy = createServer(async (incoming, outgoing) => {
    atOnce++;
    const answered = await answer(incoming);
    atOnce--;
    if (!answered) return incoming.socket.destroy();
    outgoing.writeHead(answered.status, answered.headers).end(answered.body);
  }).listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  try {
    return await runWith(env, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
};

const run = (...options: string[]) => runWith(wardbook().env, ...options);
const runWith = async (env: NodeJS.ProcessEnv, ...options: string[]) => {
  const script = join(import.meta.dirname, '../../scripts/smoke/run.ts');
  const child = spawn(process.execPath, [script, ...options, '--origin=https://portal.example'], { env });
  const [said, complained, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ]);
  return { code, lines: stripVTControlCharacters(said).split('\n'), complaint: stripVTControlCharacters(complained) };
};

const owner = async () => neon(await urlIn(wardbook().state));
const lineOf = (lines: string[], check: string) => lines.find((line) => line.slice(2).startsWith(`${check} `));

describe('the smoke', { timeout: 120_000 }, () => {
  test.each([
    ['some', some],
    ['others', others],
  ])('says what does not hold: %s', async (_, make) => {
    const faults = make();
    const { code, lines, complaint } = await smoke(faults);
    for (const { check, says } of faults) {
      expect(lineOf(lines, check)).toMatch(/^✗/);
      expect(lineOf(lines, check)).toContain(says);
    }
    const failed = lines.filter((line) => line.startsWith('✗'));
    expect(failed.map((line) => line.slice(2, 18).trim())).toEqual(faults.map(({ check }) => check));
    expect(code).toBe(1);
    expect(complaint).toContain(`${faults.length} of 23 checks do not hold`);
  });

  test('says that registration is open, and that mails cannot leave, and leaves it to whoever reads it', async () => {
    const { code, lines } = await smoke([{ check: '', says: '', answered: warned('mail_unset') }]);
    expect(lineOf(lines, 'who may register')).toMatch(
      /^! .*open: a stranger may register as user or patient or doctor/,
    );
    expect(lineOf(lines, 'mails')).toMatch(/^! .*none can leave/);
    expect(lines.join('\n')).toMatch(/All 23 checks hold, and what is marked with ! is yours to judge/);
    expect(code).toBe(0);
  });

  test('looks whether the mails to its accounts were handed over', async () => {
    const { lines } = await smoke([]);
    expect(lineOf(lines, 'mails')).toMatch(/^✓ .*[2-9] were handed over/);
  });

  test('notices a connection that is of no use after a body that is too large', async () => {
    const { code, lines } = await smoke([], { hangUpAfter413: true });
    expect(lineOf(lines, 'large bodies')).toMatch(/^✗ .*the request after 257 KiB with a length got no answer/);
    expect(lines.filter((line) => line.startsWith('✗'))).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('leaves no account and no patient behind, however it went', async () => {
    const sql = await owner();
    expect(await sql`select email from users where erased_at is null`).toEqual([]);
    expect(await sql`select id from patients`).toEqual([]);
  });

  test('says which account it could not erase', async () => {
    const { code, lines } = await smoke([
      {
        check: 'cleaning up',
        says: '',
        answered: (answered, asked) => {
          if (isTo(asked, 'DELETE /api/auth/me/')) answered.status = 503;
        },
      },
    ]);
    expect(lineOf(lines, 'cleaning up')).toMatch(/^✗ .*smoke-\w+@example\.com is still there: DELETE .* answered 503/);
    expect(code).toBe(1);
  });

  test('looks at the roles, where the database of this machine is the one behind the URL', async () => {
    const sql = await owner();
    await sql.query('alter role app_login createdb');
    await sql.query('grant select on patients to app_login');
    try {
      const { code, lines } = await smoke([]);
      expect(lineOf(lines, 'roles')).toContain('the role app_login has createdb: alter role app_login nocreatedb');
      expect(lineOf(lines, 'app_login reads')).toContain('app_login may read patients');
      expect(lines.filter((line) => line.startsWith('✗'))).toHaveLength(2);
      expect(code).toBe(1);
    } finally {
      await sql.query('alter role app_login nocreatedb');
      await sql.query('revoke select on patients from app_login');
    }
  });

  test('tries nothing else where no Wardbook answers', async () => {
    const other = createServer((_, answer) => answer.end('<h1>It works!</h1>')).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { code, lines, complaint } = await run(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    other.close();
    expect(lines.filter((line) => line.startsWith('✗'))).toEqual([expect.stringContaining('is this a Wardbook?')]);
    expect(complaint).toContain('No Wardbook answers there');
    expect(code).toBe(1);
  });

  test('registers under an address that is given, where the mails go', async () => {
    const { code } = await run(wardbook().url, '--email', 'Me@clinic.example');
    expect(code).toBe(0);
    const to = (await wardbook().mails()).map((mail) => mail.to).filter((email) => email.endsWith('@clinic.example'));
    expect(to).toEqual([
      expect.stringMatching(/^me\+smoke-[\da-f]{16}@/),
      expect.stringMatching(/^me\+smoke-[\da-f]{16}@/),
    ]);
  });

  test.each([
    [[]],
    [['wardbook.example.com']],
    [['http://127.0.0.1:1', '--email', 'me']],
    [['http://127.0.0.1:1', 'http://127.0.0.1:2']],
  ])('asks for one URL, not %j', async (urls) => {
    const { code, complaint } = await run(...urls);
    expect(complaint).toContain('Usage: npm run smoke -- URL');
    expect(code).toBe(2);
  });
});

const urlIn = async (state: string): Promise<string> =>
  JSON.parse(await readFile(join(state, 'pglite.lock'), 'utf8')).url;
/** For the smoke of a Wardbook whose database's owner it does not find, but for the one that is given. */
const without = ({ env, state }: OwnWardbook, url?: string) => ({
  ...env,
  WARDBOOK_STATE: join(state, 'elsewhere'),
  DATABASE_URL: url,
});
const failed = (lines: string[]) => lines.filter((line) => line.startsWith('✗'));
const living = (url: string) => neon(url)`select email from users where erased_at is null`;

describe('the smoke where nobody may register without an invitation', { timeout: 120_000 }, () => {
  const closed = runningWardbook({ REGISTRATION: '', CORS_ORIGINS: '*' });

  test('has accounts made by the owner of the database, and erases them', async () => {
    const { code, lines } = await smoke([], { of: closed() });
    expect(failed(lines)).toEqual([]);
    expect(lineOf(lines, 'registration')).toContain("closed: two accounts, made by the database's owner");
    expect(code).toBe(0);
    expect(await living(await urlIn(closed().state))).toEqual([]);
    expect(await closed().mails()).toEqual([]);
  });

  test('says that it needs that owner', async () => {
    const { code, lines } = await smoke([], { of: closed(), env: without(closed()) });
    expect(lineOf(lines, 'registration')).toMatch(/^✗ .*REGISTRATION is closed.*: set DATABASE_URL/);
    expect(failed(lines)).toHaveLength(1);
    expect(code).toBe(1);
  });

  test('leaves nothing in a database that is another one', async () => {
    const url = await urlIn(wardbook().state);
    const before = await living(url);
    const { lines } = await smoke([], { of: closed(), env: without(closed(), url) });
    expect(lineOf(lines, 'registration')).toContain('is another database than the one behind this address');
    expect(await living(url)).toEqual(before);
  });
});

describe('the smoke where an email has to be confirmed', { timeout: 120_000 }, () => {
  const strict = runningWardbook({ REQUIRE_VERIFIED_EMAIL: 'on', CORS_ORIGINS: '*' });

  test('has that done by the owner of the database', async () => {
    const { code, lines } = await smoke([], { of: strict() });
    expect(failed(lines)).toEqual([]);
    expect(lineOf(lines, 'registration')).toContain("their emails confirmed by the database's owner");
    expect(code).toBe(0);
  });

  test('says that it needs that owner, and erases its accounts all the same', async () => {
    const { code, lines } = await smoke([], { of: strict(), env: without(strict()) });
    expect(lineOf(lines, 'registration')).toMatch(/^✗ .*REQUIRE_VERIFIED_EMAIL is on.*: set DATABASE_URL/);
    expect(lineOf(lines, 'cleaning up')).toMatch(/^✓/);
    expect(code).toBe(1);
    expect(await living(await urlIn(strict().state))).toEqual([]);
  });
});
