// Looking for people: by the words of a record, as somebody types them who does not know how they are spelled.
import { describe, expect, test } from 'vitest';
import { nextOf } from '../support/answers.ts';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, patient, pendingDoctor, assignedDoctor, admin } = w.people;

const make = async (who: { token: string }, table: string, body: Json): Promise<number> => {
  const answer = await app.call('POST', `/api/${table}/`, { token: who.token, body });
  expect(answer.status, answer.text).toBe(201);
  return answer.body.id;
};
/** The names that a search finds, in the order of a person. */
const search = async (who: { token: string }, path: string, term: string, more = ''): Promise<string[]> => {
  const query = new URLSearchParams({ search: term, sort: 'name' });
  const answer = await app.call('GET', `${path}?${query}${more}`, { token: who.token });
  expect(answer.status, `${term}: ${answer.text}`).toBe(200);
  return answer.body.map(({ name }: Json) => name);
};

const people = [
  { name: 'Ángela Núñez', phone: '+49 170 1234567', email: 'angela@clinic-north.example', address: '12 Elm Street' },
  { name: 'Angela Merten', phone: '+49 170 1234568', email: 'amerten@clinic-north.example' },
  { name: 'angela zimmer' },
  { name: 'Angelo Rossi', address: 'Via Roma 100' },
  { name: "Siobhán O'Brien", email: 'siobhan.obrien@example.com' },
  { name: 'Anna Brien-Smith' },
  { name: 'John Smith' },
  { name: 'Jonas Smithson' },
  { name: 'Björn Müller' },
  { name: 'Łukasz Wójcik' },
  { name: 'Straße Groß' },
  { name: 'José García' },
  { name: 'Catherine Johnson' },
  { name: 'Rodrigo Gonzalez' },
  { name: 'Иван Петров' },
  { name: '王小明' },
  { name: 'Percent 100% Sure' },
  { name: 'Under_score Back\\slash' },
  { name: 'Star*bright (Née) [Query] ^caret$ pipe|d a.c {x} +plus?' },
  { name: 'Li' },
];
for (const person of people) await make(owner, 'patients', person);
await make(stranger, 'patients', { name: 'Angela of Another', email: 'angela@example.com' });

const doctors = [
  {
    name: 'Dr. Smith',
    specialization: 'Cardiology',
    contact_info: 'smith@heart.example, room 7',
    license_number: 'LIC-42/A',
  },
  { name: 'Dra. Inés Peña', specialization: 'Neurología', license_number: 'B_777%' },
  { name: "Dr. O'Neil", specialization: 'Family medicine', contact_info: '555-0199' },
];
for (const doctor of doctors) await make(owner, 'doctors', doctor);

const own = (term: string) => search(owner, '/api/patients/', term);
const all = (term: string) => search(assignedDoctor, '/api/doctors/all-patients/', term);
/** Both ways to search patients, which must agree: an owner's rows one by one, everybody's through the index. */
const both = async (term: string) => {
  const ours = (names: string[]) => names.filter((name) => people.some((person) => person.name === name));
  const [mine, everybodys] = [await own(term), await all(term)].map(ours);
  expect(everybodys, term).toEqual(mine);
  return mine as string[];
};

describe('a search', () => {
  test.each([
    ['Ángela', ['angela zimmer', 'Angela Merten', 'Ángela Núñez', 'Angelo Rossi']],
    ['ANGELA', ['angela zimmer', 'Angela Merten', 'Ángela Núñez', 'Angelo Rossi']],
    ['A\u0301ngela Nun\u0303ez', ['Ángela Núñez']],
    ['nunez', ['Ángela Núñez']],
    ['NÚÑEZ', ['Ángela Núñez']],
    ['bjorn muller', ['Björn Müller']],
    ['lukasz wojcik', ['Łukasz Wójcik']],
    ['strasse', ['Straße Groß']],
    // Rossi without its i is GROSS without its G: a name that has another letter in another place is found as well
    ['GROSS', ['Straße Groß', 'Angelo Rossi']],
    ['jose garcia', ['José García']],
    ['иван', ['Иван Петров']],
    ['ПЕТРОВ', ['Иван Петров']],
    ['王', ['王小明']],
  ])('for %s ignores case and accents', async (term, names) => {
    expect((await both(term)).sort()).toEqual([...names].sort());
  });

  test.each([
    ['cath', ['Catherine Johnson']],
    ['j', ['Catherine Johnson', 'John Smith', 'Jonas Smithson', 'José García']],
    ['smith', ['Anna Brien-Smith', 'John Smith', 'Jonas Smithson']],
    ['ith', []],
    ['ohn', []],
    ['li', ['Li']],
  ])('for %s finds the beginnings of words', async (term, names) => {
    expect(await both(term)).toEqual(names);
  });

  test.each([
    ['jhon smith', 'John Smith'],
    ['jonh smiht', 'John Smith'],
    ['smyth john', 'John Smith'],
    ['smth john', 'John Smith'],
    ['smitth john', 'John Smith'],
    ['cathrine', 'Catherine Johnson'],
    ['katherine', 'Catherine Johnson'],
    ['catehrine', 'Catherine Johnson'],
    ['jonson', 'Catherine Johnson'],
    ['johsnon', 'Catherine Johnson'],
    ['garica', 'José García'],
    ['gacria', 'José García'],
    ['garsia', 'José García'],
    ['gonzales', 'Rodrigo Gonzalez'],
    ['gonzlez', 'Rodrigo Gonzalez'],
    ['rodirgo', 'Rodrigo Gonzalez'],
    ['muler', 'Björn Müller'],
    ['wojick', 'Łukasz Wójcik'],
    ['zimer', 'angela zimmer'],
    ['nuñes', 'Ángela Núñez'],
    ['siobahn', "Siobhán O'Brien"],
    ['obrien', "Siobhán O'Brien"],
    ['пертов', 'Иван Петров'],
  ])('for %s forgives the typo', async (term, name) => {
    expect(await both(term)).toContain(name);
  });

  test('forgives one typo a word, not two, none in three letters, and none in a number', async () => {
    expect(await both('gonsales')).toEqual([]);
    expect(await both('ctahreine')).toEqual([]);
    expect(await both('jno')).toEqual([]);
    expect(await both('1234576')).toEqual([]);
    expect(await both('1234567')).toEqual(['Ángela Núñez']);
  });

  test('reads long words to their end, and forgives a digit for a letter', async () => {
    await make(owner, 'patients', { name: 'Wolfeschlegelsteinhausenbergerdorff M4rgaret' });
    for (const [term, found] of [
      ['wolfeschlegelsteinhausenbergerdorff', 1],
      ['wolfeschlegelsteinhausenberger', 1],
      ['wolfeschlegelsteinhausenburgers', 0],
      ['wolfeschlegelsteinhausenbergerdorfer', 0],
      ['margaret', 1],
      ['margarte', 0],
    ] as const) {
      expect(
        [await own(term), await all(term)].map(({ length }) => length),
        term,
      ).toEqual([found, found]);
    }
  });

  test('needs every word, in any order and any field', async () => {
    expect(await both('smith john')).toEqual(['John Smith']);
    expect(await both('angela 170')).toEqual(['Angela Merten', 'Ángela Núñez']);
    expect(await both('elm angela')).toEqual(['Ángela Núñez']);
    expect(await both('angela johnson')).toEqual([]);
    expect(await both('rossi roma 100 via angelo')).toEqual(['Angelo Rossi']);
  });

  test('looks at phone, email and address, and never at the medical history', async () => {
    expect(await both('siobhan.obrien@example.com')).toEqual(["Siobhán O'Brien"]);
    expect(await both('amerten')).toEqual(['Angela Merten']);
    expect(await both('+49 170 1234568')).toEqual(['Angela Merten']);
    expect(await both('elm')).toEqual(['Ángela Núñez']);
    await make(owner, 'patients', { name: 'With History', medical_history: 'Appendectomy' });
    expect(await own('with history')).toEqual(['With History']);
    expect(await own('appendectomy')).toEqual([]);
    expect(await all('appendectomy')).toEqual([]);
  });

  test.each([
    ["o'brien", ["Siobhán O'Brien"]],
    ['O’Brien', ["Siobhán O'Brien"]],
    ['brien-smith', ['Anna Brien-Smith']],
    ['Brien Smith', ['Anna Brien-Smith']],
    ['smith,john', ['John Smith']],
    ['  john   smith  ', ['John Smith']],
    ['john\tsmith', ['John Smith']],
    ['"John Smith"', ['John Smith']],
    ['star*bright', ['Star*bright (Née) [Query] ^caret$ pipe|d a.c {x} +plus?']],
    ['née query', ['Star*bright (Née) [Query] ^caret$ pipe|d a.c {x} +plus?']],
  ])('for %s reads punctuation as a space', async (term, names) => {
    expect(await both(term)).toEqual(names);
  });

  test.each([
    'j%n',
    'j_hn',
    '%ohn',
    '_ohn',
    'j.hn',
    'joh.?n',
    '.*ith',
    'smi[a-z]h',
    '(john|anna)',
    '^joh$n',
    '\\w+',
    'jo\\hn',
    'x|john',
  ])('for %s takes no character for a wildcard', async (term) => {
    expect(await both(term)).not.toContain('John Smith');
  });

  test.each(['%', '_', '\\', "'", '%%%', '.', '*', '|', '()', '...', "';--", '$$', '\u2019', '- -'])(
    'for nothing but %s finds nobody',
    async (term) => {
      expect(await both(term)).toEqual([]);
      expect(await search(admin, '/api/doctors/', term)).toEqual([]);
    },
  );

  test('that is empty or too long is refused', async () => {
    for (const term of ['', ' ', 'x'.repeat(101), 'a\0b']) {
      for (const [who, path] of [
        [owner, '/api/patients/'],
        [admin, '/api/patients/'],
        [owner, '/api/doctors/'],
      ] as const) {
        const answer = await app.call('GET', `${path}?${new URLSearchParams({ search: term })}`, { token: who.token });
        expect([answer.status, Object.keys(answer.body.errors)], term).toEqual([400, ['search']]);
      }
    }
  });

  test('of 100 characters is answered, whatever they are', async () => {
    const long = ['x'.repeat(100), 'ab '.repeat(33), `${'a'.repeat(30)} `.repeat(3), '%'.repeat(100), '🙂'.repeat(50)];
    for (const term of [
      ...long,
      '王'.repeat(100),
      '('.repeat(100),
      'a b c d e f g h i j k l m n o p q r s t u v w x y z',
    ])
      expect(await both(term), term).toEqual([]);
  });

  test('is narrowed by filters, counted, and turned page by page', async () => {
    const path = '/api/patients/?search=angela&sort=name&count=exact';
    const first = await app.call('GET', `${path}&limit=3`, { token: owner.token });
    expect(first.headers.get('X-Total-Count')).toBe('4');
    const next = nextOf(first) ?? '';
    const second = await app.call('GET', next, { token: owner.token });
    expect([...first.body, ...second.body].map(({ name }: Json) => name)).toEqual(await own('angela'));
    expect((await app.call('GET', `${path}&gender=male`, { token: owner.token })).body).toEqual([]);
  });
});

describe('whose records are found', () => {
  test('an owner finds only their own', async () => {
    expect(await own('angela')).not.toContain('Angela of Another');
    expect(await search(stranger, '/api/patients/', 'angela')).toEqual(['Angela of Another']);
    expect(await search(stranger, '/api/patients/', 'smith')).toEqual([]);
  });

  test('an admin and an approved doctor find all', async () => {
    const names = ['Angela Merten', 'Angela of Another', 'angela zimmer', 'Angelo Rossi', 'Ángela Núñez'].sort();
    expect((await all('angela')).sort()).toEqual(names);
    expect((await search(admin, '/api/patients/', 'angela')).sort()).toEqual(names);
  });

  test('a doctor finds among the assigned only these', async () => {
    const [jane] = await search(assignedDoctor, '/api/doctors/my-patients/', 'jane');
    expect(jane).toBe('Jane Doe');
    expect(await search(assignedDoctor, '/api/doctors/my-patients/', 'angela')).toEqual([]);
  });

  test('a doctor who is not approved, a patient and a user reach no search over all', async () => {
    for (const who of [pendingDoctor, patient, owner]) {
      const answer = await app.call('GET', '/api/doctors/all-patients/?search=angela', { token: who.token });
      expect(answer.status).toBe(403);
    }
    // nor by the function itself, which has rights that they have not
    for (const [role, found] of [
      ['user', 0],
      ['patient', 0],
      ['pending_doctor', 0],
      ['', 0],
      ['doctor', 5],
      ['admin', 5],
    ] as const) {
      const [, rows] = await app.database.owner.transaction([
        app.database.owner.query(
          `select set_config('app.role', $1, true), set_config('app.user_id', $2, true),
          set_config('app.doctor_access', 'all', true)`,
          [role, String(stranger.id)],
        ),
        app.database.owner.query(`select * from app.search_patients('angela')`),
      ]);
      expect(rows, role).toHaveLength(found);
    }
  });

  test('the search below it, which asks nobody for a role, is not theirs to call', async () => {
    const [row] = await app.database.owner.query(`
      select bool_or(has_function_privilege(role, 'app.search(regclass, text[], text)', 'execute')) as callable
      from unnest(array['app_login', 'app_api', 'app_auth']) role`);
    expect(row?.callable).toBe(false);
  });
});

describe('doctors', () => {
  const find = (term: string) => search(patient, '/api/doctors/', term);

  test.each([
    ['smith', 'Dr. Smith'],
    ['Dr. Smith', 'Dr. Smith'],
    ['dr smtih', 'Dr. Smith'],
    ['cardiologi', 'Dr. Smith'],
    ['heart.example', 'Dr. Smith'],
    ['pena', 'Dra. Inés Peña'],
    ['neurologia', 'Dra. Inés Peña'],
    ['neurolgía inés', 'Dra. Inés Peña'],
    ["o'neil", "Dr. O'Neil"],
    ['555-0199', "Dr. O'Neil"],
  ])('are found by name, specialization and contact: %s', async (term, name) => {
    expect(await find(term)).toContain(name);
  });

  test('are found by a number only if it is theirs', async () => {
    expect(await search(admin, '/api/doctors/', 'LIC-43')).toEqual([]);
    expect(await find('555-0191')).toEqual([]);
  });

  const licensed = (term: string, who: { token: string }) => search(who, '/api/doctors/', term);
  test.each(['LIC-42', 'lic-42/a', 'smith LIC-42', 'cardiology 42'])(
    'are found by their license by an admin and by who made them, and by nobody else: %s',
    async (term) => {
      for (const who of [admin, owner]) expect(await licensed(term, who)).toEqual(['Dr. Smith']);
      for (const who of [stranger, patient, pendingDoctor, assignedDoctor])
        expect(await licensed(term, who)).toEqual([]);
    },
  );

  test('are found by their own license, and shown it', async () => {
    const body = { name: 'Dr. Own', specialization: 'Surgery', license_number: 'OWN-1' };
    await app.call('PUT', `/api/doctor-profile/${pendingDoctor.id}/`, { token: pendingDoctor.token, body });
    expect(await licensed('own-1', pendingDoctor)).toEqual(['Dr. Own']);
    expect(await licensed('own-1', admin)).toEqual(['Dr. Own']);
    expect(await licensed('own-1', owner)).toEqual([]);
  });

  test('show their license to those only, wherever they are shown', async () => {
    const id = await make(owner, 'doctors', {
      name: 'Dr. Shown',
      specialization: 'Surgery',
      license_number: 'SHOWN-9',
    });
    await app.call('POST', '/api/admin/assign-patient/', {
      token: admin.token,
      body: { patient: w.ownRecord, doctor: id },
    });
    // a sync ends below every transaction that still runs, and other files may have some on this server
    const [now] = await app.database.owner.query('select pg_current_xact_id()::text as tx');
    const passed = `select pg_snapshot_xmin(pg_current_snapshot())::text::bigint > ${now?.tx} as passed, pg_sleep(0.02)`;
    while (!(await app.database.owner.query(passed))[0]?.passed);
    const answers = async (who: { token: string }) => {
      const paths = [`/api/doctors/${id}/`, '/api/doctors/?search=shown', '/api/sync/', '/api/patients/my-doctors/'];
      const got = [...paths, `/api/mappings/${w.ownRecord}/`].map((path) =>
        app.call('GET', path, { token: who.token }),
      );
      return (await Promise.all(got)).filter(({ status, text }) => status === 200 && text.includes('Dr. Shown'));
    };
    for (const [who, least] of [
      [stranger, 3],
      [patient, 5],
      [assignedDoctor, 4],
      [pendingDoctor, 3],
    ] as const) {
      const shown = await answers(who);
      expect(shown.length).toBe(least);
      for (const { text } of shown) expect(text).not.toContain('SHOWN-9');
    }
    for (const [who, all] of [
      [owner, 3],
      [admin, 4],
    ] as const) {
      const shown = await answers(who);
      expect(shown.length).toBe(all);
      for (const { text } of shown) expect(text).toContain('SHOWN-9');
    }
  });
});

describe('accounts', () => {
  const find = (term: string) => search(admin, '/api/admin/users/', term);

  test.each(['Zoë Älvarez', 'zoe', 'alvarez', 'zoe.a', 'zoe_a', 'ZOE_A@post.example', 'alvraez', 'post.example zoe'])(
    'are found by name, username and email, whatever the case and accents: %s',
    async (term) => {
      const body = { username: 'zoe_a', email: 'zoe_a@post.example', name: 'Zoë Álvarez', password };
      await app.call('POST', '/api/auth/register/', { body });
      expect(await find(term)).toEqual(['Zoë Álvarez']);
    },
  );

  test('are found together with the other filters, and by administrators only', async () => {
    expect(await search(admin, '/api/admin/users/', 'doctor', '&role=doctor')).toEqual([
      'assigned_doctor',
      'other_doctor',
      'pending_doctor',
    ]);
    expect(await search(admin, '/api/admin/users/', 'doctor', '&role=user')).toEqual([]);
    const answer = await app.call('GET', '/api/admin/users/?search=owner', { token: owner.token });
    expect(answer.status).toBe(403);
  });
});

test('names sort as a person would put them', async () => {
  const names = [
    'zoe',
    'Ángela',
    'angela',
    'Angela',
    'Östen',
    'Otto',
    'Zoë',
    'ANTON',
    'éric',
    'Eric',
    'Ægir',
    'Łukas',
    'Lukas',
    'Lukasz',
  ];
  for (const name of names) await make(stranger, 'patients', { name, address: 'Sorted Lane' });
  const sorted = await search(stranger, '/api/patients/', 'sorted');
  expect(sorted).toEqual([
    'Ægir',
    'Ángela',
    'angela',
    'Angela',
    'ANTON',
    'éric',
    'Eric',
    'Łukas',
    'Lukas',
    'Lukasz',
    'Östen',
    'Otto',
    'zoe',
    'Zoë',
  ]);
  const down = await app.call('GET', '/api/patients/?search=sorted&sort=-name', { token: stranger.token });
  expect(down.body.map(({ name }: Json) => name)).toEqual(sorted.reverse());
});
