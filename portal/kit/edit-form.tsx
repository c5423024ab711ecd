// Changes a record that others may be changing as well: where somebody was faster, both versions are shown, and the person
// chooses, field by field.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { type Answered, answer, Refused } from '../../clients/typescript/dist/index.js';
import { Choose } from './chooser.tsx';
import { draftKey, dropDraft, loadDraft } from './drafts.ts';
import { changed, type Field, Form, type Values, valuesOf } from './forms.tsx';
import { invalidateLists } from './lists.tsx';
import { Show, useLoaded } from './loading.tsx';
import { useGoBack } from './navigation.ts';
import { Page } from './page.tsx';

/** A record, and the version that it was read in. */
export interface WithEtag<T> {
  record: T;
  etag: string;
}
export const fetchWithEtag = async <T, Status extends number>(
  asked: Promise<Answered<T, Status>>,
): Promise<WithEtag<T>> => {
  const response = await asked;
  return { record: await answer(response), etag: response.headers.get('ETag') ?? '' };
};

const button = 'Save';
interface EditProps<T extends object> {
  fields: readonly Field[];
  from: WithEtag<T>;
  /** Sends what is another than in `from`, if the record is still in that version. */
  save(from: WithEtag<T>, changes: object): Promise<unknown>;
  /** The record as it is now. */
  read(): Promise<WithEtag<T>>;
  done(): void;
  cancel?: (() => void) | undefined;
}
interface Conflict<T> {
  mine: Values;
  theirs: WithEtag<T>;
}
export function Edit<T extends object>({ fields, from: now, save, read, done, cancel }: EditProps<T>) {
  const conflict = useSignal<Conflict<T> | undefined>(undefined);
  const place = useRef(draftKey(button)).current;
  // a draft goes on from the version that it was begun with, so that what others did since is a conflict and not lost
  const kept = useSignal(loadDraft(place)?.base as WithEtag<T> | undefined);
  const from = kept.value ?? now;
  const before = valuesOf(fields, from.record);
  const isSame = (some: Values, others: Values) => fields.every(({ name }) => some[name] === others[name]);
  const send = async (base: WithEtag<T>, values: Values): Promise<boolean> => {
    const changes = changed(fields, valuesOf(fields, base.record), values);
    if (Object.keys(changes).length > 0) {
      try {
        await loadWithRetry(() => save(base, changes));
      } catch (error) {
        if (!(error instanceof Refused && error.problem.code === 'stale_version')) throw error;
        const theirs = await read();
        const now = valuesOf(fields, theirs.record);
        // nobody changed what is shown here: only its version is another
        if (isSame(now, valuesOf(fields, base.record))) return send(theirs, values);
        // it was saved, and the answer got lost
        if (!isSame(now, values)) {
          conflict.value = { mine: values, theirs };
          return false;
        }
      }
      invalidateLists();
    }
    dropDraft(place);
    done();
    return true;
  };
  return (
    <>
      <Form
        key={kept.value ? 'found' : 'begun'}
        fields={fields}
        values={before}
        base={from}
        button={button}
        send={(values) => send(from, values)}
        cancel={cancel}
        thrownAway={() => {
          kept.value = undefined;
        }}
      />
      {conflict.value && (
        <Choose
          // anew when somebody was faster once more
          key={conflict.value.theirs.etag}
          fields={fields}
          before={before}
          mine={conflict.value.mine}
          theirs={valuesOf(fields, conflict.value.theirs.record)}
          send={(values) => send((conflict.value as Conflict<T>).theirs, values)}
          close={() => {
            conflict.value = undefined;
          }}
        />
      )}
    </>
  );
}

interface EditPageProps<T extends object> {
  title(record: T): string;
  /** What it is, among all that can be edited. */
  name: string;
  fields(record: T): readonly Field[];
  save(from: WithEtag<T>, changes: object): Promise<unknown>;
  read(): Promise<WithEtag<T>>;
  /** Where one came from. */
  back: string;
  /** A word before the fields. */
  about?: (record: T) => ComponentChildren;
}
/** A page to change one record, from which one goes back to where it is shown. */
export function EditPage<T extends object>({ title, name, fields, save, read, back, about }: EditPageProps<T>) {
  const loaded = useLoaded(read, name);
  const leave = useGoBack(back);
  return (
    <Page title={loaded.value ? title(loaded.value.record) : 'Edit'}>
      <Show loaded={loaded}>
        {(from) => (
          <>
            {about?.(from.record)}
            <Edit fields={fields(from.record)} from={from} save={save} read={read} done={leave} cancel={leave} />
          </>
        )}
      </Show>
    </Page>
  );
}

const maxAttempts = 3;
const pause = 2000;
/** Again while the database is away: what was saved in spite of that is found by its version. */
const loadWithRetry = async (act: () => Promise<unknown>): Promise<unknown> => {
  for (let tried = 1; ; tried++) {
    try {
      return await act();
    } catch (error) {
      if (tried === maxAttempts || !(error instanceof Refused && error.problem.status === 503)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};
