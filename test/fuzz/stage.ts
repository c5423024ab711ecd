// A few accounts with records of their own for hostile requests to play with, and what makes a request of a description.
import { sign } from 'hono/jwt';
import { encodeBase64Url } from 'hono/utils/encode';
import { type App, secret } from '../support/app.ts';
import { type Hostile, itsActor } from './hostile.ts';
import { canaryPrefix } from './nasty.ts';
import { ask, enrol, type Person } from './people.ts';
import { cast, type Ids, type Part, type Target } from './routes.ts';

export interface Stage {
  people: Record<Part, Person>;
  ids: Ids;
}

let staged = 0;

export const stage = async (app: App, { as, id }: Target): Promise<Stage> => {
  const group = `s${++staged}`;
  const roles = {
    user: 'user',
    stranger: 'user',
    patient: 'patient',
    pending: 'doctor',
    doctor: 'doctor',
    admin: 'admin',
  };
  const newcomers = cast.map((part) => ({
    name: `${group}_${part}`,
    role: roles[part] as 'user' | 'patient' | 'doctor' | 'admin',
    approved: part === 'doctor',
  }));
  const enrolled = await enrol(app, newcomers);
  const people = Object.fromEntries(cast.map((part, index) => [part, enrolled[index]])) as Record<Part, Person>;
  const one = async (statement: string, params: unknown[]) => {
    const [, rows] = await app.asOwner(statement, params);
    return Number(rows?.[0]?.id);
  };
  const by = people.user.id;
  const patient = await one(`insert into patients (name, created_by) values ('Jane', $1) returning id`, [by]);
  const doctor =
    id === 'doctor' && as === 'admin'
      ? people.doctor.record
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
  const { session, refresh } = people[as];
  return { people, ids: { patient, doctor: Number(doctor), mapping, user: people[as].id, session, deletion, refresh } };
};

/** Takes everything away again, or the lists grow until they are all that takes time. */
export const strike = async (app: App, { people }: Stage) => {
  const ids = [Object.values(people).map(({ id }) => id)];
  await app.asOwner('delete from mappings where created_by = any ($1)', ids);
  await app.asOwner('delete from patients where created_by = any ($1) or user_id = any ($1)', ids);
  await app.asOwner('delete from doctors where created_by = any ($1) or user_id = any ($1)', ids);
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
  const sealed = encodeBase64Url(new TextEncoder().encode(values).buffer);
  return `?${query.sort ? `sort=${query.sort}&` : ''}cursor=${encodeURIComponent(sealed)}`;
};

export const send = async (app: App, { body: goodBody }: Target, { people, ids }: Stage, sent: Hostile) => {
  const canary = canaryPrefix + sent.canary;
  const planted = (text: string) => text.replaceAll(canaryPrefix, canary);
  const id = typeof sent.id === 'string' ? sent.id : String(ids[sent.id.the]);
  const me = people[sent.as];
  const path = planted(sent.pattern.replace(/:\w+/, () => id) + sent.tail + queryOf(sent, me));
  const headers = new Headers();
  for (const [name, value] of Object.entries(sent.headers)) if (value !== undefined) headers.set(name, planted(value));
  const authorized = await authorization(sent.authorization, me, sent.as === 'admin' ? people.user : people.admin);
  if (authorized) headers.set('Authorization', planted(authorized));
  const built = ['GET', 'HEAD'].includes(sent.method) ? undefined : bodyOf(sent, goodBody?.(ids) ?? {});
  const body = typeof built === 'string' ? planted(built) : built;

  return ask(app, path, { method: planted(sent.method), headers, body: body as BodyInit });
};

export type Answer = Awaited<ReturnType<typeof send>>;
