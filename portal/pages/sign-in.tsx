// Signing in, and registering where that is open. Shown in place of a page that needs it, so that one is there afterwards.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { answer, needsCode, Refused } from '../../clients/typescript/dist/index.js';
import { loadReadiness, loadService } from '../deployment.ts';
import { hasAnyDraft } from '../kit/drafts.ts';
import { type Field, Form, filled, type Values } from '../kit/forms.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { Page } from '../kit/page.tsx';
import { api, signedOutReason } from '../session.ts';
import { ownDoctorFields } from './doctors.tsx';
import { newPassword, signInFields } from './links.tsx';
import { ownPatientFields } from './patients.tsx';
import { SecondStep } from './second-factor.tsx';

const loadDeployment = async () => {
  const [service, readiness] = await Promise.all([loadService(), loadReadiness()]);
  return { ...service, ...readiness };
};

export function SignIn() {
  const deployment = useLoaded(loadDeployment, 'deployment');
  const otpToken = useSignal<string | undefined>(undefined);
  if (otpToken.value)
    return (
      <SecondStep
        token={otpToken.value}
        back={() => {
          otpToken.value = undefined;
        }}
      />
    );
  return (
    <Page title="Sign in">
      {signedOutReason.value && (
        <p class="problem" role="status">
          {signedOutReason.value}
        </p>
      )}
      {hasAnyDraft.value && (
        <p class="note found" role="status">
          What you typed is kept in this tab. It is there again once you have signed in.
        </p>
      )}
      <Form
        fields={signInFields}
        button="Sign in"
        send={async ({ username = '', password = '' }) => {
          try {
            await answer(api.auth.login.$post({ json: { username: username.trim(), password } }));
          } catch (error) {
            if (!(error instanceof Refused && needsCode(error.problem))) throw error;
            otpToken.value = error.problem.otp_token;
          }
          signedOutReason.value = undefined;
        }}
      />
      <p>
        <a href="/portal/forgot">Forgotten password</a>
      </p>
      {deployment.value && deployment.value.registration.length > 0 && (
        <p>
          No account yet? <a href="/portal/register">Register</a>
        </p>
      )}
      {deployment.value && !deployment.value.has_administrator && (
        <aside class="note">
          <h2>Nobody administers this yet</h2>
          <p>The first administrator is made on the command line, where this runs:</p>
          <pre>
            <code>npm run admin -- create you@example.com</code>
          </pre>
        </aside>
      )}
    </Page>
  );
}

const accountFields: readonly Field[] = [
  { name: 'name', label: 'Name', autocomplete: 'name', required: true },
  { name: 'email', label: 'Email', type: 'email', autocomplete: 'email', required: true },
  { ...newPassword('password'), label: 'Password' },
];
const without = (fields: readonly Field[], ...names: string[]) => fields.filter(({ name }) => !names.includes(name));
const registrationKinds = {
  user: { label: 'I keep the records of patients', fields: accountFields },
  patient: {
    label: 'I am a patient',
    fields: [...accountFields, ...without(ownPatientFields, 'name', 'email', 'age')],
  },
  doctor: { label: 'I am a doctor', fields: [...accountFields, ...without(ownDoctorFields, 'name')] },
};
type RegistrationKind = keyof typeof registrationKinds;
const isRegistrationKind = (name: string): name is RegistrationKind => name in registrationKinds;

const register = (way: RegistrationKind, values: Values) => {
  // the API could do without a name; other people could not
  const json = { name: '', ...filled(registrationKinds[way].fields, values) };
  // the server says what is wrong with it, field by field
  if (way === 'patient') return answer(api.auth.register.patient.$post({ json: json as never }));
  if (way === 'doctor') return answer(api.auth.register.doctor.$post({ json: json as never }));
  return answer(api.auth.register.$post({ json: json as never }));
};

export function Register() {
  const deployment = useLoaded(loadDeployment, 'deployment');
  const { route } = useLocation();
  const chosen = useSignal<RegistrationKind | undefined>(undefined);
  return (
    <Page title="Register">
      <Show loaded={deployment}>
        {({ registration }) => {
          const open = registration.filter(isRegistrationKind);
          const way = chosen.value ?? (open.length === 1 ? open[0] : undefined);
          if (open.length === 0) return <p>Accounts are opened by invitation here. Ask whoever runs this for one.</p>;
          return (
            <>
              {open.length > 1 && (
                <fieldset>
                  <legend>Who you are</legend>
                  {open.map((one) => (
                    <label key={one}>
                      <input
                        type="radio"
                        name="way"
                        checked={one === way}
                        onChange={() => {
                          chosen.value = one;
                        }}
                      />
                      {registrationKinds[one].label}
                    </label>
                  ))}
                </fieldset>
              )}
              {way && (
                <Form
                  fields={registrationKinds[way].fields}
                  button="Register"
                  send={async (values) => {
                    await register(way, values);
                    route('/portal/', true);
                  }}
                />
              )}
            </>
          );
        }}
      </Show>
      <p>
        <a href="/portal/">Sign in</a>
      </p>
    </Page>
  );
}
