// What holds for every path and every answer, whatever it is about.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords, type Json, password } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, assignedDoctor, admin } = w.people;
const { as, login } = app;

describe('paths', () => {
  const signInAgain = async () => {
    assignedDoctor.token = (await login({ username: 'assigned_doctor', password })).body.access;
  };

  test('are served with and without their slash, directly', async () => {
    for (const route of routes) {
      const [method = '', path = ''] = route.split(' ');
      const plain = path.replace(/\/$/, '').replace(/:\w+/, String(w.ownPatient.id));
      const seen: object[] = [];
      for (const slash of ['', '/']) {
        const { status, body } = await as(assignedDoctor, method, `${plain}${slash}`);
        seen.push({ status, code: body?.code });
        expect(status).toBeOneOf([200, 201, 204, 400, 401, 403, 404, 429]);
        if (plain.endsWith('/logout')) await signInAgain();
      }
      expect(seen[0], `${method} ${plain}`).toEqual(seen[1]);
    }
  });

  test('the first leads a browser to the portal, and tells a program what is where', async () => {
    const ask = (Accept?: string) => app.call('GET', '/', Accept === undefined ? {} : { headers: { Accept } });
    const browser = await ask('text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8');
    expect([browser.status, browser.headers.get('Location'), browser.text]).toEqual([302, '/portal/', '']);
    for (const accept of [undefined, '*/*', 'application/json, text/plain, */*', 'text/html;q=0.5, application/json']) {
      const { status, body, headers } = await ask(accept);
      expect([status, body.name], accept).toEqual([200, 'wardbook']);
      // for whatever keeps answers on the way
      expect(headers.get('Vary')).toContain('Accept');
    }
    expect(browser.headers.get('Vary')).toContain('Accept');
  });

  test('answer to HEAD as to GET, without the body', async () => {
    const answer = await as(owner, 'HEAD', '/api/patients/');
    expect([answer.status, answer.text]).toEqual([200, '']);
  });
});

test('every answer carries an id of its own, which no client chooses', async () => {
  const headers = { 'X-Request-Id': 'chosen-by-the-client' };
  const [one, other] = [
    await app.call('GET', '/api/auth/me/', { token: owner.token, headers }),
    await app.call('GET', '/api/auth/me/', { headers }),
  ];
  expect(one.headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/);
  expect(other.body.request_id).toBe(other.headers.get('X-Request-Id'));
  expect(other.body.request_id).not.toBe(one.headers.get('X-Request-Id'));
});

test('missing and not yours are the same bytes', async () => {
  const theirs = (await as(admin, 'POST', '/api/patients/', { name: 'Not yours' })).body.id;
  const bytes = async (id: number, method: string, body?: Json) => {
    const answer = await as(owner, method, `/api/patients/${id}/`, body);
    expect(answer.status).toBe(404);
    return answer.text.replace(/"request_id":"[^"]*"/, '');
  };
  for (const [method, body] of [['GET'], ['PUT', { name: 'x' }], ['PATCH', { name: 'x' }], ['DELETE']] as [
    string,
    Json?,
  ][])
    expect(await bytes(theirs, method, body)).toBe(await bytes(999_999, method, body));
  const assign = async (patient: number, doctor: number) =>
    (await as(owner, 'POST', '/api/mappings/', { patient, doctor })).text.replace(/"request_id":"[^"]*"/, '');
  expect(await assign(theirs, w.ownDoctor.id)).toBe(await assign(999_999, w.ownDoctor.id));
});
