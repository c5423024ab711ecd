// What each setting changes, and that a bad one is named in the log, without its value, and nowhere else.
import { describe, expect, test, vi } from 'vitest';
import { configOf, limiters } from '../../src/config.ts';
import { accountOf, boot, caller, cheapPasswords, password, type Sent, secret } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { openMailbox } from '../support/mailbox.ts';
import { claimsOf } from '../support/tokens.ts';
import { unique } from '../support/unique.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { owner, stranger, otherDoctor } = w.people;
const { as } = app;

/** The same database, with other settings. */
const configured = (settings: object, method: string, path: string, sent?: Sent) =>
  caller({ ...app.env, ...settings })(method, path, sent);

describe('configuration', () => {
  test.each([
    ['JWT_SECRET', 'a secret value of 31 characters'],
    ['JWT_SECRET', undefined],
    ['JWT_SECRET_PREVIOUS', 'a secret value, too short'],
    ['DATABASE_URL', 'mysql://a-secret-value@example.com'],
    ['DATABASE_URL', undefined],
    ['DOCTOR_APPROVAL', 'a secret value'],
    ['ACCESS_TOKEN_TTL', 'a secret value'],
    ['REFRESH_TOKEN_TTL', '-1'],
    ['REGISTRATION', 'user a-secret-value'],
    ['REQUIRE_VERIFIED_EMAIL', 'a secret value'],
    ['PUBLIC_URL', 'ftp://a-secret-value.example'],
    ['MAIL_API_URL', 'a secret value'],
    ['DOCTOR_APROVAL', 'a secret value'],
  ])('names %s in the log when it is %s, and no value', async (name, value) => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(line));
    const answer = await configured({ [name]: value }, 'GET', '/api/auth/me/', { token: owner.token });
    spy.mockRestore();
    expect(answer.body).toMatchObject({ status: 503, code: 'misconfigured' });
    expect(answer.headers.get('Retry-After')).toMatch(/^\d+$/);
    expect(lines.join()).toContain(name);
    expect(answer.text).not.toContain(name);
    for (const text of [lines.join(), answer.text]) {
      expect(text).not.toContain('a-secret-value');
      expect(text).not.toContain('a secret value');
      expect(text).not.toContain(secret);
      expect(text).not.toContain(app.env.DATABASE_URL);
    }
  });

  const complaint = async (settings: object) => {
    const lines: string[] = [];
    const spy = vi.spyOn(console, 'info').mockImplementation((line) => void lines.push(line));
    await configured(settings, 'GET', '/api/auth/me/', { token: owner.token });
    spy.mockRestore();
    return JSON.parse(lines[0] ?? '{}').trace?.misconfigured;
  };
  test.each([
    ['DOCTOR_APROVAL', 'DOCTOR_APPROVAL'],
    ['DOCTOR_APPPROVAL', 'DOCTOR_APPROVAL'],
    ['DOCTOR_APRPOVAL', 'DOCTOR_APPROVAL'],
    ['DOCTER_APPROVAL', 'DOCTOR_APPROVAL'],
    ['cors_origins', 'CORS_ORIGINS'],
    ['XJWT_SECRET', 'JWT_SECRET'],
    ['ACCESS_TOKEN_TTLS', 'ACCESS_TOKEN_TTL'],
    ['LOGIN_LIMITS', 'LOGIN_LIMIT'],
    ['LINKS_LIMIT', 'LINK_LIMIT'],
    ['MAIL_PER_DAY', 'MAILS_PER_DAY'],
    ['PUBLIC_URLS', 'PUBLIC_URL'],
    ['MAIL_FORM', 'MAIL_FROM'],
    ['MAIL_API_KEYS', 'MAIL_API_KEY'],
    ['REGISTRATIONS', 'REGISTRATION'],
    ['EMAILS', 'EMAIL'],
  ])('%s is almost %s, and so a mistake', async (name, meant) => {
    expect(await complaint({ [name]: 'x' })).toBe(`${name}: is no setting; ${meant} is one`);
  });

  test("a team's own bindings are its own business", async () => {
    const own = {
      JWT_AUDIENCE: 'x',
      DATABASE: {},
      CORS: '*',
      DOCTOR_PORTAL: 'x',
      ACCESS_TOKEN: 'x',
      TTL: 1,
      JWT_SECRET_2: 1,
    };
    expect(await complaint(own)).toBeUndefined();
  });

  test.each([
    ['ACCESS_TOKEN_TTL', '10m', 'must be a whole number of seconds'],
    ['ACCESS_TOKEN_TTL', '1.5', 'must be a whole number of seconds'],
    ['REFRESH_TOKEN_TTL', '0', 'must be 1 seconds or more'],
    ['DATABASE_TIMEOUT_MS', '8s', 'must be a whole number of milliseconds'],
    ['DATABASE_TIMEOUT_MS', '99999999', 'must be 60000 milliseconds or less'],
    ['SESSIONS_PER_ACCOUNT', '0', 'must be 1 sessions or more'],
    ['MAILS_PER_DAY', '0', 'must be 1 mails or more'],
    ['UNCONFIRMED_ACCOUNT_DAYS', '-1', 'must be 0 days or more'],
    ['UNCONFIRMED_ACCOUNT_DAYS', 'never', 'must be a whole number of days'],
    ['REQUIRE_VERIFIED_EMAIL', 'perhaps', 'must be on or off'],
    ['PUBLIC_URL', 'wardbook.example', 'must be a https:// URL'],
    // the pages ask for /portal/... and /api/..., whatever is before it
    ...['/#portal', '/?portal', '/wardbook'].map((more) => [
      'PUBLIC_URL',
      `https://wardbook.example${more}`,
      'must be like https://wardbook.example, with nothing behind the host',
    ]),
    ['MAIL_API_URL', 'postgres://mail.example', 'must be a https:// URL'],
    // what goes over the network holds tokens and a key
    ...['PUBLIC_URL', 'MAIL_API_URL'].flatMap((name) =>
      [
        'http://wardbook.example',
        'http://192.0.2.7:8787',
        'http://127.0.0.1.example',
        'http://localhost@wardbook.example',
      ].map((url) => [name, url, 'must be a https:// URL; http:// is for this machine']),
    ),
  ])('%s=%s %s', async (name, value, message) => {
    expect(await complaint({ [name]: value })).toBe(`${name}: ${message}`);
  });

  test.each(['admin', 'user admin', 'patient, nobody'])(
    'REGISTRATION=%s names somebody who cannot register',
    async (REGISTRATION) => {
      expect(await complaint({ REGISTRATION })).toMatch(
        /^REGISTRATION\.\d: names kinds of accounts, of user, patient, doctor, or nothing$/,
      );
    },
  );

  describe('what sends mails', () => {
    const [PUBLIC_URL, MAIL_FROM, MAIL_API_KEY] = ['https://wardbook.example', 'us@wardbook.example', 'a key'];
    const MAIL_API_URL = 'http://127.0.0.1:9/emails';
    const EMAIL = { send: async () => {} };
    const needed = (name: string) => `${name}: is needed to send mails`;

    test('is nothing by default, which nothing else is needed for', async () => {
      const settings = configOf({ ...app.env });
      expect(settings).toMatchObject({ REGISTRATION: ['user', 'patient', 'doctor'], REQUIRE_VERIFIED_EMAIL: false });
      expect(settings.MAIL_API_URL ?? settings.EMAIL).toBeUndefined();
    });

    test.each([
      [{ MAIL_API_URL }, ['PUBLIC_URL', 'MAIL_FROM', 'MAIL_API_KEY']],
      [{ MAIL_API_URL, MAIL_FROM, MAIL_API_KEY }, ['PUBLIC_URL']],
      [{ MAIL_API_URL, PUBLIC_URL, MAIL_API_KEY }, ['MAIL_FROM']],
      [{ MAIL_API_URL, PUBLIC_URL, MAIL_FROM }, ['MAIL_API_KEY']],
      [{ EMAIL }, ['PUBLIC_URL', 'MAIL_FROM']],
      [{ EMAIL, MAIL_API_URL, PUBLIC_URL, MAIL_FROM }, ['MAIL_API_KEY']],
    ])('needs the rest as well: %o', async (settings, missing) => {
      expect(await complaint(settings)).toBe(missing.map(needed).join('; '));
    });

    test.each([
      { MAIL_API_URL, PUBLIC_URL, MAIL_FROM, MAIL_API_KEY },
      { EMAIL, PUBLIC_URL, MAIL_FROM },
      { PUBLIC_URL },
    ])('is complete with %o', async (settings) => {
      expect(await complaint(settings)).toBeUndefined();
    });

    test('is MAIL_API_URL before EMAIL, so that npm start keeps the mails of a checkout that has the binding', async () => {
      const [mailbox, sent] = [openMailbox(), vi.fn(async () => {})];
      const name = unique('mailed');
      const register = (settings: object) => {
        const body = { email: `${name}@example.com`, username: name, password };
        return configured({ ...settings, EMAIL: { send: sent } }, 'POST', '/api/auth/register/', { body });
      };
      expect((await register(mailbox.settings)).status).toBe(201);
      expect(await mailbox.mails(`${name}@example.com`)).toHaveLength(1);
      expect(sent).not.toHaveBeenCalled();
    });

    test.each(['http://127.0.0.1:8787', 'http://localhost:8787', 'http://[::1]:8787'])(
      'PUBLIC_URL may be %s',
      async (url) => {
        expect(await complaint({ PUBLIC_URL: url, MAIL_API_URL: url, MAIL_FROM, MAIL_API_KEY })).toBeUndefined();
      },
    );

    test('PUBLIC_URL may end with a slash', () => {
      expect(configOf({ ...app.env, PUBLIC_URL: 'https://Wardbook.example/' }).PUBLIC_URL).toBe(
        'https://wardbook.example',
      );
    });
  });

  test.each([
    ['on', true],
    ['true', true],
    [true, true],
    ['1', true],
    ['off', false],
    [false, false],
  ])('REQUIRE_VERIFIED_EMAIL=%s is understood', async (given, meant) => {
    const REQUIRE_VERIFIED_EMAIL = given as string;
    const answer = await configured({ REQUIRE_VERIFIED_EMAIL }, 'GET', '/api/patients/', { token: stranger.token });
    expect(answer.status).toBe(meant ? 403 : 200);
  });

  test('REGISTRATION says who may register without an invitation', async () => {
    const registers = async (path: string, REGISTRATION: string) => {
      const name = unique('newcomer');
      const body = { email: `${name}@example.com`, username: name, password };
      const more = path.endsWith('doctor/') ? { specialization: 'Surgery' } : {};
      return (await configured({ REGISTRATION }, 'POST', path, { body: { ...body, ...more } })).status;
    };
    const [user, patient, doctor] = ['', 'patient/', 'doctor/'].map((kind) => `/api/auth/register/${kind}`) as [
      string,
      string,
      string,
    ];
    for (const path of [user, patient, doctor]) expect(await registers(path, ''), path).toBe(403);
    expect(await registers(user, 'user, doctor')).toBe(201);
    expect(await registers(patient, 'user, doctor')).toBe(403);
    expect(await registers(doctor, ' user doctor ')).toBe(201);
    expect(await registers(patient, 'patient')).toBe(201);
  });

  test('nobody may register where the deployment does not say who may', async () => {
    const name = unique('newcomer');
    const body = { email: `${name}@example.com`, username: name, password };
    for (const kind of ['', 'patient/', 'doctor/']) {
      const sent = { body: kind === 'doctor/' ? { ...body, specialization: 'Surgery' } : body };
      const answer = await configured({ REGISTRATION: undefined }, 'POST', `/api/auth/register/${kind}`, sent);
      expect([answer.status, answer.body.code]).toEqual([403, 'registration_closed']);
    }
    expect((await configured({ REGISTRATION: undefined }, 'GET', '/')).body.registration).toEqual([]);
  });

  describe('what a deployment should know of its settings', () => {
    const limiter = { limit: async () => ({ success: true }) };
    const whole = { ...Object.fromEntries(limiters.map((name) => [name, limiter])), EMAIL: { send: async () => {} } };
    const complete = {
      ...whole,
      PUBLIC_URL: 'https://wardbook.example',
      MAIL_FROM: 'us@wardbook.example',
      REGISTRATION: '',
    };
    const warningsOf = async (settings: object) => (await configured(settings, 'GET', '/readyz')).body.warnings;

    test.each([
      ['registration_unset', { REGISTRATION: undefined }],
      ['limiter_missing', { USER_LIMIT: undefined }],
      ['mail_unset', { EMAIL: undefined }],
    ])('%s is in /readyz, with %o', async (code, settings) => {
      expect(await warningsOf(complete)).toEqual([]);
      expect(await warningsOf({ ...complete, ...settings })).toEqual([code]);
    });

    test('is in the log, once, and so is who may register', async () => {
      const lines: string[] = [];
      const spy = vi.spyOn(console, 'warn').mockImplementation((line) => void lines.push(line));
      const [silent, open] = [
        { ...app.env, ...complete },
        { ...app.env, ...complete, LOGIN_LIMIT: undefined, REGISTRATION: 'user' },
      ];
      for (const env of [silent, open, open])
        await caller(env)('GET', '/healthz', { headers: { 'CF-Connecting-IP': '192.0.2.1' } });
      spy.mockRestore();
      expect(lines.map((line) => JSON.parse(line))).toEqual([
        {
          job: 'settings',
          warnings: [{ code: 'limiter_missing', detail: expect.stringContaining('LOGIN_LIMIT') }],
          anybody_may_register_as: ['user'],
        },
      ]);
    });
  });

  test('keeps tokens of the previous secret valid while it is replaced', async () => {
    const me = await app.register(unique('rotated'));
    const next = { JWT_SECRET: 'the next secret, also long enough to pass', JWT_SECRET_PREVIOUS: secret };
    const without = { JWT_SECRET: next.JWT_SECRET };
    const whoAmI = (settings: object, token: string) => configured(settings, 'GET', '/api/auth/me/', { token });
    const refresh = (settings: object, token: string) =>
      configured(settings, 'POST', '/api/auth/refresh/', { body: { refresh: token } });

    expect((await whoAmI(next, me.token)).status).toBe(200);
    expect((await whoAmI(without, me.token)).status).toBe(401);
    expect((await refresh(without, me.refresh)).status).toBe(401);
    const answer = await refresh(next, me.refresh);
    expect(answer.status).toBe(200);
    // what it gives is signed with the new one only
    expect((await whoAmI(without, answer.body.access)).status).toBe(200);
    expect((await whoAmI({}, answer.body.access)).status).toBe(401);
    // a phone that never saw the answer asks again, and gets the same
    expect((await refresh(next, me.refresh)).body.refresh).toBe(answer.body.refresh);
    expect((await refresh(without, answer.body.refresh)).status).toBe(200);
  });

  test('gives the same successor again after the secret was replaced in between', async () => {
    const me = await app.register(unique('rotated'));
    const next = { JWT_SECRET: 'the next secret, also long enough to pass', JWT_SECRET_PREVIOUS: secret };
    const refresh = (settings: object) =>
      configured(settings, 'POST', '/api/auth/refresh/', { body: { refresh: me.refresh } });
    const [before, after] = [await refresh({}), await refresh(next)];
    expect([before.status, after.status]).toEqual([200, 200]);
    const use = (token: string) => configured(next, 'POST', '/api/auth/refresh/', { body: { refresh: token } });
    expect((await use(after.body.refresh)).status).toBe(200);
  });

  test('sets how long tokens last', async () => {
    const settings = { ACCESS_TOKEN_TTL: '1', REFRESH_TOKEN_TTL: 2 };
    const body = { username: 'owner', password };
    const answer = await configured(settings, 'POST', '/api/auth/login/', { body });
    expect(answer.body.expires_in).toBe(1);
    const { exp, iat, sid } = claimsOf(accountOf(answer.body));
    expect(exp - iat).toBe(1);
    const [session] = await app.database.owner.query(
      `select round(extract(epoch from idle_until - created_at))::int as idle,
         round(extract(epoch from expires_at - created_at))::int as whole from sessions where id = $1`,
      [sid],
    );
    expect(session).toEqual({ idle: 2, whole: 8 });
  });

  test('approves doctors at once where the deployment says so', async () => {
    const name = unique('trusted');
    const body = { email: `${name}@example.com`, username: name, password, specialization: 'Surgery' };
    const settings = { DOCTOR_APPROVAL: 'automatic' };
    const answer = await configured(settings, 'POST', '/api/auth/register/doctor/', { body });
    expect(answer.status).toBe(201);
    const token = answer.body.access;
    expect((await as({ token }, 'GET', '/api/doctor-profile/')).body.approved).toBe(true);
    expect((await as({ token }, 'GET', '/api/doctors/all-patients/')).status).toBe(200);
    expect((await as(otherDoctor, 'GET', '/api/doctors/all-patients/')).status).toBe(200);
  });

  test('ends answers to curl with a line break where it is to, and no others', async () => {
    const ending = async (LINE_BREAKS: 'on' | undefined, agent: string) => {
      const headers = { 'User-Agent': agent };
      const { text } = await configured({ LINE_BREAKS }, 'GET', '/api/auth/me/', { token: owner.token, headers });
      return text.at(-1);
    };
    expect(await ending('on', 'curl/8.5.0')).toBe('\n');
    expect(await ending('on', 'Wardbook/2 (iPhone)')).toBe('}');
    expect(await ending(undefined, 'curl/8.5.0')).toBe('}');
    const gone = await configured({ LINE_BREAKS: 'on' }, 'DELETE', '/api/auth/sessions/', {
      ...{ token: owner.token, headers: { 'User-Agent': 'curl/8.5.0' } },
    });
    expect([gone.status, gone.text]).toEqual([204, '']);
  });

  test('opens the API to every page with *, and to several with a list', async () => {
    const allowed = async (CORS_ORIGINS: string, origin: string) =>
      (
        await configured({ CORS_ORIGINS }, 'GET', '/api/auth/me/', { token: owner.token, headers: { Origin: origin } })
      ).headers.get('Access-Control-Allow-Origin');
    expect(await allowed('*', 'https://any.example')).toBe('*');
    expect(await allowed('https://a.example, https://b.example', 'https://b.example')).toBe('https://b.example');
    expect(await allowed('https://a.example, https://b.example', 'https://c.example')).toBeNull();
    expect(await allowed('', 'https://c.example')).toBeNull();
  });
});
