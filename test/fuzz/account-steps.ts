// What is done to accounts: by themselves, and by administrators.
import { expect } from 'vitest';
import { type Json, password } from '../support/app.ts';
import { unique } from '../support/unique.ts';
import { type Actor, nowhere, request, type Step } from './step.ts';
import { type Account, everyRole, type Patient, type Role, refused } from './world.ts';

const tokensOf = (body: Json) => ({
  token: body.access as string,
  refresh: body.refresh as string,
  parent: undefined,
  signedIn: true,
});

const register = (role: Exclude<Role, 'admin'>): Step => ({
  by: everyRole,
  act: async ({ app, w }) => {
    const username = unique(role);
    const name = username.replace('_', ' ');
    const body = {
      name,
      username,
      email: `${username}@example.com`,
      password,
      ...(role === 'doctor' && { specialization: 'Any' }),
    };
    const answer = await app.call('POST', `/api/auth/register/${role === 'user' ? '' : `${role}/`}`, { body });
    expect(answer.status, answer.text).toBe(201);
    const me = { id: answer.body.user.id, name, role, disabled: false, password, ...tokensOf(answer.body) };
    w.accounts.push(me);
    if (role === 'user') return;
    const { body: own } = await app.call('GET', `/api/${role}-profile/`, { token: me.token });
    const record = { id: own.id, name, created_by: null, user_id: me.id };
    if (role === 'patient') w.patients.set(own.id, record);
    else w.doctors.set(own.id, { ...record, approved: false });
  },
});

/** Another account's role or state, as an admin changes it. */
const govern = (
  change: (actor: Actor, it: Account) => { body: Json; wanted: Partial<Account> },
  isApt?: (it: Account) => boolean,
): Step => ({
  by: ['admin'],
  act: async (actor) => {
    const { w, me, pick, which } = actor;
    const it = pick(w.accounts, which, isApt);
    if (!it)
      return void (await request(actor, 'PATCH', '/api/admin/users/999999/', {}, refused(w, me, ['admin']) ?? 404));
    const { body, wanted } = change(actor, it);
    const after = { ...it, ...wanted };
    const admins = w.accounts.filter((one) => one.role === 'admin' && !one.disabled && one !== it);
    const isLast =
      it.role === 'admin' && !it.disabled && (after.role !== 'admin' || after.disabled) && admins.length === 0;
    const linked: Iterable<Patient> = after.role === 'doctor' ? w.doctors.values() : w.patients.values();
    const needs = after.role !== it.role && (after.role === 'doctor' || after.role === 'patient');
    const lacks = needs && ![...linked].some(({ user_id }) => user_id === it.id);
    const status = refused(w, me, ['admin']) ?? (isLast || lacks ? 409 : 200);
    await request(actor, 'PATCH', `/api/admin/users/${it.id}/`, body, status);
    if (status === 200) Object.assign(it, wanted, after.disabled && { signedIn: false });
  },
});

const setApproval = (approved: boolean): Step => ({
  by: ['admin'],
  act: async (actor) => {
    const { w, me, pick, which } = actor;
    const doctor = pick(w.doctors.values(), which, (one) => one.approved === !approved);
    const status = refused(w, me, ['admin']) ?? (!doctor ? 404 : doctor.user_id === null ? 409 : 200);
    await request(
      actor,
      'POST',
      `/api/admin/doctors/${(doctor ?? nowhere).id}/${approved ? 'approve' : 'revoke'}/`,
      undefined,
      status,
    );
    if (doctor && status === 200) doctor.approved = approved;
  },
});

const roles: Role[] = ['user', 'patient', 'doctor', 'admin'];

export const accountSteps: Record<string, Step> = {
  'register a user': register('user'),
  'register a patient': register('patient'),
  'register a doctor': register('doctor'),
  'log in': {
    by: everyRole,
    often: 2,
    act: async ({ app, me }) => {
      const answer = await app.call('POST', '/api/auth/login/', {
        body: { username: me.name.replace(' ', '_'), password: me.password },
      });
      expect(answer.status, answer.text).toBe(me.disabled ? 403 : 200);
      if (!me.disabled) Object.assign(me, tokensOf(answer.body));
    },
  },
  'log out': {
    by: everyRole,
    act: async (actor) => {
      await request(actor, 'POST', '/api/auth/logout/', undefined, refused(actor.w, actor.me, everyRole) ?? 204);
      actor.me.signedIn = false;
    },
  },
  'change the password': {
    by: everyRole,
    act: async (actor) => {
      const { app, w, me } = actor;
      const body = { current_password: me.password, new_password: unique('an unlikely password') };
      const changed = await request(actor, 'POST', '/api/auth/password/', body, refused(w, me, everyRole) ?? 200);
      if (!changed) return;
      const before = { token: me.token, refresh: me.refresh };
      Object.assign(me, { password: body.new_password, ...tokensOf(changed) });
      const old = [
        await app.call('GET', '/api/auth/me/', { token: before.token }),
        await app.call('POST', '/api/auth/refresh/', { body: { refresh: before.refresh } }),
      ];
      expect(old.map((answer) => answer.body.code)).toEqual(['session_ended', 'session_ended']);
    },
  },
  'refresh, and now and then the answer gets lost': {
    by: everyRole,
    often: 2,
    act: async ({ app, me, which }) => {
      const send = () => app.call('POST', '/api/auth/refresh/', { body: { refresh: me.refresh } });
      const answer = await send();
      expect(answer.status, answer.text).toBe(me.signedIn ? 200 : 401);
      if (!me.signedIn) return;
      if (which % 2) expect((await send()).body.refresh).toBe(answer.body.refresh);
      Object.assign(me, { ...tokensOf(answer.body), parent: me.refresh });
    },
  },
  // everybody looked around since, so that the tokens that followed it are known to have arrived
  'present a refresh token that was replaced': {
    by: everyRole,
    often: 2,
    act: async ({ app, w, pick, which, other }) => {
      const whose = pick(w.accounts, which, ({ parent, signedIn }) => parent !== undefined && signedIn);
      if (!whose?.parent || !whose.signedIn) return;
      const late = other % 2 === 1;
      await app.asOwner(
        'update sessions set arrived_at = now() - $2::interval where id = $1 and arrived_at is not null',
        [whose.parent.split('.')[0], late ? '31 seconds' : '0 seconds'],
      );
      const answer = await app.call('POST', '/api/auth/refresh/', { body: { refresh: whose.parent } });
      expect(answer.body.refresh ?? answer.body.code).toBe(late ? 'refresh_reused' : whose.refresh);
      if (late) whose.signedIn = false;
    },
  },
  disable: { ...govern(() => ({ body: { disabled: true }, wanted: { disabled: true } })), often: 2 },
  enable: {
    ...govern(
      () => ({ body: { disabled: false }, wanted: { disabled: false } }),
      ({ disabled }) => disabled,
    ),
    often: 2,
  },
  'change a role': {
    ...govern(({ other }) => {
      const role = roles[other % roles.length] ?? 'user';
      return { body: { role }, wanted: { role } };
    }),
    often: 3,
  },
  approve: { ...setApproval(true), often: 2 },
  revoke: setApproval(false),
};
