// Who treats whom, from the side of a doctor: the other side is on a patient's page.
import { useRoute } from 'preact-iso';
import { answer, type Doctor, type Patient } from '../../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../../kit/dialogs.tsx';
import { type Column, invalidateLists, List } from '../../kit/lists.tsx';
import { useLoaded } from '../../kit/loading.tsx';
import { Page } from '../../kit/page.tsx';
import { Search } from '../../kit/search.tsx';
import { Name, Text } from '../../kit/words.tsx';
import { api } from '../../session.ts';

const doctorColumns: readonly Column<Doctor>[] = [
  {
    title: 'Doctor',
    sort: 'name',
    cell: ({ id, name }) => (
      <a href={`/portal/mappings/${id}`}>
        <Name of={name} />
      </a>
    ),
  },
  { title: 'Specialization', cell: ({ specialization }) => <Name of={specialization} /> },
];
export const Treating = () => (
  <Page title="Who treats whom">
    <p>Choose a doctor to see and change whom they treat. A patient’s page shows who treats that patient.</p>
    <List
      of={['doctor', 'doctors']}
      route={api.doctors.$get}
      columns={doctorColumns}
      filters={[{ name: 'search', label: 'Search', type: 'search' }]}
      keyOf={({ id }) => id}
    />
  </Page>
);

const assign = async (patient: number, doctor: number) => {
  await answer(api.mappings.$post({ json: { patient, doctor } }));
  invalidateLists();
};
const unassign = async (patient: number, doctor: number) => {
  const [mapping] = await answer(api.mappings.$get({ query: { patient, doctor } }));
  if (mapping) await answer(api.mappings[':id'].$delete({ param: { id: mapping.id } }));
  invalidateLists();
};

export function TreatedBy() {
  const doctor = Number(useRoute().params.id);
  const named = useLoaded(() => answer(api.doctors[':id'].$get({ param: { id: doctor } })), `doctor ${doctor}`);
  const name = named.value?.name ?? 'this doctor';
  const columns: readonly Column<Patient>[] = [
    {
      title: 'Patient',
      sort: 'name',
      cell: (patient) => (
        <a href={`/portal/patients/${patient.id}`}>
          <Name of={patient.name} />
        </a>
      ),
    },
    { title: 'Age', cell: ({ age }) => <Text of={age} /> },
    {
      title: 'Do',
      cell: (patient) => (
        <ActionButton
          label={`Unassign ${patient.name}`}
          act={async () => {
            await unassign(patient.id, doctor);
            showNotice(`${name} no longer treats ${patient.name}.`, () => assign(patient.id, doctor));
          }}
        />
      ),
    },
  ];
  return (
    <Page title={`Patients of ${name}`}>
      <List
        of={['patient', 'patients']}
        route={api.patients.$get}
        columns={columns}
        filters={[{ name: 'search', label: 'Search', type: 'search' }]}
        query={{ doctor: String(doctor) }}
        keyOf={({ id }) => id}
      />
      <details>
        <summary>Assign a patient</summary>
        <Search
          label="Find a patient"
          find={(search) => (search ? answer(api.patients.$get({ query: { search, limit: 8 } })) : Promise.resolve([]))}
          act={(patient) => `Assign ${patient.name}`}
          choose={async (patient) => {
            await assign(patient.id, doctor);
            showNotice(`${name} treats ${patient.name} now.`, () => unassign(patient.id, doctor));
          }}
        >
          {(patient) => (
            <>
              <Name of={patient.name} />, <Text of={patient.age} />
            </>
          )}
        </Search>
      </details>
    </Page>
  );
}
