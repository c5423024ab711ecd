// The pages that links in mails lead to. Each does one thing, when a person presses its button: to open a page uses
// nothing up, because programs that look at mails open links too. The token stands behind the # of the address, which no
// browser sends to a server.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { answer, Refused } from '../../clients/typescript/dist/index.js';
import { showNotice } from '../kit/dialogs.tsx';
import { type Field, Form, type Values } from '../kit/forms.tsx';
import { Page } from '../kit/page.tsx';
import { api, troubleOf, user } from '../session.ts';

export const email: Field = { name: 'email', label: 'Email', type: 'email', autocomplete: 'username', required: true };
export const newPassword = (name: string): Field => ({
  ...{ name, label: 'New password', hint: '8 characters or more', type: 'password' },
  ...{ autocomplete: 'new-password', required: true },
});
export const signInFields: readonly Field[] = [
  { name: 'username', label: 'Email or username', autocomplete: 'username', required: true },
  { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', required: true },
];

export const tokenOf = () => new URLSearchParams(location.hash.slice(1)).get('token') ?? '';

interface LinkPageProps {
  title: string;
  says?: ComponentChildren;
  fields?: readonly Field[];
  button: string;
  act(values: Values, token: string): Promise<unknown>;
  done: string;
  /** Without a token from a mail. */
  isOpen?: boolean;
  children?: ComponentChildren;
}
export function LinkPage({ title, says, fields = [], button, act, done, isOpen, children }: LinkPageProps) {
  const token = useRef(tokenOf()).current;
  const isDone = useSignal(false);
  const result = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (isDone.value) result.current?.focus();
  }, [isDone.value]);
  const send = async (values: Values) => {
    if ((await act(values, token)) === false) return false;
    history.replaceState(null, '', location.pathname);
    isDone.value = true;
    return true;
  };
  return (
    <Page title={title}>
      {isDone.value ? (
        <>
          <p ref={result} tabIndex={-1}>
            {done}
          </p>
          <p>
            <a href="/portal/">{user.value ? 'Go on' : 'Sign in'}</a>
          </p>
        </>
      ) : token || isOpen ? (
        <>
          <Form fields={fields} button={button} send={send}>
            {says && <div>{says}</div>}
          </Form>
          {children}
        </>
      ) : (
        <p>Open this page by the link in the mail that you got.</p>
      )}
      {!token && !isOpen && children}
    </Page>
  );
}

export const Forgot = () => (
  <LinkPage
    title="Forgotten password"
    fields={[email]}
    button="Send me a link"
    act={({ email = '' }) => answer(api.auth.password.forgot.$post({ json: { email } }))}
    done="If an account has this email, a link is on its way to it. It works for an hour."
    isOpen
  >
    <p>
      <a href="/portal/">Sign in</a>
    </p>
  </LinkPage>
);

export const Reset = () => (
  <LinkPage
    title="Choose a new password"
    fields={[newPassword('new_password')]}
    button="Use this password"
    act={({ new_password = '' }, token) => answer(api.auth.password.reset.$post({ json: { token, new_password } }))}
    done="Your password is changed, and you are signed out everywhere. Sign in with the new one."
  >
    <p>
      <a href="/portal/forgot">Send me another link</a>
    </p>
  </LinkPage>
);

/** The link of a new account works for whoever has it; that of a new email only for whoever is signed in to its account. */
export function Verify() {
  const { route } = useLocation();
  const needsSignIn = useSignal(false);
  return (
    <LinkPage
      key={String(needsSignIn.value)}
      title="Confirm your email"
      says={
        needsSignIn.value
          ? 'Sign in to the account whose email this is to be.'
          : 'With this button you say that the email is yours.'
      }
      fields={needsSignIn.value ? signInFields : []}
      button={needsSignIn.value ? 'Sign in and confirm' : 'Confirm'}
      act={async ({ username = '', password = '' }, token) => {
        const mustSignIn = needsSignIn.value && !user.value;
        if (mustSignIn) await answer(api.auth.login.$post({ json: { username: username.trim(), password } }));
        try {
          await answer(api.auth.email.verify.$post({ json: { token } }));
        } catch (error) {
          if (mustSignIn) showNotice(troubleOf(error).detail);
          needsSignIn.value = !user.value && error instanceof Refused && error.problem.status === 401;
          throw error;
        }
        if (user.value) await answer(api.auth.me.$get()).catch(() => {});
        // whoever has just signed in has another page by now
        if (!mustSignIn) return;
        showNotice('Your email is confirmed.');
        route('/portal/account', true);
      }}
      done="Your email is confirmed."
    />
  );
}

export const Undo = () => (
  <LinkPage
    title="Undo the change of your email"
    says="Your account gets this email back, and everybody who uses it now is signed out."
    button="Undo it"
    act={(_, token) => answer(api.auth.email.undo.$post({ json: { token } }))}
    done="Undone, and everybody is signed out. A link to choose a new password is on its way to this address."
  />
);
