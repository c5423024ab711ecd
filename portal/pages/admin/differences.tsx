// What a change did to a record, field by field: as it was before, and as it was afterwards or is now.
import { type AuditEntry, answer, pages } from '../../../clients/typescript/dist/index.js';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Day, inWords, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { isVersion } from './trail-words.tsx';

type Version = Record<string, unknown>;
interface Later {
  /** Undefined: there is nothing to compare with. */
  version: Version | undefined;
  says: string;
}

/** What changes a record and so has it as it was. */
const changing = ['update', 'delete', 'accept'];
const mostPages = 10;
/** The first such entry after that one. Undefined: none; null: there are too many to look through. */
const nextChange = async ({ id, at, resource, resource_id, patient_ids }: AuditEntry, action: string) => {
  const [patient] = resource === 'patient' ? patient_ids : [];
  const about = patient === undefined ? {} : { patient };
  let left = mostPages;
  const query = { action, resource, from: at, sort: 'id', limit: 100, ...about };
  for await (const entries of pages(api.admin.audit.$get, { query })) {
    const found = entries.find((one) => one.id > id && one.resource_id === resource_id && isVersion(one.before));
    if (found) return found;
    if (--left === 0) return null;
  }
  return undefined;
};
const laterThan = async (entry: AuditEntry): Promise<Later> => {
  if (entry.action === 'delete') return { version: undefined, says: 'This is what was deleted.' };
  const found = await Promise.all(changing.map((action) => nextChange(entry, action)));
  const [next] = found.filter((one) => !!one).sort((one, other) => one.id - other.id);
  const isSure = !found.includes(null);
  if (next && isSure) return { version: next.before as Version, says: 'Compared with how it was afterwards.' };
  const { resource, resource_id } = entry;
  const now = resource_id === null ? undefined : await nowOf(resource, resource_id);
  if (!now) return { version: undefined, says: 'This is how it was before.' };
  return {
    version: now,
    says: isSure ? 'Compared with how it is now.' : 'Compared with how it is now. It may have changed in between.',
  };
};
const nowOf = async (resource: string, id: number): Promise<Version | undefined> => {
  const param = { id };
  if (resource === 'patient') return answer(api.patients[':id'].$get({ param }));
  if (resource === 'doctor') return answer(api.doctors[':id'].$get({ param }));
  if (resource === 'user') return answer(api.admin.users[':id'].$get({ param }));
  return undefined;
};

/** As the API shows an account: the trail has the moments at which it was disabled and its email confirmed. */
const shown = (version: Version): Version => {
  const { disabled_at, email_verified_at, ...rest } = version;
  return {
    ...rest,
    ...(disabled_at !== undefined && { disabled: disabled_at !== null }),
    ...(email_verified_at !== undefined && { email_verified: email_verified_at !== null }),
  };
};
const isMoment = (name: string, value: unknown): value is string => name.endsWith('_at') && typeof value === 'string';
/** The same for the same, however the database and the API write it. */
const text = (name: string, value: unknown) => {
  if (value === null || value === undefined) return null;
  if (isMoment(name, value)) return new Date(value).toISOString();
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
function Value({ name, of }: { name: string; of: unknown }) {
  if (isMoment(name, of)) return <Time at={of} />;
  if (name === 'date_of_birth' && typeof of === 'string') return <Day on={of} />;
  return <Text of={text(name, of)} />;
}
/** What is counted or stamped at each change says nothing. */
const isNoise = (name: string) => /^(id|version|updated_at|last_login)$/.test(name);

export function Differences({ entry }: { entry: AuditEntry }) {
  const later = useLoaded(() => laterThan(entry), `after ${entry.id}`);
  const before = isVersion(entry.before) ? shown(entry.before) : {};
  return (
    <Show loaded={later}>
      {({ version, says }) => (
        <>
          <p>{says}</p>
          <Compared before={before} after={version && shown(version)} />
        </>
      )}
    </Show>
  );
}

function Compared({ before, after }: { before: Version; after: Version | undefined }) {
  const names = Object.keys(before).filter((name) => !isNoise(name));
  const differing = after
    ? names.filter((name) => name in after && text(name, before[name]) !== text(name, after[name]))
    : names.filter((name) => text(name, before[name]) !== null);
  if (differing.length === 0) return <p>Nothing that is shown is another than before.</p>;
  return (
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          {after && <th scope="col">Afterwards</th>}
        </tr>
      </thead>
      <tbody>
        {differing.map((name) => (
          <tr key={name}>
            <th scope="row">{inWords(name)}</th>
            <td data-title="Before">
              <Value name={name} of={before[name]} />
            </td>
            {after && (
              <td data-title="Afterwards">
                <Value name={name} of={after[name]} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
