// Checks that logins from one address are limited. Comes last: for a minute nobody logs in from this address.
import { Fatal } from '../support/terminal.ts';
import { expect, problemCode } from './send.ts';
import type { World } from './world.ts';

const most = 300;
const atOnce = 10;

/** Cloudflare counts in each of its locations, and lets some more through than the limit says before it notices. */
export const limiter = async ({ send, say }: World): Promise<string> => {
  // no password is hashed for a body without one, and no database asked
  const attempt = () => send('POST', '/api/auth/login/', [400, 429], { body: {} });
  for (let sent = 0; sent < most; sent += atOnce) {
    const answers = await Promise.all(Array.from({ length: atOnce }, attempt));
    const refused = answers.find(({ status }) => status === 429);
    if (refused) {
      const seconds = Number(refused.headers.get('Retry-After'));
      expect(problemCode(refused) === 'too_many_requests', `the limiter answers ${problemCode(refused)}`);
      expect(seconds >= 1 && seconds <= 60, `the limiter's Retry-After is ${refused.headers.get('Retry-After')}`);
      await send('GET', '/healthz', 200);
      const allowed = sent + answers.filter(({ status }) => status === 400).length;
      return `429 after ${allowed} more logins, Retry-After ${seconds} s`;
    }
    if ((sent + atOnce) % 50 === 0) say(`${sent + atOnce} logins, not limited yet`);
  }
  throw new Fatal(`${most} logins in a row are not limited: is LOGIN_LIMIT in wrangler.toml bound?`);
};
