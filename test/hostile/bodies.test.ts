// Whatever body a client sends, to whatever route: never a 5xx, one shape of refusal, and nothing of it in the answer.
import { describe, expect, test } from 'vitest';
import { app as worker } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';
import { boot, cheapPasswords, type Json, type Sent } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { canary, expectProblem, nothingChanged } from './refusals.ts';
import { type Target, targetsOf } from './targets.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { people } = w;
const targets = targetsOf(w);

test('every route that writes is listed here, with its body or as one without', async () => {
  const { paths } = await documentOf(worker);
  const taking = Object.entries<Json>(paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).flatMap(([method, { requestBody }]) =>
      requestBody ? [`${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1').replace(/\/$/, '')}`] : [],
    ),
  );
  expect(taking.length).toBeGreaterThan(30);
  expect(targets.map(({ route }) => route).sort()).toEqual(taking.sort());
});

const send = ({ route, path, as }: Target, sent: Sent) =>
  app.call(route.split(' ')[0] ?? '', path, { token: as && people[as].token, ...sent });
/** What is hashed, compared with what was, and stored nowhere: it may hold anything. */
const isSecret = (field: string) => field.endsWith('password') || field === 'refresh' || field === 'token';
/** A JSON text with one member more, because JSON.stringify cannot write some of them. */
const withMember = (body: object, member: string) =>
  body && Object.keys(body).length ? JSON.stringify(body).replace(/\}$/, `,${member}}`) : `{${member}}`;

describe.each(targets)('$route', (target) => {
  const { body, creates } = target;

  test.each([
    ['nothing', '', 'malformed_json'],
    ['half an object', '{', 'malformed_json'],
    ['half a member', `{"${canary}":`, 'malformed_json'],
    ['single quotes', `{'${canary}': 1}`, 'malformed_json'],
    ['a bare word', canary, 'malformed_json'],
    ['a trailing comma', `{"${canary}": 1,}`, 'malformed_json'],
    ['two documents', `{}{"${canary}": 1}`, 'malformed_json'],
    ['NaN', '{"age": NaN}', 'malformed_json'],
    ['an array', `["${canary}"]`, 'invalid_input'],
    ['a string', `"${canary}"`, 'invalid_input'],
    ['null', 'null', 'invalid_input'],
    ['a number', '1e400', 'invalid_input'],
    ['true', 'true', 'invalid_input'],
    ['100,000 nested arrays', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'invalid_input'],
    ['40,000 nested objects', `${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}`, 'invalid_input'],
    ['100,000 brackets that never close', '['.repeat(100_000), 'malformed_json'],
  ])('refuses %s', async (_, raw, code) => {
    expectProblem(await send(target, { body: raw }), 400, code);
  });

  test('refuses bytes that are no UTF-8', async () => {
    const headers = { 'Content-Type': 'application/json' };
    const [first = 'name'] = Object.keys(body);
    for (const bytes of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
      const start = new TextEncoder().encode(`{"${first}": "${canary}`);
      const raw = new Uint8Array([...start, ...bytes, ...new TextEncoder().encode('"}')]);
      expectProblem(await send(target, { body: raw, headers }), 400, 'malformed_json');
    }
    const utf16 = new Uint8Array([0xff, 0xfe, ...[...'{}'].flatMap((c) => [c.charCodeAt(0), 0])]);
    expectProblem(await send(target, { body: utf16, headers }), 400, 'malformed_json');
  });

  test('takes JSON only, and only when it is called that', async () => {
    const raw = JSON.stringify({ ...body, [canary]: 1 });
    const bytes = new TextEncoder().encode(raw);
    expectProblem(await send(target, { body: bytes }), 415, 'unsupported_media_type');
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      `${canary}/json`,
      'application/jsonp',
      ',',
    ]) {
      const headers = { 'Content-Type': type };
      expectProblem(await send(target, { body: bytes, headers }), 415, 'unsupported_media_type');
    }
    // the unknown field was read, so the body was
    for (const type of ['application/json; charset=utf-8', 'Application/JSON', 'application/json ;charset="utf-8"']) {
      const headers = { 'Content-Type': type };
      expectProblem(await send(target, { body: bytes, headers }), 400, 'invalid_input');
    }
  });

  test('refuses unknown fields: lists the allowed, does not repeat the name', async () => {
    const unknown = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'password_hash',
      canary,
      '',
    ];
    if (creates) unknown.push('created_by', 'user_id', 'approved', 'id', 'role', 'created_at', 'version');
    for (const name of unknown.filter((one) => !(one in body))) {
      const answer = await send(target, { body: withMember(body, `${JSON.stringify(name)}:"${canary}"`) });
      expectProblem(answer, 400, 'invalid_input');
      expect(Object.keys(answer.body.errors), name).toEqual(['non_field_errors']);
      const [message] = answer.body.errors.non_field_errors;
      for (const allowed of Object.keys(body)) expect(message).toContain(allowed);
      if (name) expect(message.split(/[ ,;]+/), name).not.toContain(name);
    }
  });

  test('refuses values of another type, field by field', async () => {
    for (const [field, value] of Object.entries(body)) {
      const wrong: Json[] = [['x'], { [canary]: canary }, { toString: canary }, typeof value === 'string' ? 5 : canary];
      if (typeof value !== 'boolean') wrong.push(typeof value === 'number' ? '1' : true);
      for (const hostile of wrong) {
        const answer = await send(target, { body: { ...body, [field]: hostile } });
        expectProblem(answer, 400, 'invalid_input');
        expect(Object.keys(answer.body.errors).map((place) => place.split('.')[0])).toEqual([field]);
      }
    }
  });

  test('refuses what cannot be seen, and takes lines only where a text may have some', async () => {
    for (const [field, value] of Object.entries(body)) {
      if (typeof value !== 'string' || isSecret(field)) continue;
      const unseen = ['\u0001', '\u001b', '\u007f', '\u0085', '\u202e', '\u202a', '\u2066', '\u2069'];
      const inLines = ['\n', '\r\n', '\t', '\u2028'];
      const hasLines =
        ['address', 'medical_history', 'contact_info'].includes(field) || target.route.endsWith('/emergency-access');
      for (const one of [...unseen, ...(hasLines ? [] : inLines)]) {
        const answer = await send(target, { body: { ...body, [field]: `${canary}${one}${canary}` } });
        expectProblem(answer, 400, 'invalid_input');
        expect(Object.keys(answer.body.errors), JSON.stringify(one)).toEqual([field]);
      }
      const lines = hasLines ? `${inLines.join('line')}line` : '';
      const answer = await send(target, { body: { ...body, [field]: `${value}${lines}`, [canary]: 1 } });
      // the only complaint is of the unknown field
      expect(Object.keys(answer.body.errors), answer.text).toEqual(['non_field_errors']);
    }
  });

  test('refuses NUL, half surrogates and endless text, field by field', async () => {
    for (const [field, value] of Object.entries(body)) {
      if (typeof value !== 'string') continue;
      const texts = [
        `${canary}${'x'.repeat(20_001)}`,
        ...(isSecret(field) ? [] : [`${canary}\0`, `${canary}\ud800`, '\udc00']),
      ];
      for (const hostile of texts) {
        const answer = await send(target, { body: { ...body, [field]: hostile } });
        if (field === 'refresh') expectProblem(answer, [400, 401]);
        else expectProblem(answer, 400, 'invalid_input');
      }
    }
  });
});

test('a password with NUL or half a surrogate in it breaks nothing', async () => {
  const login = (given: string) =>
    app.call('POST', '/api/auth/login/', { body: { username: 'owner', password: given } });
  for (const given of [`${canary}\0`, `${canary}\ud800`]) expectProblem(await login(given), [400, 401]);
  const half = { body: { email: 'half@example.com', password: `${canary}\ud800` } };
  expectProblem(await app.call('POST', '/api/auth/register/', half), 400, 'invalid_input');
});

nothingChanged(app, w);
