// Accounts by the dozen, without a request for each.
import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { afterAll, inject } from 'vitest';
import { hashPassword } from '../../src/accounts/passwords.ts';
import { configOf } from '../../src/config.ts';
import { formatRefreshToken, newRefreshSecret, signAccessToken } from '../../src/http/tokens.ts';
import { app } from '../../src/index.ts';
import { type App, cheapPasswords, password } from '../support/app.ts';

declare module 'vitest' {
  interface ProvidedContext {
    fuzz: { requests: number; sequences: number; seed: number };
  }
}

export const { requests, sequences, seed } = inject('fuzz');

export interface Newcomer {
  name: string;
  role: 'user' | 'patient' | 'doctor' | 'admin';
  approved?: boolean;
  /** Whether the email is confirmed. */
  verified?: boolean;
}

export interface Person {
  id: number;
  name: string;
  token: string;
  refresh: string;
  session: number;
  /** The linked patient or doctor. */
  record: number | null;
}

/**
 * What takes time and is not what these tests are about: password hashes, and the deadline of each database call, whose
 * timers outlive it, while one context of workerd may have ten thousand.
 */
export const inHaste = () => {
  cheapPasswords();
  const { timeout } = AbortSignal;
  AbortSignal.timeout = () => new AbortController().signal;
  afterAll(() => {
    AbortSignal.timeout = timeout;
  });
};

/** Hands the app's log, a line a request, to `read` instead of the terminal. */
export const readLog = (read: (line: string) => void) => {
  const { info } = console;
  console.info = read;
  afterAll(() => {
    console.info = info;
  });
};

/** What registering, approving and making an admin leave behind. */
const enrolment = `
  with newcomers as (select * from jsonb_to_recordset($1::jsonb) as n (name text, role text, approved boolean, verified boolean, hash text)),
  account as (
    insert into users (name, username, email, role, email_verified_at)
    select name, name, name || '@example.com', role, case when verified then now() end from newcomers
    returning id, name, role),
  credential as (insert into credentials (user_id, password_hash) select id, $2 from account),
  session as (
    insert into sessions (user_id, refresh_hash, idle_until, expires_at)
    select a.id, n.hash, now() + interval '1 day', now() + interval '1 day'
    from account a join newcomers n using (name) returning id, user_id),
  patient as (
    insert into patients (user_id, created_by, name)
    select id, null, name from account where role = 'patient' returning id, user_id),
  doctor as (
    insert into doctors (user_id, created_by, name, specialization, approved)
    select a.id, null, a.name, 'Cardiology', coalesce(n.approved, false)
    from account a join newcomers n using (name) where a.role = 'doctor' returning id, user_id)
  select a.id, a.name, s.id as session, coalesce(p.id, d.id) as record
  from account a join session s on s.user_id = a.id
  left join patient p on p.user_id = a.id left join doctor d on d.user_id = a.id`;

/** In the order of their names given. */
export const enrol = async (app: App, newcomers: Newcomer[]): Promise<Person[]> => {
  const settings = configOf(app.env);
  const secrets = await Promise.all(newcomers.map(newRefreshSecret));
  const given = newcomers.map((newcomer, index) => ({ ...newcomer, hash: secrets[index]?.hash }));
  const [, rows = []] = await app.asOwner(enrolment, [JSON.stringify(given), await hashPassword(password)]);
  return Promise.all(
    newcomers.map(async ({ name }, index) => {
      const row = rows.find((one) => one.name === name);
      const [id, session] = [Number(row?.id), Number(row?.session)];
      return {
        ...{ id, name, session, record: row?.record === null ? null : Number(row?.record) },
        token: await signAccessToken(settings, { id, session, rotation: 1 }),
        refresh: await formatRefreshToken(settings, session, secrets[index] ?? { secret: '', hash: '' }),
      };
    }),
  );
};

/** Sends a request, and asks no more of the answer: unlike App's call, which holds each against the document. */
export const ask = async ({ env }: App, path: string, init: RequestInit) => {
  const context = createExecutionContext();
  const response = await app.fetch(new Request(`http://wardbook.test${path}`, init), env, context);
  const text = await response.text();
  await waitOnExecutionContext(context);
  return { status: response.status, text, headers: response.headers };
};
