// A few accounts with records of their own for hostile requests to play with, and what makes a request of a description.
import { sign } from 'hono/jwt';
import { encodeBase64Url } from 'hono/utils/encode';
import { newRefreshSecret } from '../../src/http/tokens.ts';
import { type Ids, links, type Route, type Sender, senders } from '../routes/route.ts';
import { type App, secret } from '../support/app.ts';
import { type Hostile, itsActor } from './hostile.ts';
import { canaryPrefix } from './nasty.ts';
import { ask, enrol, type Person } from './people.ts';

export interface Stage {
  people: Record<Sender, Person>;
  ids: Ids;
  /** Where its people are, so that what one address may do is not used up by others. */
  address: string;
}

let staged = 0;

export const stage = async (app: App, { as, id }: Route): Promise<Stage> => {
  const group = `s${++staged}`;
  const roles = {
    owner: 'user',
    stranger: 'user',
    patient: 'patient',
    pendingDoctor: 'doctor',
    assignedDoctor: 'doctor',
    admin: 'admin',
  } as const;
  const newcomers = senders.map((sender) => ({
    // part of an email, which is stored in small letters
    name: `${group}_${sender.toLowerCase()}`,
    role: roles[sender],
    approved: sender === 'assignedDoctor',
    verified: sender !== 'stranger',
  }));
  const enrolled = await enrol(app, newcomers);
  const people = Object.fromEntries(senders.map((sender, index) => [sender, enrolled[index]])) as Record<
    Sender,
    Person
  >;
  const one = async (statement: string, params: unknown[]) => {
    const [, rows] = await app.asOwner(statement, params);
    return Number(rows?.[0]?.id);
  };
  const by = people.owner.id;
  const patient = await one(`insert into patients (name, created_by) values ('Jane', $1) returning id`, [by]);
  const doctor =
    id === 'doctor' && as === 'admin'
      ? people.assignedDoctor.record
      : await one(`insert into doctors (name, specialization, created_by) values ('Who', 'Time', $1) returning id`, [
          by,
        ]);
  const mapping = await one('insert into mappings (patient_id, doctor_id) values ($1, $2) returning id', [
    patient,
    doctor,
  ]);
  const gone = await one(`insert into patients (name, created_by) values ('Gone', $1) returning id`, [by]);
  await app.asOwner('delete from patients where id = $1', [gone]);
  const deletion = await one(`select id from audit where action = 'delete' and resource_id = $1`, [gone]);
  const emergency = await one(
    `insert into emergency_accesses (patient_id, doctor_id, doctor_name, reason, expires_at)
    values ($1, $2, 'Dr. Smith', 'Unconscious', now()) returning id`,
    [patient, doctor],
  );
  const { session, refresh } = people[as];
  // an administrator who does it to somebody else may go on
  const user = people[as === 'admin' ? 'stranger' : as].id;
  const records = { patient, doctor: Number(doctor), mapping, user, session, deletion, emergency, refresh };
  const address = `198.18.${(staged >> 8) % 256}.${staged % 256}`;
  return { people, ids: { ...records, ...(await mailed(app, people, patient)) }, address };
};

/** What mails that are on their way or have arrived leave behind: the mails, and links with tokens that are known. */
const mailings = `
  with verification as (
    insert into mails (purpose, recipient, user_id) select 'verify', email, id from users where id = $2 returning id),
  sent as (insert into mails (purpose, recipient, sent_at) values ('invitation', $4, now()) returning id),
  invitation as (
    insert into invitations (email, role, patient_id, created_by, mail_id)
    select $4, 'patient', $3, $1, id from sent returning id),
  former as (
    insert into app.former_emails (email, user_id) values ('was.' || $4, $1)),
  link as (
    insert into app.links (hash, purpose, user_id, email, mail_id, expires_at)
    select hashes.*, now() + interval '1 day' from (values
      ($5, 'reset', $1::bigint, (select email from users where id = $1), null::bigint),
      ($6, 'verify', $2, (select email from users where id = $2), null),
      ($7, 'undo', $1, 'was.' || $4, null),
      ($8, 'invitation', null, $4, (select id from sent))) hashes)
  select v.id as mail, i.id as invitation from verification v, invitation i`;

const mailed = async (app: App, { owner, stranger }: Stage['people'], patient: number) => {
  const tokens = await Promise.all(links.map(newRefreshSecret));
  const invited = `invited.${owner.name}@example.com`;
  const hashes = tokens.map(({ hash }) => hash);
  const [, rows] = await app.asOwner(mailings, [owner.id, stranger.id, patient, invited, ...hashes]);
  const [reset = '', verify = '', undo = '', invitedBy = ''] = tokens.map(({ secret }) => secret);
  const { mail, invitation } = rows?.[0] ?? {};
  return { mail: Number(mail), invitation: Number(invitation), reset, verify, undo, invited: invitedBy };
};

/** Takes everything away again, or the lists grow until they are all that takes time. */
export const strike = async (app: App, { people }: Stage) => {
  const ids = [Object.values(people).map(({ id }) => id)];
  await app.asOwner('delete from invitations where created_by = any ($1) or user_id = any ($1)', ids);
  await app.asOwner('delete from mappings where created_by = any ($1)', ids);
  await app.asOwner('delete from patients where created_by = any ($1) or user_id = any ($1)', ids);
  await app.asOwner('delete from doctors where created_by = any ($1) or user_id = any ($1)', ids);
  await app.asOwner('delete from emergency_accesses where reviewed_by = any ($1)', ids);
  await app.asOwner('delete from users where id = any ($1)', ids);
};

const seconds = () => Math.floor(Date.now() / 1000);
const claimsOf = ({ id, session }: Person) => ({
  iss: 'wardbook',
  aud: 'wardbook',
  sub: String(id),
  sid: session,
  rot: 1,
  exp: seconds() + 600,
});
const unsigned = (claims: object) =>
  [{ alg: 'none', typ: 'JWT' }, claims].map((part) => btoa(JSON.stringify(part)).replaceAll('=', '')).join('.');

const authorization = async (
  form: Hostile['authorization'],
  me: Person,
  other: Person,
): Promise<string | undefined> => {
  const claims = claimsOf(me);
  switch (form) {
    case 'none':
      return undefined;
    case 'valid':
      return `Bearer ${me.token}`;
    case 'expired':
      return `Bearer ${await sign({ ...claims, exp: seconds() - 1 }, secret)}`;
    case 'forged':
      return `Bearer ${await sign(claims, 'a secret that somebody else made up')}`;
    case 'unsigned':
      return `Bearer ${unsigned(claims)}.`;
    case 'otherAudience':
      return `Bearer ${await sign({ ...claims, aud: canaryPrefix }, secret)}`;
    case 'otherSession':
      return `Bearer ${await sign({ ...claims, sid: other.session }, secret)}`;
    case 'noSession':
      return `Bearer ${await sign({ ...claims, sid: undefined }, secret)}`;
    case 'textSession':
      return `Bearer ${await sign({ ...claims, sid: `1 or ${canaryPrefix}` }, secret)}`;
    case 'basic':
      return `Basic ${btoa(`${canaryPrefix}:${canaryPrefix}`)}`;
    case 'noToken':
      return 'Bearer';
    case 'twoTokens':
      return `Bearer ${me.token}, Bearer ${other.token}`;
    case 'garbage':
      return `Bearer ${canaryPrefix}.${canaryPrefix}.${canaryPrefix}`;
    case 'spaces':
      return `bEARER    ${me.token}`;
  }
};

/** A JSON object as text, from members whose values are JSON already. Names may repeat. */
const objectOf = (members: [string, string][]) =>
  `{${members.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`;

const bodyOf = ({ body }: Hostile, good: object): string | Uint8Array | undefined => {
  if (body === undefined) return undefined;
  let members = Object.entries(good).map(([name, value]): [string, string] => [name, JSON.stringify(value)]);
  if ('mutations' in body) {
    for (const mutation of body.mutations) {
      if ('drop' in mutation) members = members.filter(([name]) => name !== mutation.drop);
      else if ('add' in mutation) members.push([mutation.add, mutation.to]);
      else members = members.map(([name, value]) => [name, name === mutation.set ? mutation.to : value]);
    }
    return objectOf(members);
  }
  const { text } = body;
  const whole = objectOf(members);
  if (typeof text === 'string') return text;
  if ('cut' in text) return whole.slice(0, text.cut % whole.length);
  if ('padTo' in text) return whole.replace(/"/, `"${canaryPrefix}${' '.repeat(text.padTo)}`);
  const encoder = new TextEncoder();
  return new Uint8Array([...encoder.encode(whole.slice(0, 2)), ...text.bytes, ...encoder.encode(whole.slice(2))]);
};

const queryOf = ({ query }: Hostile, me: Person): string => {
  if (typeof query === 'string') return query;
  const values = JSON.stringify(query.cursor.map((value) => (value === itsActor ? me.id : value)));
  const encrypted = encodeBase64Url(new TextEncoder().encode(values).buffer);
  return `?${query.sort ? `sort=${query.sort}&` : ''}cursor=${encodeURIComponent(encrypted)}`;
};

export const send = async (app: App, { body: goodBody }: Route, { people, ids, address }: Stage, sent: Hostile) => {
  const canary = canaryPrefix + sent.canary;
  const planted = (text: string) => text.replaceAll(canaryPrefix, canary);
  const id = typeof sent.id === 'string' ? sent.id : String(ids[sent.id.the]);
  const me = people[sent.as];
  const path = planted(sent.pattern.replace(/:\w+(\{.*\})?/, () => id) + sent.tail + queryOf(sent, me));
  const headers = new Headers({ 'CF-Connecting-IP': address });
  for (const [name, value] of Object.entries(sent.headers)) if (value !== undefined) headers.set(name, planted(value));
  const authorized = await authorization(sent.authorization, me, sent.as === 'admin' ? people.owner : people.admin);
  if (authorized) headers.set('Authorization', planted(authorized));
  const built = ['GET', 'HEAD'].includes(sent.method) ? undefined : bodyOf(sent, goodBody?.(ids) ?? {});
  const body = typeof built === 'string' ? planted(built) : built;

  return ask(app, path, { method: planted(sent.method), headers, body: body as BodyInit });
};

export type Answer = Awaited<ReturnType<typeof send>>;
