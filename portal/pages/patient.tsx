// One patient: the record, and their invitation to an account of their own.
import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import { answer, type Patient } from '../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../kit/dialogs.tsx';
import { EditPage, fetchWithEtag, type WithEtag } from '../kit/edit-form.tsx';
import { Form } from '../kit/forms.tsx';
import { invalidateLists } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { useGoBack } from '../kit/navigation.ts';
import { Facts, Page } from '../kit/page.tsx';
import { Time } from '../kit/words.tsx';
import { api, user } from '../session.ts';
import { CareTeam } from './care-team.tsx';
import { DeleteButton } from './delete-button.tsx';
import { patientFacts, patientFields, RegisteredBy, withoutAge } from './patients.tsx';

const fetchPatient = (id: number) => fetchWithEtag(api.patients[':id'].$get({ param: { id } }));

/** Administrators all, staff what they made; doctors only look. */
const mayWrite = ({ created_by }: Patient) =>
  user.value?.role === 'admin' || (user.value?.role === 'user' && created_by === user.value.id);

export function PatientPage() {
  const id = Number(useRoute().params.id);
  const patient = useLoaded(() => fetchPatient(id), `patient ${id}`);
  const isDeleting = useSignal(false);
  const leave = useGoBack('/portal/patients');
  const record = patient.value?.record;
  const actions = record && mayWrite(record) && (
    <>
      <a class="button" href={`/portal/patients/${id}/edit`}>
        Edit
      </a>
      <button
        type="button"
        class="danger"
        onClick={() => {
          isDeleting.value = true;
        }}
      >
        Delete
      </button>
    </>
  );
  return (
    <Page title={record?.name ?? 'Patient'} actions={actions}>
      <Show loaded={patient}>
        {({ record }) => (
          <>
            <Facts
              of={
                record.registered_by
                  ? [...patientFacts(record), ['Registered by', <RegisteredBy key="by" by={record.registered_by} />]]
                  : patientFacts(record)
              }
            />
            <CareTeam patient={record} may={mayWrite(record)} />
            {mayWrite(record) && record.user_id === null && <Invitation patient={record} />}
            {isDeleting.value && (
              <DeleteButton
                kind="patient"
                record={record}
                along={doctorsOf}
                says={withDoctors}
                act={(id) => answer(api.patients[':id'].$delete({ param: { id } }))}
                close={() => {
                  isDeleting.value = false;
                }}
                done={leave}
              />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

const doctorsOf = (id: number) => answer(api.mappings.patient[':id'].$get({ param: { id } }));
const withDoctors = (treating: Awaited<ReturnType<typeof doctorsOf>>) => {
  const names = treating.map(({ doctor_detail: { name } }) => name);
  const along =
    names.length > 0 &&
    `, and with it that ${names.join(', ')} ${names.length === 1 ? 'treats' : 'treat'} this patient`;
  return <>{along}. An invitation that is open ends.</>;
};

/** To an account of their own for this record. */
function Invitation({ patient: { id, name, email, created_by } }: { patient: Patient }) {
  // what somebody else wrote into the record may be their own address: an administrator asks for the patient's
  const known = created_by === user.value?.id ? email : null;
  const open = useLoaded(async () => {
    const response = await api.patients[':id'].invitation.$get({ param: { id } });
    if (response.status !== 404) return answer(response);
    // an answer that nobody reads keeps its connection
    await response.text();
    return null;
  }, `invitation ${id}`);
  return (
    <section>
      <h2>Their own account</h2>
      <Show loaded={open}>
        {(invitation) =>
          invitation ? (
            <p>
              Invited at <bdi>{invitation.email}</bdi>, until <Time at={invitation.expires_at} />.{' '}
              <ActionButton
                label="Revoke the invitation"
                act={async () => {
                  await answer(api.patients[':id'].invitation.$delete({ param: { id } }));
                  invalidateLists();
                  open.set(null);
                  showNotice('The invitation no longer works.');
                }}
              />
            </p>
          ) : (
            <details>
              <summary>Invite {name}</summary>
              <Form
                fields={[{ name: 'email', label: 'Email', type: 'email', required: true }]}
                values={{ email: known ?? '' }}
                button="Send the invitation"
                send={async ({ email = '' }) => {
                  open.set(await answer(api.patients[':id'].invitation.$post({ param: { id }, json: { email } })));
                  invalidateLists();
                  showNotice('An invitation is on its way.');
                }}
              />
            </details>
          )
        }
      </Show>
    </section>
  );
}

export function EditPatient() {
  const id = Number(useRoute().params.id);
  const save = async ({ etag }: WithEtag<Patient>, json: object) => {
    await answer(api.patients[':id'].$patch({ param: { id }, json }, { headers: { 'If-Match': etag } }));
    showNotice('Saved.');
  };
  return (
    <EditPage
      title={({ name }) => `Edit ${name}`}
      name={`patient ${id}`}
      fields={withoutAge(patientFields)}
      save={save}
      read={() => fetchPatient(id)}
      back={`/portal/patients/${id}`}
    />
  );
}
