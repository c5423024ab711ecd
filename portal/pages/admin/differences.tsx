// What a change did to a record, field by field: as it was before, and as it was afterwards or is now.
import { type AuditEntry, answer } from '../../../clients/typescript/dist/index.js';
import { Dialog } from '../../kit/dialogs.tsx';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { inWords, Text } from '../../kit/words.tsx';
import { api } from '../../session.ts';

type Version = Record<string, unknown>;
const isVersion = (value: unknown): value is Version => typeof value === 'object' && value !== null;
export const nameIn = (before: unknown) => (isVersion(before) && typeof before.name === 'string' ? before.name : 'it');

interface Later {
  /** Undefined: it was deleted. */
  version: Version | undefined;
  title: string;
}
const most = 100;
/** What came next: the trail has it, or else it is what the record is now. */
const laterThan = async ({ id, at, action, resource, resource_id, patient_ids }: AuditEntry): Promise<Later> => {
  if (action === 'delete') return { version: undefined, title: 'Afterwards' };
  const [patient] = resource === 'patient' ? patient_ids : [];
  const query = { resource, from: at, sort: 'id' as const, limit: most, ...(patient !== undefined && { patient }) };
  const since = await answer(api.admin.audit.$get({ query }));
  const next = since.find((one) => one.id > id && one.resource_id === resource_id && isVersion(one.before));
  if (next && isVersion(next.before)) return { version: next.before, title: 'Afterwards' };
  return { version: await nowOf(resource, resource_id ?? 0), title: 'Now' };
};
const nowOf = async (resource: string, id: number): Promise<Version | undefined> => {
  const param = { id };
  if (resource === 'patient') return answer(api.patients[':id'].$get({ param }));
  if (resource === 'doctor') return answer(api.doctors[':id'].$get({ param }));
  if (resource === 'user') return answer(api.admin.users[':id'].$get({ param }));
  return undefined;
};

const text = (value: unknown) =>
  value === null || value === undefined ? null : typeof value === 'object' ? JSON.stringify(value) : String(value);
/** What is counted or stamped at each change says nothing. */
const isNoise = (name: string) => /^(version|updated_at|age)$/.test(name);

export function Differences({ entry, close }: { entry: AuditEntry; close(): void }) {
  const later = useLoaded(() => laterThan(entry), `after ${entry.id}`);
  const before = isVersion(entry.before) ? entry.before : {};
  return (
    <Dialog title={`What changed: ${nameIn(entry.before)}`} close={close}>
      <Show loaded={later}>{({ version, title }) => <Compared before={before} after={version} title={title} />}</Show>
      <p class="total">
        Request <Text of={entry.request_id} />
      </p>
      <div class="buttons">
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

function Compared({ before, after, title }: { before: Version; after: Version | undefined; title: string }) {
  const names = Object.keys(before).filter((name) => !isNoise(name));
  const differing = after && names.filter((name) => name in after && text(before[name]) !== text(after[name]));
  if (differing?.length === 0) return <p>Nothing that is shown is another than before.</p>;
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          {after && <th scope="col">{title}</th>}
        </tr>
      </thead>
      <tbody>
        {(differing ?? names).map((name) => (
          <tr key={name}>
            <th scope="row">{inWords(name)}</th>
            <td data-title="Before">
              <Text of={text(before[name])} />
            </td>
            {after && (
              <td data-title={title}>
                <Text of={text(after[name])} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
