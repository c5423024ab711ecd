// Brings back what was deleted, and says before what that is.
import { type AuditEntry, answer } from '../../../clients/typescript/dist/index.js';
import { Confirm, showNotice } from '../../kit/dialogs.tsx';
import { invalidateLists } from '../../kit/lists.tsx';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { counted, Name, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { isVersion, nameIn, recordLabel } from './trail-words.tsx';

export const isRestorable = ({ action, resource, before }: AuditEntry) =>
  action === 'delete' && (resource === 'patient' || resource === 'doctor') && before !== null;

const others = { patient: ['doctor_id', 'doctor', 'doctors'], doctor: ['patient_id', 'patient', 'patients'] } as const;
/** Each is a read of its own, and of a patient one that the trail keeps. */
const mostNamed = 5;
/** Whom the record was assigned to: the mappings that went with it have entries of that very moment. */
const deletedWithIt = async ({ at, resource, resource_id }: AuditEntry) => {
  const kind: keyof typeof others = resource === 'doctor' ? 'doctor' : 'patient';
  const justAfter = new Date(Date.parse(at) + 1).toISOString();
  const query = { action: 'delete', resource: 'mapping', from: at, to: justAfter, limit: 100 };
  const mappings = (await answer(api.admin.audit.$get({ query }))).map(({ before }) => before).filter(isVersion);
  const [field] = others[kind];
  const ids = mappings.filter((one) => one[`${kind}_id`] === resource_id).map((one) => Number(one[field]));
  const read = kind === 'patient' ? api.doctors[':id'] : api.patients[':id'];
  const named = await Promise.all(
    ids.slice(0, mostNamed).map(async (id) => {
      const response = await read.$get({ param: { id } });
      return response.status === 404 ? undefined : (await answer<{ name: string }, number>(response)).name;
    }),
  );
  return { many: ids.length, names: named.filter((name) => name !== undefined), kind };
};

export function RestoreButton({ entry, close }: { entry: AuditEntry; close(): void }) {
  const { id, before, at } = entry;
  const along = useLoaded(() => deletedWithIt(entry), `gone with ${id}`);
  const name = nameIn(before) ?? recordLabel(entry);
  return (
    <Confirm
      title={`Restore ${name}?`}
      button="Restore"
      close={close}
      act={async () => {
        const { mappings } = await answer(api.admin.audit[':id'].restore.$post({ param: { id } }));
        invalidateLists();
        const with_ = mappings.length === 0 ? '' : `, and with it who treats whom (${mappings.length})`;
        showNotice(`${name} is back${with_}.`);
      }}
    >
      <p>
        {recordLabel(entry)}, <Name of={name} />, comes back as it was when it was deleted, on <Time at={at} />.
      </p>
      <Show loaded={along}>
        {({ many, names, kind }) => {
          const [, one, more] = others[kind];
          if (many === 0) return <p>Nobody was assigned.</p>;
          return (
            <p>
              It was assigned to {counted(many, one, more)}
              {names.length > 0 && (
                <>
                  : <Name of={names.join(', ')} />
                  {many > mostNamed && ' and others'}
                </>
              )}
              . Whoever of them is still there is assigned again.
            </p>
          );
        }}
      </Show>
    </Confirm>
  );
}
