// An entry of the trail, whole: who did what to what, when and from where, and what it changed.
import type { AuditEntry } from '../../../clients/typescript/dist/index.js';
import { Dialog } from '../../kit/dialogs.tsx';
import { Facts } from '../../kit/page.tsx';
import { Text, Time } from '../../kit/words.tsx';
import { Differences } from './differences.tsx';
import { actionLabel, actorLabel, nameIn, PatientLink, recordLabel, Target, Who } from './trail-words.tsx';

const mostPatients = 20;

export function Entry({ entry, close }: { entry: AuditEntry; close(): void }) {
  const { id, at, action, patient_ids, request_id, address, before, reason } = entry;
  const name = nameIn(before);
  const said = name ? `${recordLabel(entry)}, ${name}` : recordLabel(entry);
  return (
    <Dialog title={`${actorLabel(entry)} ${actionLabel(action)}: ${said}`} close={close}>
      <Facts
        of={[
          ['When', <Time key="at" at={at} />],
          ['Who', <Who key="who" entry={entry} />],
          ['To what', <Target key="what" entry={entry} />],
          ...(reason === null ? [] : [['Reason', <Text key="reason" of={reason} />] as const]),
          ['From', <Text key="from" of={address} />],
          ['Request', <Text key="request" of={request_id} />],
          ['Entry', <Text key="entry" of={id} />],
        ]}
      />
      {patient_ids.length > 1 && (
        <details>
          <summary>About {patient_ids.length} patients</summary>
          <p>
            {patient_ids.slice(0, mostPatients).map((patient) => (
              <span key={patient}>
                <PatientLink id={patient} />{' '}
              </span>
            ))}
            {patient_ids.length > mostPatients && <>and {patient_ids.length - mostPatients} others</>}
          </p>
        </details>
      )}
      {before !== null && (
        <section>
          <h3>What changed</h3>
          <Differences entry={entry} />
        </section>
      )}
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
