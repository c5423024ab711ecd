// `npm run test:postman`: runs the collection as Postman would, against a Wardbook of its own with an administrator in
// it. Newman, which does that, is 66 MB, so that it is installed here and only on first use.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { installIn } from '../../support/own-packages.ts';
import { type OwnWardbook, withOwnWardbook } from '../../support/own-wardbook.ts';
import { root } from '../../support/paths.ts';
import { duration, Fatal, green, run } from '../../support/terminal.ts';
import { chapters } from './steps.ts';

const folder = join(root, 'clients/postman');
const admin = { email: 'admin@example.com', password: 'a password for one run' };

async function main(): Promise<void> {
  await installIn(folder, 'newman');
  await withOwnWardbook(async ({ url, state, env, mails }) => {
    await makeAdmin(env);
    const mailbox = await openMailbox(mails);
    try {
      await runCollection({ baseUrl: url, mailbox: mailbox.url }, join(state, 'run.json'));
    } finally {
      mailbox.close();
    }
  });
}

async function makeAdmin(env: NodeJS.ProcessEnv): Promise<void> {
  const options = ['create', '--email', admin.email];
  const child = spawn(process.execPath, [join(root, 'scripts/cli/admin.ts'), ...options], {
    env,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  child.stdin.end(`${admin.password}\n`);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Fatal('There is no administrator.');
}

/** Answers the collection's question for the token of the newest mail to somebody, with a link to a page. */
async function openMailbox(mails: OwnWardbook['mails']): Promise<{ url: string; close(): void }> {
  const find = async (to: string | null, page: string | null): Promise<string | undefined> => {
    const link = new RegExp(`/portal/${page}#token=([\\w-]+)`);
    const found = (await mails()).findLast((mail) => mail.to === to && link.test(mail.text));
    return found && link.exec(found.text)?.[1];
  };
  const server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://mailbox');
    // a mail is sent after the answer to whoever caused it
    for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100)) {
      const token = await find(searchParams.get('to'), searchParams.get('page'));
      if (token) return response.end(token);
    }
    response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

async function runCollection(where: { baseUrl: string; mailbox: string }, report: string): Promise<void> {
  const variables = { ...where, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
  const newman = spawn(
    process.execPath,
    [
      '--no-deprecation',
      join(folder, 'node_modules/newman/bin/newman.js'),
      'run',
      join(folder, 'wardbook.postman_collection.json'),
      ...Object.entries(variables).flatMap(([name, value]) => ['--env-var', `${name}=${value}`]),
      '--timeout-request=30000',
      '--reporters=cli,json',
      '--reporter-cli-no-banner',
      `--reporter-json-export=${report}`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [said, [code]] = await Promise.all([text(newman.stdout), once(newman, 'close')]);
  const { run } = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
  const clicks = chapters.flatMap(({ steps }) => steps).length;
  // without those that were skipped, and without what a script has asked the mailbox
  const executions: { item: { id: string }; response?: object }[] = run?.executions ?? [];
  const answered = new Set(executions.filter(({ response }) => response).map(({ item }) => item.id)).size;
  if (code !== 0 || answered !== clicks) {
    console.log(said);
    throw new Fatal(`Newman ended with ${code}, after ${answered} of ${clicks} requests.`);
  }
  const took = duration(run.timings.completed - run.timings.started);
  console.log(`${green('✓')} ${clicks} requests, ${run.stats.assertions.total} checks, ${took}: every check passes`);
}

await run(main);
