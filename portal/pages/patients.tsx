// Patients: the list, a record, who treats them, and their invitation to an account of their own.
import { useSignal } from '@preact/signals';
import { useLocation, useRoute } from 'preact-iso';
import { answer, type Patient } from '../../clients/typescript/dist/index.js';
import { Act, Confirm, tell } from '../kit/dialogs.tsx';
import { Edit, tagged } from '../kit/editing.tsx';
import { type Field, Form, filled } from '../kit/forms.tsx';
import { type Column, type Filter, forgetLists, List } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Facts, Page } from '../kit/page.tsx';
import { Search } from '../kit/search.tsx';
import { Day, Name, Text, Time } from '../kit/words.tsx';
import { api, user } from '../session.ts';
import { undoDeletion } from './admin/undoing.ts';

export const genders = [
  ['female', 'Female'],
  ['male', 'Male'],
  ['other', 'Other'],
  ['unknown', 'Unknown'],
] as const;
export const patientFields: readonly Field[] = [
  { name: 'name', label: 'Name', required: true },
  { name: 'date_of_birth', label: 'Date of birth', type: 'date' },
  { name: 'age', label: 'Age', type: 'number', hint: 'where the date of birth is not known' },
  { name: 'gender', label: 'Gender', type: 'choice', options: genders },
  { name: 'phone', label: 'Phone', type: 'tel' },
  { name: 'email', label: 'Email', type: 'email' },
  { name: 'address', label: 'Address', type: 'lines' },
  { name: 'medical_history', label: 'Medical history', type: 'lines' },
];
/** With a date of birth, the age follows from it. */
export const patientFieldsOf = ({ date_of_birth }: Patient) =>
  date_of_birth === null ? patientFields : patientFields.filter(({ name }) => name !== 'age');

export const patientFacts = (patient: Patient) =>
  [
    ['Date of birth', <Day key="born" on={patient.date_of_birth} />],
    ['Age', <Text key="age" of={patient.age} />],
    ['Gender', <Text key="gender" of={genders.find(([name]) => name === patient.gender)?.[1]} />],
    ['Phone', <Text key="phone" of={patient.phone} />],
    ['Email', <Text key="email" of={patient.email} />],
    ['Address', <Text key="address" of={patient.address} />],
    ['Medical history', <Text key="history" of={patient.medical_history} />],
    ['Last changed', <Time key="changed" at={patient.updated_at} />],
  ] as const;

const filters: readonly Filter[] = [
  { name: 'search', label: 'Search', type: 'search' },
  { name: 'gender', label: 'Gender', options: genders },
  { name: 'min_age', label: 'From age', type: 'number' },
  { name: 'max_age', label: 'To age', type: 'number' },
];
const columns: readonly Column<Patient>[] = [
  {
    title: 'Name',
    sort: 'name',
    cell: ({ id, name }) => (
      <a href={`/portal/patients/${id}`}>
        <Name of={name} />
      </a>
    ),
  },
  { title: 'Age', cell: ({ age }) => <Text of={age} /> },
  { title: 'Gender', cell: ({ gender }) => <Text of={genders.find(([name]) => name === gender)?.[1]} /> },
  { title: 'Phone', cell: ({ phone }) => <Text of={phone} /> },
  { title: 'Added', sort: 'created_at', cell: ({ created_at }) => <Time at={created_at} /> },
];

interface PatientListProps {
  title: string;
  route: Parameters<typeof List<Patient>>[0]['route'];
  isOwn?: boolean;
}
export function PatientList({ title, route, isOwn }: PatientListProps) {
  const add = (
    <a class="button" href="/portal/patients/new">
      Add a patient
    </a>
  );
  return (
    <Page title={title} actions={isOwn && add}>
      <List
        of={['patient', 'patients']}
        route={route}
        columns={columns}
        filters={filters}
        keyOf={({ id }) => id}
        empty={isOwn && <p>Add the first one: name, and what else you know.</p>}
      />
    </Page>
  );
}
export const Patients = () => <PatientList title="Patients" route={api.patients.$get} isOwn />;

export function NewPatientPage() {
  const { route } = useLocation();
  return (
    <Page title="Add a patient">
      <Form
        fields={patientFields}
        button="Add"
        cancel={() => history.back()}
        send={async (values) => {
          const json = { name: '', ...filled(patientFields, values) };
          const { id, name } = await answer(api.patients.$post({ json }));
          forgetLists();
          tell(`${name} is added.`);
          route(`/portal/patients/${id}`, true);
        }}
      />
    </Page>
  );
}

const readPatient = (id: number) => tagged(api.patients[':id'].$get({ param: { id } }));

/** Administrators all, staff what they made; doctors only look. */
const mayWrite = ({ created_by }: Patient) =>
  user.value?.role === 'admin' || (user.value?.role === 'user' && created_by === user.value.id);

export function PatientPage() {
  const id = Number(useRoute().params.id);
  const patient = useLoaded(() => readPatient(id), `patient ${id}`);
  const isDeleting = useSignal(false);
  const { route } = useLocation();
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
            <Facts of={patientFacts(record)} />
            <Treating patient={record} />
            {mayWrite(record) && record.user_id === null && <Invitation patient={record} />}
            {isDeleting.value && (
              <Deleting
                patient={record}
                close={() => {
                  isDeleting.value = false;
                }}
                done={() => route('/portal/patients', true)}
              />
            )}
          </>
        )}
      </Show>
    </Page>
  );
}

function Deleting({ patient: { id, name }, close, done }: { patient: Patient; close(): void; done(): void }) {
  const doctors = useLoaded(() => answer(api.mappings.patient[':id'].$get({ param: { id } })), `of ${id}`);
  const isAdmin = user.value?.role === 'admin';
  return (
    <Confirm
      title={`Delete ${name}?`}
      button="Delete"
      close={close}
      act={async () => {
        await answer(api.patients[':id'].$delete({ param: { id } }));
        forgetLists();
        tell(`${name} is deleted.`, isAdmin ? () => undoDeletion('patient', id) : undefined);
        done();
      }}
    >
      <p>
        The record goes
        {doctors.value && doctors.value.length > 0 && (
          <>
            , and with it that {doctors.value.map(({ doctor_detail }) => doctor_detail.name).join(', ')}{' '}
            {doctors.value.length === 1 ? 'treats' : 'treat'} this patient
          </>
        )}
        . {isAdmin ? 'You can bring it back from the trail.' : 'An administrator can bring it back.'}
      </p>
    </Confirm>
  );
}

function Treating({ patient }: { patient: Patient }) {
  const { id } = patient;
  const assigned = useLoaded(() => answer(api.mappings.patient[':id'].$get({ param: { id } })), `of ${id}`);
  const may = mayWrite(patient);
  const assign = async (doctor: number) => {
    await answer(api.mappings.$post({ json: { patient: id, doctor } }));
    assigned.again();
  };
  return (
    <section>
      <h2>Doctors</h2>
      <Show loaded={assigned}>
        {(doctors) => (
          <ul class="plain">
            {doctors.map(({ id: mapping, doctor, doctor_detail: { name, specialization } }) => (
              <li key={mapping}>
                <span>
                  <a href={`/portal/doctors/${doctor}`}>
                    <Name of={name} />
                  </a>{' '}
                  · <Name of={specialization} />
                </span>
                {may && (
                  <Act
                    label={`Unassign ${name}`}
                    act={async () => {
                      await answer(api.mappings[':id'].$delete({ param: { id: mapping } }));
                      assigned.again();
                      tell(`${name} no longer treats ${patient.name}.`, () => assign(doctor));
                    }}
                  />
                )}
              </li>
            ))}
            {doctors.length === 0 && <li>Nobody is assigned yet.</li>}
          </ul>
        )}
      </Show>
      {may && <Assigning assign={assign} known={assigned.value?.map(({ doctor }) => doctor) ?? []} />}
    </section>
  );
}

function Assigning(offer: OfferProps) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>Assign a doctor</summary>
      {isOpen.value && <Offer {...offer} />}
    </details>
  );
}

interface OfferProps {
  assign(doctor: number): Promise<unknown>;
  /** Who is assigned already. */
  known: number[];
}
const Offer = ({ assign, known }: OfferProps) => (
  <Search
    label="Find a doctor"
    find={async (search) =>
      (await answer(api.doctors.$get({ query: { ...(search && { search }), limit: 20 } }))).filter(
        ({ id }) => !known.includes(id),
      )
    }
    act={({ name }) => `Assign ${name}`}
    choose={({ id }) => assign(id)}
    nobody={<a href="/portal/doctors/new">Add a doctor</a>}
  >
    {({ name, specialization }) => (
      <>
        <Name of={name} /> · <Name of={specialization} />
      </>
    )}
  </Search>
);

/** To an account of their own for this record. */
function Invitation({ patient: { id, name, email } }: { patient: Patient }) {
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
              <Act
                label="Revoke the invitation"
                act={async () => {
                  await answer(api.patients[':id'].invitation.$delete({ param: { id } }));
                  open.set(null);
                  tell('The invitation no longer works.');
                }}
              />
            </p>
          ) : (
            <details>
              <summary>Invite {name}</summary>
              <Form
                fields={[{ name: 'email', label: 'Email', type: 'email', required: true }]}
                values={{ email: email ?? '' }}
                button="Send the invitation"
                send={async ({ email = '' }) => {
                  open.set(await answer(api.patients[':id'].invitation.$post({ param: { id }, json: { email } })));
                  tell('An invitation is on its way.');
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
  const patient = useLoaded(() => readPatient(id), `patient ${id}`);
  const { route } = useLocation();
  const back = () => route(`/portal/patients/${id}`, true);
  return (
    <Page title={patient.value ? `Edit ${patient.value.record.name}` : 'Edit'}>
      <Show loaded={patient}>
        {(from) => (
          <Edit
            fields={patientFieldsOf(from.record)}
            from={from}
            save={({ etag }, json) =>
              answer(api.patients[':id'].$patch({ param: { id }, json }, { headers: { 'If-Match': etag } }))
            }
            read={() => readPatient(id)}
            done={() => {
              tell('Saved.');
              back();
            }}
            cancel={back}
          />
        )}
      </Show>
    </Page>
  );
}
