// What happens when two clients want the same thing at the same moment. On PostgreSQL these are truly concurrent.
import { describe, expect, test } from 'vitest';
import { statuses, tagOf } from '../support/answers.ts';
import { type Account, type Answer, boot, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

const app = await boot();
const w = await assemble(app);
const { owner, stranger, admin } = w.people;

const inAnyOrder = (answers: Answer[]) => statuses(answers).sort();
const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
const register = (body: Json) => app.call('POST', '/api/auth/register/', { body: { password, ...body } });
const { as, count } = app;

describe('registering at once', () => {
  test('with one email: one account', async () => {
    const answers = await times(4, (index) => register({ email: 'twin@example.com', username: `twin_${index}` }));
    expect(inAnyOrder(answers)).toEqual([201, 409, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    for (const { body } of refused)
      expect(body).toMatchObject({ code: 'duplicate', errors: { email: [expect.any(String)] } });
  });

  test('with one email in different case and nothing else: one account', async () => {
    const answers = await times(2, (index) => register({ email: index ? 'CASE@example.com' : 'case@Example.com' }));
    expect(inAnyOrder(answers)).toEqual([201, 409]);
    expect(await count(`from users where email = 'case@example.com'`)).toBe(1);
  });

  test('with one username, in any case: one account', async () => {
    const answers = await times(3, (index) =>
      register({ email: `name${index}@example.com`, username: ['Same_Name', 'same_name', 'SAME_NAME'][index] }),
    );
    expect(inAnyOrder(answers)).toEqual([201, 409, 409]);
    const [refused] = answers.filter(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'duplicate', errors: { username: [expect.any(String)] } });
  });

  test('with emails that give the same username: as many accounts, and as many usernames', async () => {
    const answers = await times(4, (index) => register({ email: `jane@clinic${index}.example` }));
    expect(inAnyOrder(answers)).toEqual([201, 201, 201, 201]);
    const names = answers.map(({ body }) => body.user.username);
    expect(new Set(names).size).toBe(4);
    expect(names).toContain('jane');
    for (const name of names) expect(name).toMatch(/^jane\d*$/);
  });

  test('as a doctor: a refused one leaves nothing behind', async () => {
    const doctor = { email: 'dr@example.com', name: 'Only Once', specialization: 'Surgery', password };
    const answers = await times(2, () => app.call('POST', '/api/auth/register/doctor/', { body: doctor }));
    expect(inAnyOrder(answers)).toEqual([201, 409]);
    expect(await count(`from doctors where name = 'Only Once'`)).toBe(1);
    expect(await count('from users left join credentials on user_id = id where user_id is null')).toBe(0);
  });

  test('taking the same new username by PATCH: one of them has it', async () => {
    const answers = await Promise.all(
      [owner, stranger].map((who) => as(who, 'PATCH', '/api/auth/me/', { username: 'wanted', password })),
    );
    expect(inAnyOrder(answers)).toEqual([200, 409]);
  });
});

describe('mapping at once', () => {
  test('the same pair: one mapping', async () => {
    const pair = { patient: w.ownPatient.id, doctor: w.doctorIds.other };
    const answers = await times(5, () => as(owner, 'POST', '/api/mappings/', pair));
    expect(inAnyOrder(answers)).toEqual([201, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('duplicate');
    expect((await as(owner, 'GET', `/api/mappings/${w.ownPatient.id}/`)).body).toHaveLength(2);
  });

  test('by the owner and by an admin: one mapping', async () => {
    const [patient, doctor] = [w.ownPatient.id, w.doctorIds.pending];
    const answers = await Promise.all([
      as(owner, 'POST', '/api/mappings/', { patient, doctor }),
      as(admin, 'POST', '/api/admin/assign-patient/', { patient_id: patient, doctor_id: doctor }),
    ]);
    expect(inAnyOrder(answers)).toEqual([201, 409]);
  });

  test('and removing it twice: gone once', async () => {
    const [{ id }] = (await as(owner, 'GET', `/api/mappings/${w.ownPatient.id}/`)).body;
    const answers = await times(3, () => as(owner, 'DELETE', `/api/mappings/${id}/`));
    expect(inAnyOrder(answers)).toEqual([204, 404, 404]);
  });
});

describe('deleting', () => {
  const patient = async () => (await as(owner, 'POST', '/api/patients/', { name: 'Doomed' })).body.id as number;
  const doctor = async () =>
    (await as(owner, 'POST', '/api/doctors/', { name: 'Doomed', specialization: 'x' })).body.id as number;
  const trail = (resource: string, ids: number[]) =>
    app.database.owner.query(
      `select resource_id::int as id, actor_id::int as actor, before from audit
       where action = 'delete' and resource = $1 and resource_id = any ($2) order by resource_id`,
      [resource, ids],
    );

  test.each(['patients', 'doctors'])(
    'one of the %s takes its mappings with it, and the trail keeps them',
    async (table) => {
      const [patients, doctors] = [await times(2, patient), await times(2, doctor)] as [number[], number[]];
      const gone = (table === 'patients' ? patients : doctors)[0] ?? 0;
      const mappings: Json[] = [];
      for (const p of patients)
        for (const d of doctors)
          mappings.push((await as(owner, 'POST', '/api/mappings/', { patient: p, doctor: d })).body);
      const field = table === 'patients' ? 'patient' : 'doctor';
      const lost = mappings.filter((mapping) => mapping[field] === gone);

      expect((await as(owner, 'DELETE', `/api/${table}/${gone}/`)).status).toBe(204);

      const left = (await as(owner, 'GET', '/api/mappings/')).body.map(({ id }: Json) => id);
      for (const { id, [field]: whose } of mappings) expect(left.includes(id)).toBe(whose !== gone);
      const recorded = await trail(
        'mapping',
        lost.map(({ id }) => id),
      );
      expect(recorded).toEqual(
        lost.map(({ id, patient, doctor }) => ({
          id,
          actor: owner.id,
          before: expect.objectContaining({ id, patient_id: patient, doctor_id: doctor }),
        })),
      );
      expect(await trail(field, [gone])).toMatchObject([{ actor: owner.id, before: { name: 'Doomed' } }]);
    },
  );

  test('a patient twice: gone once, recorded once', async () => {
    const id = await patient();
    expect(inAnyOrder(await times(3, () => as(owner, 'DELETE', `/api/patients/${id}/`)))).toEqual([204, 404, 404]);
    expect(await trail('patient', [id])).toHaveLength(1);
  });

  test('a patient while it is being assigned: a mapping of nobody is never left', async () => {
    await times(5, async () => {
      const [p, d] = [await patient(), await doctor()];
      const [assigned, deleted] = await Promise.all([
        as(owner, 'POST', '/api/mappings/', { patient: p, doctor: d }),
        as(owner, 'DELETE', `/api/patients/${p}/`),
      ]);
      expect([201, 404]).toContain(assigned.status);
      expect(deleted.status).toBe(204);
      expect(await count('from mappings where patient_id = $1', [p])).toBe(0);
    });
  });
});

describe('refreshing at once', () => {
  const refresh = (token: string) => app.call('POST', '/api/auth/refresh/', { body: { refresh: token } });

  test('twenty times with one token: twenty equal answers, one rotation', async () => {
    const { refresh: token, id } = await app.register('busy');
    const answers = await times(20, () => refresh(token));
    expect(new Set(inAnyOrder(answers))).toEqual(new Set([200]));
    const successors = new Set(answers.map(({ body }) => body.refresh));
    expect(successors.size).toBe(1);
    expect(successors).not.toContain(token);
    const rotated = await app.database.owner.query(
      'select count(*)::int, bool_and(parent_hash is not null) as rotated from sessions where user_id = $1',
      [id],
    );
    expect(rotated).toEqual([{ count: 1, rotated: true }]);
    // the successor is the one token that goes on
    const [successor = ''] = successors;
    expect((await refresh(successor)).status).toBe(200);
    expect((await refresh(token)).body.code).toBe('refresh_reused');
  });

  /** A phone that has refreshed once, and what it presented then. */
  const rotated = async (name: string, arrived: boolean) => {
    const account = await app.register(name);
    const { body } = await refresh(account.refresh);
    if (arrived) await app.call('GET', '/api/auth/me/', { token: body.access });
    await app.asOwner(`update sessions set arrived_at = arrived_at - interval '1 minute' where user_id = $1`, [
      account.id,
    ]);
    return { account, parent: account.refresh, current: body.refresh as string };
  };
  const codeOf = ({ status, body }: Answer) => (status === 200 ? 200 : body.code);

  test('a token and its parent, ten of each, that arrived: the session ends, and no answer is good any more', async () => {
    const { account, parent, current } = await rotated('copied', true);
    const answers = await times(20, (index) => refresh(index % 2 ? current : parent));
    const ofParent = new Set(answers.filter((_, index) => index % 2 === 0).map(codeOf));
    expect([...ofParent].sort()).toEqual(['refresh_reused', 'session_ended']);
    expect(await count('from sessions where user_id = $1', [account.id])).toBe(0);
    const successors = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refresh));
    // at most one rotation came before the end
    expect(successors.size).toBeLessThanOrEqual(1);
    for (const token of [parent, current, ...successors])
      expect((await refresh(token)).body.code).toBe('session_ended');
    const ended = `from audit where action = 'refresh_reused' and actor_id = $1`;
    expect(await count(ended, [account.id])).toBe(1);
  });

  test('a parent twenty times, that may be lost: twenty equal answers, and none of their first requests waits', async () => {
    const { account, parent, current } = await rotated('tunnel', false);
    const answers = await times(20, () => refresh(parent));
    expect(new Set(answers.map(({ body }) => body.refresh))).toEqual(new Set([current]));
    expect(await count(`from audit where action = 'refresh_replayed' and actor_id = $1`, [account.id])).toBe(20);
    // the first requests of the new rotation, all at once: none of them waits, fails, or notes it again
    const first = await times(20, (index) => app.call('GET', '/api/auth/me/', { token: answers[index]?.body.access }));
    expect(new Set(statuses(first))).toEqual(new Set([200]));
    expect(await count('from sessions where user_id = $1 and arrived_at is not null', [account.id])).toBe(1);
  });

  test('and logging out: no session is left', async () => {
    const account = await app.register('leaving');
    const [, out] = await Promise.all([refresh(account.refresh), as(account, 'POST', '/api/auth/logout/')]);
    expect(out.status).toBe(204);
    expect(await count('from sessions where user_id = $1', [account.id])).toBe(0);
    expect((await refresh(account.refresh)).status).toBe(401);
  });
});

describe('the last admin', () => {
  const admins = async () =>
    (await app.database.owner.query(`select id from users where role = 'admin' and disabled_at is null`)).length;
  const secondAdmin = async (name: string) => {
    const second = await app.register(name);
    await app.makeAdmin(second.id);
    return second;
  };
  const survivors = async (...who: Account[]) => {
    expect(await admins()).toBe(1);
    const roles = await times(who.length, (index) => as(who[index], 'GET', '/api/admin/users/'));
    return who[roles.findIndex(({ status }) => status === 200)] as Account;
  };

  test('remains when two demote each other at once', async () => {
    const second = await secondAdmin('second');
    const answers = await Promise.all([
      as(admin, 'PATCH', `/api/admin/users/${second.id}/`, { role: 'user' }),
      as(second, 'PATCH', `/api/admin/users/${admin.id}/`, { role: 'user' }),
    ]);
    const [first, other] = inAnyOrder(answers);
    expect(first).toBe(200);
    // whoever came second is no admin any more, or is told that nobody else is
    expect([403, 409]).toContain(other);
    const one = await survivors(admin, second);
    await app.makeAdmin(admin.id);
    await app.makeAdmin(second.id);
    expect([admin.id, second.id]).toContain(one.id);
  });

  test('remains when each steps down at once', async () => {
    const two = (await app.database.owner.query(`select id::int from users where role = 'admin'`)).map(({ id }) => id);
    expect(two).toHaveLength(2);
    const second = await app.call('POST', '/api/auth/login/', { body: { username: 'second', password } });
    const tokens = new Map([
      [admin.id, admin.token],
      [second.body.user.id, second.body.access],
    ]);
    const answers = await Promise.all(
      two.map((id) =>
        app.call('PATCH', `/api/admin/users/${id}/`, { token: tokens.get(id), body: { disabled: true } }),
      ),
    );
    expect(inAnyOrder(answers)).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.code).toBe('last_admin');
    expect(await admins()).toBe(1);
  });
});

describe('changing one record at once', () => {
  test('with one If-Match: one wins, nineteen are told', async () => {
    const path = `/api/patients/${w.ownPatient.id}/`;
    const tag = tagOf(await as(owner, 'GET', path));
    const answers = await times(20, (index) =>
      app.call('PUT', path, { token: owner.token, headers: { 'If-Match': tag }, body: { name: `Writer ${index}` } }),
    );
    expect(inAnyOrder(answers)).toEqual([200, ...Array(19).fill(412)]);
    const winner = answers.find(({ status }) => status === 200);
    const now = await as(owner, 'GET', path);
    expect(now.body).toEqual(winner?.body);
    expect(now.headers.get('ETag')).toBe(winner?.headers.get('ETag'));
  });

  test('without one: the last wins, and all are recorded', async () => {
    const path = `/api/patients/${w.ownPatient.id}/`;
    const updates = () => count(`from audit where action = 'update' and resource_id = $1`, [w.ownPatient.id]);
    const before = await updates();
    const answers = await times(10, (index) => as(owner, 'PATCH', path, { phone: `${index}` }));
    expect(new Set(inAnyOrder(answers))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ headers }) => headers.get('ETag'))).size).toBe(10);
    expect((await updates()) - before).toBe(10);
  });

  test('with different passwords: one is right afterwards, and it is one of them', async () => {
    const account = await app.register('changing');
    const wanted = ['first new password', 'second new password'];
    const answers = await times(2, (index) =>
      as(account, 'POST', '/api/auth/password/', { current_password: password, new_password: wanted[index] }),
    );
    // who came second finds the session over, or the password another one
    expect([400, 401]).toContain(inAnyOrder(answers)[1]);
    const [changed] = answers.filter(({ status }) => status === 200);
    expect((await app.call('GET', '/api/auth/me/', { token: changed?.body.access })).status).toBe(200);
    expect(await count('from sessions where user_id = $1', [account.id])).toBe(1);
    const logins = await times(2, (index) =>
      app.call('POST', '/api/auth/login/', { body: { username: 'changing', password: wanted[index] } }),
    );
    expect(inAnyOrder(logins)).toEqual([200, 401]);
  });
});
