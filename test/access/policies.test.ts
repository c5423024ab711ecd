// What PostgreSQL lets each role and each actor do, asked without the Worker and without a single `where`.
import { type NeonDbError, neon } from '@neondatabase/serverless';
import { describe, expect, test } from 'vitest';
import { boot, type Json } from '../support/app.ts';
import { type ActorName, actors, assemble } from '../support/cast.ts';
import { sessionOf } from '../support/tokens.ts';

const app = await boot();
const w = await assemble(app);
const { owner, database } = { ...app.database, database: neon(app.database.appUrl) };

const idsOf = (rows: Json[]): number[] => rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
const all = async (table: string) => idsOf(await owner.query(`select id from ${table}`));

// beside what the owner made: records of a stranger and of the admin, and a mapping that nobody else made
const strangersPatient = await w.send(w.people.stranger, 'POST', '/api/patients/', { name: 'Strange' });
const { body: strangersMapping } = await app.call('POST', '/api/mappings/', {
  token: w.people.stranger.token,
  headers: { 'Idempotency-Key': 'of the stranger' },
  body: { patient: strangersPatient.id, doctor: w.doctorIds.other },
});
const adminsPatient = await w.send(w.people.admin, 'POST', '/api/patients/', { name: 'Hospital record' });
const [otherRecord] = idsOf(
  await owner.query('select id from patients where user_id = $1', [w.people.otherPatient.id]),
) as [number];
const everything = {
  patients: await all('patients'),
  doctors: await all('doctors'),
  mappings: await all('mappings'),
  users: await all('users'),
};

const everyRole = '{user,patient,doctor,pending_doctor,admin}';
const begin = (user: number, session: number, allowed = everyRole) =>
  database.query('select app.begin($1, $2, 1, $3, null, $4, $5)', [session, user, 'a test', allowed, '']);
const become = (role: string) => database.query(`select set_config('role', $1, true)`, [role]);

/** Rows, or the SQLSTATE of the refusal. */
const outcome = async <T>(answer: Promise<T>): Promise<T | string> =>
  answer.catch(({ code, message }: NeonDbError) => (code === 'WB000' ? message : (code ?? message)));

/** What the actor gets from one query, as the Worker would run it. */
const ask = async (who: ActorName, query: string, role: 'app_api' | 'app_auth' = 'app_api') => {
  const me = w.people[who];
  const answer = database.transaction([begin(me.id, sessionOf(me)), become(role), database.query(query)]);
  const rows = await outcome(answer);
  return typeof rows === 'string' ? rows : idsOf(rows[2] ?? []);
};

/** The ids that a write touches, or the SQLSTATE that refused it. Raising them at its end takes everything back. */
const touch = (who: ActorName, write: string, role: 'app_api' | 'app_auth' = 'app_api') =>
  ask(
    who,
    `do $$ declare ids text; begin
       with touched as (${write}) select coalesce(json_agg(id order by id), '[]') into ids from touched;
       raise exception using errcode = 'WB000', message = ids;
     end $$`,
    role,
  ).then((answer) => (typeof answer === 'string' && answer.startsWith('[') ? JSON.parse(answer) : answer));

const forbidden = '42501';
const { people } = w;

describe('app_login, without a context', () => {
  test('cannot name a table', async () => {
    const tables = await owner.query(`
      select format('%I.%I', nspname, relname) as name from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind in ('r', 'v', 'm', 'p') and nspname in ('public', 'app')`);
    expect(tables.length).toBeGreaterThanOrEqual(7);
    for (const { name } of tables) {
      for (const query of [`select from ${name}`, `delete from ${name}`, `insert into ${name} default values`])
        expect(await outcome(database.query(query)), query).toBe(forbidden);
    }
  });

  test('may call nothing of ours but app.begin and app.begin_anonymous', async () => {
    const callable = await owner.query(`
      select proname from pg_proc join pg_namespace n on n.oid = pronamespace
      where nspname in ('public', 'app') and has_schema_privilege('app_login', n.oid, 'usage')
        and has_function_privilege('app_login', pg_proc.oid, 'execute') order by 1`);
    // where the owner is no superuser, an extension's functions are another's, and everybody's in a schema that they may use
    const [schema] = await owner.query(`select has_schema_privilege('app_login', 'public', 'usage') as may`);
    expect(schema).toEqual({ may: false });
    expect(callable.map(({ proname }) => proname)).toEqual(['begin', 'begin_anonymous', 'begin_request']);
    expect(await outcome(database.query('select app.erase_account()'))).toBe(forbidden);
    expect(await outcome(database.query(`select app.open_session(${people.admin.id}, '', '', '', '', 60)`))).toBe(
      forbidden,
    );
  });

  test('sees no row after switching to app_api, and no clinical table at all after switching to app_auth', async () => {
    const as = async (role: string, query: string) => {
      const answer = await outcome(database.transaction([become(role), database.query(query)]));
      return typeof answer === 'string' ? answer : (answer[1]?.length ?? 0);
    };
    for (const table of ['patients', 'doctors', 'mappings', 'users', 'audit'])
      expect(await as('app_api', `select from ${table}`), table).toBe(0);
    for (const table of ['credentials', 'sessions'])
      expect(await as('app_api', `select from ${table}`), table).toBe(forbidden);
    for (const table of ['patients', 'doctors', 'mappings', 'audit'])
      expect(await as('app_auth', `select from ${table}`), table).toBe(forbidden);
    expect(await as('app_api', `insert into patients (name, created_by) values ('x', null)`)).toBe(forbidden);
    expect(await as('app_api', `update patients set name = 'x' returning id`)).toBe(0);
  });

  test('may switch to nobody else', async () => {
    for (const role of ['postgres', 'pg_read_all_data', 'pg_write_all_data'])
      expect(await outcome(become(role)), role).toBe(forbidden);
  });
});

test('none of the three roles bypasses policies, owns anything or makes roles', async () => {
  const roles = await owner.query(`
    select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty,
      rolinherit and rolcanlogin as inherits,
      exists (select from pg_class where relowner = r.oid) or exists (select from pg_proc where proowner = r.oid) as owns
    from pg_roles r where rolname in ('app_login', 'app_api', 'app_auth') order by rolname`);
  const harmless = { mighty: false, inherits: false, owns: false };
  expect(roles).toEqual(['app_api', 'app_auth', 'app_login'].map((rolname) => ({ rolname, ...harmless })));
});

describe('reading without a where', () => {
  const { patients, doctors, mappings } = everything;
  const nothing: number[] = [];
  // patients, mappings; everybody reads every doctor
  const visible: Record<ActorName, [number[], number[]]> = {
    owner: [[w.ownPatient.id], [w.mapping.id]],
    stranger: [[strangersPatient.id], [strangersMapping.id]],
    patient: [[w.ownRecord], [w.ownMapping.id]],
    otherPatient: [[otherRecord], nothing],
    pendingDoctor: [nothing, nothing],
    assignedDoctor: [patients, mappings],
    otherDoctor: [patients, mappings],
    admin: [patients, mappings],
  };

  test.each(actors)('%s sees the rows of the permission table, and no others', async (who) => {
    const [itsPatients, itsMappings] = visible[who];
    expect(await ask(who, 'select id from patients')).toEqual(itsPatients);
    expect(await ask(who, 'select id from mappings')).toEqual(itsMappings);
    expect(await ask(who, 'select id from doctors')).toEqual(doctors);
    expect(await ask(who, 'select id from users')).toEqual(who === 'admin' ? everything.users : [people[who].id]);
  });

  test.each(actors)('%s asks as the doctor that it is, if it is an approved one', async (who) => {
    const own = await owner.query('select id from doctors where user_id = $1 and approved', [people[who].id]);
    expect(await ask(who, 'select app.doctor_id() as id where app.doctor_id() is not null')).toEqual(idsOf(own));
  });

  test.each(actors)('%s reads no hash and no session', async (who) => {
    expect(await ask(who, 'select user_id as id from credentials')).toBe(forbidden);
    expect(await ask(who, 'select id from sessions')).toBe(forbidden);
    expect(await ask(who, 'select failures as id from guesses')).toBe(forbidden);
  });

  test.each(actors)('%s reads no answer that is kept for somebody else', async (who) => {
    const seen = await ask(who, 'select actor_id as id from idempotency_keys');
    expect(seen).toEqual(who === 'stranger' ? [people.stranger.id] : []);
  });

  test.each(actors)('%s sees invitations to their own patients, and no mail', async (who) => {
    const inviting = `insert into invitations (email, role, patient_id) values ('x@example.com', 'patient', $1) returning id`;
    const [theirs] = idsOf(await owner.query(inviting, [w.ownPatient.id]));
    const [strangers] = idsOf(await owner.query(inviting, [strangersPatient.id]));
    const mails = await all('mails');
    expect(mails.length).toBeGreaterThan(0);
    const seen = { owner: [theirs], stranger: [strangers], admin: [theirs, strangers] }[who as string] ?? [];
    expect(await ask(who, 'select id from invitations')).toEqual(seen);
    expect(await ask(who, 'update invitations set revoked_at = now() returning id')).toEqual(seen);
    expect(await ask(who, `update invitations set role = 'admin' returning id`)).toBe(forbidden);
    expect(await ask(who, 'select id from mails')).toEqual(who === 'admin' ? mails : []);
    expect(await ask(who, 'delete from mails returning id')).toBe(forbidden);
    await owner.query('delete from invitations');
  });

  // these see everything, so each of them must look at who asks
  const definers: Record<string, string> = {
    own_patients: 'select app.own_patients() as id',
    registered_by: `select (maker ->> 'id')::bigint as id from app.registered_by(${people.owner.id}) maker where maker is not null`,
    doctor_maker: 'select app.doctor_maker(1) as id',
    leave_record: 'select 1 as id from app.leave_record()',
    needs_step_up: 'select 1 as id from app.needs_step_up()',
    access_log: 'select id from app.access_log()',
    own_access_log: 'select id from app.own_access_log()',
    emergency_patients: 'select app.emergency_patients() as id',
    is_emergency_only: `select 1 as id where app.is_emergency_only(${w.ownPatient.id})`,
    lookup_patients: `select id from app.lookup_patients('Jane Doe', '1990-12-31')`,
    open_emergency_access: `select id from app.open_emergency_access(${w.ownPatient.id}, 'Brought in unconscious')`,
    trail_of_patient: `select app.trail_of_patient(${w.ownPatient.id}) as id`,
    search_own: `select app.search_own('jane') as id`,
    search_patients: `select app.search_patients('jane') as id`,
    search_doctors: `select app.search_doctors('dr') as id`,
    search_users: `select app.search_users('owner') as id`,
    invite: `select id from app.invite('x@example.com', 'user', null, null, null)`,
    end_sessions: 'select 1 as id from app.end_sessions(999999)',
    reset_factor: 'select 1 as id from app.reset_factor(999999)',
    send_reset: 'select 1 as id from app.send_reset(999999)',
    resend_mail: 'select 1 as id from app.resend_mail(999999)',
    restore: 'select restored as id from app.restore(1)',
    blocked_accounts: 'select user_id as id from app.blocked_accounts()',
    sync_scope: 'select length(app.sync_scope()) * 0 as id where app.sync_scope() = $$nobody$$',
    // sync_until says where the round ends, so it comes first
    sync_changes: `select s.id from app.sync_until(null, null) as until,
      lateral app.sync_changes(until * 0, -1, 0, 0, 1000) s where s.kind = 0`,
  };

  test('every function with the rights of its owner that app_api may call is asked below', async () => {
    const functions = await owner.query(`
      select proname from pg_proc join pg_namespace n on n.oid = pronamespace where nspname = 'app' and prosecdef
        and prorettype <> 'trigger'::regtype and has_function_privilege('app_api', pg_proc.oid, 'execute')`);
    expect(functions.map(({ proname }) => proname).sort()).toEqual(Object.keys(definers).sort());
  });

  test.each(actors)('%s learns nothing more by way of those', async (who) => {
    const get = (name: string) => ask(who, definers[name] ?? '');
    const sees = visible[who][0].includes(w.ownPatient.id) && who !== 'owner';
    expect(await get('search_patients')).toEqual(sees ? [w.ownPatient.id] : []);
    const ownJane = { owner: [w.ownPatient.id], assignedDoctor: [w.ownPatient.id] }[who as string] ?? [];
    expect(await get('search_own')).toEqual(ownJane);
    expect((await get('search_doctors')).length).toBeGreaterThan(0);
    expect(await get('search_users')).toEqual(who === 'admin' ? [people.owner.id] : []);
    expect((await get('trail_of_patient')).length > 0).toBe(who === 'admin');
    await owner.query(
      `insert into guesses (key, blocked_until, forget_at) values ($1, now() + interval '1 minute', now())
      on conflict (key) do update set blocked_until = excluded.blocked_until`,
      [`account:${people.owner.id}`],
    );
    expect(await get('blocked_accounts')).toEqual(who === 'admin' ? [people.owner.id] : 'wrong_role');
    expect(await get('restore')).toEqual(who === 'admin' ? [] : 'wrong_role');
    if (who !== 'admin') expect(await get('invite')).toBe('wrong_role');
    for (const name of ['end_sessions', 'send_reset', 'resend_mail', 'reset_factor'])
      expect(await get(name), name).toBe(who === 'admin' ? 'not_found' : 'wrong_role');
    // of a record that the account registered itself, nobody else could take it
    expect(await get('leave_record')).toBe(['patient', 'otherPatient'].includes(who) ? 'own_record' : 'wrong_role');
    // these connections are those of the previous Worker, under which doctors see all patients
    const isDoctor = ['assignedDoctor', 'otherDoctor'].includes(who);
    for (const name of ['lookup_patients', 'open_emergency_access'])
      expect(await get(name), name).toBe(isDoctor ? 'already_accessible' : 'wrong_role');
    expect(await get('emergency_patients')).toEqual([]);
    expect(await get('is_emergency_only')).toEqual([]);
    // the owner has made one, and a second would be one too many; that no patient and no doctor makes any, the policy says
    expect(await get('doctor_maker')).toEqual(who === 'owner' ? 'limit_reached' : [people[who].id]);
    expect(await get('needs_step_up')).toEqual(who === 'admin' ? [1] : 'step_up_required');
    const told = ['patient', 'otherPatient', 'assignedDoctor', 'otherDoctor'].includes(who);
    expect(await get('registered_by')).toEqual(told ? [people.owner.id] : []);
    const own = {
      owner: w.ownPatient.id,
      stranger: strangersPatient.id,
      patient: w.ownRecord,
      otherPatient: otherRecord,
    };
    const [record] = [own[who as keyof typeof own]];
    expect(await get('own_patients')).toEqual(record ? [record] : []);
    const assigned: Partial<Record<ActorName, number[]>> = {
      assignedDoctor: [w.ownRecord, w.ownPatient.id],
      otherDoctor: [strangersPatient.id],
    };
    const inScope = assigned[who] ?? visible[who][0];
    await app.settled();
    expect(await get('sync_changes')).toEqual([...inScope].sort((a, b) => a - b));
    expect((await get('access_log')).length > 0).toBe(['patient', 'otherPatient'].includes(who));
    expect(await get('own_access_log')).toEqual(await get('access_log'));
    const anonymously = await outcome(
      database.transaction([become('app_api'), database.query(definers.access_log ?? '')]),
    );
    expect(anonymously[1]).toEqual([]);
  });

  test.each(actors)('%s reads of the trail what is theirs to read', async (who) => {
    const seen = await ask(who, 'select id from audit');
    if (who === 'admin') return expect(seen).toEqual(await all('audit'));
    const record = { patient: w.ownRecord, otherPatient: otherRecord }[who as string] ?? 0;
    const reads = await owner.query(
      `select id from audit where action = 'read' and resource in ('patient', 'mapping') and $1 = any (patient_ids)`,
      [record],
    );
    const mayKnow = record ? idsOf(reads) : [];
    expect(mayKnow).toEqual(expect.arrayContaining(seen as number[]));
  });

  test.each(actors)('%s finds, among accounts, credentials and sessions, only their own', async (who) => {
    const { id } = people[who];
    expect(await ask(who, 'select id from users', 'app_auth')).toEqual([id]);
    expect(await ask(who, 'select user_id as id from credentials', 'app_auth')).toEqual([id]);
    const own = idsOf(await owner.query('select id from sessions where user_id = $1', [id]));
    expect(await ask(who, 'select id from sessions', 'app_auth')).toEqual(own);
    expect(await ask(who, 'select id from patients', 'app_auth')).toBe(forbidden);
  });
});

describe('writing without a where', () => {
  const { patients, doctors, mappings } = everything;
  const nobodys: number[] = [];
  interface Writes {
    updatesPatients: number[];
    deletesPatients: number[];
    updatesDoctors: number[];
    deletesDoctors: number[];
    deletesMappings: number[];
  }
  const none: Writes = {
    updatesPatients: nobodys,
    deletesPatients: nobodys,
    updatesDoctors: nobodys,
    deletesDoctors: nobodys,
    deletesMappings: nobodys,
  };
  const writable: Record<ActorName, Writes> = {
    owner: {
      updatesPatients: [w.ownPatient.id],
      deletesPatients: [w.ownPatient.id],
      updatesDoctors: [w.ownDoctor.id],
      deletesDoctors: [w.ownDoctor.id],
      deletesMappings: [w.mapping.id],
    },
    stranger: {
      ...none,
      updatesPatients: [strangersPatient.id],
      deletesPatients: [strangersPatient.id],
      deletesMappings: [strangersMapping.id],
    },
    patient: { ...none, updatesPatients: [w.ownRecord] },
    otherPatient: { ...none, updatesPatients: [otherRecord] },
    pendingDoctor: { ...none, updatesDoctors: [w.doctorIds.pending] },
    // a doctor may decline: an own assignment, whoever made it, and no other
    assignedDoctor: {
      ...none,
      updatesDoctors: [w.doctorIds.assigned],
      deletesMappings: idsOf([w.mapping, w.ownMapping]),
    },
    otherDoctor: { ...none, updatesDoctors: [w.doctorIds.other], deletesMappings: [strangersMapping.id] },
    admin: {
      updatesPatients: patients,
      deletesPatients: patients,
      updatesDoctors: doctors,
      deletesDoctors: doctors,
      deletesMappings: mappings,
    },
  };

  test.each(actors)('%s touches what the permission table says, and no more', async (who) => {
    expect(await touch(who, 'update patients set name = name returning id')).toEqual(writable[who].updatesPatients);
    expect(await touch(who, 'delete from patients returning id')).toEqual(writable[who].deletesPatients);
    expect(await touch(who, 'update doctors set name = name returning id')).toEqual(writable[who].updatesDoctors);
    expect(await touch(who, 'delete from doctors returning id')).toEqual(writable[who].deletesDoctors);
    expect(await touch(who, 'delete from mappings returning id')).toEqual(writable[who].deletesMappings);
    const accounts = who === 'admin' ? everything.users : [people[who].id];
    expect(await touch(who, 'update users set name = name returning id')).toEqual(accounts);
    expect(await touch(who, 'update users set name = name returning id', 'app_auth')).toEqual([people[who].id]);
    const credential = `update credentials set password_hash = 'x' returning user_id as id`;
    expect(await touch(who, credential, 'app_auth')).toEqual([people[who].id]);
  });

  test.each(actors)('%s cannot change whose a record is, when it was made, or which version it has', async (who) => {
    for (const column of ['user_id', 'created_by', 'version', 'created_at'])
      for (const table of ['patients', 'doctors'])
        expect(await touch(who, `update ${table} set ${column} = ${column} returning id`), column).toBe(forbidden);
    expect(await touch(who, 'update mappings set doctor_id = doctor_id returning id')).toBe(forbidden);
    expect(await touch(who, 'update users set erased_at = now() returning id')).toBe(forbidden);
    expect(await touch(who, 'delete from users returning id')).toBe(forbidden);
    expect(await touch(who, 'update credentials set password_hash = null returning user_id as id')).toBe(forbidden);
    expect(await touch(who, 'delete from sessions returning id')).toBe(forbidden);
  });

  test.each(actors)('%s cannot rewrite the past, nor sign for somebody else', async (who) => {
    expect(await touch(who, `update audit set action = 'x' returning id`)).toBe(forbidden);
    expect(await touch(who, 'delete from audit returning id')).toBe(forbidden);
    const signed = (actor: number | null, before: string) =>
      `insert into audit (action, resource, actor_id, before) values ('read', 'patient', ${actor}, ${before})`;
    const someoneElse = people[who === 'owner' ? 'stranger' : 'owner'].id;
    expect(await ask(who, signed(someoneElse, 'null'))).toBe(forbidden);
    expect(await ask(who, signed(null, 'null'))).toBe(forbidden);
    expect(await ask(who, signed(people[who].id, `'{}'`))).toBe(forbidden);
    expect(await ask(who, `update audit set action = 'x'`, 'app_auth')).toBe(forbidden);
    expect(await ask(who, 'delete from audit', 'app_auth')).toBe(forbidden);
  });

  test.each(actors)('%s makes records only in their own name, if at all', async (who) => {
    const mayMake = ['owner', 'stranger', 'admin'].includes(who);
    const someoneElse = people[who === 'owner' ? 'stranger' : 'owner'].id;
    const made = mayMake ? [expect.any(Number)] : forbidden;
    const patient = (columns: string, values: string | number) =>
      touch(who, `insert into patients (name, ${columns}) values ('x', ${values}) returning id`);
    const doctor = (columns: string, values: string | number) =>
      touch(who, `insert into doctors (name, specialization, ${columns}) values ('x', 'y', ${values}) returning id`);
    for (const insert of [patient, doctor]) {
      expect(await insert('created_by', people[who].id)).toEqual(made);
      expect(await insert('created_by', someoneElse)).toBe(forbidden);
      expect(await insert('created_by', 'null')).toBe(forbidden);
    }
    // a record that is linked to an account comes from that account's registration only
    const unlinked = people.stranger.id;
    expect(await patient('user_id', unlinked)).toBe(forbidden);
    expect(await doctor('user_id, approved', `${unlinked}, true`)).toBe(forbidden);
  });

  test.each(actors)('%s assigns doctors only to patients that are theirs', async (who) => {
    const assign = (patient: number) =>
      touch(
        who,
        `insert into mappings (patient_id, doctor_id) values (${patient}, ${w.doctorIds.pending}) returning id`,
      );
    const may = (yes: boolean) => (yes ? [expect.any(Number)] : forbidden);
    expect(await assign(w.ownPatient.id)).toEqual(may(who === 'owner' || who === 'admin'));
    expect(await assign(strangersPatient.id)).toEqual(may(who === 'stranger' || who === 'admin'));
    expect(await assign(w.ownRecord)).toEqual(may(who === 'admin'));
    expect(await assign(adminsPatient.id)).toEqual(may(who === 'admin'));
    const forged = `insert into mappings (patient_id, doctor_id, created_by)
      values (${w.ownPatient.id}, ${w.ownDoctor.id}, ${people.patient.id}) returning id`;
    expect(await touch(who, forged)).toBe(forbidden);
  });

  // `returning` asks the policy for reading as well, which would refuse what the policy for inserting forgot
  test.each(actors)(
    '%s assigns doctors only to patients that are theirs, also without reading the mapping',
    async (who) => {
      const assign = (patient: number) =>
        ask(
          who,
          `do $$ begin
          insert into mappings (patient_id, doctor_id) values (${patient}, ${w.doctorIds.pending});
          raise exception using errcode = 'WB000', message = 'assigned';
        end $$`,
          'app_api',
        );
      const may = (yes: boolean) => (yes ? 'assigned' : forbidden);
      expect(await assign(w.ownPatient.id)).toBe(may(who === 'owner' || who === 'admin'));
      expect(await assign(strangersPatient.id)).toBe(may(who === 'stranger' || who === 'admin'));
      expect(await assign(w.ownRecord)).toBe(may(who === 'admin'));
    },
  );

  test.each(actors.filter((who) => who !== 'admin'))('%s cannot promote, disable or approve', async (who) => {
    expect(await touch(who, `update users set role = 'admin' returning id`)).toBe('wrong_role');
    expect(await touch(who, `update users set role = 'admin' returning id`, 'app_auth')).toBe(forbidden);
    expect(await touch(who, 'update users set disabled_at = now() returning id')).toBe('wrong_role');
    expect(await touch(who, 'update users set disabled_at = now() returning id', 'app_auth')).toBe('wrong_role');
    const approval = await touch(who, 'update doctors set approved = not coalesce(approved, false) returning id');
    const ownsADoctor = ['owner', 'pendingDoctor', 'assignedDoctor', 'otherDoctor'].includes(who);
    expect(approval).toEqual(ownsADoctor ? 'wrong_role' : []);
  });

  test('an admin cannot demote every admin', async () => {
    expect(await touch('admin', `update users set role = 'user' where role = 'admin' returning id`)).toBe('last_admin');
    expect(await touch('admin', `update users set disabled_at = now() returning id`)).toBe('last_admin');
  });
});

describe('a context', () => {
  const whoAmI = () =>
    database.query(`select current_user::text as role, nullif(current_setting('app.user_id', true), '') as actor,
      nullif(current_setting('app.role', true), '') as live, nullif(current_setting('app.if_match', true), '') as tag`);
  const nobody = [{ role: 'app_login', actor: null, live: null, tag: null }];
  const { admin, owner: user, stranger, pendingDoctor, assignedDoctor } = people;

  test('does not outlive its transaction', async () => {
    const [, , inside] = await database.transaction([begin(admin.id, sessionOf(admin)), become('app_api'), whoAmI()]);
    expect(inside).toEqual([{ role: 'app_api', actor: String(admin.id), live: 'admin', tag: null }]);
    expect(await whoAmI()).toEqual(nobody);
  });

  test('does not outlive a transaction that fails', async () => {
    const failing = database.transaction([
      begin(admin.id, sessionOf(admin)),
      become('app_api'),
      database.query('select 1 / 0'),
    ]);
    expect(await outcome(failing)).toBe('22012');
    expect(await whoAmI()).toEqual(nobody);
    expect(await outcome(database.query('select from public.patients'))).toBe(forbidden);
  });

  const refusal = async (id: number, session: number, allowed?: string) => {
    const answer = database.transaction([begin(id, session, allowed), become('app_api'), whoAmI()]);
    return outcome(answer);
  };

  test("is refused for a session that is another's, over, or was never there", async () => {
    expect(await refusal(user.id, sessionOf(stranger))).toBe('session_ended');
    expect(await refusal(admin.id, sessionOf(user))).toBe('session_ended');
    expect(await refusal(user.id, 999_999)).toBe('session_ended');
    expect(await refusal(999_999, sessionOf(user))).toBe('session_ended');
    expect(await refusal(-1, 0)).toBe('session_ended');
  });

  test('is refused with the code WB000, which the Worker knows', async () => {
    await expect(begin(user.id, 0)).rejects.toMatchObject({ code: 'WB000', message: 'session_ended' });
  });

  test('is refused to a role that the route is not for', async () => {
    expect(await refusal(user.id, sessionOf(user), '{admin}')).toBe('wrong_role');
    expect(await refusal(user.id, sessionOf(user), '{}')).toBe('wrong_role');
    expect(await refusal(assignedDoctor.id, sessionOf(assignedDoctor), '{user,patient}')).toBe('wrong_role');
    expect(await refusal(admin.id, sessionOf(admin), '{user}')).toBe('wrong_role');
  });

  test('says why to a doctor who is not approved', async () => {
    const session = sessionOf(pendingDoctor);
    expect(await refusal(pendingDoctor.id, session, '{doctor}')).toBe('doctor_not_approved');
    expect(await refusal(pendingDoctor.id, session, '{user,doctor,admin}')).toBe('doctor_not_approved');
    expect(await refusal(pendingDoctor.id, session, '{user}')).toBe('wrong_role');
  });

  test('is refused once the session has been idle too long, however young', async () => {
    const idle = await app.register('idle');
    await owner.query(`update sessions set idle_until = now() where user_id = $1`, [idle.id]);
    expect(await refusal(idle.id, sessionOf(idle))).toBe('session_ended');
  });

  test('is refused once the session is too old, however busy', async () => {
    const busy = await app.register('busy');
    await owner.query(`update sessions set expires_at = now() where user_id = $1`, [busy.id]);
    expect(await refusal(busy.id, sessionOf(busy))).toBe('session_ended');
  });

  test('is refused to a disabled account, even if a session were left', async () => {
    const banned = await app.register('banned');
    const session = sessionOf(banned);
    await app.asOwner('update users set disabled_at = now() where id = $1', [banned.id]);
    const sessions = await owner.query('select id from sessions where user_id = $1', [banned.id]);
    expect(sessions).toEqual([]);
    await owner.query(
      `insert into sessions (id, user_id, refresh_hash, idle_until, expires_at) overriding system value
       values ($1, $2, '', now() + interval '1 day', now() + interval '1 day')`,
      [session, banned.id],
    );
    expect(await refusal(banned.id, session)).toBe('session_ended');
  });
});
