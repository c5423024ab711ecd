// What a practice keeps, and what its patients and doctors see of it.
import { type Chapter, hasId, header, tokens } from '../step.ts';

export const records: Chapter[] = [
  {
    name: 'Patients',
    about: 'Records that John made, and that nobody else sees.',
    steps: [
      {
        on: 'POST /api/patients/',
        headers: { 'Idempotency-Key': 'add-jane-{{run}}' },
        keep: { patient: 'body.id' },
        also: { 'it is his': "body.created_by === Number(pm.variables.get('user_id'))" },
      },
      {
        on: 'POST /api/patients/',
        name: 'Create the patient again, because the answer got lost',
        headers: { 'Idempotency-Key': 'add-jane-{{run}}' },
        also: {
          'it is the same one': "body.id === Number(pm.variables.get('patient'))",
          'and says so': `${header('Idempotency-Replayed')} === 'true'`,
        },
      },
      {
        on: 'POST /api/patients/',
        name: 'Create a patient with mistakes',
        instead: { name: '', age: 200 },
        headers: { 'Idempotency-Key': '{{$guid}}' },
        status: 400,
        code: 'invalid_input',
        also: { 'each is named': 'body.errors.name.length > 0 && body.errors.age.length > 0' },
      },
      {
        on: 'POST /api/patients/batch/',
        name: 'Create several patients at once',
        // not the example: of its people one is called Jane, who is looked for below
        body: { patients: [{ name: 'Mary Major' }, { name: 'John Doe', age: 41 }] },
        headers: { 'Idempotency-Key': 'add-two-{{run}}' },
        also: { 'all of them are there': 'body.length === 2' },
      },
      { on: 'GET /api/patients/', also: { 'Jane is in it': hasId('patient') } },
      {
        on: 'GET /api/patients/',
        name: 'Search patients',
        query: { search: 'jane', sort: '-created_at', limit: '1', count: 'exact' },
        keep: { cursor: `/cursor=([^&>]+)/.exec(${header('Link')})[1]` },
        also: { 'how many there are is told': `${header('X-Total-Count')} === '1'` },
      },
      {
        on: 'GET /api/patients/',
        name: 'Read the next page',
        query: { search: 'jane', sort: '-created_at', limit: '1', cursor: '{{cursor}}' },
        also: { 'that was all': 'body.length === 0' },
      },
      { on: 'GET /api/patients/{id}/', path: { id: 'patient' }, keep: { etag: header('ETag') } },
      {
        on: 'GET /api/patients/{id}/',
        name: 'Read a patient that did not change',
        path: { id: 'patient' },
        headers: { 'If-None-Match': '{{etag}}' },
        status: 304,
      },
      {
        on: 'PUT /api/patients/{id}/',
        path: { id: 'patient' },
        headers: { 'If-Match': '{{etag}}' },
        body: { medical_history: 'Asthma since childhood; allergic to penicillin' },
        also: { 'it is written': "body.medical_history.endsWith('penicillin')" },
      },
      {
        on: 'PATCH /api/patients/{id}/',
        name: 'Change a patient that somebody else has changed',
        path: { id: 'patient' },
        headers: { 'If-Match': '{{etag}}' },
        status: 412,
        code: 'stale_version',
      },
      {
        on: 'PATCH /api/patients/{id}/',
        path: { id: 'patient' },
        also: { 'null clears': 'body.address === null', 'the rest stays': "body.name === 'Jane Doe'" },
      },
    ],
  },
  {
    name: 'Doctors',
    about: 'Everybody who is signed in may look them up.',
    steps: [
      { on: 'POST /api/doctors/', headers: { 'Idempotency-Key': '{{$guid}}' }, keep: { doctor: 'body.id' } },
      { on: 'GET /api/doctors/', query: { specialization: 'cardiology' }, also: { 'she is in it': hasId('doctor') } },
      { on: 'GET /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'PUT /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'PATCH /api/doctors/{id}/', path: { id: 'doctor' } },
    ],
  },
  {
    name: 'Who treats whom',
    about: 'Whoever owns a patient assigns doctors to it.',
    steps: [
      {
        on: 'POST /api/mappings/',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        body: { patient: '#patient', doctor: '#doctor' },
        keep: { mapping: 'body.id' },
      },
      {
        on: 'POST /api/mappings/',
        name: 'Assign the same doctor again',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        body: { patient: '#patient', doctor: '#doctor' },
        status: 409,
        code: 'duplicate',
      },
      { on: 'GET /api/mappings/', also: { 'it is in it': hasId('mapping') } },
      {
        on: 'GET /api/mappings/{id}/',
        path: { id: 'patient' },
        also: { 'the doctor is told': "body[0].doctor_detail.id === Number(pm.variables.get('doctor'))" },
      },
      { on: 'GET /api/mappings/patient/{id}/', path: { id: 'patient' } },
      {
        on: 'GET /api/sync/',
        keep: { sync_cursor: 'body.cursor' },
        also: {
          'the patient comes along': "body.patients.some((one) => one.id === Number(pm.variables.get('patient')))",
        },
      },
      {
        on: 'GET /api/sync/',
        name: 'Sync when nothing has changed',
        query: { cursor: '{{sync_cursor}}' },
        keep: { sync_cursor: 'body.cursor' },
        also: { 'nothing comes': 'body.patients.length === 0 && body.mappings.length === 0' },
      },
    ],
  },
  {
    name: 'As a patient',
    about: 'Jane has an account of her own, with a record that is hers.',
    steps: [
      {
        on: 'POST /api/auth/register/patient/',
        body: { email: 'jane.{{run}}@example.com', password: '{{password}}' },
        keep: { ...tokens('patient_'), patient_user_id: 'body.user.id' },
      },
      { on: 'GET /api/patient-profile/', as: 'patient', keep: { patient_record: 'body.id' } },
      { on: 'PUT /api/patient-profile/{user_id}/', as: 'patient', path: { user_id: 'patient_user_id' } },
      {
        on: 'GET /api/patients/my-doctors/',
        as: 'patient',
        also: { 'nobody is assigned yet': 'body.length === 0' },
      },
      { on: 'GET /api/patient-profile/access-log/', as: 'patient' },
      {
        on: 'GET /api/patients/{id}/',
        name: "Read somebody else's patient",
        as: 'patient',
        path: { id: 'patient' },
        status: 404,
        code: 'not_found',
      },
      {
        on: 'POST /api/patients/',
        name: 'Create a patient as a patient',
        as: 'patient',
        headers: { 'Idempotency-Key': '{{$guid}}' },
        status: 403,
        code: 'wrong_role',
      },
    ],
  },
  {
    name: 'As a doctor',
    about: 'Anyone may register as a doctor; an administrator decides who sees patients.',
    steps: [
      {
        on: 'POST /api/auth/register/doctor/',
        body: { email: 'smith.{{run}}@example.com', password: '{{password}}' },
        keep: { ...tokens('doctor_'), doctor_user_id: 'body.user.id' },
      },
      { on: 'GET /api/doctor-profile/', as: 'doctor', keep: { doctor_record: 'body.id' } },
      { on: 'PUT /api/doctor-profile/{user_id}/', as: 'doctor', path: { user_id: 'doctor_user_id' } },
      {
        on: 'GET /api/doctors/my-patients/',
        name: 'List my patients before the approval',
        as: 'doctor',
        status: 403,
        code: 'doctor_not_approved',
      },
    ],
  },
];
