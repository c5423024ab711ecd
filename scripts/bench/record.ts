// Records the SQL that Wardbook sends for each item, so that the floor can send the same with the values of its own
// requests.
import { Fatal } from '../support/terminal.ts';
import type { Batch } from './bridge.ts';
import { type Answered, type AnyItem, type Plan, requestsOf } from './items.ts';

/** A value as it was sent, or the name of what takes its place. */
export type Parameter = string | null | { is: string };
export type Template = { query: string; params: Parameter[] }[];
export type Templates = Record<
  'get' | 'list' | 'create' | 'update' | 'assign' | 'unassign' | 'login' | 'session' | 'refresh',
  Template
>;

interface Recorder {
  record(): Promise<void>;
  recorded(): Promise<Batch[]>;
}

/** Sends each item once, and gives its batches their names. */
export const recordTemplates = async (
  recorder: Recorder,
  url: string,
  planFor: (item: AnyItem) => Promise<Plan>,
): Promise<Templates> => {
  const recordItem = async (item: AnyItem): Promise<Template[]> => {
    const plan = await planFor(item);
    const templates: Template[] = [];
    for (const { request, answered } of requestsOf(plan)) {
      const { path, method, headers, body } = request();
      await recorder.record();
      const response = await fetch(url + path, { method, headers, ...(body && { body }) });
      const text = await response.text();
      const batches = await recorder.recorded();
      if (!response.ok) throw new Fatal(`${item} was answered ${response.status}: ${text}`);
      const answer: Answered & { user?: Answered } = text === '' ? {} : JSON.parse(text);
      answered?.(answer);
      const known = {
        ...namesIn(JSON.parse(body ?? '{}')),
        ...actorIn(plan),
        id: /\/(\d+)\/$/.exec(path)?.[1] ?? answer.user?.id,
        email: plan.email,
        request: response.headers.get('X-Request-Id'),
      };
      templates.push(...batches.map((batch) => named(batch, known)));
    }
    return templates;
  };
  const only = async (item: AnyItem, count: number): Promise<Template[]> => {
    const templates = await recordItem(item);
    if (templates.length === count) return templates;
    throw new Fatal(`${item} took ${templates.length} round trips, not ${count}: the floor does not know that SQL.`);
  };
  const [get = [], list = [], create = [], update = []] = [
    ...(await only('get', 1)),
    ...(await only('list', 1)),
    ...(await only('create', 1)),
    ...(await only('update', 1)),
  ];
  const [assign = [], unassign = []] = await only('assign', 2);
  const [login = [], session = []] = await only('login', 2);
  const [refresh = []] = await only('refresh', 1);
  return { get, list, create, update, assign, unassign, login, session, refresh };
};

const namesIn = (body: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(body).map(([name, value]) => [`body.${name}`, value]));

const actorIn = ({ token, refresh }: Plan) => {
  const payload = token.split('.')[1];
  if (!payload) return { session: refresh.split('.')[0] };
  const { sub, sid } = JSON.parse(Buffer.from(payload, 'base64url').toString());
  return { actor: sub, session: sid };
};

/** Hashes are new each time: what they are of is told by how many stand together. */
const hashes: [RegExp, string][] = [
  [/^\$pbkdf2/, 'proven'],
  [/^[\w-]{43}$/, 'hash'],
  [/^\{[\w-]{43}\}$/, 'successors'],
  [/^\{[\w-]{43}(,[\w-]{43})+\}$/, 'typed'],
  [/^\{account:/, 'keys'],
];

const named = (batch: Batch, known: Record<string, unknown>): Template => {
  const names = new Map(Object.entries(known).map(([name, value]) => [String(value), name]));
  return batch.map(({ query, params }) => ({
    query,
    params: params.map((param): Parameter => {
      if (param === null) return null;
      const name = names.get(param) ?? hashes.find(([pattern]) => pattern.test(param))?.[1];
      return name === undefined ? param : { is: name };
    }),
  }));
};
