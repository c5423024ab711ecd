// What patients have: their own record, who treats them, who looked.
import { useSignal } from '@preact/signals';
import { answer, type Patient, Refused, type Routes } from '../../clients/typescript/dist/index.js';
import { Confirm, showNotice } from '../kit/dialogs.tsx';
import { EditPage, fetchWithEtag, type WithEtag } from '../kit/edit-form.tsx';
import { type Column, invalidateLists, List } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Facts, Page } from '../kit/page.tsx';
import { humanize, Name, Time } from '../kit/words.tsx';
import { api, user } from '../session.ts';
import { DoctorList } from './doctors.tsx';
import { ownPatientFields, patientFacts, RegisteredBy, withoutAge } from './patients.tsx';

const fetchOwnRecord = () => fetchWithEtag(api['patient-profile'].$get());

/** Of somebody who left a record there is none, until another invitation. */
const fetchRecordIfAny = async () => {
  try {
    return await fetchOwnRecord();
  } catch (error) {
    if (error instanceof Refused && error.problem.status === 404) return null;
    throw error;
  }
};

export function MyRecord() {
  const own = useLoaded(fetchRecordIfAny, 'my record');
  const isLeaving = useSignal(false);
  const edit = (
    <a class="button" href="/portal/my-record/edit">
      Edit
    </a>
  );
  return (
    <Page title="My record" actions={own.value && edit}>
      <Show loaded={own}>
        {(found) =>
          found === null ? (
            <p>Your account has no record. Whoever treats you can invite you to one.</p>
          ) : (
            <>
              <Facts of={[['Name', <Name key="name" of={found.record.name} />], ...patientFacts(found.record)]} />
              {found.record.registered_by && (
                <section>
                  <h2>Who registered it</h2>
                  <p>
                    <RegisteredBy by={found.record.registered_by} /> made this record and keeps it, and reads what you
                    write in it. If you do not know them, leave it.
                  </p>
                  <button
                    type="button"
                    class="danger"
                    onClick={() => {
                      isLeaving.value = true;
                    }}
                  >
                    Leave this record
                  </button>
                </section>
              )}
            </>
          )
        }
      </Show>
      {isLeaving.value && (
        <Confirm
          title="Leave this record?"
          button="Leave it"
          act={async () => {
            await answer(api['patient-profile'].$delete());
            invalidateLists();
            own.set(null);
            showNotice('You have left the record. Your account stays.');
          }}
          close={() => {
            isLeaving.value = false;
          }}
        >
          <p>
            It stays with whoever made it, without you: you no longer see it, and they see nothing that you write from
            now on. Your account stays, and another invitation can give it another record.
          </p>
        </Confirm>
      )}
    </Page>
  );
}

export function EditMyRecord() {
  const save = async ({ record: { user_id, name }, etag }: WithEtag<Patient>, changes: object) => {
    const given = { param: { user_id: user_id ?? 0 }, json: { name, ...changes } };
    await answer(api['patient-profile'][':user_id'].$put(given, { headers: { 'If-Match': etag } }));
    showNotice('Saved.');
  };
  return (
    <EditPage
      title={() => 'Edit my record'}
      name="my record"
      fields={withoutAge(ownPatientFields)}
      save={save}
      read={fetchOwnRecord}
      back="/portal/"
    />
  );
}

export const MyDoctors = () => (
  <Page title="My doctors">
    <DoctorList
      route={api.patients['my-doctors'].$get}
      empty={<p>Whoever keeps your record says here who treats you.</p>}
    />
  </Page>
);

const actionLabels: Record<string, string> = {
  'create patient': 'made the record',
  'read patient': 'looked at the record',
  'update patient': 'changed the record',
  'delete patient': 'deleted the record',
  'lookup patient': 'looked you up by name and date of birth, in an emergency',
  'emergency_access patient': 'opened the record in an emergency',
  'read emergency_access': 'looked at an emergency access',
  'update emergency_access': 'reviewed an emergency access',
  'restore patient': 'brought the record back',
  'create mapping': 'assigned a doctor',
  'read mapping': 'looked at who treats you',
  'delete mapping': 'unassigned a doctor',
  'restore mapping': 'assigned a doctor again',
  'create user': 'made your account',
  'read user': 'looked at your account',
  'update user': 'changed your account',
};
const roles: Record<string, string> = {
  user: 'keeps records',
  admin: 'administrator',
  pending_doctor: 'doctor, not approved',
};
const Who = ({ actor_id, actor_name, actor_role }: AccessEntry) => {
  if (actor_id !== null && actor_id === user.value?.id) return <>You</>;
  if (actor_role === 'cli') return <>Whoever runs this server</>;
  const role = actor_role && (roles[actor_role] ?? actor_role);
  return (
    <span>
      {actor_name === null ? 'Nobody who was signed in' : <Name of={actor_name} />}
      {role && ` · ${role}`}
    </span>
  );
};
type AccessEntry = Routes['/api/patient-profile/access-log']['$get']['output'][number];
const columns: readonly Column<AccessEntry>[] = [
  { title: 'When', cell: ({ at }) => <Time at={at} /> },
  { title: 'Who', cell: (entry) => <Who {...entry} /> },
  {
    title: 'What',
    cell: ({ action, resource, reason }) => (
      <>
        {actionLabels[`${action} ${resource}`] ?? humanize(`${action} ${resource}`)}
        {reason !== null && (
          <>
            : <q>{reason}</q>
          </>
        )}
      </>
    ),
  },
];
export const AccessLog = () => (
  <Page title="Who looked at my record">
    <p>Everybody who looked at your record or changed it, and you yourself.</p>
    <List
      of={['entry', 'entries']}
      route={api['patient-profile']['access-log'].$get}
      columns={columns}
      keyOf={({ id }) => id}
    />
  </Page>
);
