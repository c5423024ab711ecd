// Makes the accounts that the bench sends its requests as, with their sessions and records, by SQL in the database.
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import type { NeonQueryFunction } from '@neondatabase/serverless';
import { hashPassword } from '../../src/accounts/passwords.ts';
import { formatRefreshToken, newRefreshSecret, signAccessToken } from '../../src/http/tokens.ts';
import type { AnyItem, Plan } from './items.ts';

export type Sql = NeonQueryFunction<false, false>;
type TokenConfig = Parameters<typeof signAccessToken>[0];

/** How many requests are under way at a time. */
export const clients = 32;
export const listed = 50;

export const password = 'correct horse battery staple';

export const rounds = 600_000;

/** As a Node application makes it, in one call; Wardbook verifies what is stored, so it could read this one too. */
const nodeHash = (): string => {
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(password, salt, rounds, 32, 'sha256');
  return `$pbkdf2-sha256$i=${rounds},r=1$${salt.toString('base64url')}$${hash.toString('base64url')}`;
};

export interface Account {
  id: number;
  email: string;
  patient: number;
  doctor: number;
}

/**
 * 32 accounts of each kind. Ids of different things begin far from each other, so that each value in a recorded
 * statement tells what it stands for.
 */
export const makePeople = async (sql: Sql) => {
  const starts = { users: 710_001, sessions: 820_001, patients: 930_001, doctors: 640_001, mappings: 550_001 };
  await sql.transaction(
    Object.entries(starts).map(([table, first]) => sql.query(`alter table ${table} alter id restart with ${first}`)),
  );
  const asCli = sql`select set_config('app.role', 'cli', true)`;
  const add = async (kind: string, hash: string): Promise<Account[]> => {
    const [, , rows = []] = await sql.transaction([
      asCli,
      sql`with account as (
          insert into users (name, username, email, role)
          select 'Bench ' || i, ${kind} || i, ${kind} || i || '@example.com', 'user' from generate_series(1, ${clients}::int) i
          returning id
        )
        insert into credentials (user_id, password_hash) select id, ${hash} from account`,
      sql`with doctor as (
          insert into doctors (name, specialization)
          select 'Dr. Bench ' || i, 'Cardiology' from generate_series(1, ${clients}::int) i returning id
        ), patient as (
          insert into patients (created_by, name, age, gender, phone, email, address, medical_history)
          select u.id, 'Patient ' || i, 20 + i, 'other', '+1 555 ' || i, 'p' || i || '@patients.example',
            i || ' Elm Street', 'Asthma'
          from users u, generate_series(1, ${listed}::int) i where u.username like ${`${kind}%`}
          returning id, created_by
        ), numbered as (
          select id, row_number() over (order by id) as n from doctor
        )
        select u.id, u.email, (select min(id) from patient where created_by = u.id) as patient, numbered.id as doctor
        from users u, numbered
        where u.username like ${`${kind}%`} and numbered.n = substring(u.username from '\\d+$')::int
        order by numbered.n`,
    ]);
    return rows.map(({ id, email, patient, doctor }) => ({
      id: Number(id),
      email: String(email),
      patient: Number(patient),
      doctor: Number(doctor),
    }));
  };
  const hash = await hashPassword(password);
  const people = {
    wardbook: await add('reader', hash),
    writers: await add('writer', hash),
    node: await add('node', nodeHash()),
  };
  await sql.query('analyze');
  return people;
};
export type People = Awaited<ReturnType<typeof makePeople>>;

/** A client for each account, signed in anew: a session whose refresh token was used is no use to the next round. */
export const signedIn = async (sql: Sql, secret: string, accounts: Account[], item: AnyItem): Promise<Plan[]> => {
  const config = { JWT_SECRET: secret, ACCESS_TOKEN_TTL: 7200 } as TokenConfig;
  const secrets = await Promise.all(accounts.map(newRefreshSecret));
  const ids = accounts.map(({ id }) => id);
  const hashes = secrets.map(({ hash }) => hash);
  const opened = await sql`
    insert into sessions (user_id, refresh_hash, user_agent, idle_until, expires_at)
    select account, hash, 'bench', now() + interval '7 days', now() + interval '28 days'
    from unnest(${ids}::bigint[], ${hashes}::text[]) as one (account, hash)
    returning user_id as account, id as session`;
  const sessions = new Map(opened.map(({ account, session }) => [Number(account), Number(session)]));
  return Promise.all(
    accounts.map(async ({ id, email, patient, doctor }, index): Promise<Plan> => {
      const session = sessions.get(id) ?? 0;
      const isPublic = item === 'login' || item === 'refresh';
      return {
        item,
        email,
        password,
        token: isPublic ? '' : await signAccessToken(config, { id, session, rotation: 1 }),
        refresh: await formatRefreshToken(config, session, secrets[index] ?? { secret: '', hash: '' }),
        refreshAt: '/api/auth/refresh/',
        logsInBy: 'email',
        patient,
        doctor,
        address: `192.0.2.${index + 1}`,
      };
    }),
  );
};
