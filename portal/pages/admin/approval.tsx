// Which doctors may see patients. Who is approved is who was looked at: a record that was changed meanwhile is shown again.
import { useSignal } from '@preact/signals';
import { answer, type Doctor, Refused } from '../../../clients/typescript/dist/index.js';
import { Confirm, showNotice } from '../../kit/dialogs.tsx';
import { fetchWithEtag, type WithEtag } from '../../kit/edit-form.tsx';
import { invalidateLists } from '../../kit/lists.tsx';
import { Show, useLoaded } from '../../kit/loading.tsx';
import { Facts } from '../../kit/page.tsx';
import { Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';

const fetchDoctor = (id: number) => fetchWithEtag(api.doctors[':id'].$get({ param: { id } }));
const approveDoctor = async ({ record: { id }, etag }: WithEtag<Doctor>) => {
  await answer(api.admin.doctors[':id'].approve.$post({ param: { id } }, { headers: { 'If-Match': etag } }));
  invalidateLists();
};
/** Says so, with a way back to who it was. */
export const revokeApproval = async (id: number, done: () => Promise<unknown>): Promise<void> => {
  const revoked = await fetchWithEtag(api.admin.doctors[':id'].revoke.$post({ param: { id } }));
  invalidateLists();
  await done();
  showNotice(`${revoked.record.name} no longer sees patients.`, async () => {
    await approveDoctor(revoked);
    await done();
  });
};

interface ApprovingProps {
  id: number;
  done(): Promise<unknown>;
  close(): void;
}
export function ApprovalButton({ id, done, close }: ApprovingProps) {
  const doctor = useLoaded(() => fetchDoctor(id), `approve ${id}`);
  const wasChanged = useSignal(false);
  const act = async () => {
    const shown = doctor.value;
    if (!shown) return false;
    try {
      await approveDoctor(shown);
    } catch (error) {
      if (!(error instanceof Refused && error.problem.code === 'stale_version')) throw error;
      doctor.set(await fetchDoctor(id));
      wasChanged.value = true;
      return false;
    }
    await done();
    showNotice(`${shown.record.name} is approved.`, () => revokeApproval(id, done));
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
