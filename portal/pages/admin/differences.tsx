// What a change did to a record, field by field: as it was before, and as it was afterwards or is now.
import { type AuditEntry, answer, pages } from '../../../clients/typescript/dist/index.js';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Day, humanize, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { isVersion } from './trail-words.tsx';

type Version = Record<string, unknown>;
interface LaterChange {
  /** Undefined: there is nothing to compare with. */
  version: Version | undefined;
  says: string;
}

/** What changes a record and so has it as it was. */
const changeActions = ['update', 'delete', 'accept'];
const mostPages = 10;
/** What was only stamped or counted by a change. */
const isBookkeeping = (name: string) => /^(id|version|updated_at|last_login)$/.test(name);
/** Such entries after that one, until each of its fields is in one. Null: there are too many to look through. */
const changesAfter = async (
  { id, at, resource, resource_id, patient_ids }: AuditEntry,
  action: string,
  names: string[],
) => {
  const [patient] = resource === 'patient' ? patient_ids : [];
  const about = patient === undefined ? {} : { patient };
  const changes: AuditEntry[] = [];
  const missing = new Set(names);
  let left = mostPages;
  const query = { action, resource, from: at, sort: 'id' as const, limit: 100, ...about };
  for await (const entries of pages(api.admin.audit.$get, { query })) {
    for (const entry of entries) {
      if (entry.id <= id || entry.resource_id !== resource_id || !isVersion(entry.before)) continue;
      changes.push(entry);
      for (const name of Object.keys(entry.before)) missing.delete(name);
    }
    if (missing.size === 0) return changes;
    if (--left === 0) return null;
  }
  return changes;
};
const laterThan = async (entry: AuditEntry): Promise<LaterChange> => {
  if (entry.action === 'delete') return { version: undefined, says: 'This is what was deleted.' };
  const names = Object.keys(entry.before ?? {}).filter((name) => !isBookkeeping(name));
  const found = await Promise.all(changeActions.map((action) => changesAfter(entry, action, names)));
  const isSure = !found.includes(null);
  const changes = found.flatMap((some) => some ?? []).sort((one, other) => one.id - other.id);
  // An entry has only what that change replaced: of each field the first one that has it says how it was afterwards, and
  // what is in none of them has not changed since.
  const afterwards: Version = isSure ? Object.assign({}, ...changes.toReversed().map(({ before }) => before)) : {};
  const isWhole = names.every((name) => name in afterwards);
  const { resource, resource_id } = entry;
  const now = isWhole || resource_id === null ? {} : await currentVersion(resource, resource_id);
  if (!now && changes.length === 0) return { version: undefined, says: 'This is how it was before.' };
  const isNow = changes.length === 0 || !isSure;
  return {
    version: { ...(now && shown(now)), ...shown(afterwards) },
    says: !isNow
      ? 'Compared with how it was afterwards.'
      : `Compared with how it is now.${isSure ? '' : ' It may have changed in between.'}`,
  };
};
const currentVersion = async (resource: string, id: number): Promise<Version | undefined> => {
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
const isTimestamp = (name: string, value: unknown): value is string =>
  name.endsWith('_at') && typeof value === 'string';
/** The same for the same, however the database and the API write it. */
const text = (name: string, value: unknown) => {
  if (value === null || value === undefined) return null;
  if (isTimestamp(name, value)) return new Date(value).toISOString();
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
function Value({ name, of }: { name: string; of: unknown }) {
  if (isTimestamp(name, of)) return <Time at={of} />;
  if (name === 'date_of_birth' && typeof of === 'string') return <Day on={of} />;
  return <Text of={text(name, of)} />;
}
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
  const names = Object.keys(before).filter((name) => !isBookkeeping(name));
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
            <th scope="row">{humanize(name)}</th>
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
