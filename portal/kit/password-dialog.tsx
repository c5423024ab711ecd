// The dialog that asks for one's own password.
import { passwordRequest } from '../password-request.ts';
import { Dialog } from './dialogs.tsx';
import { type Field, Form } from './forms.tsx';

const fields: readonly Field[] = [
  {
    ...{ name: 'password', label: 'Your password', type: 'password', required: true },
    autocomplete: 'current-password',
  },
];
export function Proving() {
  const now = passwordRequest.value;
  if (!now) return null;
  return (
    <Dialog title="Give your password" close={now.cancel}>
      <Form fields={fields} button="Go on" cancel={now.cancel} send={({ password = '' }) => now.prove(password)}>
        <p>What you are about to do needs it, because you may have left this device to somebody.</p>
      </Form>
    </Dialog>
  );
}
