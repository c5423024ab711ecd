// The page of an invitation: who invites whom, to what and where, before anything is accepted; and then by a new account, or
// by one that is there.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { answer, type OpenInvitation, Refused } from '../../clients/typescript/dist/index.js';
import { Confirm, showNotice } from '../kit/dialogs.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Page } from '../kit/page.tsx';
import { Name, Time } from '../kit/words.tsx';
import { api, troubleOf, user } from '../session.ts';
import { LinkPage, newPassword, signInFields, tokenOf } from './links.tsx';

const roleDescriptions: Record<OpenInvitation['role'], string> = {
  patient: 'see their own medical record there',
  doctor: 'work there as a doctor',
  user: 'keep the records of patients there',
  admin: 'administer it: see and change everything',
};
const roleOf = ({ role, name }: OpenInvitation) =>
  name === null ? (
    <>Whoever accepts can {roleDescriptions[role]}.</>
  ) : (
    <>
      It is meant for <Name of={name} />, to {roleDescriptions[role]}.
    </>
  );

function About({ invitation }: { invitation: OpenInvitation }) {
  const { email, expires_at, invited_by: by } = invitation;
  return (
    <section class="note">
      <h2>Who invites you</h2>
      <p>
        {by === null ? (
          <>Whoever runs {location.host}</>
        ) : (
          <>
            {by.name === null ? 'Somebody' : <Name of={by.name} />}
            {by.email !== null && (
              <>
                {' '}
                (<Name of={by.email} />)
              </>
            )}
            , {by.administrator ? 'an administrator' : 'who has an account'} at {location.host},
          </>
        )}{' '}
        invites <Name of={email} /> to have an account there. {roleOf(invitation)}
      </p>
      {by !== null && !by.administrator && (
        <p>
          <strong>Accept only if you know this person.</strong> They write and read the record until you accept, and
          keep their copy of it if you leave later.
        </p>
      )}
      <p>
        The link works once, until <Time at={expires_at} />.
      </p>
    </section>
  );
}

export function Invited() {
  const token = useRef(tokenOf()).current;
  const found = useLoaded(() => answer(api.auth.invitations.look.$post({ json: { token } })), 'invitation');
  if (!token) return <AcceptForm />;
  if (!found.value)
    return (
      <Page title="Your invitation">
        <Show loaded={found}>{() => null}</Show>
      </Page>
    );
  return <AcceptForm invitation={found.value} />;
}

function AcceptForm({ invitation }: { invitation?: OpenInvitation }) {
  const { route } = useLocation();
  const isNew = useSignal(!user.value);
  const leaving = useSignal<string | undefined>(undefined);
  const home = () => route('/portal/', true);
  const says = invitation && <About invitation={invitation} />;
  if (isNew.value)
    return (
      <LinkPage
        key="new"
        title="Accept your invitation"
        says={says}
        fields={[{ name: 'name', label: 'Your name', autocomplete: 'name' }, newPassword('password')]}
        button="Open my account"
        act={async ({ name = '', password = '' }, token) => {
          const own = name.trim() ? { name: name.trim() } : {};
          await answer(api.auth.register.invited.$post({ json: { token, password, ...own } }));
          home();
        }}
        done="Your account is open."
      >
        <OtherAccount label="I have an account already" choose={() => (isNew.value = false)} />
      </LinkPage>
    );
  const known = user.value;
  const accept = async (token: string, leave?: true) => {
    await answer(api.auth.invitations.accept.$post({ json: { token, ...(leave && { leave }) } }));
    home();
  };
  return (
    <>
      <LinkPage
        key="there"
        title="Accept with your account"
        says={
          <>
            {says}
            {known && (
              <p>
                You are signed in as <Name of={known.name} />. This account gets what the invitation is for.
              </p>
            )}
          </>
        }
        fields={known ? [] : signInFields}
        button={known ? 'Accept' : 'Sign in and accept'}
        act={async ({ username = '', password = '' }, token) => {
          const isHere = user.value !== null;
          if (!isHere) {
            await answer(api.auth.login.$post({ json: { username: username.trim(), password } }));
            // another role needs the password, which was given a moment ago
            await api.auth['step-up'].$post({ json: { password } }).catch(() => {});
          }
          try {
            await accept(token);
          } catch (error) {
            const leaves = error instanceof Refused && error.problem.code === 'leaves_record';
            // whoever has just signed in has another page by now, which knows nothing of this
            if (!isHere)
              showNotice(
                leaves
                  ? 'Your account has a record already. Accept to see what becomes of it.'
                  : troubleOf(error).detail,
              );
            if (!leaves || !isHere) throw error;
            leaving.value = token;
            return false;
          }
          return true;
        }}
        done="Your account has what the invitation was for."
      >
        <OtherAccount label="Open a new account instead" choose={() => (isNew.value = true)} />
      </LinkPage>
      {leaving.value !== undefined && (
        <Confirm
          title="Leave the record that you have?"
          button="Leave it and accept"
          act={() => accept(leaving.value ?? '', true)}
          close={() => {
            leaving.value = undefined;
          }}
        >
          <p>
            Your account has another record, and an account has one. Whoever keeps that record keeps it, without you:
            you no longer see it, and its keeper sees nothing that you write from now on.
          </p>
        </Confirm>
      )}
    </>
  );
}

const OtherAccount = ({ label, choose }: { label: string; choose(): void }) => (
  <p>
    <button type="button" class="link" onClick={choose}>
      {label}
    </button>
  </p>
);
