// What patients and doctors do with their own record.
import { aDoctor, aPatient, doctor, entry, page, patient, registered } from './fields.ts';
import type { Route } from './route.ts';
import { signedIn } from './statuses.ts';

const patients = { patient: 200, otherPatient: 200, others: 403 };

export const profiles: Route[] = [
  {
    route: 'GET /api/patient-profile',
    request: ({ patient }) => ({ who: patient }),
    answers: signedIn(patients),
    trail: ['read patient'],
    as: 'patient',
    answer: registered,
  },
  {
    route: 'DELETE /api/patient-profile',
    request: async ({ w }) => ({ who: await w.invited() }),
    cases: [
      {
        about: 'which the patient registered',
        request: () => ({}),
        answers: signedIn({ patient: 409, otherPatient: 409, others: 403 }),
      },
    ],
    trail: ['leave patient'],
    as: 'patient',
    answer: [],
  },
  {
    route: 'PUT /api/patient-profile/:user_id',
    request: ({ patient, patientFields }) => ({
      who: patient,
      path: `/api/patient-profile/${patient.id}`,
      body: patientFields,
    }),
    answers: signedIn({ patient: 200, otherPatient: 404, others: 403 }),
    refusalIsNoted: true,
    trail: ['update patient'],
    as: 'patient',
    id: 'user',
    body: aPatient,
    answer: patient,
  },
  {
    route: 'GET /api/patient-profile/access-log',
    request: ({ patient }) => ({ who: patient }),
    answers: signedIn(patients),
    as: 'patient',
    query: page,
    answer: entry,
  },
  {
    route: 'GET /api/doctor-profile',
    request: ({ assignedDoctor }) => ({ who: assignedDoctor }),
    answers: signedIn({ pendingDoctor: 200, assignedDoctor: 200, otherDoctor: 200, others: 403 }),
    as: 'assignedDoctor',
    answer: doctor,
  },
  {
    route: 'PUT /api/doctor-profile/:user_id',
    // another doctor would lose its approval by it
    request: ({ pendingDoctor, doctorFields }) => ({
      who: pendingDoctor,
      path: `/api/doctor-profile/${pendingDoctor.id}`,
      body: doctorFields,
    }),
    answers: signedIn({ pendingDoctor: 200, assignedDoctor: 404, otherDoctor: 404, others: 403 }),
    trail: ['update doctor'],
    as: 'assignedDoctor',
    id: 'user',
    body: aDoctor,
    answer: doctor,
  },
];
