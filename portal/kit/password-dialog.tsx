// The dialog that asks for one's own password.
import { passwordRequest } from '../password-request.ts';
import { Dialog } from './dialogs.tsx';
import { type Field, Form } from './forms.tsx';

const fields: Record<'password' | 'code', Field> = {
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
        fields={[fields[now.asks]]}
        button="Go on"
        cancel={now.cancel}
        send={(values) => now.prove(values[now.asks] ?? '')}
      >
        <p>What you are about to do needs it, because you may have left this device to somebody.</p>
      </Form>
    </Dialog>
  );
}
