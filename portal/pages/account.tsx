// What everybody may do with their own account: how it is called, its email, its password, its devices, its end.
import { useSignal } from '@preact/signals';
import { answer, type User } from '../../clients/typescript/dist/index.js';
import { ActionButton, showNotice } from '../kit/dialogs.tsx';
import { Edit, fetchWithEtag, type WithEtag } from '../kit/edit-form.tsx';
import { type Field, Form } from '../kit/forms.tsx';
import { Show, useLoaded, useReload } from '../kit/loading.tsx';
import { Page } from '../kit/page.tsx';
import { withPassword } from '../password-request.ts';
import { api, user } from '../session.ts';
import { Devices } from './devices.tsx';
import { EraseAccount } from './erase-account.tsx';
import { newPassword } from './links.tsx';
import { FactorSection } from './second-factor.tsx';

const fetchAccount = () => fetchWithEtag(api.auth.me.$get());

export function Account() {
  // a new password gives this device another session
  const passwords = useSignal(0);
  const known = user.value;
  if (!known) return null;
  return (
    <Page title="My account">
      <Names />
      <Email of={known} />
      <Password key={`password ${passwords.value}`} done={() => passwords.value++} />
      <FactorSection key={`factor ${passwords.value}`} />
      <Devices key={`devices ${passwords.value}`} />
      <EraseAccount role={known.role} />
    </Page>
  );
}

const names: readonly Field[] = [
  { name: 'name', label: 'Name', autocomplete: 'name', required: true },
  {
    ...{ name: 'username', label: 'Username', autocomplete: 'username', required: true },
    hint: 'You sign in with it, or with your email. Letters, digits and _ . + -',
  },
];
function Names() {
  const me = useLoaded(fetchAccount, 'me');
  const version = useSignal(0);
  const again = async () => {
    me.set(await fetchAccount());
    version.value++;
  };
  return (
    <section>
      <h2>Who you are</h2>
      <Show loaded={me}>
        {(from: WithEtag<User>) => (
          <Edit
            key={version.value}
            fields={names}
            from={from}
            save={async ({ etag }, json) => {
              const headers = { 'If-Match': etag };
              await withPassword((proof) => answer(api.auth.me.$patch({ json: { ...json, ...proof } }, { headers })));
              await again();
            }}
            read={fetchAccount}
            done={() => showNotice('Saved.')}
          />
        )}
      </Show>
    </section>
  );
}

const resend = async () => {
  await answer(api.auth.email.resend.$post());
  showNotice('A link is on its way.');
};

const emailFields: readonly Field[] = [
  { name: 'email', label: 'New email', type: 'email', autocomplete: 'email', required: true },
  {
    ...{ name: 'password', label: 'Your password', type: 'password', required: true },
    autocomplete: 'current-password',
  },
];
function Email({ of: { email, email_verified, pending_email } }: { of: User }) {
  const changes = useSignal(0);
  const waits = pending_email !== null || !email_verified;
  useReload(() => waits && answer(api.auth.me.$get()).catch(() => {}));
  return (
    <section>
      <h2>Email</h2>
      <p>
        {email === null ? 'You have none.' : <bdi>{email}</bdi>}
        {email !== null && (email_verified ? ' · confirmed' : ' · not confirmed yet')}
      </p>
      {pending_email !== null && (
        <p>
          <bdi>{pending_email}</bdi> takes its place once you use the link that was sent there.
        </p>
      )}
      {waits && (email !== null || pending_email !== null) && <ActionButton label="Send the link again" act={resend} />}
      <details key={changes.value}>
        <summary>Change my email</summary>
        <Form
          fields={emailFields}
          button="Change my email"
          send={async ({ email = '', password = '' }) => {
            const json = { email: email.trim(), ...(password && { password }) };
            const now = await answer(api.auth.me.$patch({ json }));
            changes.value++;
            showNotice(
              now.pending_email ? `A link is on its way to ${now.pending_email}.` : 'That is your email already.',
            );
          }}
        >
          <p>The new one counts once you have used the link that is sent to it. Until then nothing changes.</p>
        </Form>
      </details>
    </section>
  );
}

const passwordFields: readonly Field[] = [
  {
    ...{ name: 'current_password', label: 'Password until now', type: 'password', required: true },
    autocomplete: 'current-password',
  },
  newPassword('new_password'),
];
const Password = ({ done }: { done(): void }) => (
  <section>
    <h2>Password</h2>
    <details>
      <summary>Change my password</summary>
      <Form
        fields={passwordFields}
        button="Change my password"
        send={async ({ current_password = '', new_password = '' }) => {
          await answer(api.auth.password.$post({ json: { current_password, new_password } }));
          showNotice('Your password is changed. Every other device is signed out.');
          done();
        }}
      >
        <p>Every other device is signed out. You stay signed in here.</p>
      </Form>
    </details>
  </section>
);

/** In place of every page that the server does not answer to before the email is confirmed. */
export function Unverified() {
  const known = user.value;
  useReload(() => answer(api.auth.me.$get()).catch(() => {}));
  return (
    <Page title="Confirm your email">
      <p>
        A link was sent to <bdi>{known?.pending_email ?? known?.email}</bdi>. Once you have used it, this page shows
        what you came for.
      </p>
      <div class="buttons">
        <ActionButton label="Send the link again" kind="" act={resend} />
      </div>
      <p>
        Is the email wrong? Change it in <a href="/portal/account">your account</a>.
      </p>
    </Page>
  );
}
