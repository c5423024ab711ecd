// A doctor opens the record of a patient who is not assigned to them: who it is, why, and then the record.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { answer, type FoundPatient } from '../../clients/typescript/dist/index.js';
import { type Field, Form, filled } from '../kit/forms.tsx';
import { Page } from '../kit/page.tsx';
import { counted, Name } from '../kit/words.tsx';
import { api } from '../session.ts';
import { forApproved } from './as-doctor.tsx';
import { genders } from './patients.tsx';

const whoFields: readonly Field[] = [
  { name: 'name', label: 'Whole name', required: true },
  { name: 'date_of_birth', label: 'Date of birth', type: 'date', required: true },
];
const reasonFields: readonly Field[] = [
  {
    name: 'reason',
    label: 'Reason',
    type: 'lines',
    required: true,
    hint: 'the patient reads it, and so do administrators',
  },
];

export const Emergency = forApproved(() => {
  const found = useSignal<FoundPatient[] | undefined>(undefined);
  const chosen = useSignal<FoundPatient | undefined>(undefined);
  return (
    <Page title="Emergency access">
      <p>
        You see the patients who are assigned to you. In an emergency you can open another patient’s record, for four
        hours. The patient sees it at once in their access log, with your name and your reason, and an administrator
        reviews it.
      </p>
      {chosen.value ? (
        <Reason
          patient={chosen.value}
          cancel={() => {
            chosen.value = undefined;
          }}
        />
      ) : (
        <>
          <Form
            fields={whoFields}
            button="Look up"
            send={async (values) => {
              const json = filled(whoFields, values) as { name: string; date_of_birth: string };
              found.value = await answer(api.doctors['lookup-patient'].$post({ json }));
            }}
          />
          {found.value && (
            <Found
              patients={found.value}
              choose={(patient) => {
                chosen.value = patient;
              }}
            />
          )}
        </>
      )}
    </Page>
  );
});

const Found = ({ patients, choose }: { patients: FoundPatient[]; choose(patient: FoundPatient): void }) => (
  <section>
    <h2>{patients.length === 0 ? 'Nobody found' : counted(patients.length, 'patient')}</h2>
    {patients.length === 0 && <p>The whole name and the date of birth have to be those of the record.</p>}
    <ul class="plain">
      {patients.map((patient) => (
        <li key={patient.id}>
          <span>
            <Name of={patient.name} />, born {patient.date_of_birth}
            {patient.gender && `, ${genders.find(([sent]) => sent === patient.gender)?.[1]}`} · patient {patient.id}
          </span>
          <button type="button" class="secondary" onClick={() => choose(patient)}>
            Open the record of {patient.name}
          </button>
        </li>
      ))}
    </ul>
  </section>
);

function Reason({ patient: { id, name }, cancel }: { patient: FoundPatient; cancel(): void }) {
  const { route } = useLocation();
  return (
    <section>
      <h2>
        Why do you open the record of <Name of={name} />?
      </h2>
      <Form
        fields={reasonFields}
        button="Open the record"
        cancel={cancel}
        send={async ({ reason = '' }) => {
          await answer(api.patients[':id']['emergency-access'].$post({ param: { id }, json: { reason } }));
          route(`/portal/patients/${id}`);
        }}
      />
    </section>
  );
}
