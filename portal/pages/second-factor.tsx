// The second factor: setting one up with an app, recovery codes to keep, taking it away; and the code at sign-in.
import { useSignal } from '@preact/signals';
import { answer, type Routes, type SecondFactor } from '../../clients/typescript/dist/index.js';
import { showNotice } from '../kit/dialogs.tsx';
import { type Field, Form } from '../kit/forms.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Page } from '../kit/page.tsx';
import { proofFields } from '../kit/password-dialog.tsx';
import { Time } from '../kit/words.tsx';
import { accountBlock, api } from '../session.ts';

type Enrolment = Routes['/api/auth/mfa/totp']['$post']['output'];

const { password: passwordField, code: codeField } = proofFields;
const recoveryField: Field = {
  ...{ name: 'recovery_code', label: 'Recovery code', required: true, hint: 'one that you have not used' },
  autocomplete: 'one-time-code',
};

/** Either of the two, with a button that changes to the other. */
function useEitherCode() {
  const isRecovery = useSignal(false);
  const field = isRecovery.value ? recoveryField : codeField;
  const other = (
    <button
      type="button"
      class="link"
      onClick={() => {
        isRecovery.value = !isRecovery.value;
      }}
    >
      {isRecovery.value ? 'Use a code of your app' : 'Use a recovery code instead'}
    </button>
  );
  return { field, other, of: ({ code = '', recovery_code = '' }) => (isRecovery.value ? { recovery_code } : { code }) };
}

/** The second step of signing in. */
export function SecondStep({ token, back }: { token: string; back(): void }) {
  const { field, other, of } = useEitherCode();
  return (
    <Page title="Enter a code">
      <Form
        key={field.name}
        fields={[field]}
        button="Sign in"
        cancel={back}
        send={(values) => answer(api.auth.login.otp.$post({ json: { otp_token: token, ...of(values) } }))}
      >
        <p>Your account has a second factor. Open the app on your phone that shows its codes.</p>
      </Form>
      <p>{other}</p>
    </Page>
  );
}

/** In place of every page that the server does not answer to before there is one. */
export const FactorRequired = () => (
  <Page title="Set up a second factor">
    <p>Your role needs one here. Once it is set up, this page shows what you came for.</p>
    <Factor />
  </Page>
);

export const FactorSection = () => (
  <section>
    <h2>Second factor</h2>
    <Factor />
  </section>
);

function Factor() {
  const factor = useLoaded(() => answer(api.auth.mfa.$get()), 'second factor');
  const codes = useSignal<string[] | undefined>(undefined);
  const shown = (next: string[]) => {
    codes.value = next;
    factor.again();
  };
  if (codes.value)
    return (
      <RecoveryCodes
        codes={codes.value}
        done={() => {
          codes.value = undefined;
          accountBlock.value = undefined;
        }}
      />
    );
  return (
    <Show loaded={factor}>
      {(is) =>
        is.enabled ? (
          <Enabled factor={is} shown={shown} again={factor.again} />
        ) : is.available ? (
          <SetUp shown={shown} />
        ) : (
          <p>This deployment offers none: whoever runs it has to set MFA_KEY first.</p>
        )
      }
    </Show>
  );
}

function SetUp({ shown }: { shown(codes: string[]): void }) {
  const enrolment = useSignal<Enrolment | undefined>(undefined);
  if (!enrolment.value)
    return (
      <details>
        <summary>Set up a second factor</summary>
        <Form
          fields={[passwordField]}
          button="Begin"
          send={async ({ password = '' }) => {
            enrolment.value = await answer(api.auth.mfa.totp.$post({ json: { password } }));
          }}
        >
          <p>To sign in then takes your password and a code of an app on your phone.</p>
        </Form>
      </details>
    );
  const { qr, secret, uri } = enrolment.value;
  return (
    <>
      <ol>
        <li>
          <p>Scan this with an app for codes, such as Google Authenticator, Microsoft Authenticator or Aegis.</p>
          <img class="qr" src={qr} alt="The key, for the camera of the app" width="220" height="220" />
          <p>
            Without a camera, type this key: <code class="key">{secret.replace(/(....)(?=.)/g, '$1 ')}</code>
          </p>
          <p>
            <a href={uri}>Open it in an app on this phone</a>
          </p>
        </li>
        <li>Enter the code that the app shows.</li>
      </ol>
      <Form
        fields={[codeField]}
        button="Confirm"
        cancel={() => {
          enrolment.value = undefined;
        }}
        send={async ({ code = '' }) => {
          const { recovery_codes } = await answer(api.auth.mfa.totp.confirm.$post({ json: { code } }));
          shown(recovery_codes);
        }}
      >
        <p>Every other device is signed out then.</p>
      </Form>
    </>
  );
}

function RecoveryCodes({ codes, done }: { codes: string[]; done(): void }) {
  const copy = async () => {
    await navigator.clipboard.writeText(codes.join('\n'));
    showNotice('The codes are copied.');
  };
  return (
    <div class="note codes">
      <h2>Your recovery codes</h2>
      <p>
        They are shown only now. Keep them where you find them without your phone, such as on paper or in a password
        manager. Each signs you in once instead of a code of the app.
      </p>
      <ul class="plain columns">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="buttons">
        <button type="button" class="secondary" onClick={copy}>
          Copy them
        </button>
        <button type="button" class="secondary" onClick={() => print()}>
          Print them
        </button>
        <button type="button" onClick={done}>
          I have kept them
        </button>
      </div>
    </div>
  );
}

interface EnabledProps {
  factor: SecondFactor;
  shown(codes: string[]): void;
  again(): Promise<void>;
}
function Enabled({ factor: { confirmed_at, recovery_codes_left }, shown, again }: EnabledProps) {
  const { field, other, of } = useEitherCode();
  return (
    <>
      <p>
        To sign in takes a code of your app as well, since <Time at={confirmed_at ?? ''} />. Recovery codes that are
        left: {recovery_codes_left}.
      </p>
      <details>
        <summary>Get new recovery codes</summary>
        <Form
          fields={[passwordField, codeField]}
          button="Get new recovery codes"
          send={async ({ password = '', code = '' }) => {
            const json = { password, code };
            shown((await answer(api.auth.mfa['recovery-codes'].$post({ json }))).recovery_codes);
          }}
        >
          <p>Those that you have are void then.</p>
        </Form>
      </details>
      <details>
        <summary>Take the second factor away</summary>
        <Form
          key={field.name}
          fields={[passwordField, field]}
          button="Take it away"
          send={async ({ password = '', ...values }) => {
            await answer(api.auth.mfa.$delete({ json: { password, ...of(values) } }));
            await again();
            showNotice('Your password alone signs you in now.');
          }}
        >
          <p>For another phone, or where you have lost it: then set up a new one.</p>
        </Form>
        <p>{other}</p>
      </details>
    </>
  );
}
