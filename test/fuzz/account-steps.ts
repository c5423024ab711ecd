// What is done to accounts: by themselves, and by administrators.
import { expect } from 'vitest';
import { type Json, password } from '../support/app.ts';
import { unique } from '../support/unique.ts';
import { knownAddress, newAddress } from './link-steps.ts';
import { calledFor, endLinks, isTaken, toldOfAdmin, toldOfPassword } from './mail.ts';
import { type Actor, nowhere, passwordOf, request, type Step, tokensOf } from './step.ts';
import { type Account, everyRole, type Patient, type Role, refused, type World } from './world.ts';

const register = (role: Exclude<Role, 'admin'>): Step => ({
  by: everyRole,
  act: async (actor) => {
    const { app, w, other } = actor;
    const username = unique(role);
    const name = username.replace('_', ' ');
    const email = other % 5 ? `${username}@example.com` : knownAddress(actor);
    const body = { name, username, email, password, ...(role === 'doctor' && { specialization: 'Any' }) };
    const answer = await app.call('POST', `/api/auth/register/${role === 'user' ? '' : `${role}/`}`, { body });
    expect(answer.status, answer.text).toBe(isTaken(w, email) ? 409 : 201);
    if (answer.status === 409) return;
    const me: Account = {
      ...{ id: answer.body.user.id, name, username, email, verified: false, pending: null },
      ...{ role, disabled: false, erased: false, password, ...tokensOf(answer.body) },
    };
    w.accounts.push(me);
    calledFor(w, 'verify', email, { account: me });
    if (role === 'user') return;
    const { body: own } = await app.call('GET', `/api/${role}-profile/`, { token: me.token });
    const record = { id: own.id, name, created_by: null, user_id: me.id };
    if (role === 'patient') w.patients.set(own.id, record);
    else w.doctors.set(own.id, { ...record, approved: false });
  },
});

const isLastAdmin = (w: World, it: Account) =>
  it.role === 'admin' && !it.disabled && !w.accounts.some((one) => one.role === 'admin' && !one.disabled && one !== it);

/** Another account's role or state, as an admin changes it. */
const govern = (
  change: (actor: Actor, it: Account) => { body: Json; wanted: Partial<Account> },
  isApt?: (it: Account) => boolean,
): Step => ({
  by: ['admin'],
  act: async (actor) => {
    const { w, me, pick, which } = actor;
    const it = pick(w.accounts, which, isApt);
    if (!it || it.erased)
      return void (await request(
        actor,
        'PATCH',
        `/api/admin/users/${(it ?? nowhere).id}/`,
        {},
        refused(w, me, ['admin']) ?? 404,
      ));
    const { body, wanted } = change(actor, it);
    const after = { ...it, ...wanted };
    const isLast = isLastAdmin(w, it) && (after.role !== 'admin' || after.disabled);
    const linked: Iterable<Patient> = after.role === 'doctor' ? w.doctors.values() : w.patients.values();
    const needs = after.role !== it.role && (after.role === 'doctor' || after.role === 'patient');
    const lacks = needs && ![...linked].some(({ user_id }) => user_id === it.id);
    const status = refused(w, me, ['admin']) ?? (isLast || lacks ? 409 : 200);
    await request(actor, 'PATCH', `/api/admin/users/${it.id}/`, body, status);
    const wasActing = it.role === 'admin' && !it.disabled;
    if (status === 200 && after.role === 'admin' && !after.disabled && !wasActing) toldOfAdmin(w, it);
    if (status === 200) Object.assign(it, wanted, after.disabled && { signedIn: false });
  },
});

const setApproval = (approved: boolean): Step => ({
  by: ['admin'],
  act: async (actor) => {
    const { w, me, pick, which } = actor;
    const doctor = pick(w.doctors.values(), which, (one) => one.approved === !approved);
    const status = refused(w, me, ['admin']) ?? (!doctor ? 404 : doctor.user_id === null ? 409 : 200);
    const [seen] = await actor.app.rows('select version from doctors where id = $1', [(doctor ?? nowhere).id]);
    await request(
      actor,
      'POST',
      `/api/admin/doctors/${(doctor ?? nowhere).id}/${approved ? 'approve' : 'revoke'}/`,
      undefined,
      status,
      approved && seen ? { 'If-Match': `"${seen.version}"` } : {},
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
    act: async ({ app, me, other }) => {
      const { username, email } = me;
      const body = { ...(other % 2 ? { username } : { email }), password: passwordOf(me) };
      const answer = await app.call('POST', '/api/auth/login/', { body });
      const status = me.erased || me.password === null ? 401 : me.disabled ? 403 : 200;
      expect(answer.status, answer.text).toBe(status);
      if (status === 200) Object.assign(me, tokensOf(answer.body));
      // how often one may be wrong is not what this is about
      if (status === 401) await app.asOwner('delete from guesses');
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
      const body = { current_password: passwordOf(me), new_password: unique('an unlikely password') };
      const changed = await request(actor, 'POST', '/api/auth/password/', body, refused(w, me, everyRole) ?? 200);
      if (!changed) return;
      const before = { token: me.token, refresh: me.refresh };
      Object.assign(me, { password: body.new_password, ...tokensOf(changed) });
      endLinks(w, me);
      toldOfPassword(w, me);
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
  erase: {
    by: everyRole,
    act: async (actor) => {
      const { w, me } = actor;
      const status = refused(w, me, everyRole) ?? (isLastAdmin(w, me) ? 409 : 204);
      await request(actor, 'DELETE', '/api/auth/me/', { password: passwordOf(me) }, status);
      if (status !== 204) return;
      Object.assign(me, { erased: true, disabled: true, verified: false, pending: null, signedIn: false });
      for (const one of w.patients.values()) if (one.user_id === me.id) one.user_id = null;
      for (const one of w.doctors.values())
        if (one.user_id === me.id) Object.assign(one, { user_id: null, approved: null });
      for (const link of w.links) if (link.account === me) link.hours = 0;
      for (const [email, { account }] of w.formers) if (account === me) w.formers.delete(email);
      w.invitations = w.invitations.filter(({ acceptedBy }) => acceptedBy !== me);
    },
  },
  "change somebody's address": {
    by: ['admin'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which, other } = actor;
      const it = pick(w.accounts, which);
      const email = other % 3 ? newAddress() : knownAddress(actor);
      const isOwn = it === me && email !== me.email;
      const allowed = !it || it.erased ? 404 : isOwn ? 403 : isTaken(w, email, it) ? 409 : 200;
      const status = refused(w, me, ['admin']) ?? allowed;
      await request(actor, 'PATCH', `/api/admin/users/${(it ?? nowhere).id}/`, { email }, status);
      if (!it || status !== 200 || email === it.email) return;
      if (it.verified) {
        w.formers.set(it.email, { account: it, since: w.mails.length, hours: 24 });
        calledFor(w, 'undo', it.email, { account: it });
      }
      Object.assign(it, { email, verified: false });
      calledFor(w, 'verify', email, { account: it });
    },
  },
  "end somebody's sessions": {
    by: ['admin'],
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const it = pick(w.accounts, which, ({ signedIn }) => signedIn);
      const status = refused(w, me, ['admin']) ?? (!it || it.erased ? 404 : 204);
      await request(actor, 'POST', `/api/admin/users/${(it ?? nowhere).id}/end-sessions/`, undefined, status);
      if (it && status === 204) it.signedIn = false;
    },
  },
  'send somebody a link for a new password': {
    by: ['admin'],
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const it = pick(w.accounts, which, ({ password }) => password === null);
      const status = refused(w, me, ['admin']) ?? (!it || it.erased ? 404 : it.disabled ? 403 : 202);
      await request(actor, 'POST', `/api/admin/users/${(it ?? nowhere).id}/reset-password/`, undefined, status);
      if (it && status === 202) calledFor(w, 'reset', it.email, { account: it });
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
