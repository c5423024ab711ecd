// Who treats whom.
import { aPair, doctor, mapping, ofMappings } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

const readers = { pendingDoctor: 403, assignedDoctor: 200, otherDoctor: 200, admin: 200, others: 404 };

export const mappings: Route[] = [
  {
    route: 'POST /api/mappings',
    request: async ({ owner, w, newDoctor }) => ({
      who: owner,
      body: { patient: w.ownPatient.id, doctor: await newDoctor() },
    }),
    answers: signedIn({ owner: 201, stranger: 404, admin: 201, others: 403 }),
    refusalIsNoted: true,
    takesKey: true,
    trail: ['create mapping'],
    as: 'owner',
    body: aPair,
    answer: mapping,
  },
  {
    route: 'GET /api/mappings',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn({ pendingDoctor: 403, others: 200 }),
    trail: ['read mapping'],
    as: 'owner',
    query: ofMappings,
    answer: mapping,
  },
  {
    route: 'GET /api/mappings/:id',
    request: ({ owner, w }) => ({ who: owner, path: `/api/mappings/${w.ownPatient.id}` }),
    answers: signedIn({ owner: 200, ...readers }),
    refusalIsNoted: true,
    trail: ['read mapping'],
    as: 'owner',
    id: 'patient',
    answer: [...mapping, 'doctor_detail', ...doctor],
  },
  {
    route: 'GET /api/mappings/patient/:id',
    request: ({ patient, w }) => ({ who: patient, path: `/api/mappings/patient/${w.ownRecord}` }),
    answers: signedIn({ patient: 200, ...readers }),
    refusalIsNoted: true,
    trail: ['read mapping'],
    as: 'owner',
    id: 'patient',
    answer: [...mapping, 'doctor_detail', ...doctor],
  },
  {
    route: 'DELETE /api/mappings/:id',
    about: "another doctor's",
    request: async ({ owner, w, newDoctor }) => ({
      who: owner,
      path: `/api/mappings/${await w.assign(w.ownPatient.id, await newDoctor())}`,
    }),
    answers: signedIn({ owner: 204, stranger: 404, admin: 204, others: 403 }),
    cases: [
      {
        about: "the doctor's own",
        request: async ({ w, newPatient }) => ({
          path: `/api/mappings/${await w.assign(await newPatient(), w.doctorIds.assigned)}`,
        }),
        answers: signedIn({ owner: 204, stranger: 404, assignedDoctor: 204, admin: 204, others: 403 }),
      },
    ],
    trail: ['delete mapping'],
    as: 'owner',
    id: 'mapping',
    answer: [],
  },
];
