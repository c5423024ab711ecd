// The dialog that asks for one's own password.
import { passwordRequest } from '../password-request.ts';
import { Dialog } from './dialogs.tsx';
import { type Field, Form } from './forms.tsx';

/** What proves who one is, in every form that asks for it. */
export const proofFields: Record<'password' | 'code', Field> = {
  password: {
    ...{ name: 'password', label: 'Your password', type: 'password', required: true },
    autocomplete: 'current-password',
  },
  code: {
    ...{ name: 'code', label: 'Code of your app', hint: 'six digits', required: true },
    autocomplete: 'one-time-code',
  },
};
export function Proving() {
  const now = passwordRequest.value;
  if (!now) return null;
  return (
    <Dialog title={now.asks === 'code' ? 'Enter a code' : 'Give your password'} close={now.cancel}>
      <Form
        fields={[proofFields[now.asks]]}
        button="Go on"
        cancel={now.cancel}
        send={(values) => now.prove(values[now.asks] ?? '')}
      >
        <p>What you are about to do needs it, because you may have left this device to somebody.</p>
      </Form>
    </Dialog>
  );
}
