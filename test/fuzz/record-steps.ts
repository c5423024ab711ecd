// What is done to patients, doctors, and who treats whom.
import { unique } from '../support/unique.ts';
import { isInvited } from './invitation-steps.ts';
import { nowhere, request, type Step } from './step.ts';
import {
  type Account,
  changesDoctor,
  changesPatient,
  clinical,
  type Deletion,
  type Doctor,
  type LiveRole,
  type Mapping,
  managesPatient,
  type Patient,
  refused,
  seesPatient,
  type World,
} from './world.ts';

const forget = (w: World, gone: (mapping: Mapping) => boolean): Mapping[] => {
  const mappings = [...w.mappings.values()].filter(gone);
  for (const { id } of mappings) w.mappings.delete(id);
  return mappings;
};

/** Whose a record was when it was deleted last, whichever deletion is undone; an account that is erased has none. */
const asLeft = (w: World, { of, record }: Deletion): Partial<Doctor> => {
  const last = w.deletions.findLast((one) => one.of === of && one.record.id === record.id)?.record ?? record;
  const { user_id, created_by, approved = null }: Patient & Partial<Doctor> = last;
  const isErased = w.accounts.some(({ id, erased }) => id === user_id && erased);
  return { user_id: isErased ? null : user_id, created_by, approved: isErased ? null : approved };
};

const isAssigned = (w: World, side: 'patient' | 'doctor', { id }: { id: number }) =>
  [...w.mappings.values()].some((mapping) => mapping[side] === id);

/** Whoever made a doctor leaves it as it is once others rely on it. */
const isReliedOn = (w: World, me: Account, { id }: Doctor) => {
  const assigned = [...w.mappings.values()].filter(({ doctor }) => doctor === id);
  const isOthers = assigned.some(({ patient }) => w.patients.get(patient)?.created_by !== me.id);
  return me.role === 'user' && (isInvited(w, id) || isOthers);
};
const changeOf = (w: World, me: Account, doctor: Doctor | undefined, done: number) =>
  !doctor ? 404 : !changesDoctor(w, me, doctor) ? 403 : isReliedOn(w, me, doctor) ? 409 : done;

export const recordSteps: Record<string, Step> = {
  'create a patient': {
    by: ['user', 'admin'],
    often: 5,
    act: async (actor) => {
      const { w, me } = actor;
      const name = unique('patient');
      const body = await request(actor, 'POST', '/api/patients/', { name }, refused(w, me, ['user', 'admin']) ?? 201);
      if (body) w.patients.set(body.id, { id: body.id, name, created_by: me.id, user_id: null });
    },
  },
  'create a doctor': {
    by: ['user', 'admin'],
    often: 2,
    act: async (actor) => {
      const { w, me } = actor;
      const name = unique('doctor');
      const sent = { name, specialization: 'Any' };
      const body = await request(actor, 'POST', '/api/doctors/', sent, refused(w, me, ['user', 'admin']) ?? 201);
      if (body) w.doctors.set(body.id, { id: body.id, name, created_by: me.id, user_id: null, approved: null });
    },
  },
  'update a patient': {
    by: clinical,
    often: 3,
    act: async (actor) => {
      const { w, me, pick, which, other } = actor;
      const patient = pick(w.patients.values(), which, (one) => changesPatient(w, me, one));
      const name = unique('renamed');
      const seen = patient && seesPatient(w, me, patient);
      const status = refused(w, me, clinical) ?? (!seen ? 404 : changesPatient(w, me, patient) ? 200 : 403);
      await request(actor, other % 2 ? 'PUT' : 'PATCH', `/api/patients/${(patient ?? nowhere).id}/`, { name }, status);
      if (patient && status === 200) patient.name = name;
    },
  },
  'update a doctor': {
    by: ['user', 'admin'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const doctor = pick(w.doctors.values(), which, (one) => changesDoctor(w, me, one));
      const name = unique('renamed');
      const status = refused(w, me, ['user', 'admin']) ?? changeOf(w, me, doctor, 200);
      await request(actor, 'PATCH', `/api/doctors/${(doctor ?? nowhere).id}/`, { name }, status);
      if (doctor && status === 200) doctor.name = name;
    },
  },
  'update a profile': {
    by: ['patient', 'doctor', 'pending_doctor'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which, other } = actor;
      const kind = me.role === 'doctor' ? 'doctor' : 'patient';
      const whose = other % 3 ? me : (pick(w.accounts, which) ?? nowhere);
      const records: Iterable<Patient> = kind === 'doctor' ? w.doctors.values() : w.patients.values();
      const own = [...records].find(({ user_id }) => user_id === me.id && whose === me);
      const name = unique('renamed');
      const allowed: LiveRole[] = kind === 'doctor' ? ['doctor', 'pending_doctor'] : ['patient'];
      const status = refused(w, me, allowed) ?? (own ? 200 : 404);
      const sent = { name, ...(kind === 'doctor' && { specialization: 'Any' }) };
      await request(actor, 'PUT', `/api/${kind}-profile/${whose.id}/`, sent, status);
      if (!own || status !== 200) return;
      own.name = name;
      if (kind !== 'doctor') return;
      // an approved doctor is told; and who becomes somebody else awaits approval again
      const doctor = own as Doctor;
      if (doctor.approved) w.mails.push({ to: me.email, subject: 'Your profile was changed' });
      doctor.approved = false;
    },
  },
  'delete a patient': {
    by: ['user', 'admin'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const patient = pick(
        w.patients.values(),
        which,
        (one) => managesPatient(w, me, one) && isAssigned(w, 'patient', one),
      );
      const seen = patient && seesPatient(w, me, patient);
      const status =
        refused(w, me, clinical) ??
        (!seen ? 404 : !managesPatient(w, me, patient) ? 403 : patient.user_id && me.role === 'user' ? 409 : 204);
      await request(actor, 'DELETE', `/api/patients/${(patient ?? nowhere).id}/`, undefined, status);
      if (!patient || status !== 204) return;
      w.patients.delete(patient.id);
      w.invitations = w.invitations.filter((one) => one.patient !== patient.id);
      w.deletions.push({
        of: 'patients',
        record: { ...patient },
        mappings: forget(w, (mapping) => mapping.patient === patient.id),
      });
    },
  },
  'an assignment runs out': {
    by: clinical,
    act: async ({ app, w, pick, which }) => {
      const mapping = pick(w.mappings.values(), which);
      if (!mapping) return;
      await app.asOwner('update mappings set expires_at = now() where id = $1', [mapping.id]);
      w.mappings.delete(mapping.id);
    },
  },
  'delete a doctor': {
    by: ['user', 'admin'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const doctor: Doctor | undefined = pick(
        w.doctors.values(),
        which,
        (one) => changesDoctor(w, me, one) && isAssigned(w, 'doctor', one),
      );
      const status = refused(w, me, ['user', 'admin']) ?? changeOf(w, me, doctor, 204);
      await request(actor, 'DELETE', `/api/doctors/${(doctor ?? nowhere).id}/`, undefined, status);
      if (!doctor || status !== 204) return;
      w.doctors.delete(doctor.id);
      w.invitations = w.invitations.filter((one) => one.doctor !== doctor.id);
      w.deletions.push({
        of: 'doctors',
        record: { ...doctor },
        mappings: forget(w, (mapping) => mapping.doctor === doctor.id),
      });
    },
  },
  restore: {
    by: ['admin'],
    often: 4,
    act: async (actor) => {
      const { app, w, me, pick, which } = actor;
      const isThere = ({ of, record }: Deletion) => w[of].has(record.id);
      const deletion = pick(w.deletions, which, (one) => !isThere(one));
      const [, entries] = await app.asOwner(
        `select id from audit where action = 'delete' and resource in ('patient', 'doctor') order by id`,
      );
      const entry = deletion ? entries?.[w.deletions.indexOf(deletion)] : nowhere;
      const records: Iterable<Patient> = deletion?.of === 'doctors' ? w.doctors.values() : w.patients.values();
      const { approved = null, ...whose } = deletion ? asLeft(w, deletion) : {};
      const hasAnother = whose.user_id && [...records].some(({ user_id }) => user_id === whose.user_id);
      const status = refused(w, me, ['admin']) ?? (!deletion ? 404 : isThere(deletion) || hasAnother ? 409 : 200);
      await request(actor, 'POST', `/api/admin/audit/${entry?.id}/restore/`, undefined, status);
      if (!deletion || status !== 200) return;
      if (deletion.of === 'patients') w.patients.set(deletion.record.id, { ...deletion.record, ...whose });
      else w.doctors.set(deletion.record.id, { ...deletion.record, ...whose, approved });
      for (const mapping of deletion.mappings)
        if (w.patients.has(mapping.patient) && w.doctors.has(mapping.doctor)) w.mappings.set(mapping.id, mapping);
    },
  },
  assign: {
    by: ['user', 'admin'],
    often: 7,
    act: async (actor) => {
      const { w, me, pick, which, other } = actor;
      const patient = pick(w.patients.values(), which, (one) => managesPatient(w, me, one));
      const doctor = pick(w.doctors.values(), other);
      const asAdmin = which % 3 === 0;
      const isPair = [...w.mappings.values()].some((one) => one.patient === patient?.id && one.doctor === doctor?.id);
      const manages = patient && managesPatient(w, me, patient);
      const status =
        refused(w, me, asAdmin ? ['admin'] : ['user', 'admin']) ?? (!manages || !doctor ? 404 : isPair ? 409 : 201);
      const pair = { patient: (patient ?? nowhere).id, doctor: (doctor ?? nowhere).id };
      const body = await request(
        actor,
        'POST',
        asAdmin ? '/api/admin/assign-patient/' : '/api/mappings/',
        pair,
        status,
      );
      if (body) w.mappings.set(body.id, { id: body.id, ...pair });
    },
  },
  unassign: {
    by: ['user', 'doctor', 'admin'],
    often: 2,
    act: async (actor) => {
      const { w, me, pick, which } = actor;
      const isMine = ({ doctor }: Mapping) => w.doctors.get(doctor)?.user_id === me.id;
      const mapping = pick(w.mappings.values(), which, (one) => me.role !== 'doctor' || isMine(one));
      const patient = mapping && w.patients.get(mapping.patient);
      const manages = patient && managesPatient(w, me, patient);
      const asDoctor = !mapping ? 404 : isMine(mapping) ? 204 : 403;
      const status =
        refused(w, me, ['user', 'doctor', 'admin']) ?? (me.role === 'doctor' ? asDoctor : manages ? 204 : 404);
      await request(actor, 'DELETE', `/api/mappings/${(mapping ?? nowhere).id}/`, undefined, status);
      if (mapping && status === 204) w.mappings.delete(mapping.id);
    },
  },
};
