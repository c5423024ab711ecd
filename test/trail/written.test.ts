// What the trail has of every route, or else the request fails: nothing happens that is not in it.
import { describe, expect, test } from 'vitest';
import { boot, cheapPasswords } from '../support/app.ts';
import { assemble } from '../support/cast.ts';
import { everyRoute, send } from '../support/every-route.ts';
import { routes } from '../support/routes.ts';

cheapPasswords();
const app = await boot();
const w = await assemble(app);
const { rows, trailOf } = app;
const { prepare } = everyRoute(app, w);

/** Everything but the trail. */
const contents = () =>
  app.sumsOf([
    ...['users', 'credentials', 'sessions', 'patients', 'doctors', 'mappings', 'idempotency_keys', 'mails'],
    ...['invitations', 'app.links', 'app.former_emails', 'app.devices', 'guesses'],
  ]);

/** Actions and resources: nothing where no patient's data is read and no record changes. */
const leaves: Record<string, string[]> = {
  'POST /api/auth/register': ['create user', 'login session'],
  'POST /api/auth/register/patient': ['create patient', 'create user', 'login session'],
  'POST /api/auth/register/doctor': ['create doctor', 'create user', 'login session'],
  'POST /api/auth/login': ['login session'],
  'POST /api/auth/password/forgot': ['reset_asked user'],
  'POST /api/auth/password/reset': ['password_reset user', 'update user'],
  'POST /api/auth/email/verify': ['email_verified user', 'update user'],
  'POST /api/auth/email/undo': ['email_undone user', 'update user'],
  'POST /api/auth/register/invited': ['accept invitation', 'accept patient', 'create user', 'login session'],
  'POST /api/auth/invitations/accept': ['accept invitation', 'accept patient', 'update user'],
  'POST /api/auth/invitations/look': ['read invitation'],
  'POST /api/token': ['login session'],
  'POST /api/token/blacklist': ['logout session'],
  'POST /api/auth/logout': ['logout session'],
  'PATCH /api/auth/me': ['update user'],
  'DELETE /api/auth/me': ['update user'],
  'POST /api/auth/password': ['login session', 'password_change user'],
  'POST /api/auth/step-up': ['step_up session'],
  'DELETE /api/auth/sessions': ['session_ended session'],
  'DELETE /api/auth/sessions/:id': ['session_ended session'],
  'POST /api/patients': ['create patient'],
  'POST /api/patients/batch': ['create patient', 'create patient'],
  'GET /api/patients': ['read patient'],
  'GET /api/patients/my-doctors': ['read mapping'],
  'GET /api/patients/:id': ['read patient'],
  'PUT /api/patients/:id': ['update patient'],
  'PATCH /api/patients/:id': ['update patient'],
  'DELETE /api/patients/:id': ['delete mapping', 'delete patient'],
  'POST /api/patients/:id/invitation': ['create invitation'],
  'GET /api/patients/:id/invitation': ['read invitation'],
  'DELETE /api/patients/:id/invitation': ['update invitation'],
  'POST /api/doctors': ['create doctor'],
  'GET /api/doctors/all-patients': ['read patient'],
  'GET /api/doctors/my-patients': ['read patient'],
  'PUT /api/doctors/:id': ['update doctor'],
  'PATCH /api/doctors/:id': ['update doctor'],
  'DELETE /api/doctors/:id': ['delete doctor', 'delete mapping'],
  'POST /api/mappings': ['create mapping'],
  'GET /api/mappings': ['read mapping'],
  'GET /api/mappings/:id': ['read mapping'],
  'GET /api/mappings/patient/:id': ['read mapping'],
  'DELETE /api/mappings/:id': ['delete mapping'],
  'GET /api/sync': ['read mapping', 'read patient'],
  'GET /api/patient-profile': ['read patient'],
  'DELETE /api/patient-profile': ['leave patient'],
  'PUT /api/patient-profile/:user_id': ['update patient'],
  'PUT /api/doctor-profile/:user_id': ['update doctor'],
  'POST /api/admin/assign-patient': ['create mapping'],
  'GET /api/admin/users': ['read user'],
  'GET /api/admin/users/:id': ['read user'],
  'PATCH /api/admin/users/:id': ['update user'],
  'POST /api/admin/users/:id/end-sessions': ['session_ended session'],
  'POST /api/admin/users/:id/reset-password': ['reset_asked user'],
  'POST /api/admin/invitations': ['create invitation'],
  'GET /api/admin/invitations': ['read invitation'],
  'DELETE /api/admin/invitations/:id': ['update invitation'],
  'GET /api/admin/waiting': ['read mail', 'read user'],
  'GET /api/admin/mails': ['read mail'],
  'POST /api/admin/mails/:id/resend': ['resend mail'],
  'POST /api/admin/doctors/:id/approve': ['update doctor'],
  'POST /api/admin/doctors/:id/revoke': ['update doctor'],
  'GET /api/admin/audit': ['read audit'],
  'POST /api/admin/audit/:id/restore': ['restore mapping', 'restore patient'],
};

describe('is written by every route', () => {
  test('or else the request is a 503, shows nothing and changes nothing', async () => {
    const requests = await Promise.all(Object.keys(leaves).map(prepare));
    await app.asOwner(`create function app.disk_full() returns trigger language plpgsql as $$
      begin raise exception 'no space left' using errcode = '53100'; end $$`);
    await app.asOwner('create trigger disk_full before insert on audit for each row execute function app.disk_full()');
    const before = await contents();
    const answers = [];
    for (const request of requests) answers.push({ request, answer: await send(app.call, request) });
    const after = await contents();
    await app.asOwner('drop function app.disk_full() cascade');
    await app.asOwner('delete from guesses');
    for (const { request, answer } of answers) {
      expect(answer.status, `${request.route} answered ${answer.text}`).toBe(503);
      expect(answer.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expect(Object.keys(answer.body).sort()).toEqual(['code', 'detail', 'request_id', 'status', 'title', 'type']);
    }
    // logging in and proving a password take an attempt first, and only that
    expect(after?.slice(0, -1)).toEqual(before?.slice(0, -1));
  });

  test.each(routes)('%s', async (route) => {
    const request = await prepare(route);
    const answer = await send(app.call, request);
    expect(answer.status, answer.text).toBeLessThan(300);
    const trail = await trailOf(answer);
    expect(trail.map(({ action, resource }) => `${action} ${resource}`).sort()).toEqual(leaves[route] ?? []);
    for (const { just_now, actor_id, actor_role } of trail) {
      expect(just_now).toBe(true);
      expect(actor_id).toBe(request.actor === undefined ? (request.who?.id ?? answer.body.user.id) : request.actor);
      if (request.who) expect(actor_role).not.toBeNull();
    }
  });

  test('and never with a password hash or a token', async () => {
    const [secrets] = await rows(`select count(*)::int as found from audit, credentials
      where before::text like '%' || password_hash || '%' or before::text like '%pbkdf2%'`);
    expect(secrets.found).toBe(0);
  });
});
