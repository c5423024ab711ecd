// What the trail has of every route, or else the request fails: nothing happens that is not in it.
import { describe, expect, test } from 'vitest';
import { rowOf, table } from '../routes/table.ts';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute, send } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { rows, trailOf } = app;
const { prepare } = everyRoute(app, w);

/** Everything but the trail. */
const contents = () =>
  app.sumsOf([
    ...['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'idempotency_keys', 'mails'],
    ...['invitations', 'app.links', 'app.former_emails', 'app.devices', 'guesses'],
  ]);

describe('is written by every route', () => {
  test('or else the request is a 503, shows nothing and changes nothing', async () => {
    const requests = await Promise.all(table.filter(({ trail }) => trail).map(({ route }) => prepare(route)));
    await app.asOwner(`create function app.disk_full() returns trigger language plpgsql as $$
      begin raise exception 'no space left' using errcode = '53100'; end $$`);
    await app.asOwner('create trigger disk_full before insert on audit for each row execute function app.disk_full()');
    const before = await contents();
    const answers = [];
    for (const request of requests) answers.push({ request, answer: await send(app.call, request) });
    const after = await contents();
    await app.asOwner('drop function app.disk_full() cascade');
    await app.asOwner('delete from guesses');
    for (const { request, answer } of answers) {
      expect(answer.status, `${request.route} answered ${answer.text}`).toBe(503);
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'request_id', 'status', 'title', 'type']);
    }
    // logging in and proving a password take an attempt first, and only that
    expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
  });

  test.each(routes)('%s', async (route) => {
    const request = await prepare(route);
    const answer = await send(app.call, request);
    expect(answer.status, answer.text).toBeLessThan(300);
    const trail = await trailOf(answer);
    expect(trail.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(rowOf(route).trail ?? []);
    for (const { just_now, actor_id, actor_role } of trail) {
      expect(just_now).toBe(true);
      expect(actor_id).toBe(request.actor === undefined ? (request.who?.id ?? answer.body.user.id) : request.actor);
      if (request.who) expect(actor_role).not.toBeNull();
    }
  });

  test('and never with a password hash or a token', async () => {
    const [secrets] = await rows(`select count(*)::int as found from audit, credentials
      where before::text like '%' || password_hash || '%' or before::text like '%pbkdf2%'`);
    expect(secrets.found).toBe(0);
  });
});
