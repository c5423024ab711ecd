// An administrator's first page: what waits for one.
import { useSignal } from '@preact/signals';
import { answer, type Doctor, type Mail, type Waiting } from '../../../clients/typescript/dist/index.js';
import { ActionButton } from '../../kit/dialogs.tsx';
import { type Loaded, Show, useLoaded } from '../../kit/loading.tsx';
import { Page } from '../../kit/page.tsx';
import { counted, Name, Text, Time } from '../../kit/words.tsx';
import { api } from '../../session.ts';
import { ApprovalButton } from './approval.tsx';
import { purposes, sendAgain } from './mails.tsx';

export function Overview() {
  const waiting = useLoaded(() => answer(api.admin.waiting.$get()), 'waiting');
  return (
    <Page title="To do">
      <Show loaded={waiting}>
        {({ doctors, mails, accounts, emergencies, totals }) =>
          Object.values(totals).every((total) => total === 0) ? (
            <>
              <p>
                Nothing. No doctor awaits approval, every mail was handed over to the mail service, every emergency
                access is reviewed, and nobody has to wait after wrong passwords.
              </p>
              <p>
                All <a href="/portal/doctors">doctors</a>, <a href="/portal/mails">mails that were not sent</a> and{' '}
                <a href="/portal/accounts">accounts</a>.
              </p>
            </>
          ) : (
            <>
              {totals.emergencies > 0 && (
                <Emergencies emergencies={emergencies} total={totals.emergencies} waiting={waiting} />
              )}
              {totals.doctors > 0 && <Doctors doctors={doctors} total={totals.doctors} waiting={waiting} />}
              {totals.mails > 0 && <Mails mails={mails} total={totals.mails} waiting={waiting} />}
              {totals.accounts > 0 && <Accounts accounts={accounts} total={totals.accounts} />}
            </>
          )
        }
      </Show>
    </Page>
  );
}

function Doctors({ doctors, total, waiting }: { doctors: Doctor[]; total: number; waiting: Loaded<Waiting> }) {
  const asking = useSignal<number | undefined>(undefined);
  return (
    <section>
      <h2>{counted(total, 'doctor awaits', 'doctors await')} approval</h2>
      <p>Whoever is approved sees every patient. Compare the license number with your register first.</p>
      <ul class="plain">
        {doctors.map(({ id, name, specialization, license_number }) => (
          <li key={id}>
            <span>
              <a href={`/portal/doctors/${id}`}>
                <Name of={name} />
              </a>{' '}
              · <Name of={specialization} /> · license <Text of={license_number} />
            </span>
            <button
              type="button"
              class="secondary"
              onClick={() => {
                asking.value = id;
              }}
            >
              Approve {name}
            </button>
          </li>
        ))}
      </ul>
      <p>
        {total > doctors.length && <>These are the first {doctors.length}. </>}
        <a href="/portal/doctors?approved=false">All doctors who await approval</a>
      </p>
      {asking.value && (
        <ApprovalButton
          id={asking.value}
          done={waiting.again}
          close={() => {
            asking.value = undefined;
          }}
        />
      )}
    </section>
  );
}

interface EmergenciesProps {
  emergencies: Waiting['emergencies'];
  total: number;
  waiting: Loaded<Waiting>;
}
function Emergencies({ emergencies, total, waiting }: EmergenciesProps) {
  return (
    <section>
      <h2>{counted(total, 'emergency access', 'emergency accesses')} to review</h2>
      <p>A doctor opened the record of a patient who was not assigned. Ask why, if the reason does not say it.</p>
      <ul class="plain">
        {emergencies.map(({ id, patient, patient_name, doctor, doctor_name, reason, created_at }) => (
          <li key={id}>
            <span>
              <a href={`/portal/doctors/${doctor}`}>
                <Name of={doctor_name} />
              </a>{' '}
              opened{' '}
              <a href={`/portal/patients/${patient}`}>
                <Name of={patient_name ?? `Patient ${patient}`} />
              </a>
              , <Time at={created_at} />: <q>{reason}</q>
            </span>
            <ActionButton
              label={`Mark as reviewed: ${doctor_name} and ${patient_name ?? 'patient'}`}
              act={async () => {
                await answer(api.admin['emergency-accesses'][':id'].review.$post({ param: { id } }));
                await waiting.again();
              }}
            />
          </li>
        ))}
      </ul>
      <p>
        {total > emergencies.length && <>These are the first {emergencies.length}. </>}
        <a href="/portal/trail?action=emergency_access">All emergency accesses</a>
      </p>
    </section>
  );
}

function Mails({ mails, total, waiting }: { mails: Mail[]; total: number; waiting: Loaded<Waiting> }) {
  return (
    <section>
      <h2>{counted(total, 'mail')} could not be sent</h2>
      <ul class="plain">
        {mails.map(({ id, purpose, recipient, attempts, asked_at }) => (
          <li key={id}>
            <span>
              {purposes[purpose]} to <bdi>{recipient}</bdi>, of <Time at={asked_at} />, tried{' '}
              {counted(attempts, 'time')}
            </span>
            <ActionButton
              label={`Send again to ${recipient}`}
              act={async () => {
                await sendAgain(id);
                await waiting.again();
              }}
            />
          </li>
        ))}
      </ul>
      <p>
        {total > mails.length && <>These are the first {mails.length}. </>}
        <a href="/portal/mails">All mails that were not sent</a>
      </p>
    </section>
  );
}

const Accounts = ({ accounts, total }: { accounts: Waiting['accounts']; total: number }) => (
  <section>
    <h2>{counted(total, 'account waits', 'accounts wait')} after wrong passwords</h2>
    <p>Somebody has forgotten a password, or somebody else tries some. A link for a new password ends the wait.</p>
    <ul class="plain">
      {accounts.map(({ id, name, email, waits_until }) => (
        <li key={id}>
          <span>
            <a href={`/portal/accounts/${id}`}>
              <Name of={name} />
            </a>{' '}
            · <Text of={email} />, until <Time at={waits_until} />
          </span>
        </li>
      ))}
    </ul>
    <p>
      {total > accounts.length && <>These are the first {accounts.length}. </>}
      <a href="/portal/trail?action=login_limited">When that happened before</a> ·{' '}
      <a href="/portal/accounts">All accounts</a>
    </p>
  </section>
);
