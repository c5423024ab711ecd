// `npm start` as a newcomer meets it: it makes all it needs, finds it again, says what is wrong, and leaves nothing running.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { readMails } from '../../scripts/dev/mailbox.ts';
import { openPglite } from '../../scripts/dev/neon/open-pglite.ts';
import { freePort } from '../../scripts/support/free-port.ts';
import { app } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';
import { startMailServer } from '../support/mail-server.ts';
import { npmStart, script } from '../support/npm-start.ts';

const { state, port, environment, start, url, post, allGone } = await npmStart();

const mails = () => readMails(join(state, 'mail'));
const ann = { email: 'ann@example.com', password: 'four unrelated words' };

/** By hand, because fetch() would send a body in the pieces that it likes. */
async function sendChunk(bytes: number): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const head = 'POST /api/nothing HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n';
  socket.write(`${head}${bytes.toString(16)}\r\n${'a'.repeat(bytes)}\r\n0\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return answer;
}

describe('npm start', () => {
  test('makes everything there is to make, serves it, and takes it all down', async () => {
    const { child, ended, said } = await start();
    expect(said()).toContain(`is running at ${url('')}`);
    expect(said()).not.toContain('wrangler');
    const vars = join(state, '.dev.vars');
    expect(await readFile(vars, 'utf8')).toMatch(/^JWT_SECRET=[\w-]{64}$/m);
    expect((await stat(vars)).mode & 0o777).toBe(0o600);
    expect((await stat(join(state, 'pglite'))).mode & 0o777).toBe(0o700);

    expect((await fetch(url('/readyz'))).status).toBe(200);
    expect((await post('/api/auth/register/', { name: 'Ann', ...ann })).status).toBe(201);

    const document = await fetch(url('/openapi.json'));
    expect(document.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(document.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(await document.json()).toEqual(await documentOf(app));
    for (const file of (await (await fetch(url('/docs'))).text()).match(/\/docs\/[\w.]+/g) ?? [])
      expect((await fetch(url(file))).status, file).toBe(200);

    await vi.waitFor(() => expect(said().split('Requests:')[1]).toMatch(/register/), 30_000);

    // the mail that this called for: its link is shown, and works
    await vi.waitFor(() => expect(said()).toContain('✉'), 30_000);
    const [, token] =
      new RegExp(
        `^  ✉ to ann@example\\.com: Confirm your email {2}${url('/portal/verify')}#token=([\\w-]{43})$`,
        'm',
      ).exec(said()) ?? [];
    expect(await mails()).toEqual([
      {
        to: 'ann@example.com',
        subject: 'Confirm your email',
        text: expect.stringContaining(`#token=${token}\n`),
        html: expect.stringContaining(`#token=${token}"`),
      },
    ]);
    expect(said()).toContain(join(state, 'mail'));
    expect((await post('/api/auth/email/verify/', { token })).status).toBe(204);

    const { stdout } = await promisify(execFile)(process.execPath, [script('cli/admin'), 'list'], {
      env: environment(),
    });
    expect(stdout).toContain('no administrator yet');

    const second = await start({ PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    expect(second.said()).toMatch(new RegExp(`^Wardbook is running already \\(process ${child.pid}\\)`));

    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said()).toMatch(/Stopped\.\n$/);
    await allGone();
  });

  test('finds its data again, also after it was killed, and lets app_login in', async () => {
    const { child, ended, said } = await start();
    expect(said()).not.toContain('creating');
    expect((await post('/api/auth/login/', ann)).status).toBe(200);
    child.kill('SIGKILL');
    await ended;
    await allGone();

    // the role in the database has another password than .dev.vars
    const data = await openPglite({ dataDir: join(state, 'pglite') });
    await data.exec(`alter role app_login password 'another one'`);
    await data.close();
    const again = await start();
    expect(again.said()).toContain('gave app_login the password');
    expect(again.said()).toContain('is running');
    expect((await post('/api/auth/login/', ann)).status).toBe(200);

    // too much, without saying so before: refused, and no harm to whoever comes next on workerd's connection
    for (let time = 0; time < 3; time++) {
      expect(await sendChunk(300_000)).toMatch(/^HTTP\/1.1 413 /);
      expect((await post('/api/auth/refresh/', { refresh: 'none' })).status).toBe(401);
    }
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(0);
    await allGone();
    // nor are the mails of the first time lost, in which it had the same port
    expect((await mails())[0]).toMatchObject({ to: 'ann@example.com', subject: 'Confirm your email' });
  });

  test('sends mails as .dev.vars says, and then keeps none', async () => {
    const [before, server] = [await mails(), await startMailServer()];
    const vars = join(state, '.dev.vars');
    const written = await readFile(vars, 'utf8');
    const settings = `PUBLIC_URL=https://wardbook.example\nMAIL_FROM=us@wardbook.example\nMAIL_API_KEY=ours`;
    await writeFile(vars, `${written}\n${settings}\nMAIL_API_URL=${server.url}/emails\n`);
    const { child, ended, said } = await start();
    expect(said()).toContain(`sent by ${new URL(server.url).host}`);
    expect((await post('/api/auth/password/forgot/', { email: ann.email })).status).toBe(202);
    await vi.waitFor(async () => {
      const { taken } = await (await fetch(`${server.url}/ours`)).json();
      expect(taken).toMatchObject([{ body: { from: 'us@wardbook.example', to: [ann.email] } }]);
      expect(taken[0].body.text).toContain('https://wardbook.example/portal/reset#token=');
    }, 30_000);
    expect(said()).not.toContain('✉');
    expect(await mails()).toEqual(before);
    child.kill('SIGTERM');
    await ended;
    await writeFile(vars, written);
    await server.close();
  });

  const sentence = async (env: NodeJS.ProcessEnv = {}) => {
    const { ended, said } = await start(env);
    expect(await ended).toBe(1);
    expect(said()).not.toMatch(/\n {4}at /);
    return said();
  };

  test('says which port is in use and what changes it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const busy = String((server.address() as AddressInfo).port);
    expect(await sentence({ PORT: busy })).toMatch(new RegExp(`^Port ${busy} is in use.* PORT=`));
    server.close();
  });

  test('says in a sentence that it may not write to a folder, before it makes anything', async () => {
    const file = join(state, 'a file');
    await writeFile(file, '');
    expect(await sentence({ WARDBOOK_STATE: join(file, 'inside') })).toMatch(
      new RegExp(`^Cannot use ${file}/inside: a part of its path is a file\\. npm start writes .* WARDBOOK_STATE`),
    );
    // root may write anywhere but to what the kernel shows
    const closed = process.getuid?.() === 0 ? '/sys/kernel' : join(state, 'closed');
    if (closed.startsWith(state)) await mkdir(closed, { mode: 0o500 });
    expect(await sentence({ WARDBOOK_STATE: join(closed, 'inside') })).toMatch(
      new RegExp(`^Cannot use ${closed}/inside: (it is read-only|this account may not)\\. npm start writes `),
    );
  });

  test.each([
    ['JWT_SECRET: must be', /^JWT_SECRET=.*/m, 'JWT_SECRET=s3cret'],
    ['JWT_SECRET: ', /^JWT_SECRET=.*/m, ''],
    ['DATABASE_URL: must sign in as app_login', /app_login:/, 'postgres:'],
    ['MAIL_API_KEY: is needed to send mails', /$/, '\nMAIL_API_URL=https://mail.example/emails'],
    ['not NAME=value', /^JWT_SECRET=/m, 'JWT_SECRET '],
  ])('names what is wrong in .dev.vars: %s', async (problem, part, replacement) => {
    const path = join(state, '.dev.vars');
    const vars = await readFile(path, 'utf8');
    await writeFile(path, vars.replace(part, replacement));
    const said = await sentence();
    await writeFile(path, vars);
    expect(said).toContain(problem);
    expect(said).not.toContain('s3cret');
  });

  test('refuses data of a newer PostgreSQL', async () => {
    const version = join(state, 'pglite/PG_VERSION');
    expect(await readFile(version, 'utf8')).toBe('18\n');
    await chmod(version, 0o600);
    await writeFile(version, '19\n');
    expect(await sentence()).toContain('belongs to PostgreSQL 19; this checkout has 18.');
    await writeFile(version, '18\n');
  });
});
