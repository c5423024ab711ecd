import * as z from 'zod';
import { doctor, doctorExample } from '../doctors/table.ts';
import { recordId } from '../http/fields.ts';
import { mapping, mappingExample } from '../mappings/table.ts';
import { patient, patientExample } from '../patients/table.ts';

const idsOf = (what: string) => z.array(recordId).describe(`ids of ${what}`);

const ids = { patients: idsOf('patients'), doctors: idsOf('doctors'), mappings: idsOf('mappings') };

const removedExample = { patients: [5], doctors: [], mappings: [8] };

export const removed = z
  .object(ids)
  .describe('Deleted, or no longer visible to the caller.')
  .meta({ id: 'Removed', examples: [removedExample] });

/** For If-Match, when a phone later sends what was changed on it while it was offline. Mappings never change. */
const version = z.int().describe('counts the changes of the record; `If-Match: "3"` changes version 3 and no other');

const syncedPatientExample = { ...patientExample, version: 3 };

const syncedPatient = patient.extend({ version }).meta({ id: 'SyncedPatient', examples: [syncedPatientExample] });

const syncedDoctorExample = { ...doctorExample, version: 1 };

const syncedDoctor = doctor.extend({ version }).meta({ id: 'SyncedDoctor', examples: [syncedDoctorExample] });

export const syncShape = z
  .object({
    patients: z.array(syncedPatient).describe('those that were made or changed, or came into sight'),
    doctors: z.array(syncedDoctor).describe('the same of doctors'),
    mappings: z.array(mapping).describe('the same of who treats whom'),
    removed,
    cursor: z.string().describe('what to send the next time'),
    more: z.boolean().describe('whether there is more, so that one asks again at once'),
  })
  .meta({
    id: 'Sync',
    examples: [
      {
        patients: [syncedPatientExample],
        doctors: [syncedDoctorExample],
        mappings: [mappingExample],
        removed: removedExample,
        cursor: 'WzMsInVzZXIiLDQyXQ',
        more: false,
      },
    ],
  });
