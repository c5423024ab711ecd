// Starts the Django project of the tests beside the others, on a database of its own of the same server: what a Django
// team deploys, with gunicorn and two workers.
import { createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { findPython, missing, startDjango } from '../django/start.ts';
import { newDatabase, onServer } from '../support/server-database.ts';
import { dim, step } from '../support/terminal.ts';
import type { AnyItem, Plan } from './items.ts';
import { clients, listed, password, rounds } from './people.ts';

interface Account {
  id: number;
  email: string;
  patient: number;
  doctor: number;
}

/** Undefined, with a line that says so, where Django is not installed. */
export const djangoBeside = async (running: AsyncDisposableStack, server: string) => {
  if (!(await findPython())) {
    console.log(dim(`  not measured: ${missing}`));
    return undefined;
  }
  const { url: database } = await newDatabase(running, server);
  const secret = randomBytes(36).toString('base64url');
  const { url, pid, end } = await step('starting Django', () =>
    startDjango({ clinic: 'owned', database, secret, rounds }),
  );
  running.defer(end);
  const people = { readers: await addPeople(database, 'reader'), writers: await addPeople(database, 'writer') };

  const plansFor = async (item: AnyItem): Promise<Plan[]> => {
    if (item === 'assign') await onServer(database, (client) => client.query('delete from owned_mapping'));
    const accounts = item === 'create' ? people.writers : people.readers;
    const isPublic = item === 'login' || item === 'refresh';
    return accounts.map(
      ({ id, email, patient, doctor }, index): Plan => ({
        ...{ item, email, password, patient, doctor },
        token: isPublic ? '' : signed(secret, 'access', id),
        refresh: signed(secret, 'refresh', id),
        refreshAt: '/api/token/refresh/',
        logsInBy: 'username',
        address: `192.0.2.${index + 1}`,
      }),
    );
  };
  return { target: { url, pid }, plansFor };
};

/** As many as the others have, with as many patients, whose usernames are their emails. */
const addPeople = (database: string, kind: string): Promise<Account[]> =>
  onServer(database, async (client) => {
    const salt = randomBytes(16).toString('base64url');
    const hash = `pbkdf2_sha256$${rounds}$${salt}$${pbkdf2Sync(password, salt, rounds, 32, 'sha256').toString('base64')}`;
    const { rows } = await client.query(
      `with account as (
        insert into auth_user (username, email, password, first_name, last_name, is_active, is_staff, is_superuser, date_joined)
        select $1 || i || '@example.com', $1 || i || '@example.com', $2, 'Bench', i, true, false, false, now()
        from generate_series(1, $3::int) i returning id, email
      ), doctor as (
        insert into owned_doctor (created_by_id, name, specialization, created_at, updated_at)
        select id, 'Dr. Bench', 'Cardiology', now(), now() from account returning id, created_by_id
      ), patient as (
        insert into owned_patient
          (created_by_id, name, age, gender, phone, email, address, medical_history, created_at, updated_at)
        select id, 'Patient ' || i, 20 + i, 'other', '+1 555 ' || i, 'p' || i || '@patients.example', i || ' Elm Street',
          'Asthma', now(), now()
        from account, generate_series(1, $4::int) i returning id, created_by_id
      )
      select a.id, a.email, d.id as doctor, (select min(id) from patient where created_by_id = a.id) as patient
      from account a join doctor d on d.created_by_id = a.id order by a.id`,
      [kind, hash, clients, listed],
    );
    await client.query('analyze');
    return rows.map(({ id, email, patient, doctor }) => ({
      id: Number(id),
      email: String(email),
      patient: Number(patient),
      doctor: Number(doctor),
    }));
  });

/** A token as simplejwt makes it. */
const signed = (secret: string, type: 'access' | 'refresh', user: number): string => {
  const now = Math.floor(Date.now() / 1000);
  const claims = { token_type: type, exp: now + 7200, iat: now, jti: randomBytes(16).toString('hex'), user_id: user };
  const encoded = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const text = encoded.join('.');
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
};
