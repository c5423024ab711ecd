// For an administrator: takes away the second factor of somebody who has lost it.
import { useSignal } from '@preact/signals';
import { answer } from '../../../clients/typescript/dist/index.js';
import { Confirm, showNotice } from '../../kit/dialogs.tsx';
import { api } from '../../session.ts';

export function ResetFactor({ id, name }: { id: number; name: string }) {
  const isAsking = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="secondary"
        onClick={() => {
          isAsking.value = true;
        }}
      >
        Take away the second factor
      </button>
      {isAsking.value && (
        <Confirm
          title={`Take away the second factor of ${name}?`}
          button="Take it away"
          close={() => {
            isAsking.value = false;
          }}
          act={async () => {
            await answer(api.admin.users[':id']['reset-mfa'].$post({ param: { id } }));
            showNotice(`${name} signs in with the password alone now.`);
          }}
        >
          <p>
            For somebody who has lost it. Be sure that it is they who ask. Every device of theirs is signed out, and
            they are told by mail.
          </p>
        </Confirm>
      )}
    </>
  );
}
