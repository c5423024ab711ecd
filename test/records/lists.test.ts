// Every list: its pages, sorts, filters and refusals. Expected rows come from SQL as the owner, never from the API.
import { beforeAll, describe, expect, test } from 'vitest';
import { seal } from '../../src/http/pages.ts';
import { nextOf } from '../support/answers.ts';
import { type Account, boot, cheapPasswords, type Json } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { decoded } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, assignedDoctor, pendingDoctor, admin } = w.people;
const { database } = app;
const doctorId = w.doctorIds.assigned;

// Names and times that many rows share. Some of the names differ only by case and accent.
const names = `(array['Zoë', 'adam', 'Ádám', 'EVE', 'eve', 'Bob', 'Łukasz'])[1 + n % 7]`;
const times = `timestamptz '2026-01-01Z' + (n % 5) * interval '1 minute'`;
let grown = 0;
const grow = async (by: number) => {
  const fill = `generate_series(${grown + 1}, ${grown + by}) n`;
  grown += by;
  await app.asOwner(`insert into users (name, username, email, role, created_at)
    select ${names}, 'extra' || n, 'extra' || n || '@example.com', 'user', ${times} from ${fill}`);
  await app.asOwner(`with made as (
      insert into patients (created_by, name, age, gender, created_at)
      select ${owner.id}, ${names}, n % 100, (array['male', 'female'])[1 + n % 2], ${times} from ${fill} returning id)
    insert into mappings (patient_id, doctor_id, created_at)
    select id, ${doctorId}, timestamptz '2026-01-01Z' + (id % 5) * interval '1 minute' from made`);
  await app.asOwner(`with made as (
      insert into doctors (created_by, name, specialization, created_at)
      select ${stranger.id}, ${names}, (array['Oncology', 'oncología', 'Surgery'])[1 + n % 3], ${times} from ${fill} returning id)
    insert into mappings (patient_id, doctor_id) select ${w.ownRecord}, id from made`);
  await app.asOwner(`insert into sessions (user_id, refresh_hash, idle_until, expires_at, last_used_at)
    select ${owner.id}, 'none', now() + interval '1 day', now() + interval '1 day', now() - interval '1 h' * (n % 9) from ${fill}`);
  await app.asOwner(`insert into audit (actor_id, action, resource, patient_ids)
    select ${admin.id}, 'read', 'patient', array[${w.ownRecord}] from ${fill}`);
};
await grow(80);

interface List {
  path: string;
  who: Account;
  sorts: string[];
  /** What the caller may see there, as a from clause. */
  rows: string;
}
const people = ['id', 'name', 'created_at'];
const ofDoctor = `(select p.* from patients p join mappings m on m.patient_id = p.id where m.doctor_id = ${doctorId}) as t`;
const ofOwner = `(select m.* from mappings m join patients p on p.id = m.patient_id where p.created_by = ${owner.id}) as t`;
const ofPatient = `(select * from mappings where patient_id = ${w.ownRecord}) as t`;
const doctorsOfPatient = `(select d.* from doctors d join mappings m on m.doctor_id = d.id where m.patient_id = ${w.ownRecord}) as t`;
const specialists = ['id', 'name', 'specialization', 'created_at'];
const lists: Record<string, List> = {
  'patients of a user': {
    ...{ path: '/api/patients', who: owner, sorts: people },
    rows: `(select * from patients where created_by = ${owner.id}) as t`,
  },
  'patients of an admin': { path: '/api/patients', who: admin, sorts: people, rows: 'patients as t' },
  'all patients': { path: '/api/doctors/all-patients', who: assignedDoctor, sorts: people, rows: 'patients as t' },
  'my patients': { path: '/api/doctors/my-patients', who: assignedDoctor, sorts: people, rows: ofDoctor },
  doctors: { path: '/api/doctors', who: pendingDoctor, sorts: specialists, rows: 'doctors as t' },
  'my doctors': { path: '/api/patients/my-doctors', who: patient, sorts: specialists, rows: doctorsOfPatient },
  'mappings of a user': { path: '/api/mappings', who: owner, sorts: ['id', 'created_at'], rows: ofOwner },
  'mappings of a patient': { path: '/api/mappings', who: patient, sorts: ['id', 'created_at'], rows: ofPatient },
  'mappings of a doctor': {
    path: '/api/mappings',
    who: assignedDoctor,
    sorts: ['id', 'created_at'],
    rows: 'mappings as t',
  },
  'doctors of one patient': { path: `/api/mappings/${w.ownRecord}`, who: admin, sorts: ['id'], rows: ofPatient },
  'doctors of one patient, by the longer path': {
    ...{ path: `/api/mappings/patient/${w.ownRecord}`, who: patient, sorts: ['id'], rows: ofPatient },
  },
  users: { path: '/api/admin/users', who: admin, sorts: people, rows: 'users as t' },
  'my sessions': {
    ...{ path: '/api/auth/sessions', who: owner, sorts: ['id', 'created_at', 'last_used_at'] },
    rows: `(select * from sessions where user_id = ${owner.id}) as t`,
  },
  'the trail': { path: '/api/admin/audit', who: admin, sorts: ['id'], rows: 'audit as t' },
  'the access log': {
    ...{ path: '/api/patient-profile/access-log', who: patient, sorts: ['id'] },
    rows: `(select * from audit where patient_ids @> array[${w.ownRecord}::bigint]) as t`,
  },
};
const everyList = Object.entries(lists);

const get = ({ path, who }: { path: string; who: Account }, query = '') =>
  app.call('GET', `${path}${query}`, { token: who.token });
const idsOf = (rows: Json[]): number[] => rows.map(({ id }: Json) => id);
const sqlIds = async (query: string) => (await database.owner.query(query)).map(({ id }) => Number(id));

const keys: Record<string, string> = {
  id: 't.id',
  name: `lower(unaccent(t.name)) collate "C"`,
  specialization: `lower(unaccent(t.specialization)) collate "C"`,
  created_at: 't.created_at',
  last_used_at: 't.last_used_at',
};
const expected = (rows: string, sort: string, most = 1_000_000) => {
  const direction = sort.startsWith('-') ? 'desc' : 'asc';
  return sqlIds(
    `select t.id from ${rows} order by ${keys[sort.replace('-', '')]} ${direction}, t.id ${direction} limit ${most}`,
  );
};

/** The ids of all pages, as a client gets them that follows Link and does something else between two pages. */
const follow = async (list: List, query: string, between = async (_page: Json[]) => {}) => {
  const ids: number[] = [];
  let next: string | undefined = `${list.path}${query}`;
  for (let pages = 0; next !== undefined; pages++) {
    expect(pages, 'pages').toBeLessThan(200);
    const answer = await app.call('GET', next, { token: list.who.token });
    expect(answer.status, `${next}: ${answer.text}`).toBe(200);
    ids.push(...idsOf(answer.body));
    next = nextOf(answer);
    if (next) await between(answer.body);
  }
  return ids;
};

const directions = everyList.flatMap(([name, { sorts }]) =>
  sorts.flatMap((sort) => [sort, `-${sort}`]).map((sort) => [name, sort] as const),
);
const listed = (name: string) => lists[name] as List;

describe('following the links', () => {
  test.each(directions.filter(([name]) => name !== 'the trail'))(
    'of %s by %s gives every row once, in order',
    async (name, sort) => {
      const list = listed(name);
      expect(await follow(list, `?sort=${sort}&limit=17`)).toEqual(await expected(list.rows, sort));
    },
  );

  test.each(everyList)('of %s without a sort goes by id; a trail and sessions newest first', async (name, list) => {
    const sort = name === 'my sessions' ? '-last_used_at' : name.startsWith('the ') ? '-id' : 'id';
    // before, because reading the trail is an entry in it
    const before = await expected(list.rows, sort);
    expect((await follow(list, '?limit=40')).slice(0, before.length)).toEqual(before);
  });

  test('of the trail upwards comes to an end, although every page adds an entry', async () => {
    const list = listed('the trail');
    const before = await expected(list.rows, 'id');
    const ids = await follow(list, '?sort=id&limit=30');
    expect(ids.slice(0, before.length)).toEqual(before);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('by small pages cuts groups of equals anywhere', async () => {
    const list = { ...listed('doctors'), path: '/api/doctors' };
    for (const sort of ['specialization', '-name'])
      expect(await follow(list, `?sort=${sort}&limit=5`)).toEqual(await expected('doctors as t', sort));
  });
});

describe('while rows come and go between pages', () => {
  // rows that sort before, among and behind those that were read, and rows that no other test counts on
  const seven = 'from generate_series(1, 7) n';
  const life: Record<string, { insert: () => string; spare: string }> = {
    patients: {
      insert: () =>
        `insert into patients (created_by, name, gender, created_at)
        select ${owner.id}, ${names}, 'female', ${times} ${seven}`,
      spare: `created_by = ${owner.id} and id <> ${w.ownPatient.id}`,
    },
    doctors: {
      insert: () => `insert into doctors (created_by, name, specialization, created_at)
        select ${stranger.id}, ${names}, 'Oncology', ${times} ${seven}`,
      spare: `created_by = ${stranger.id}`,
    },
    users: {
      insert: () => {
        const name = unique('more');
        return `insert into users (name, username, email, created_at)
          select ${names}, '${name}_' || n, '${name}_' || n || '@example.com', ${times} ${seven}`;
      },
      spare: `username ~ '^(extra\\d\\d|more)'`,
    },
    mappings: {
      insert: () => `insert into mappings (patient_id, doctor_id, created_at)
        select ${w.ownPatient.id}, id, ${times} from (
          select id, id as n from doctors where id not in (
            select doctor_id from mappings where patient_id = ${w.ownPatient.id}) order by random() limit 7) d`,
      spare: `id not in (${w.mapping.id}, ${w.ownMapping.id})`,
    },
  };
  const lived = [
    // first, because with every patient who goes below goes a mapping
    ['mappings of a user', 'mappings'],
    ['mappings of a doctor', 'mappings'],
    ['patients of a user', 'patients'],
    ['all patients', 'patients'],
    ['doctors', 'doctors'],
    ['users', 'users'],
  ] as const;
  const cases = lived.flatMap(([name, table]) =>
    listed(name)
      .sorts.flatMap((sort) => [sort, `-${sort}`])
      .map((sort) => [name, sort, table] as const),
  );

  test.each(cases)('%s by %s neither skip nor repeat one that stays', async (name, sort, table) => {
    const list = listed(name);
    const { insert, spare } = life[table] as (typeof life)[string];
    const before = await expected(list.rows, sort);
    const ids = await follow(list, `?sort=${sort}&limit=17`, async (page) => {
      await app.asOwner(insert());
      // the very row where the page was cut, and some that were read or are to come
      await app.asOwner(`delete from ${table} where ${spare} and (id = ${page.at(-1).id}
        or id in (select id from ${table} where ${spare} order by random() limit 3))`);
    });
    const after = await expected(list.rows, sort);
    const [there, seen] = [new Set(after), new Set(ids)];
    const stayed = before.filter((id) => there.has(id));
    expect(stayed.length).toBeLessThan(before.length);
    expect(stayed.filter((id) => !seen.has(id))).toEqual([]);
    // each once and in order, with those among them that came meanwhile
    expect(ids.filter((id) => there.has(id))).toEqual(after.filter((id) => seen.has(id)));
    expect(seen.size).toBe(ids.length);
  });
});

describe('count=exact', () => {
  test.each(everyList)('says of %s how many rows there are, whatever the page holds', async (_, list) => {
    const before = (await expected(list.rows, 'id')).length;
    const answer = await get(list, '?count=exact&limit=2');
    const counted = Number(answer.headers.get('X-Total-Count'));
    // a trail has grown by the reading itself
    expect([before, before + 1]).toContain(counted);
    if (!list.path.includes('audit') && !list.path.includes('log')) expect(counted).toBe(before);
    const next = nextOf(answer) as string;
    const second = await app.call('GET', next, { token: list.who.token });
    expect(Number(second.headers.get('X-Total-Count'))).toBeGreaterThanOrEqual(counted);
  });

  test('is zero where nothing fits', async () => {
    const answer = await get(listed('users'), '?count=exact&role=patient&disabled=true');
    expect([answer.body, answer.headers.get('X-Total-Count')]).toEqual([[], '0']);
  });
});

describe('a cursor', () => {
  const cursorOf = async (list: List, query: string) =>
    new URL(`http://wardbook.test${nextOf(await get(list, query))}`).searchParams.get('cursor') as string;
  const patients = listed('patients of an admin');

  test('goes on with another limit, with a count, and with or without the slash', async () => {
    const cursor = await cursorOf(patients, '?sort=name&limit=5');
    const rest = (await expected(patients.rows, 'name')).slice(5);
    for (const query of ['', '&limit=7', '&count=exact', '&sort=name'])
      expect(
        idsOf(
          (await get(patients, `${query.includes('sort') ? '?' : '?sort=name&'}${query.slice(1)}&cursor=${cursor}`))
            .body,
        ),
        query,
      ).toEqual(rest.slice(0, query === '&limit=7' ? 7 : 1000));
    expect((await get(patients, `/?sort=name&cursor=${cursor}`)).status).toBe(200);
  });

  test.each([
    ['another sort', '?sort=created_at'],
    ['the other direction', '?sort=-name'],
    ['the default sort', '?'],
    ['another filter', '?sort=name&gender=male'],
    ['one filter less', '?sort=name'],
    ['another search', '?sort=name&gender=female&search=zoe'],
  ])('is refused with %s', async (_, query) => {
    const cursor = await cursorOf(patients, '?sort=name&gender=female&limit=5');
    const answer = await get(patients, `${query}&cursor=${cursor}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual({ cursor: ['is of another list, sort or filter'] });
  });

  test('may be long, as values and filters may', async () => {
    const [name, specialization] = ['⒇'.repeat(200), '"'.repeat(200)];
    const made = { name, specialization };
    for (let doctor = 0; doctor < 2; doctor++)
      await app.call('POST', '/api/doctors/', { token: stranger.token, body: made });
    const query = `?sort=name&limit=1&specialization=${encodeURIComponent(specialization)}`;
    const cursor = await cursorOf({ path: '/api/doctors', who: stranger } as List, query);
    expect(cursor.length).toBeGreaterThan(2000);
    expect((await get({ path: '/api/doctors', who: stranger }, `${query}&cursor=${cursor}`)).body).toMatchObject([
      made,
    ]);
  });

  test('is refused by another list', async () => {
    const cursor = await cursorOf(patients, '?limit=5');
    for (const name of [
      'all patients',
      'doctors',
      'users',
      'mappings of a user',
      'doctors of one patient',
      'the trail',
    ]) {
      const answer = await get(listed(name), `?cursor=${cursor}`);
      expect([answer.status, answer.body.errors?.cursor], name).toEqual([400, ['is of another list, sort or filter']]);
    }
  });

  test('that somebody else got opens nothing', async () => {
    const cursor = await cursorOf(patients, '?limit=1');
    const { body } = await get({ path: '/api/patients', who: stranger }, `?cursor=${cursor}`);
    expect(body).toEqual([]);
  });

  test.each(everyList)('of %s that cannot be read is refused, and not repeated', async (_, { path, who }) => {
    const unreadable = [
      '',
      'zzz',
      '%00',
      '!!!',
      'é',
      'bnVsbA',
      'e30',
      'WzFd',
      'x'.repeat(2001),
      seal(['', '1', '1']),
      seal([]),
    ];
    for (const cursor of unreadable) {
      const answer = await app.call('GET', `${path}?cursor=${encodeURIComponent(cursor)}`, { token: who.token });
      expect([answer.status, Object.keys(answer.body.errors ?? {})], cursor).toEqual([400, ['cursor']]);
      if (cursor.length > 3) expect(answer.text).not.toContain(cursor);
    }
  });

  test('with a key that its column cannot hold is refused', async () => {
    const [scope] = decoded(await cursorOf(patients, '?sort=created_at&limit=1'));
    for (const key of ['yesterday or so', '99999-99-99', '\0'])
      expect((await get(patients, `?sort=created_at&cursor=${seal([scope, key, 1])}`)).status, key).toBe(400);
  });
});

describe('a parameter', () => {
  const secret = 'qWxYz-not-to-be-repeated';

  test.each(everyList)('that %s does not know is refused with those it knows', async (_, list) => {
    for (const query of [`?${secret}=1`, `?page=${secret}`, `?Limit=1&${secret}`]) {
      const answer = await get(list, query);
      expect(answer.status, query).toBe(400);
      expect(answer.body.code).toBe('invalid_input');
      const [message] = answer.body.errors.non_field_errors;
      for (const name of ['limit', 'cursor', 'sort', 'count']) expect(message).toContain(name);
      expect(answer.text).not.toContain(secret);
    }
  });

  test.each(everyList)('of %s is given once', async (_, list) => {
    for (const query of ['?limit=1&limit=2', '?sort=id&sort=-id', '?count=exact&count=exact', '?cursor=a&cursor=b']) {
      const answer = await get(list, query);
      const name = /^\?(\w+)/.exec(query)?.[1] as string;
      expect([answer.status, answer.body.errors], query).toEqual([400, { [name]: ['must be given once'] }]);
    }
  });

  test.each(everyList)('sort of %s is one of its own', async (_, list) => {
    const allowed = list.sorts.flatMap((name) => [name, `-${name}`]);
    for (const sort of [
      secret,
      '',
      '--id',
      'ID',
      '-',
      'medical_history',
      'name_key',
      'id,name',
      'email',
      'constructor',
      '__proto__',
    ]) {
      const answer = await get(list, `?sort=${sort}`);
      expect(answer.status, sort).toBe(400);
      expect(answer.body.errors).toEqual({ sort: [`must be one of ${allowed.join(', ')}`] });
    }
    for (const sort of allowed) expect((await get(list, `?limit=1&sort=${sort}`)).status, sort).toBe(200);
  });

  test.each(everyList)('limit of %s is a positive number', async (_, list) => {
    for (const limit of ['0', '-1', '', 'ten', '1.5', '1e3', '0x10', ' 1', 'NaN', 'Infinity', '٣']) {
      const answer = await get(list, `?limit=${encodeURIComponent(limit)}`);
      expect([answer.status, Object.keys(answer.body.errors ?? {})], limit).toEqual([400, ['limit']]);
    }
  });

  test('limit may be as large as one likes, and is 1,000 then', async () => {
    for (const limit of ['1001', '9007199254740993', '9'.repeat(400)])
      expect((await get(lists.users as List, `?limit=${limit}`)).status, limit).toBe(200);
  });

  test.each(everyList)('count of %s is exact or not given', async (_, list) => {
    for (const count of ['true', '', 'EXACT', secret]) {
      const answer = await get(list, `?count=${count}`);
      expect([answer.status, Object.keys(answer.body.errors)]).toEqual([400, ['count']]);
      expect(answer.text).not.toContain(secret);
    }
  });
});

describe('a filter', () => {
  // born 30 years ago: yesterday, today and tomorrow; and others by an age that was told, or by none
  const born = (years: number, days: number) =>
    `((now() at time zone 'utc')::date - interval '${years} years')::date + ${days}`;
  const madeBy = async (who: number) => {
    const rows = [
      `('Born yesterday', null, ${born(30, -1)}, 'female')`,
      `('Born today', null, ${born(30, 0)}, 'male')`,
      `('Born tomorrow', null, ${born(30, 1)}, 'other')`,
      `('Told thirty', 30, null, 'unknown')`,
      `('Told nothing', null, null, null)`,
      `('Newborn', null, ${born(0, 0)}, 'female')`,
      `('Of an age', 150, null, 'female')`,
    ];
    return sqlIds(`insert into patients (created_by, name, age, date_of_birth, gender)
      select ${who}, v.name, v.age::integer, v.born::date, v.gender from (values ${rows}) v (name, age, born, gender)
      returning id`);
  };
  let made: Promise<number[]> | undefined;
  const setup = () => {
    made ??= fixtures();
    return made;
  };
  const fixtures = async () => {
    const mine = await madeBy(stranger.id);
    await madeBy(owner.id);
    await database.owner.query(`insert into mappings (patient_id, doctor_id) values
      (${mine[0]}, ${doctorId}), (${mine[1]}, ${doctorId}), (${mine[1]}, ${w.doctorIds.other}), (${mine[4]}, ${w.ownDoctor.id})`);
    return mine;
  };

  const filteredIds = async (list: List, query: string, where: string) => {
    await setup();
    const all = await sqlIds(`select t.id from ${list.rows} where ${where} order by 1`);
    const answer = await get(list, `?${query}&count=exact`);
    expect(answer.status, answer.text).toBe(200);
    expect(idsOf(answer.body)).toEqual(all.slice(0, 1000));
    expect(answer.headers.get('X-Total-Count')).toBe(String(all.length));
    return all.length;
  };

  const age = `coalesce(date_part('year', age((now() at time zone 'utc')::date, t.date_of_birth)), t.age)`;
  const today30 = born(30, 0);
  const patientFilters: [query: string, where: string][] = [
    ['gender=female', `gender = 'female'`],
    ['gender=unknown', `gender = 'unknown'`],
    ['gender=Female', `gender = 'female'`],
    ['min_age=30', `(date_of_birth <= ${today30} or (date_of_birth is null and t.age >= 30))`],
    ['max_age=29', `(date_of_birth > ${today30} or (date_of_birth is null and t.age <= 29))`],
    ['min_age=30&max_age=30', `${age} = 30`],
    ['max_age=0', `${age} = 0`],
    ['min_age=150', `${age} = 150`],
    [`min_age=29&gender=other`, `${age} >= 29 and gender = 'other'`],
    [`doctor=${doctorId}`, `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${doctorId})`],
    [
      `doctor=${w.doctorIds.other}`,
      `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${w.doctorIds.other})`,
    ],
    [
      `doctor=${doctorId}&gender=male&min_age=30`,
      `exists (select from mappings m where m.patient_id = t.id and m.doctor_id = ${doctorId}) and gender = 'male' and ${age} >= 30`,
    ],
    ['search=born', `name like 'Born %'`],
    ['search=born&gender=male&min_age=30', `name = 'Born today'`],
  ];
  const scopes: [string, List][] = [
    [
      'a user',
      {
        path: '/api/patients',
        who: stranger,
        sorts: [],
        rows: `(select * from patients where created_by = ${stranger.id}) as t`,
      },
    ],
    ['an admin', listed('patients of an admin')],
    ['a doctor, of all', listed('all patients')],
    ['a doctor, of the assigned', listed('my patients')],
  ];
  for (const [scope, list] of scopes)
    test.each(patientFilters)(`for ${scope}: patients by %s`, async (query, where) => {
      await filteredIds(list, query, where);
    });

  test('for a user: patients by date of birth', async () => {
    const [list] = scopes.map(([, scope]) => scope) as [List];
    await setup();
    const [row] = await database.owner.query(`select (${born(30, -1)})::text as day`);
    expect(await filteredIds(list, `date_of_birth=${row?.day}`, `date_of_birth = '${row?.day}'`)).toBe(1);
    expect(await filteredIds(list, 'date_of_birth=1801-01-01', 'false')).toBe(0);
  });

  test('for a user finds what the others have just not', async () => {
    const [list] = scopes.map(([, scope]) => scope) as [List];
    expect(await filteredIds(list, 'min_age=30', `${age} >= 30`)).toBe(4);
    expect(await filteredIds(list, 'max_age=29', `${age} <= 29`)).toBe(2);
    expect(await filteredIds(list, `doctor=${doctorId}`, "name in ('Born yesterday', 'Born today')")).toBe(2);
  });

  test.each([
    ['specialization=oncolog%C3%ADa', `specialization = 'oncología'`],
    ['specialization=ONCOLOGIA', `specialization = 'oncología'`],
    ['specialization=Oncology', `specialization = 'Oncology'`],
    ['specialization=Onc', 'false'],
    ['specialization=%25', 'false'],
    ['approved=true', 'approved'],
    ['approved=false', 'approved = false'],
    ['approved=true&specialization=cardiology', `approved and specialization = 'Cardiology'`],
    ['search=zoe&specialization=surgery', `name = 'Zoë' and specialization = 'Surgery'`],
  ])('doctors by %s', async (query, where) => {
    await filteredIds(listed('doctors'), query, where);
    await filteredIds(listed('my doctors'), query, where);
  });

  test('mappings by patient and doctor, and never those of others', async () => {
    const [first, second] = await setup();
    for (const name of ['mappings of a user', 'mappings of a patient', 'mappings of a doctor'])
      for (const [query, where] of [
        [`patient=${w.ownPatient.id}`, `patient_id = ${w.ownPatient.id}`],
        [`patient=${w.ownRecord}`, `patient_id = ${w.ownRecord}`],
        [`patient=${second}`, `patient_id = ${second}`],
        [`doctor=${doctorId}`, `doctor_id = ${doctorId}`],
        [`doctor=${doctorId}&patient=${first}`, `doctor_id = ${doctorId} and patient_id = ${first}`],
        [`doctor=${w.ownDoctor.id}`, `doctor_id = ${w.ownDoctor.id}`],
      ] as const)
        await filteredIds(listed(name), query, where);
    expect(await filteredIds(listed('mappings of a user'), `patient=${second}`, `patient_id = ${second}`)).toBe(0);
    expect(await filteredIds(listed('mappings of a doctor'), `patient=${second}`, `patient_id = ${second}`)).toBe(2);
  });

  test('accounts by role and by whether they are disabled', async () => {
    await app.asOwner(`update users set disabled_at = now() where username in ('extra5', 'extra6')`);
    await app.asOwner(
      `update users set erased_at = now(), disabled_at = now(), username = null, email = null where username = 'extra7'`,
    );
    const users = { ...listed('users'), rows: '(select * from users where erased_at is null) as t' };
    for (const role of ['user', 'patient', 'doctor', 'admin'])
      expect(await filteredIds(users, `role=${role}`, `role = '${role}'`), role).toBeGreaterThan(0);
    expect(await filteredIds(users, 'disabled=true', 'disabled_at is not null')).toBe(2);
    await filteredIds(users, 'disabled=false&role=user', `disabled_at is null and role = 'user'`);
  });

  test('the trail by actor, action, resource, patient and time', async () => {
    const trail = listed('the trail');
    const ids = async (query: string) => idsOf((await get(trail, `?${query}&sort=id`)).body);
    const of = (where: string) => sqlIds(`select id from audit where ${where} order by 1 limit 1000`);
    const [middle] = await database.owner.query(
      `select to_char(max(at) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at from audit where action = 'login'`,
    );
    for (const [query, where] of [
      [`actor=${owner.id}`, `actor_id = ${owner.id}`],
      ['action=create&resource=doctor', `action = 'create' and resource = 'doctor'`],
      ['resource=session', `resource = 'session'`],
      [`patient=${w.ownPatient.id}`, `patient_ids @> array[${w.ownPatient.id}::bigint]`],
      [`to=${middle?.at}&resource=session`, `at < '${middle?.at}' and resource = 'session'`],
      [`from=${middle?.at}&resource=session`, `at >= '${middle?.at}' and resource = 'session'`],
      [`from=2000-01-01T00:00:00%2B02:00&to=2001-01-01T00:00:00Z`, 'false'],
    ] as const) {
      // asked before, because to ask is to add an entry
      const before = await of(where);
      expect(await ids(query), query).toEqual(before);
      if (where !== 'false') expect(before.length, query).toBeGreaterThan(0);
    }
  });

  test.each([
    ['patients of a user', 'gender=robot', 'gender'],
    ['patients of a user', 'min_age=-1', 'min_age'],
    ['patients of a user', 'min_age=151', 'min_age'],
    ['patients of a user', 'max_age=old', 'max_age'],
    ['all patients', 'max_age=', 'max_age'],
    ['my patients', 'date_of_birth=2026-02-30', 'date_of_birth'],
    ['patients of an admin', 'date_of_birth=today', 'date_of_birth'],
    ['patients of an admin', 'doctor=0', 'doctor'],
    ['patients of an admin', 'doctor=99999999999999999999', 'doctor'],
    ['patients of an admin', 'gender=male&gender=female', 'gender'],
    ['doctors', 'approved=maybe', 'approved'],
    ['doctors', 'specialization=', 'specialization'],
    ['doctors', 'specialization=%00', 'specialization'],
    ['my doctors', 'approved=1', 'approved'],
    ['mappings of a user', 'patient=x', 'patient'],
    ['mappings of a doctor', 'doctor=-1', 'doctor'],
    ['users', 'role=root', 'role'],
    ['users', 'disabled=yes', 'disabled'],
    ['the trail', 'actor=me', 'actor'],
    ['the trail', 'action=DROP%20TABLE', 'action'],
    ['the trail', 'from=yesterday', 'from'],
    ['the trail', 'to=2026-01-01', 'to'],
  ])('of %s that says %s is refused', async (name, query, field) => {
    const answer = await get(listed(name), `?${query}`);
    expect([answer.status, Object.keys(answer.body.errors ?? {})]).toEqual([400, [field]]);
  });

  test('of ages that exclude each other fits nobody', async () => {
    expect((await get(listed('patients of an admin'), '?min_age=40&max_age=20')).body).toEqual([]);
  });
});

describe('a page', () => {
  beforeAll(() => grow(1003));

  test.each(everyList)('of %s is an array of at most 1,000 rows, and says where the next begins', async (_, list) => {
    const answer = await get(list);
    expect(answer.status).toBe(200);
    expect(answer.body).toHaveLength(1000);
    expect(answer.headers.get('X-Total-Count')).toBe(null);
    expect(nextOf(answer)).toContain(`${list.path}?cursor=`);
    expect((await get(list, '?limit=5000')).body).toHaveLength(1000);
    expect((await get(list, '?limit=3')).body).toHaveLength(3);
  });

  test.each(everyList)('of %s holds no column that only the page needed', async (_, list) => {
    const [row] = (await get(list, '?limit=1')).body;
    for (const name of ['sort_key', 'name_key', 'search_key', 'specialization_key', 'changed_tx', 'tx', 'version'])
      expect(row).not.toHaveProperty(name);
  });

  test('keeps the filters and the limit in its link, and the slash of its path', async () => {
    const answer = await get(lists.users as List, '/?role=user&sort=-name&limit=2');
    const next = new URL(`http://wardbook.test${nextOf(answer)}`);
    expect(next.pathname).toBe('/api/admin/users/');
    expect(Object.fromEntries(next.searchParams)).toMatchObject({ role: 'user', sort: '-name', limit: '2' });
  });

  test('that is the last has no link, unless it is full', async () => {
    const list = { path: `/api/mappings/${w.ownPatient.id}`, who: owner, sorts: ['id'], rows: '' };
    await app.asOwner('delete from mappings where patient_id = $1 and id <> $2', [w.ownPatient.id, w.mapping.id]);
    expect(nextOf(await get(list, '?limit=2'))).toBeUndefined();
    // after the last row there is an empty page
    expect(await follow(list, '?limit=1')).toEqual([w.mapping.id]);
  });
});
