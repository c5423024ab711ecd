// The cursor of a sync: whose it is, and when a client has to begin anew.
import { beforeEach, describe, expect, test } from 'vitest';
import { cheapPasswords, type Json } from '../support/app.ts';
import { clinic, names } from './phones.ts';

cheapPasswords();
const { app, sql, accounts, send, done, approve, doctorOf, settled, reset } = await clinic();
beforeEach(reset);

describe('a cursor', () => {
  test('of another account is refused', async () => {
    const { cursor } = await done('u1', 'GET', '/api/sync/');
    for (const who of ['u2', 'd1', 'admin'] as const) {
      const answer = await send(who, 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, answer.body.errors]).toEqual([400, { cursor: ['is of another account'] }]);
    }
  });

  test('that cannot be read is refused, and one of a list as well', async () => {
    await sql.query(
      `insert into patients (created_by, name) values (${accounts.u1.id}, 'a'), (${accounts.u1.id}, 'b')`,
    );
    const list = await send('u1', 'GET', '/api/patients/?limit=1');
    const ofList = /cursor=([^>&]+)/.exec(list.headers.get('Link') ?? '')?.[1];
    expect(ofList).toBeDefined();
    for (const cursor of ['', 'x', 'e30', 'bnVsbA', '%00', 'x'.repeat(2001), ofList]) {
      const answer = await send('u1', 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, Object.keys(answer.body.errors ?? {})], cursor).toEqual([400, ['cursor']]);
    }
  });

  test('of another server, or of another history of this one, has to begin anew', async () => {
    const settle = async (moved: boolean) => {
      const anew = (await sql.query(`select app.settle(${moved}) as anew`))[0]?.anew;
      if (anew) {
        // whoever was signed in is not any more
        const answers = await Promise.all(names.map((name) => send(name, 'GET', '/api/auth/me/')));
        expect(new Set(answers.map(({ body }) => body.code))).toEqual(new Set(['session_ended']));
        for (const name of names) Object.assign(accounts[name], await app.device(accounts[name]));
      }
      return anew;
    };
    const lastSession = async () => (await sql.query('select max(id)::int as id from sessions'))[0]?.id;
    const cursorNow = async () => (await done('u1', 'GET', '/api/sync/?limit=1')).cursor;
    const idsNow = async () => (await done('u1', 'GET', '/api/sync/')).patients.map((patient: Json) => patient.id);
    const expectReset = async (cursor: string) => {
      const answer = await send('u1', 'GET', `/api/sync/?cursor=${cursor}`);
      expect([answer.status, answer.body.code]).toEqual([410, 'sync_reset']);
    };
    await settle(false);
    expect(await settle(false)).toBe(false);
    const there = await cursorNow();
    const [row] = await sql.query(
      `insert into patients (created_by, name, changed_tx) values (${accounts.u1.id}, 'moved', 1e15) returning id::int`,
    );
    expect(await idsNow()).not.toContain(row?.id);

    await sql.query('update app.servers set identifier = 1');
    expect(await settle(false)).toBe(true);
    await settled();
    await expectReset(there);
    expect(await idsNow()).toContain(row?.id);
    expect(await sql.query(`select version from patients where id = ${row?.id}`)).toEqual([{ version: 1 }]);

    const here = await cursorNow();
    const before = await lastSession();
    expect(await settle(true)).toBe(true);
    await expectReset(here);
    // a number that the history which was left may have given must not be given again
    expect(await lastSession()).toBeGreaterThan(before + 1_000_000);
    const [entry] = await sql.query(`select action, resource, actor_role from audit order by id desc limit 1`);
    expect(entry).toEqual({ action: 'sessions_ended', resource: 'session', actor_role: 'cli' });

    // on Neon a branch has the identifier of the server that it was taken from, and a timeline of its own
    const branch = (timeline: string) =>
      sql.transaction([
        sql.query(`select set_config('neon.timeline_id', $1, true)`, [timeline]),
        sql.query('select app.settle(false) as anew'),
      ]);
    for (const [timeline, anew] of [
      ['a1', true],
      ['a1', false],
      ['b2', true],
    ] as const)
      expect((await branch(timeline))[1]).toEqual([{ anew }]);
    for (const name of names) Object.assign(accounts[name], await app.device(accounts[name]));
  });

  test('of a doctor forgets a patient whom an older number of another server says it lost', async () => {
    await approve(doctorOf.d1);
    const { id: patient } = await done('u1', 'POST', '/api/patients/', { name: 'Lost twice' });
    const unassign = async () => {
      const { id } = await done('u1', 'POST', '/api/mappings/', { patient, doctor: doctorOf.d1 });
      return async () => done('u1', 'DELETE', `/api/mappings/${id}/`);
    };
    await (await unassign())();
    await app.asOwner(`update audit set tx = 1e15 where action = 'delete' and resource = 'mapping'`);
    const again = await unassign();
    await settled();
    let { cursor, more } = await done('d1', 'GET', '/api/sync/');
    while (more) ({ cursor, more } = await done('d1', 'GET', `/api/sync/?cursor=${cursor}`));
    await again();
    await settled();
    const { removed } = await done('d1', 'GET', `/api/sync/?cursor=${cursor}`);
    expect(removed.patients).toEqual([patient]);
  });

  test.each(['limit=0', 'limit=-1', 'limit=x', 'limit=1&limit=2', 'sort=id', 'count=exact', 'since=0'])(
    'beside %s is refused',
    async (query) => {
      expect((await send('u1', 'GET', `/api/sync/?${query}`)).status).toBe(400);
    },
  );
});
