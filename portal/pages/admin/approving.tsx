// Which doctors may see patients. Who is approved is who was looked at: a record that was changed meanwhile is shown again.
import { useSignal } from '@preact/signals';
import { answer, type Doctor, Refused } from '../../../clients/typescript/dist/index.js';
import { Confirm, tell } from '../../kit/dialogs.tsx';
import { type Tagged, tagged } from '../../kit/editing.tsx';
import { forgetLists } from '../../kit/lists.tsx';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Facts } from '../../kit/page.tsx';
import { Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';

const read = (id: number) => tagged(api.doctors[':id'].$get({ param: { id } }));
const approve = async ({ record: { id }, etag }: Tagged<Doctor>) => {
  await answer(api.admin.doctors[':id'].approve.$post({ param: { id } }, { headers: { 'If-Match': etag } }));
  forgetLists();
};
/** Says so, with a way back to who it was. */
export const revoke = async (id: number, done: () => Promise<unknown>): Promise<void> => {
  const revoked = await tagged(api.admin.doctors[':id'].revoke.$post({ param: { id } }));
  forgetLists();
  await done();
  tell(`${revoked.record.name} no longer sees patients.`, async () => {
    await approve(revoked);
    await done();
  });
};

interface ApprovingProps {
  id: number;
  done(): Promise<unknown>;
  close(): void;
}
export function Approving({ id, done, close }: ApprovingProps) {
  const doctor = useLoaded(() => read(id), `approve ${id}`);
  const wasChanged = useSignal(false);
  const act = async () => {
    const shown = doctor.value;
    if (!shown) return false;
    try {
      await approve(shown);
    } catch (error) {
      if (!(error instanceof Refused && error.problem.code === 'stale_version')) throw error;
      doctor.set(await read(id));
      wasChanged.value = true;
      return false;
    }
    await done();
    tell(`${shown.record.name} is approved.`, () => revoke(id, done));
    return true;
  };
  return (
    <Confirm
      title="Approve this doctor?"
      button="Approve"
      kind=""
      act={act}
      close={close}
      isReady={doctor.value !== undefined}
    >
      <p>Whoever is approved sees patients. Compare the license number with your register first.</p>
      {wasChanged.value && (
        <p class="problem" role="alert">
          Somebody changed the record since you looked at it. Nobody is approved yet. This is how it is now:
        </p>
      )}
      <Show loaded={doctor}>
        {({ record: { name, specialization, license_number, contact_info, updated_at } }) => (
          <Facts
            of={[
              ['Name', <Name key="name" of={name} />],
              ['Specialization', <Name key="special" of={specialization} />],
              ['License number', <Text key="license" of={license_number} />],
              ['Contact', <Text key="contact" of={contact_info} />],
              ['Last changed', <Time key="changed" at={updated_at} />],
            ]}
          />
        )}
      </Show>
    </Confirm>
  );
}
