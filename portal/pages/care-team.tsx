// Who treats a patient, and whoever may change it does so here.
import { useSignal } from '@preact/signals';
import { answer, type Patient } from '../../clients/typescript/dist/index.js';
import { ActionButton, Confirm, showNotice } from '../kit/dialogs.tsx';
import { type Field, Input } from '../kit/fields.tsx';
import { invalidateLists } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Search } from '../kit/search.tsx';
import { Name, Time } from '../kit/words.tsx';
import { api, user } from '../session.ts';

export function CareTeam({ patient, may }: { patient: Patient; may: boolean }) {
  const { id } = patient;
  const assigned = useLoaded(() => answer(api.mappings.patient[':id'].$get({ param: { id } })), `of ${id}`);
  const assign = async (doctor: number, expires_at: string | null) => {
    await answer(api.mappings.$post({ json: { patient: id, doctor, ...(expires_at && { expires_at }) } }));
    invalidateLists();
    assigned.again();
  };
  const unassign = async (mapping: number) => {
    await answer(api.mappings[':id'].$delete({ param: { id: mapping } }));
    invalidateLists();
    assigned.again();
  };
  return (
    <section>
      <h2>Doctors</h2>
      {/* the record was read a moment ago, so this is an emergency, which opens the record and nothing else */}
      {assigned.trouble?.code === 'not_found' ? (
        <p>You opened this record in an emergency. Who treats the patient is not shown to you.</p>
      ) : (
        <Show loaded={assigned}>
          {(doctors) => (
            <ul class="plain">
              {doctors.map(({ id: mapping, doctor, expires_at, doctor_detail: { name, specialization, user_id } }) => (
                <li key={mapping}>
                  <span>
                    <a href={`/portal/doctors/${doctor}`}>
                      <Name of={name} />
                    </a>{' '}
                    · <Name of={specialization} />
                    {expires_at && (
                      <>
                        , until <Time at={expires_at} />
                      </>
                    )}
                  </span>
                  {user_id !== null && user_id === user.value?.id && (
                    <Decline of={patient.name} act={() => unassign(mapping)} />
                  )}
                  {may && (
                    <ActionButton
                      label={`Unassign ${name}`}
                      act={async () => {
                        await unassign(mapping);
                        showNotice(`${name} no longer treats ${patient.name}.`, () => assign(doctor, expires_at));
                      }}
                    />
                  )}
                </li>
              ))}
              {doctors.length === 0 && <li>Nobody is assigned yet.</li>}
            </ul>
          )}
        </Show>
      )}
      {may && <AssignForm assign={assign} known={assigned.value?.map(({ doctor }) => doctor) ?? []} />}
    </section>
  );
}

/** For the doctor who was assigned, by somebody whom they need not know. */
function Decline({ of, act }: { of: string; act(): Promise<unknown> }) {
  const isAsking = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="secondary"
        onClick={() => {
          isAsking.value = true;
        }}
      >
        Decline
      </button>
      {isAsking.value && (
        <Confirm
          title={`Do you not treat ${of}?`}
          button="Decline"
          act={async () => {
            await act();
            showNotice(`You no longer treat ${of}.`);
          }}
          close={() => {
            isAsking.value = false;
          }}
        >
          <p>
            The assignment ends. Whoever keeps the record, or an administrator, can assign you again. Decline what you
            know nothing of: anybody who may keep records can assign a patient to you.
          </p>
        </Confirm>
      )}
    </>
  );
}

function AssignForm(offer: OfferProps) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={({ currentTarget }) => {
        isOpen.value = currentTarget.open;
      }}
    >
      <summary>Assign a doctor</summary>
      {isOpen.value && <DoctorChoice {...offer} />}
    </details>
  );
}

interface OfferProps {
  assign(doctor: number, expires_at: string | null): Promise<unknown>;
  /** Who is assigned already. */
  known: number[];
}
/** The end of the day that was chosen, where somebody chose one. */
const endOf = (day: string) => (day ? new Date(`${day}T23:59:59`).toISOString() : null);
const untilField: Field = { name: 'until', label: 'Until', type: 'date', hint: 'the assignment ends with this day' };
function DoctorChoice({ assign, known }: OfferProps) {
  const until = useSignal('');
  return (
    <>
      <Input
        field={untilField}
        value={until.value}
        errors={undefined}
        onInput={(day) => {
          until.value = day;
        }}
      />
      <Search
        label="Find a doctor"
        find={(search) => answer(api.doctors.$get({ query: { ...(search && { search }), limit: 20 } }))}
        without={known}
        act={({ name }) => `Assign ${name}`}
        choose={({ id }) => assign(id, endOf(until.value))}
        nobody={<a href="/portal/doctors/new">Add a doctor</a>}
      >
        {({ name, specialization }) => (
          <>
            <Name of={name} /> · <Name of={specialization} />
          </>
        )}
      </Search>
    </>
  );
}
