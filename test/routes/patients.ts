// Patients' records, and the invitations that give them an account.
import { unique } from '../support/unique.ts';
import { aPatient, doctor, emergency, invitation, ofPatients, patient, registered } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

const keepers = { owner: 201, stranger: 201, admin: 201, others: 403 };
/** Of the owner's patient, whom doctors see. */
const readers = { pendingDoctor: 403, assignedDoctor: 200, otherDoctor: 200, admin: 200, others: 404 };
const writers = { pendingDoctor: 403, assignedDoctor: 403, otherDoctor: 403, admin: 200, others: 404 };

export const patients: Route[] = [
  {
    route: 'POST /api/patients',
    request: ({ owner, patientFields }) => ({ who: owner, body: patientFields }),
    answers: signedIn(keepers),
    takesKey: true,
    trail: ['create patient'],
    as: 'owner',
    body: aPatient,
    answer: patient,
  },
  {
    route: 'POST /api/patients/batch',
    request: ({ owner, patientFields }) => ({ who: owner, body: { patients: [patientFields, patientFields] } }),
    answers: signedIn(keepers),
    takesKey: true,
    trail: ['create patient', 'create patient'],
    as: 'owner',
    body: () => ({ patients: [aPatient(), aPatient()] }),
    answer: patient,
  },
  {
    route: 'GET /api/patients',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn({ owner: 200, stranger: 200, admin: 200, others: 403 }),
    trail: ['read patient'],
    as: 'owner',
    query: ofPatients,
    answer: patient,
  },
  {
    route: 'GET /api/patients/my-doctors',
    request: ({ patient }) => ({ who: patient }),
    answers: signedIn({ patient: 200, otherPatient: 200, others: 403 }),
    trail: ['read mapping'],
    as: 'patient',
    answer: doctor,
  },
  {
    route: 'GET /api/patients/:id',
    request: ({ owner, w }) => ({ who: owner, path: `/api/patients/${w.ownPatient.id}` }),
    answers: signedIn({ owner: 200, ...readers }),
    cases: [
      {
        about: 'self-registered',
        request: ({ w }) => ({ path: `/api/patients/${w.ownRecord}` }),
        answers: signedIn({ patient: 200, ...readers }),
      },
    ],
    refusalIsNoted: true,
    trail: ['read patient'],
    as: 'owner',
    id: 'patient',
    answer: registered,
  },
  {
    route: 'PUT /api/patients/:id',
    request: ({ owner, w, patientFields }) => ({
      who: owner,
      path: `/api/patients/${w.ownPatient.id}`,
      body: patientFields,
    }),
    answers: signedIn({ owner: 200, ...writers }),
    cases: [
      {
        about: 'self-registered',
        request: ({ w }) => ({ path: `/api/patients/${w.ownRecord}`, body: { name: 'patient' } }),
        answers: signedIn({ patient: 200, ...writers }),
      },
    ],
    refusalIsNoted: true,
    trail: ['update patient'],
    as: 'owner',
    id: 'patient',
    body: aPatient,
    answer: patient,
  },
  {
    route: 'PATCH /api/patients/:id',
    request: ({ admin, w, text }) => ({
      who: admin,
      path: `/api/patients/${w.ownPatient.id}`,
      body: { address: unique(text) },
    }),
    answers: signedIn({ owner: 200, ...writers }),
    refusalIsNoted: true,
    trail: ['update patient'],
    as: 'owner',
    id: 'patient',
    body: aPatient,
    answer: patient,
  },
  {
    route: 'POST /api/patients/:id/emergency-access',
    settings: { DOCTOR_ACCESS: 'assigned' },
    request: async ({ otherDoctor, lookedUp }) => ({
      who: otherDoctor,
      path: `/api/patients/${await lookedUp(otherDoctor)}/emergency-access`,
      body: { reason: 'Brought in unconscious' },
    }),
    // whoever has not looked the patient up does not learn that there is one
    answers: signedIn({ otherDoctor: 201, assignedDoctor: 404, others: 403 }),
    refusalIsNoted: true,
    trail: ['emergency_access patient'],
    as: 'assignedDoctor',
    id: 'patient',
    body: () => ({ reason: 'Brought in unconscious' }),
    answer: emergency,
  },
  {
    route: 'DELETE /api/patients/:id',
    request: async ({ owner, w, newPatient }) => {
      const id = await newPatient();
      await w.assign(id, w.ownDoctor.id);
      return { who: owner, path: `/api/patients/${id}` };
    },
    answers: signedIn({ ...writers, owner: 204, admin: 204 }),
    cases: [
      {
        about: "the patient's own",
        answers: signedIn({ owner: 404, stranger: 404, otherPatient: 404, admin: 204, others: 403 }),
        request: async ({ app, w, admin }, me) => {
          if (me !== admin) return { path: `/api/patients/${w.ownRecord}` };
          // the cast keeps its own
          const { id } = await app.register(unique('doomed'), 'patient/');
          const [record] = await app.rows('select id::int from patients where user_id = $1', [id]);
          return { path: `/api/patients/${record.id}` };
        },
      },
    ],
    refusalIsNoted: true,
    trail: ['delete mapping', 'delete patient'],
    as: 'owner',
    id: 'patient',
    answer: [],
  },

  {
    route: 'POST /api/patients/:id/invitation',
    request: async ({ owner, mayInvite, newPatient }) => {
      await mayInvite();
      const body = { email: `${unique('invited')}@example.com` };
      return { who: owner, path: `/api/patients/${await newPatient()}/invitation`, body };
    },
    answers: signedIn({ owner: 201, stranger: 404, admin: 201, others: 403 }),
    refusalIsNoted: true,
    trail: ['create invitation'],
    as: 'owner',
    id: 'patient',
    body: () => ({ email: 'jane@example.com' }),
    answer: invitation,
  },
  {
    route: 'GET /api/patients/:id/invitation',
    request: async ({ owner, invitation }) => ({ who: owner, path: await invitation() }),
    answers: signedIn({ owner: 200, stranger: 404, admin: 200, others: 403 }),
    refusalIsNoted: true,
    trail: ['read invitation'],
    as: 'owner',
    id: 'patient',
    answer: invitation,
  },
  {
    route: 'DELETE /api/patients/:id/invitation',
    request: async ({ owner, invitation }) => ({ who: owner, path: await invitation() }),
    answers: signedIn({ owner: 204, stranger: 404, admin: 204, others: 403 }),
    refusalIsNoted: true,
    trail: ['update invitation'],
    as: 'owner',
    id: 'patient',
    answer: [],
  },
];
