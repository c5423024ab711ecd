// Requests that somebody means badly, described by plain values, so that a failing one can be read, shrunk, and sent again.
import * as fc from 'fast-check';
import { type Ids, type Kind, kinds, links, type Route, senders } from '../routes/route.ts';
import {
  canaryPrefix,
  nastyAddress,
  nastyBody,
  nastyHeader,
  nastyJson,
  nastyNames,
  nastyPart,
  nastyText,
  nastyType,
} from './nasty.ts';

const K = canaryPrefix;
const words = (text: string) => text.trim().split(/\s+/);

const pages = words('forgot reset verify undo invitation');

/** In a cursor: the id of who sends it. */
export const itsActor = '@me';

/** `most` of the time one thing, and now and then another. */
const mostly = <A, B>(most: number, usual: fc.Arbitrary<A>, other: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ weight: most, arbitrary: usual }, { weight: 1, arbitrary: other });

const id = (kind: Kind | 'page') =>
  fc.oneof(
    { weight: 8, arbitrary: kind === 'page' ? fc.constantFrom(...pages) : fc.constant({ the: kind }) },
    { weight: 2, arbitrary: fc.constantFrom(...kinds).map((the) => ({ the })) },
    { weight: 2, arbitrary: nastyPart },
    fc.constantFrom(...words('%31 %00 %ff % %c0%af .. . %2e%2e %2f 1%2f2 1;a 1? # 0 -1 1e3 1.0')),
  );

/** What a cursor holds, as the route itself would have written it, but for where it says to go on. */
const cursor = (path: string) => {
  const number = mostly(2, fc.nat({ max: 2000 }), fc.maxSafeInteger());
  const role = fc.constantFrom(null, ...senders, 'pending_doctor', `${K}\0`);
  const watermark = fc.tuple(
    fc.constant(itsActor),
    role,
    number,
    fc.option(number),
    fc.integer({ min: -2, max: 7 }),
    number,
    number,
  );
  const sort = fc.constantFrom('id', '-id', 'name', '-name', 'created_at');
  const position = fc.tuple(sort, nastyText, number).map(([sort, key, id]) => ({
    sort,
    cursor: [JSON.stringify([path, { sort }]), key, id],
  }));
  return path.endsWith('/sync') ? watermark.map((cursor) => ({ sort: undefined, cursor })) : position;
};

const plausible = words(
  `1 2 150 id -id name -created_at male true exact open failed Jane create patient 2024-01-01 2024-01-01T00:00:00Z`,
);

const query = (path: string, names: string[] = []) => {
  const name = names.length > 0 ? mostly(8, fc.constantFrom(...names), nastyPart) : nastyPart;
  const pair = fc
    .tuple(name, mostly(1, nastyPart, fc.constantFrom(...plausible)))
    .map(([key, value]) => `${key}=${value}`);
  const several = fc.array(pair, { minLength: 1, maxLength: 3 }).map((pairs) => `?${pairs.join('&')}`);
  const odd = fc.constantFrom(
    ...words(`? ?&& ?= ?${K} ?limit=%ff ?limit=1&limit=2 ?limit=% ?a[b]=1 ?limit[]=1 ?__proto__=${K}`),
  );
  const some =
    names.length > 0
      ? fc.oneof({ weight: 8, arbitrary: several }, { weight: 2, arbitrary: cursor(path) }, odd)
      : mostly(2, several, odd);
  return mostly(names.length > 0 ? 1 : 4, fc.constant(''), some);
};

/** The good body with some of its members replaced, left out, given twice, or joined by others. */
const mutations = (names: string[]) =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ set: fc.constantFrom(...names, K), to: nastyJson }) },
      { weight: 2, arbitrary: fc.record({ add: fc.constantFrom(...names, ...nastyNames), to: nastyJson }) },
      { weight: 1, arbitrary: fc.record({ drop: fc.constantFrom(...names, K) }) },
    ),
    { maxLength: 4 },
  );

export const authorizations = [
  ...(['valid', 'none', 'expired', 'forged', 'unsigned', 'otherAudience', 'otherSession', 'noSession'] as const),
  ...(['textSession', 'basic', 'noToken', 'twoTokens', 'garbage', 'spaces'] as const),
];

const seldom = <T>(value: fc.Arbitrary<T>) => mostly(5, fc.constant(undefined), value);
const nastyHeaders = Object.fromEntries(
  words(`If-None-Match Origin Accept Accept-Encoding Cookie Host User-Agent X-Request-Id Range X-Forwarded-For
    X-HTTP-Method-Override Access-Control-Request-Method Access-Control-Request-Headers Content-Encoding`).map(
    (name) => [name, seldom(nastyHeader)],
  ),
);
const headers = fc.record({
  ...nastyHeaders,
  'Content-Type': mostly(5, fc.constant('application/json'), nastyType),
  'If-Match': seldom(nastyHeader),
  'Idempotency-Key': mostly(
    1,
    fc.constant(undefined),
    mostly(1, nastyHeader, fc.constantFrom('same', 'other', 'x'.repeat(255), 'x'.repeat(256))),
  ),
  'CF-Connecting-IP': seldom(mostly(1, nastyHeader, nastyAddress)),
});

export const hostile = ({ route, as, id: kind = 'patient', body, query: names }: Route) => {
  const [method = 'GET', pattern = '/'] = route.split(' ');
  const [numbers, tokens] = [kinds.map((one) => [one, 1]), [...links, 'refresh'].map((one) => [one, ''])];
  const anyIds: Ids = Object.fromEntries([...numbers, ...tokens]);
  const members = Object.keys(body?.(anyIds) ?? { id: 1 });
  return fc.record({
    method: mostly(
      20,
      fc.constant(method),
      fc.constantFrom(...words(`GET POST PUT PATCH DELETE HEAD OPTIONS PROPFIND SEARCH`)),
    ),
    pattern: fc.constant(pattern),
    id: id(kind),
    tail: mostly(20, fc.constantFrom('', '/'), fc.constantFrom(...words(`// /. /%20 /${K} % ; /.. .json`))),
    query: query(pattern, names),
    as: mostly(2, fc.constant(as), fc.constantFrom(...senders)),
    authorization: mostly(8, fc.constant('valid' as const), fc.constantFrom(...authorizations)),
    headers,
    body: fc.oneof(
      { weight: 8, arbitrary: fc.record({ mutations: mutations(members) }) },
      { weight: 2, arbitrary: fc.record({ text: nastyBody }) },
      { weight: 1, arbitrary: fc.constant(undefined) },
    ),
    /** The rest of this request's canary. */
    canary: fc.stringMatching(/^[0-9a-f]{8}$/),
  });
};

export type Hostile = ReturnType<typeof hostile> extends fc.Arbitrary<infer Request> ? Request : never;
