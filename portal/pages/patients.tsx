import { useLocation } from 'preact-iso';
import { answer, type Patient, type RegisteredPatient } from '../../clients/typescript/dist/index.js';
import { showNotice } from '../kit/dialogs.tsx';
import { type Field, Form, filled, useIdempotencyKey } from '../kit/forms.tsx';
import { type Column, type Filter, invalidateLists, List } from '../kit/lists.tsx';
import { useGoBack } from '../kit/navigation.ts';
import { Page } from '../kit/page.tsx';
import { Day, Name, Text, Time } from '../kit/words.tsx';
import { api } from '../session.ts';

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
const autocomplete: Record<string, string> = {
  ...{ name: 'name', date_of_birth: 'bday', gender: 'sex', phone: 'tel', email: 'email', address: 'street-address' },
};
/** The same for whoever fills in their own, whose browser knows them. */
export const ownPatientFields = patientFields.map((field) => ({
  ...field,
  ...(field.name in autocomplete && { autocomplete: autocomplete[field.name] ?? '' }),
}));
/** With a date of birth, the age follows from it. */
export const withoutAge = (fields: readonly Field[]) => (record: Patient) =>
  record.date_of_birth === null ? fields : fields.filter(({ name }) => name !== 'age');

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

/** Who made a record. Anybody may call themselves anything, so the name that the account signs in with stands beside it. */
export const RegisteredBy = ({ by: { name, username } }: { by: NonNullable<RegisteredPatient['registered_by']> }) => (
  <>
    <Name of={name} />
    {username !== null && (
      <>
        {' '}
        (<Name of={username} />)
      </>
    )}
  </>
);

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
    <>
      <a class="button" href="/portal/patients/new">
        Add a patient
      </a>
      <a class="button secondary" href="/portal/patients/import">
        Import patients
      </a>
    </>
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
  const leave = useGoBack('/portal/patients');
  const keyOf = useIdempotencyKey();
  return (
    <Page title="Add a patient">
      <Form
        fields={patientFields}
        button="Add"
        cancel={leave}
        send={async (values) => {
          const json = { name: '', ...filled(patientFields, values) };
          const { id, name } = await answer(
            api.patients.$post({ json }, { headers: { 'Idempotency-Key': keyOf(json) } }),
          );
          invalidateLists();
          showNotice(`${name} is added.`);
          route(`/portal/patients/${id}`, true);
        }}
      />
    </Page>
  );
}
