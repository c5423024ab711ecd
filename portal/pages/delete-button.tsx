// Asks before a record is deleted, once it is known what goes along; whoever can bring it back at once finds how.
import type { ComponentChildren } from 'preact';
import { Confirm, showNotice } from '../kit/dialogs.tsx';
import { invalidateLists } from '../kit/lists.tsx';
import { Show, useLoaded } from '../kit/loading.tsx';
import { user } from '../session.ts';
import { restoreDeleted } from './admin/restore.ts';

interface DeletingProps<Along> {
  kind: 'patient' | 'doctor';
  record: { id: number; name: string };
  /** What goes along with it, and how that is said. */
  along(id: number): Promise<Along>;
  says(along: Along): ComponentChildren;
  act(id: number): Promise<unknown>;
  close(): void;
  done(): void;
}
export function DeleteButton<Along>({ kind, record, along, says, act, close, done }: DeletingProps<Along>) {
  const { id, name } = record;
  const going = useLoaded(() => along(id), `along with ${kind} ${id}`);
  const isAdmin = user.value?.role === 'admin';
  return (
    <Confirm
      title={`Delete ${name}?`}
      button="Delete"
      isReady={going.value !== undefined}
      close={close}
      act={async () => {
        await act(id);
        invalidateLists();
        showNotice(`${name} is deleted.`, isAdmin ? () => restoreDeleted(kind, id) : undefined);
        done();
      }}
    >
      <Show loaded={going}>
        {(along) => (
          <p>
            The record goes{says(along)}{' '}
            {isAdmin ? 'You can bring the record back from the trail.' : 'An administrator can bring the record back.'}
          </p>
        )}
      </Show>
    </Confirm>
  );
}
