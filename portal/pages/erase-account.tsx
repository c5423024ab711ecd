// The end of an account, having read what goes and what stays.
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { answer, type User } from '../../clients/typescript/dist/index.js';
import { Dialog, showNotice } from '../kit/dialogs.tsx';
import { type Field, Form } from '../kit/forms.tsx';
import { api } from '../session.ts';

const fields: readonly Field[] = [
  {
    ...{ name: 'password', label: 'Your password', type: 'password', required: true },
    autocomplete: 'current-password',
  },
];
const whatStays: Record<User['role'], string> = {
  user: 'The records that you made of patients and doctors stay: administrators keep them.',
  admin: 'The records that you made of patients and doctors stay: other administrators keep them.',
  patient: 'Your patient record stays with those who treat you, and no account belongs to it any more.',
  doctor: 'Your doctor record stays, and who is assigned to you. It no longer has an account.',
};

export function EraseAccount({ role }: { role: User['role'] }) {
  const isOpen = useSignal(false);
  const { route } = useLocation();
  const close = () => {
    isOpen.value = false;
  };
  return (
    <section>
      <h2>Erase my account</h2>
      <p>Your name, email and password go, and you are signed out everywhere.</p>
      <button
        type="button"
        class="danger"
        onClick={() => {
          isOpen.value = true;
        }}
      >
        Erase my account
      </button>
      {isOpen.value && (
        <Dialog title="Erase your account?" close={close}>
          <Form
            fields={fields}
            button="Erase it for good"
            cancel={close}
            send={async ({ password = '' }) => {
              await answer(api.auth.me.$delete({ json: { password } }));
              showNotice('Your account is erased.');
              route('/portal/', true);
            }}
          >
            <p>
              <strong>What goes,</strong> at once and for good: your name, username, email and password, and every
              device is signed out.
            </p>
            <p>
              <strong>What stays:</strong> {whatStays[role]} The trail of who did what stays as well, in which you are
              called “Erased account”.
            </p>
          </Form>
        </Dialog>
      )}
    </section>
  );
}
