// Deleting records and undoing it; the devices of an account, and its end.
import { type Chapter, john, tokens } from '../step.ts';

export const leaving: Chapter[] = [
  {
    name: 'Unassign and delete',
    about: 'John takes back what he made.',
    steps: [
      { on: 'DELETE /api/mappings/{id}/', path: { id: 'mapping' } },
      { on: 'DELETE /api/patients/{id}/', path: { id: 'patient' } },
      {
        on: 'GET /api/patients/{id}/',
        name: 'Read the deleted patient',
        path: { id: 'patient' },
        status: 404,
        code: 'not_found',
      },
      {
        on: 'GET /api/sync/',
        name: 'Sync after the deletion',
        query: { cursor: '{{sync_cursor}}' },
        also: { 'the phone is told': "body.removed.patients.includes(Number(pm.variables.get('patient')))" },
      },
    ],
  },
  {
    name: 'Undo a deletion',
    about: 'The audit trail keeps what was deleted, and an administrator may bring it back. Skipped without one.',
    admin: true,
    steps: [
      {
        on: 'GET /api/admin/audit/',
        name: 'Find the deletion',
        as: 'admin',
        query: { action: 'delete', resource: 'patient', patient: '{{patient}}' },
        keep: { deletion: 'body[0].id' },
        also: { 'the record as it was': "body[0].before.name === 'Jane Doe'" },
      },
      {
        on: 'POST /api/admin/audit/{id}/restore/',
        as: 'admin',
        path: { id: 'deletion' },
        also: { 'the patient is back': "body.id === Number(pm.variables.get('patient'))" },
      },
    ],
  },
  {
    name: 'Devices, and leaving',
    about: 'A session is a device. Refresh tokens are used once; ending a session ends its access tokens at once.',
    steps: [
      { on: 'DELETE /api/doctors/{id}/', path: { id: 'doctor' } },
      { on: 'POST /api/auth/refresh/', instead: { refresh: '{{refresh}}' }, keep: tokens('') },
      { on: 'POST /api/auth/login/', name: 'Log in on a phone', instead: john, keep: tokens('phone_') },
      {
        on: 'GET /api/auth/sessions/',
        keep: { session: 'body.find((one) => !one.current).id' },
        also: { 'this one is marked': 'body.filter((one) => one.current).length === 1' },
      },
      { on: 'DELETE /api/auth/sessions/{id}/', path: { id: 'session' } },
      {
        on: 'GET /api/auth/me/',
        name: 'Read my account on the phone',
        as: 'phone',
        status: 401,
        code: 'session_ended',
      },
      {
        on: 'POST /api/auth/password/',
        instead: { current_password: '{{password}}', new_password: 'even more unrelated words' },
        keep: tokens(''),
      },
      { on: 'DELETE /api/auth/sessions/' },
      { on: 'POST /api/auth/logout/' },
      { on: 'GET /api/auth/me/', name: 'Read my account after logging out', status: 401, code: 'session_ended' },
      { on: 'DELETE /api/auth/me/', as: 'patient', instead: { password: '{{password}}' } },
    ],
  },
];
