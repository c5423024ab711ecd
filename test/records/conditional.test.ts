// Versions: what a client has seen is what it changes, and what it has already is not sent again.
import { describe, expect, test } from 'vitest';
import { tagOf } from '../support/answers.ts';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, otherPatient, assignedDoctor, pendingDoctor, admin } = w.people;

const { rows, rowOf } = app;
const newPatient = async (body: Json = { name: 'Jane', age: 30 }, who = owner) => {
  const answer = await app.as(who, 'POST', '/api/patients/', body);
  return { id: answer.body.id as number, path: `/api/patients/${answer.body.id}/`, tag: tagOf(answer) };
};
const newDoctor = async (who = owner) => {
  const answer = await app.as(who, 'POST', '/api/doctors/', { name: 'Dr. New', specialization: 'Surgery' });
  return { id: answer.body.id as number, path: `/api/doctors/${answer.body.id}/`, tag: tagOf(answer) };
};

interface Kind {
  kind: string;
  table: string;
  who: Account;
  /** A record of its own, so that a test may change it as it likes. */
  make: () => Promise<{ id: number; path: string }>;
  put?: Json;
  patch?: Json;
  /** What every change gives another value: what changes nothing leaves the tag as it is. */
  by: string;
  /** What changes it, where the record itself is read from elsewhere. */
  writes?: (id: number) => string;
}
const kinds: Kind[] = [
  {
    kind: 'a patient',
    table: 'patients',
    who: owner,
    make: newPatient,
    put: { name: 'Put' },
    patch: {},
    by: 'phone',
  },
  {
    kind: 'a doctor',
    table: 'doctors',
    who: owner,
    make: newDoctor,
    put: { name: 'Put', specialization: 'Put' },
    patch: {},
    by: 'contact_info',
  },
  {
    kind: "a patient's profile",
    table: 'patients',
    who: patient,
    make: async () => ({ id: w.ownRecord, path: '/api/patient-profile/' }),
    put: { name: 'Put' },
    by: 'phone',
    writes: () => `/api/patient-profile/${patient.id}/`,
  },
  {
    kind: "a doctor's profile",
    table: 'doctors',
    who: pendingDoctor,
    make: async () => ({ id: w.doctorIds.pending, path: '/api/doctor-profile/' }),
    put: { name: 'Put', specialization: 'Put' },
    by: 'contact_info',
    writes: () => `/api/doctor-profile/${pendingDoctor.id}/`,
  },
  {
    kind: 'my account',
    table: 'users',
    who: stranger,
    make: async () => ({ id: stranger.id, path: '/api/auth/me/' }),
    patch: {},
    by: 'name',
  },
  {
    kind: "somebody's account",
    table: 'users',
    who: admin,
    make: async () => ({ id: otherPatient.id, path: `/api/admin/users/${otherPatient.id}/` }),
    patch: { disabled: false },
    by: 'name',
  },
];

describe.each(kinds)('$kind', ({ table, who, make, put, patch, by, writes }) => {
  const methods: [string, Json][] = [
    ...(put ? [['PUT', put] as [string, Json]] : []),
    ...(patch ? [['PATCH', patch] as [string, Json]] : []),
  ];
  const change = (method: string, { id, path }: { id: number; path: string }, body: Json, ifMatch?: string) => {
    const changed = { ...body, [by]: unique('changed') };
    return app.as(who, method, writes?.(id) ?? path, changed, ifMatch === undefined ? {} : { 'If-Match': ifMatch });
  };

  test('has a strong tag, which changes with it and only then', async () => {
    const record = await make();
    const first = tagOf(await app.as(who, 'GET', record.path));
    expect(first).toMatch(/^"[^"]+"$/);
    expect(tagOf(await app.as(who, 'GET', record.path))).toBe(first);
    const seen = new Set([first]);
    for (const [method, body] of [...methods, ...methods]) {
      const changed = await change(method, record, body);
      expect(tagOf(changed)).toBe(tagOf(await app.as(who, 'GET', record.path)));
      seen.add(tagOf(changed));
    }
    expect(seen.size).toBe(1 + 2 * methods.length);
  });

  test.each(methods)('a %s with its tag changes it, with an old one nothing', async (method, body) => {
    const record = await make();
    const tag = tagOf(await app.as(who, 'GET', record.path));
    const changed = await change(method, record, body, tag);
    expect(changed.status, changed.text).toBe(200);
    const before = await rowOf(table, record.id);
    const stale = await change(method, record, body, tag);
    expect([stale.status, stale.body.code]).toEqual([412, 'stale_version']);
    expect(stale.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await rowOf(table, record.id)).toEqual(before);
    expect(await rows('select action from audit where request_id = $1', [stale.body.request_id])).toEqual([]);
    expect((await change(method, record, body, tagOf(changed))).status).toBe(200);
  });

  test('is not sent again to who has it', async () => {
    const record = await make();
    const full = await app.as(who, 'GET', record.path);
    const same = await app.as(who, 'GET', record.path, undefined, { 'If-None-Match': tagOf(full) });
    expect(same.status).toBe(304);
    expect(same.text).toBe('');
    expect(tagOf(same)).toBe(tagOf(full));
    expect(same.headers.get('X-Request-Id')).toMatch(/^[\w-]{36}$/);
    expect(same.headers.get('Cache-Control')).toBe('no-store');
    const [[method, body] = ['', {}]] = methods;
    await change(method, record, body);
    const changed = await app.as(who, 'GET', record.path, undefined, { 'If-None-Match': tagOf(full) });
    expect([changed.status, changed.body.id]).toEqual([200, full.body.id]);
  });
});

describe('a tag is also on', () => {
  test('what was just made', async () => {
    for (const { path, tag } of [await newPatient(), await newDoctor()]) {
      expect(tag).toMatch(/^"[^"]+"$/);
      expect(tagOf(await app.as(owner, 'GET', path))).toBe(tag);
    }
  });

  test('a doctor that was just approved or no longer is', async () => {
    const id = w.doctorIds.pending;
    const decisions = [() => app.approve(admin, id), () => app.as(admin, 'POST', `/api/admin/doctors/${id}/revoke/`)];
    for (const decide of decisions)
      expect(tagOf(await decide())).toBe(tagOf(await app.as(admin, 'GET', `/api/doctors/${id}/`)));
  });

  test('nothing else: no list, no refusal, no body with a version in it', async () => {
    for (const path of ['/api/patients/', '/api/doctors/', '/api/mappings/', `/api/mappings/${w.ownPatient.id}/`]) {
      const answer = await app.as(owner, 'GET', path);
      expect(answer.headers.get('ETag')).toBeNull();
      expect(answer.text).not.toContain('"version"');
    }
    expect((await app.as(owner, 'GET', '/api/patients/999999/')).headers.get('ETag')).toBeNull();
    expect((await app.as(owner, 'GET', `/api/patients/${w.ownPatient.id}/`)).text).not.toContain('"version"');
  });
});

describe('If-Match', () => {
  const patch = (path: string, ifMatch: string, who = owner) =>
    app.as(who, 'PATCH', path, { phone: unique('555') }, { 'If-Match': ifMatch });

  test.each([
    ['the tag', (tag: string) => tag, 200],
    ['a list that holds it', (tag: string) => `"77", ${tag},"78"`, 200],
    ['the tag, made weak on its way', (tag: string) => `W/${tag}`, 200],
    ['any, if it exists', () => '*', 200],
    ['another one', () => '"999"', 412],
    ['a list of others', () => '"998", "999"', 412],
    ['the version without quotes', (tag: string) => tag.replaceAll('"', ''), 412],
    ['half a quote', (tag: string) => tag.slice(0, -1), 412],
    ['a sign in front', (tag: string) => tag.replace('"', '"-'), 412],
    ['a version that begins like it', (tag: string) => tag.replace('"', '"0'), 412],
    ['words', () => 'abracadabra', 412],
    ['SQL', () => `"1'); drop table patients; --"`, 412],
    ['a list of nothing', () => ', ,', 412],
    ['an empty tag', () => '""', 412],
    ['the star among others', () => '"1234", *', 412],
  ])('with %s', async (_, header, status) => {
    const { path, tag } = await newPatient();
    expect((await patch(path, header(tag))).status).toBe(status);
  });

  test('is optional', async () => {
    const { path } = await newPatient();
    expect((await app.as(owner, 'PATCH', path, { phone: '1' })).status).toBe(200);
    expect((await patch(path, '')).status).toBe(200);
  });

  test('tells who may not write nothing new', async () => {
    const { path, tag } = await newPatient();
    for (const header of [tag, '"999"', '*']) {
      expect((await patch(path, header, assignedDoctor)).body.code).toBe('not_owner');
      expect((await patch(path, header, stranger)).status).toBe(404);
      const gone = await app.as(stranger, 'DELETE', path, undefined, { 'If-Match': header });
      expect(gone.status).toBe(404);
      expect((await app.as(stranger, 'PATCH', '/api/patients/999999/', {}, { 'If-Match': header })).status).toBe(404);
    }
  });

  test('of 20 writers with one tag lets one through', async () => {
    const { id, path, tag } = await newPatient();
    const answers = await Promise.all(Array.from({ length: 20 }, () => patch(path, tag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(412)]);
    const winner = answers.find(({ status }) => status === 200);
    expect((await rowOf('patients', id)).phone).toBe(winner?.body.phone);
    expect((await rowOf('patients', id)).version).toBe(2);
  });

  test.each([
    ['patient', newPatient],
    ['doctor', newDoctor],
  ])('of before keeps a %s from being deleted, and its mappings', async (kind, make) => {
    const { id, path, tag } = await make();
    const other = kind === 'patient' ? await newDoctor() : await newPatient();
    const pair = kind === 'patient' ? { patient: id, doctor: other.id } : { patient: other.id, doctor: id };
    const mapping = await w.send(owner, 'POST', '/api/mappings/', pair);
    await w.send(owner, 'PATCH', path, { name: 'Changed meanwhile' });
    const stale = await app.as(owner, 'DELETE', path, undefined, { 'If-Match': tag });
    expect(stale.status).toBe(412);
    expect(await rowOf('mappings', mapping.id)).toBeDefined();
    const fresh = tagOf(await app.as(owner, 'GET', path));
    expect((await app.as(owner, 'DELETE', path, undefined, { 'If-Match': fresh })).status).toBe(204);
    expect(await rowOf('mappings', mapping.id)).toBeUndefined();
  });

  test('of before keeps an account as it is', async () => {
    const someone = await app.register('still_here');
    const tag = tagOf(await app.as(someone, 'GET', '/api/auth/me/'));
    await app.as(someone, 'PATCH', '/api/auth/me/', { name: 'Changed' });
    const disabled = await app.as(
      admin,
      'PATCH',
      `/api/admin/users/${someone.id}/`,
      { disabled: true },
      { 'If-Match': tag },
    );
    expect(disabled.status).toBe(412);
    expect((await app.as(someone, 'GET', '/api/auth/me/')).status).toBe(200);
    const fresh = tagOf(await app.as(admin, 'GET', `/api/admin/users/${someone.id}/`));
    const promoted = await app.as(
      admin,
      'PATCH',
      `/api/admin/users/${someone.id}/`,
      { role: 'admin' },
      { 'If-Match': fresh },
    );
    expect(promoted.body.role).toBe('admin');
  });
});

describe('If-None-Match', () => {
  const get = (path: string, header: string, who = owner) =>
    app.as(who, 'GET', path, undefined, { 'If-None-Match': header });

  test.each([
    ['the tag', (tag: string) => tag, 304],
    ['the tag, made weak on its way', (tag: string) => `W/${tag}`, 304],
    ['a list that holds it', (tag: string) => `"a", W/${tag}`, 304],
    ['any', () => '*', 304],
    ['another one', () => '"999"', 200],
    ['words', () => 'abracadabra', 200],
    ['the version without quotes', (tag: string) => tag.replaceAll('"', ''), 200],
  ])('with %s', async (_, header, status) => {
    const { path, tag } = await newPatient();
    expect((await get(path, header(tag))).status).toBe(status);
    const headers = { 'If-None-Match': header(tag) };
    expect((await app.call('HEAD', path, { token: owner.token, headers })).status).toBe(status);
  });

  test('changes nothing for who may not read it', async () => {
    const { path, tag } = await newPatient();
    for (const header of [tag, '*']) {
      expect((await get(path, header, stranger)).status).toBe(404);
      expect((await get('/api/patients/999999/', header)).status).toBe(404);
    }
  });

  test('spares the answer, not the trail', async () => {
    const { id, path, tag } = await newPatient();
    const answer = await get(path, tag, assignedDoctor);
    expect(answer.status).toBe(304);
    const trail = await rows('select action, patient_ids::int[] from audit where request_id = $1', [
      answer.headers.get('X-Request-Id'),
    ]);
    expect(trail).toEqual([{ action: 'read', patient_ids: [id] }]);
  });

  test('means nothing to a list', async () => {
    expect((await get('/api/patients/', '*')).status).toBe(200);
  });
});

describe('an age that is derived', () => {
  const bornYearsAgo = (years: number, days = 0) => {
    const day = new Date();
    day.setUTCFullYear(day.getUTCFullYear() - years);
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  };

  test('changes the tag on a birthday, without a write', async () => {
    const { id, path, tag } = await newPatient({ name: 'Jane', date_of_birth: bornYearsAgo(40, 1) });
    const before = await app.as(owner, 'GET', path);
    expect([before.body.age, tagOf(before)]).toEqual([39, tag]);
    // a day goes by: moving the birthday back, without the trigger that counts versions, is the same
    await app.asOwner('alter table patients disable trigger user');
    await app.asOwner('update patients set date_of_birth = date_of_birth - 1 where id = $1', [id]);
    await app.asOwner('alter table patients enable trigger user');
    const after = await app.as(owner, 'GET', path, undefined, { 'If-None-Match': tag });
    expect([after.status, after.body.age]).toEqual([200, 40]);
    expect(tagOf(after)).not.toBe(tag);
    // nobody wrote meanwhile, so that either tag may
    expect((await app.as(owner, 'PATCH', path, { phone: '1' }, { 'If-Match': tag })).status).toBe(200);
  });

  test('is in the tag of what was just made and changed, too', async () => {
    const { path, tag } = await newPatient({ name: 'Jane', date_of_birth: bornYearsAgo(5) });
    expect((await app.as(owner, 'GET', path, undefined, { 'If-None-Match': tag })).status).toBe(304);
    const changed = tagOf(await app.as(owner, 'PATCH', path, { date_of_birth: bornYearsAgo(6) }));
    expect((await app.as(owner, 'GET', path, undefined, { 'If-None-Match': changed })).status).toBe(304);
  });
});
