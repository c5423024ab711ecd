// Doctors' records, and what doctors see.
import { unique } from '../support/unique.ts';
import { aDoctor, doctor, ofDoctors, ofPatients, registered } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

const approved = { assignedDoctor: 200, otherDoctor: 200, others: 403 };

export const doctors: Route[] = [
  {
    route: 'POST /api/doctors',
    request: ({ owner, doctorFields }) => ({ who: owner, body: doctorFields }),
    answers: signedIn({ owner: 201, stranger: 201, admin: 201, others: 403 }),
    takesKey: true,
    trail: ['create doctor'],
    as: 'owner',
    body: aDoctor,
    answer: doctor,
  },
  {
    route: 'GET /api/doctors',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn(200),
    as: 'owner',
    query: ofDoctors,
    answer: doctor,
  },
  {
    route: 'GET /api/doctors/all-patients',
    request: ({ assignedDoctor }) => ({ who: assignedDoctor }),
    answers: signedIn(approved),
    trail: ['read patient'],
    as: 'assignedDoctor',
    query: ofPatients,
    answer: registered,
  },
  {
    route: 'GET /api/doctors/my-patients',
    request: ({ assignedDoctor }) => ({ who: assignedDoctor }),
    answers: signedIn(approved),
    trail: ['read patient'],
    as: 'assignedDoctor',
    query: ofPatients,
    answer: registered,
  },
  {
    route: 'POST /api/doctors/lookup-patient',
    settings: { DOCTOR_ACCESS: 'assigned' },
    request: async ({ otherDoctor, text, mayOpen }) => {
      await mayOpen();
      return { who: otherDoctor, body: { name: text, date_of_birth: '1931-02-03' } };
    },
    answers: signedIn(approved),
    trail: ['lookup patient'],
    as: 'assignedDoctor',
    body: () => ({ name: 'Jane Doe', date_of_birth: '1990-12-31' }),
    answer: ['id', 'name', 'date_of_birth', 'gender'],
  },
  {
    route: 'GET /api/doctors/:id',
    request: ({ owner, w }) => ({ who: owner, path: `/api/doctors/${w.ownDoctor.id}` }),
    answers: signedIn(200),
    as: 'owner',
    id: 'doctor',
    answer: doctor,
  },
  {
    route: 'PUT /api/doctors/:id',
    request: ({ owner, w, doctorFields }) => ({
      who: owner,
      path: `/api/doctors/${w.ownDoctor.id}`,
      body: doctorFields,
    }),
    answers: signedIn({ owner: 200, admin: 200, others: 403 }),
    trail: ['update doctor'],
    as: 'owner',
    id: 'doctor',
    body: aDoctor,
    answer: doctor,
  },
  {
    route: 'PATCH /api/doctors/:id',
    request: ({ admin, w, text }) => ({
      who: admin,
      path: `/api/doctors/${w.ownDoctor.id}`,
      body: { name: unique(text) },
    }),
    answers: signedIn({ owner: 200, admin: 200, others: 403 }),
    trail: ['update doctor'],
    as: 'owner',
    id: 'doctor',
    body: aDoctor,
    answer: doctor,
  },
  {
    route: 'DELETE /api/doctors/:id',
    request: async ({ owner, w, newDoctor }) => {
      const id = await newDoctor();
      await w.assign(w.ownPatient.id, id);
      return { who: owner, path: `/api/doctors/${id}` };
    },
    answers: signedIn({ owner: 204, admin: 204, others: 403 }),
    trail: ['delete doctor', 'delete mapping'],
    as: 'owner',
    id: 'doctor',
    answer: [],
  },
];
