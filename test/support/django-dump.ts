// Dumps as `manage.py dumpdata` writes them, in files of their own.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export type DumpRow = { model: string; pk: number | string; fields: Record<string, unknown> };

/** Of the password "correct horse battery", by Django's algorithm, with few rounds. */
export const djangoHash = 'pbkdf2_sha256$1000$seasalt$9ssqgm1V+B5uHYKGSAdlSkQ/FrAc8J0aBxxZ5zbqvgg=';

export const user = (pk: number, fields: Record<string, unknown> = {}): DumpRow => ({
  model: 'auth.user',
  pk,
  fields: {
    password: djangoHash,
    last_login: null,
    is_superuser: false,
    username: `user${pk}`,
    first_name: '',
    last_name: '',
    email: `user${pk}@example.com`,
    is_staff: false,
    is_active: true,
    date_joined: '2023-05-06T07:08:09.123Z',
    groups: [],
    user_permissions: [],
    ...fields,
  },
});
export const patient = (pk: number, fields: Record<string, unknown> = {}): DumpRow => ({
  model: 'clinic.patient',
  pk,
  fields: { created_by: 1, name: `Patient ${pk}`, age: 30, gender: 'F', created_at: '2023-06-01T10:00:00Z', ...fields },
});
export const doctor = (pk: number, fields: Record<string, unknown> = {}): DumpRow => ({
  model: 'clinic.doctor',
  pk,
  fields: { created_by: 1, name: `Dr. ${pk}`, specialization: 'Cardiology', phone: '+1 555 0100', ...fields },
});
export const mapping = (
  pk: number,
  patient: number,
  doctor: number,
  fields: Record<string, unknown> = {},
): DumpRow => ({
  model: 'clinic.patientdoctormapping',
  pk,
  fields: { patient, doctor, created_at: '2023-06-02T10:00:00Z', ...fields },
});
export const profile = (pk: number, user: number, role: string): DumpRow => ({
  model: 'accounts.profile',
  pk,
  fields: { user, role },
});

export const lines = (rows: DumpRow[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

/** A file that is gone after the test. */
export async function fileOf(content: string | Uint8Array, name = 'dump.jsonl'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wardbook-dump-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}
export const dumpOf = (rows: DumpRow[]): Promise<string> => fileOf(lines(rows));
