// Who is invited to have an account, and who accepts.
import { expect } from 'vitest';
import { type Json, password } from '../support/app.ts';
import { unique } from '../support/unique.ts';
import { knownAddress, linkOf, needsLink, newAddress, tokenOf, works } from './link-steps.ts';
import { calledFor, isTaken, toldOfAdmin } from './mail.ts';
import { type Actor, nowhere, request, type Step, tokensOf } from './step.ts';
import {
  type Account,
  everyRole,
  type Invitation,
  type Link,
  type LiveRole,
  refused,
  seesPatient,
  shownInvitation,
  type World,
  waits,
} from './world.ts';

const owners: LiveRole[] = ['user', 'admin'];

const isFree = ({ user_id }: { user_id: number | null }) => user_id === null;

const guestOf = (actor: Actor) => (actor.other % 4 ? newAddress() : knownAddress(actor));

/** A new invitation, in place of one that waits for the same record or the same colleague. */
const invited = (actor: Actor, { id }: Json, fields: Pick<Invitation, 'email' | 'role' | 'patient' | 'doctor'>) => {
  const { w, me } = actor;
  const isStaff = ({ patient, doctor }: typeof fields) => patient === null && doctor === null;
  for (const one of w.invitations) {
    const isSame = isStaff(fields)
      ? isStaff(one) && one.email === fields.email
      : one.patient === fields.patient && one.doctor === fields.doctor;
    if (isSame && !one.acceptedBy) one.revoked = true;
  }
  const invitation: Invitation = { id, ...fields, by: me, revoked: false, hours: 168 };
  w.invitations.push(invitation);
  calledFor(w, 'invitation', fields.email, { invitation });
};

/** Whether an invitation waits for a doctor, so that whoever made the record leaves it as it is. */
export const isInvited = (w: World, doctor: number) =>
  w.invitations.some((one) => one.doctor === doctor && isOpen(w, one));

/** Whether somebody may accept it yet: who has invited must still be in a position to. */
const isOpen = (w: World, one: Invitation) => {
  const { by, patient } = one;
  const keeps = by.role === 'user' && w.patients.get(patient ?? 0)?.created_by === by.id;
  return w.invitations.includes(one) && waits(one) && !by.disabled && (by.role === 'admin' || keeps);
};
const invitationOf = (w: World, link: Link | undefined) =>
  works(link, 'invitation') && link.invitation && isOpen(w, link.invitation) ? link.invitation : undefined;

const recordOf = (w: World, me: Account) => [...w.patients.values()].find(({ user_id }) => user_id === me.id);
/** What an account is answered that accepts: one that is nobody yet, or a patient who leaves the record for another. */
const acceptanceOf = (w: World, me: Account, { role }: Invitation, leaves: boolean) => {
  const makes = [...w.patients.values(), ...w.doctors.values()].some(({ created_by }) => created_by === me.id);
  const isDoctor = [...w.doctors.values()].some(({ user_id }) => user_id === me.id);
  if (makes || isDoctor || (me.role !== 'user' && me.role !== 'patient')) return 409;
  const own = recordOf(w, me);
  if (!own) return 200;
  return me.role === 'patient' && role === 'patient' && own.created_by !== null && leaves ? 200 : 409;
};

const accepted = (w: World, link: Link | undefined, invitation: Invitation, by: Account) => {
  if (link) link.hours = 0;
  invitation.acceptedBy = by;
  const [patient, doctor] = [w.patients.get(invitation.patient ?? 0), w.doctors.get(invitation.doctor ?? 0)];
  if (patient) patient.user_id = by.id;
  if (doctor) Object.assign(doctor, { user_id: by.id, created_by: null, approved: true });
};

export const invitationSteps: Record<string, Step> = {
  'invite a patient': {
    by: owners,
    often: 5,
    suits: (w, me) => me.verified && [...w.patients.values()].some((one) => isFree(one) && seesPatient(w, me, one)),
    needs: { isThere: (w) => [...w.patients.values()].some(isFree), first: 'create a patient' },
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const patient = pick(w.patients.values(), which, (one) => isFree(one) && seesPatient(w, me, one));
      const allowed = !patient || !seesPatient(w, me, patient) ? 404 : !isFree(patient) ? 409 : me.verified ? 201 : 403;
      const email = guestOf(actor);
      const path = `/api/patients/${(patient ?? nowhere).id}/invitation/`;
      const made = await request(actor, 'POST', path, { email }, refused(w, me, owners) ?? allowed);
      if (made && patient) invited(actor, made, { email, role: 'patient', patient: patient.id, doctor: null });
    },
  },
  'invite a doctor': {
    by: ['admin'],
    often: 2,
    suits: (_, me) => me.verified,
    needs: { isThere: (w) => [...w.doctors.values()].some(isFree), first: 'create a doctor' },
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const doctor = pick(w.doctors.values(), which, isFree);
      const allowed = !doctor ? 404 : !isFree(doctor) ? 409 : me.verified ? 201 : 403;
      const body = { email: guestOf(actor), role: 'doctor' as const, doctor: (doctor ?? nowhere).id };
      const status = refused(w, me, ['admin']) ?? allowed;
      const made = await request(actor, 'POST', '/api/admin/invitations/', body, status);
      if (made) invited(actor, made, { ...body, patient: null });
    },
  },
  'invite a colleague': {
    by: ['admin'],
    suits: (_, me) => me.verified,
    act: async (actor) => {
      const { w, me, which } = actor;
      const body = { email: guestOf(actor), role: which % 2 ? ('user' as const) : ('admin' as const) };
      const status = refused(w, me, ['admin']) ?? (me.verified ? 201 : 403);
      const made = await request(actor, 'POST', '/api/admin/invitations/', body, status);
      if (made) invited(actor, made, { ...body, patient: null, doctor: null });
    },
  },
  'look at the invitation of a patient, or revoke it': {
    by: owners,
    often: 2,
    needs: needsLink('invite a patient', 'invitation'),
    act: async (actor) => {
      const { w, me, pick, which, other } = actor;
      const openFor = (id: number) => w.invitations.find((one) => one.patient === id && waits(one));
      const patient = pick(w.patients.values(), which, ({ id }) => openFor(id) !== undefined);
      const open = patient && seesPatient(w, me, patient) ? openFor(patient.id) : undefined;
      const path = `/api/patients/${(patient ?? nowhere).id}/invitation/`;
      const refusal = refused(w, me, owners) ?? (open ? undefined : 404);
      const shown = await request(actor, 'GET', path, undefined, refusal ?? 200);
      if (shown && open) expect(shown).toMatchObject(shownInvitation(open));
      if (other % 3) return;
      await request(actor, 'DELETE', path, undefined, refusal ?? 204);
      if (open && !refusal) open.revoked = true;
    },
  },
  'look at an invitation': {
    by: everyRole,
    needs: needsLink('invite a patient', 'invitation'),
    act: async (actor) => {
      const { w } = actor;
      const link = linkOf(actor, 'invitation');
      const invitation = invitationOf(w, link);
      const shown = await request(actor, 'POST', '/api/auth/invitations/look/', tokenOf(link), invitation ? 200 : 400);
      if (!shown || !invitation) return;
      const { email, role, by } = invitation;
      const administrator = by.role === 'admin';
      expect(shown).toMatchObject({ email, role, invited_by: { administrator } });
    },
  },
  'leave a record': {
    by: ['patient'],
    suits: (w, me) => recordOf(w, me) !== undefined,
    needs: {
      isThere: (w) => [...w.patients.values()].some(({ user_id, created_by }) => user_id && created_by),
      first: 'register by invitation',
    },
    act: async (actor) => {
      const { w, me } = actor;
      const own = recordOf(w, me);
      const status = refused(w, me, ['patient']) ?? (!own ? 404 : own.created_by === null ? 409 : 204);
      await request(actor, 'DELETE', '/api/patient-profile/', undefined, status);
      if (own && status === 204) own.user_id = null;
    },
  },
  'revoke an invitation': {
    by: ['admin'],
    needs: needsLink('invite a colleague', 'invitation'),
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const one = pick(w.invitations, which, waits);
      const status = refused(w, me, ['admin']) ?? (one && waits(one) ? 204 : 404);
      await request(actor, 'DELETE', `/api/admin/invitations/${(one ?? nowhere).id}/`, undefined, status);
      if (one && status === 204) one.revoked = true;
    },
  },
  'register by invitation': {
    by: everyRole,
    often: 5,
    needs: needsLink('invite a patient', 'invitation'),
    act: async (actor) => {
      const { w } = actor;
      const link = linkOf(actor, 'invitation');
      const invitation = invitationOf(w, link);
      const username = unique('invited');
      const status = !invitation ? 400 : isTaken(w, invitation.email) ? 409 : 201;
      const body = { ...tokenOf(link), password, username, name: username };
      const made = await request(actor, 'POST', '/api/auth/register/invited/', body, status);
      if (!made || !invitation) return;
      const { email, role } = invitation;
      const account: Account = {
        ...{ id: made.user.id, name: username, username, email, verified: true, pending: null },
        ...{ role, disabled: false, erased: false, password, ...tokensOf(made) },
      };
      w.accounts.push(account);
      if (role === 'admin') toldOfAdmin(w, account);
      accepted(w, link, invitation, account);
    },
  },
  'accept an invitation': {
    by: everyRole,
    often: 4,
    suits: (_, me) => me.role === 'user' || me.role === 'patient',
    needs: needsLink('invite a colleague', 'invitation'),
    act: async (actor) => {
      const { w, me, other } = actor;
      const link = linkOf(actor, 'invitation');
      const invitation = invitationOf(w, link);
      const leave = other % 2 === 0;
      const status = refused(w, me, everyRole) ?? (!invitation ? 400 : acceptanceOf(w, me, invitation, leave));
      await request(actor, 'POST', '/api/auth/invitations/accept/', { ...tokenOf(link), leave }, status);
      if (!invitation || status !== 200) return;
      const left = recordOf(w, me);
      if (left) left.user_id = null;
      if (invitation.role !== me.role) w.mails.push({ to: me.email, subject: 'Your account has a new role' });
      if (invitation.role === 'admin') toldOfAdmin(w, me);
      me.role = invitation.role;
      if (me.email === invitation.email) me.verified = true;
      accepted(w, link, invitation, me);
    },
  },
};
