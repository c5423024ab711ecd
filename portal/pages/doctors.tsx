// Doctors: whom there is to be treated by.
import { useSignal } from '@preact/signals';
import { useLocation, useRoute } from 'preact-iso';
import { answer, type Doctor } from '../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../kit/dialogs.tsx';
import { EditPage, fetchWithEtag, type WithEtag } from '../kit/edit-form.tsx';
import { type Field, Form, filled, useIdempotencyKey } from '../kit/forms.tsx';
import { type Column, type Filter, invalidateLists, List } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { useGoBack } from '../kit/navigation.ts';
import { Facts, Page } from '../kit/page.tsx';
import { counted, Name, Text, Time } from '../kit/words.tsx';
import { api, user } from '../session.ts';
import { ApprovalButton, revokeApproval } from './admin/approval.tsx';
import { DeleteButton } from './delete-button.tsx';

export const doctorFields: readonly Field[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'specialization', label: 'Specialization', required: true },
  { name: 'contact_info', label: 'Contact', type: 'lines' },
  { name: 'license_number', label: 'License number' },
];
/** The same for a doctor's own record. */
export const ownDoctorFields = doctorFields.map((field) =>
  field.name === 'name' ? { ...field, autocomplete: 'name' } : field,
);
const filters: readonly Filter[] = [
  { name: 'search', label: 'Search', type: 'search' },
  { name: 'specialization', label: 'Specialization' },
];
const filtersOfAdmins: readonly Filter[] = [
  ...filters,
  {
    name: 'approved',
    label: 'Approval',
    options: [
      ['true', 'approved'],
      ['false', 'awaiting approval'],
    ],
  },
];
const columns: readonly Column<Doctor>[] = [
  {
    title: 'Name',
    sort: 'name',
    cell: ({ id, name }) => (
      <a href={`/portal/doctors/${id}`}>
        <Name of={name} />
      </a>
    ),
  },
  { title: 'Specialization', cell: ({ specialization }) => <Name of={specialization} /> },
  { title: 'Contact', cell: ({ contact_info }) => <Text of={contact_info} /> },
];

const mayAdd = () => user.value?.role === 'admin' || user.value?.role === 'user';
const mayWrite = ({ created_by }: Doctor) =>
  user.value?.role === 'admin' || (mayAdd() && created_by !== null && created_by === user.value?.id);

export const DoctorList = (props: Pick<Parameters<typeof List<Doctor>>[0], 'route' | 'empty'>) => (
  <List
    of={['doctor', 'doctors']}
    columns={columns}
    filters={user.value?.role === 'admin' ? filtersOfAdmins : filters}
    keyOf={({ id }) => id}
    {...props}
  />
);
export function Doctors() {
  const add = (
    <a class="button" href="/portal/doctors/new">
      Add a doctor
    </a>
  );
  return (
    <Page title="Doctors" actions={mayAdd() && add}>
      <DoctorList route={api.doctors.$get} />
    </Page>
  );
}

export function NewDoctorPage() {
  const { route } = useLocation();
  const leave = useGoBack('/portal/doctors');
  const keyOf = useIdempotencyKey();
  return (
    <Page title="Add a doctor">
      <Form
        fields={doctorFields}
        button="Add"
        cancel={leave}
        send={async (values) => {
          const json = { name: '', specialization: '', ...filled(doctorFields, values) };
          const { id, name } = await answer(
            api.doctors.$post({ json }, { headers: { 'Idempotency-Key': keyOf(json) } }),
          );
          invalidateLists();
          showNotice(`${name} is added.`);
          route(`/portal/doctors/${id}`, true);
        }}
      />
    </Page>
  );
}

const fetchDoctor = (id: number) => fetchWithEtag(api.doctors[':id'].$get({ param: { id } }));

export const approvalLabel = (approved: boolean | null) =>
  approved === null ? 'without an account' : approved ? 'approved' : 'awaiting approval';

export function DoctorPage() {
  const id = Number(useRoute().params.id);
  const doctor = useLoaded(() => fetchDoctor(id), `doctor ${id}`);
  const isDeleting = useSignal(false);
  const leave = useGoBack('/portal/doctors');
  const isAdmin = user.value?.role === 'admin';
  const record = doctor.value?.record;
  const isApproving = useSignal(false);
  const actions = record && (
    <>
      {isAdmin && record.approved === false && (
        <button
          type="button"
          onClick={() => {
            isApproving.value = true;
          }}
        >
          Approve
        </button>
      )}
      {isAdmin && record.approved && (
        <ActionButton label="Revoke approval" act={() => revokeApproval(id, doctor.again)} />
      )}
      {mayWrite(record) && (
        <>
          <a class="button" href={`/portal/doctors/${id}/edit`}>
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
      )}
    </>
  );
  return (
    <Page title={record?.name ?? 'Doctor'} actions={actions}>
      <Show loaded={doctor}>
        {({ record }) => (
          <>
            <Facts
              of={[
                ['Specialization', <Name key="special" of={record.specialization} />],
                ['Contact', <Text key="contact" of={record.contact_info} />],
                ...(record.license_number === null
                  ? []
                  : [['License number', <Text key="license" of={record.license_number} />] as const]),
                ['Approval', approvalLabel(record.approved)],
                ['Last changed', <Time key="changed" at={record.updated_at} />],
              ]}
            />
            {isApproving.value && (
              <ApprovalButton
                id={id}
                done={doctor.again}
                close={() => {
                  isApproving.value = false;
                }}
              />
            )}
            {isDeleting.value && (
              <DeleteButton
                kind="doctor"
                record={record}
                along={patientsOf}
                says={withPatients}
                act={(id) => answer(api.doctors[':id'].$delete({ param: { id } }))}
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

/** How many patients the doctor treats, of those that one may see. */
const patientsOf = async (doctor: number): Promise<number> => {
  const response = await api.mappings.$get({ query: { doctor, limit: 1, count: 'exact' } });
  await answer(response);
  return Number(response.headers.get('X-Total-Count'));
};

const withPatients = (many: number) => (
  <>{many > 0 && `, and with it that this doctor treats ${counted(many, 'patient')}`}.</>
);

export function EditDoctor() {
  const id = Number(useRoute().params.id);
  const save = async ({ etag }: WithEtag<Doctor>, json: object) => {
    await answer(api.doctors[':id'].$patch({ param: { id }, json }, { headers: { 'If-Match': etag } }));
    showNotice('Saved.');
  };
  return (
    <EditPage
      title={({ name }) => `Edit ${name}`}
      name={`doctor ${id}`}
      fields={() => doctorFields}
      save={save}
      read={() => fetchDoctor(id)}
      back={`/portal/doctors/${id}`}
    />
  );
}
