// What doctors have beside the lists that all have: their patients, once they are approved, and their own record.
import { signal } from '@preact/signals';
import type { ComponentType } from 'preact';
import { answer, type Doctor } from '../../clients/typescript/dist/index.js';
import { showNotice } from '../kit/dialogs.tsx';
import { EditPage, fetchWithEtag, type WithEtag } from '../kit/edit-form.tsx';
import type { Field } from '../kit/forms.tsx';
import { Show, useLoaded, useReload } from '../kit/loading.tsx';
import { Facts, Page } from '../kit/page.tsx';
import { Name, Text, Time } from '../kit/words.tsx';
import { accountBlock, api, user } from '../session.ts';
import { approvalLabel, ownDoctorFields } from './doctors.tsx';
import { PatientPage } from './patient.tsx';
import { PatientList } from './patients.tsx';

const fetchOwnRecord = () => fetchWithEtag(api['doctor-profile'].$get());

/** The account that is known to be approved, whose pages need not ask. */
const approved = signal<number | undefined>(undefined);
/** In place of a page of patients for whom there is no approval, or none any more. */
export const forApproved = (Shown: ComponentType) =>
  function ForApproved() {
    const isWaiting = accountBlock.value === 'doctor_not_approved' || approved.value !== user.value?.id;
    return isWaiting ? <Waiting /> : <Shown />;
  };

export const MyPatients = forApproved(() => (
  <PatientList title="My patients" route={api.doctors['my-patients'].$get} />
));
export const AllPatients = forApproved(() => (
  <PatientList title="All patients" route={api.doctors['all-patients'].$get} />
));
export const OnePatient = forApproved(PatientPage);

function Waiting() {
  const own = useLoaded(async () => {
    const { record } = await fetchOwnRecord();
    if (record.approved) {
      accountBlock.value = undefined;
      approved.value = user.value?.id;
    }
    return record;
  }, 'approval');
  useReload(own.again);
  return (
    <Page title={own.value ? 'Awaiting approval' : 'Patients'}>
      <Show loaded={own}>
        {(record) => (
          <>
            <p>
              An administrator has to approve you before you see patients. This page shows them once that is done: you
              need not sign in again.
            </p>
            <p>This is what you are looked up by. If something of it is wrong, change it in your profile.</p>
            <Facts of={factsOf(record).slice(0, 3)} />
            <p>
              <a href="/portal/profile">To my profile</a>
            </p>
          </>
        )}
      </Show>
    </Page>
  );
}

const factsOf = ({ name, specialization, license_number, contact_info, approved, updated_at }: Doctor) =>
  [
    ['Name', <Name key="name" of={name} />],
    ['Specialization', <Name key="special" of={specialization} />],
    ['License number', <Text key="license" of={license_number} />],
    ['Contact', <Text key="contact" of={contact_info} />],
    ['Approval', approvalLabel(approved)],
    ['Last changed', <Time key="changed" at={updated_at} />],
  ] as const;

export function Profile() {
  const own = useLoaded(fetchOwnRecord, 'profile');
  const edit = (
    <a class="button" href="/portal/profile/edit">
      Edit
    </a>
  );
  return (
    <Page title="My profile" actions={own.value && edit}>
      <Show loaded={own}>{({ record }) => <Facts of={factsOf(record)} />}</Show>
    </Page>
  );
}

const withdrawing = ['name', 'specialization', 'license_number'];
/** What administrators looked at says so beside it. */
const fieldsOf = ({ approved }: Doctor): readonly Field[] =>
  ownDoctorFields.map((field) =>
    approved && withdrawing.includes(field.name) ? { ...field, hint: 'a change has to be approved' } : field,
  );

export function EditProfile() {
  const save = async (from: WithEtag<Doctor>, changes: object) => {
    const { user_id, name, specialization, approved: before } = from.record;
    const param = { user_id: user_id ?? 0 };
    const headers = { 'If-Match': from.etag };
    const json = { name, specialization, ...changes };
    const { approved } = await answer(api['doctor-profile'][':user_id'].$put({ param, json }, { headers }));
    if (before && !approved) accountBlock.value = 'doctor_not_approved';
    showNotice(
      before && !approved ? 'Saved. An administrator has to approve you again before you see patients.' : 'Saved.',
    );
  };
  return (
    <EditPage
      title={() => 'Edit my profile'}
      name="profile"
      fields={fieldsOf}
      save={save}
      read={fetchOwnRecord}
      back="/portal/profile"
      about={({ approved }) => (
        <p>
          {approved
            ? 'You are approved under this name, specialization and license number. When you change one of them, you ' +
              'see no patients until an administrator has approved you again, unless approval is automatic here. ' +
              'Your contact you can change at any time.'
            : 'An administrator looks at the name, the specialization and the license number to approve you.'}
        </p>
      )}
    />
  );
}
