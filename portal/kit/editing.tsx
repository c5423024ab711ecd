// Changes a record that others may be changing as well: where somebody was faster, both versions are shown, and the person
// chooses, field by field.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { type Answered, answer, Refused } from '../../clients/typescript/dist/index.js';
import { Dialog } from './dialogs.tsx';
import { changed, type Field, Form, type Values, valuesOf } from './forms.tsx';
import { useLeave } from './going.ts';
import { forgetLists } from './lists.tsx';
import { Show, useLoaded } from './loading.tsx';
import { Page } from './page.tsx';
import { Day, None } from './words.tsx';

/** A record, and the version that it was read in. */
export interface Tagged<T> {
  record: T;
  etag: string;
}
export const tagged = async <T, Status extends number>(asked: Promise<Answered<T, Status>>): Promise<Tagged<T>> => {
  const response = await asked;
  return { record: await answer(response), etag: response.headers.get('ETag') ?? '' };
};

interface EditProps<T extends object> {
  fields: readonly Field[];
  from: Tagged<T>;
  /** Sends what is another than in `from`, if the record is still in that version. */
  save(from: Tagged<T>, changes: object): Promise<unknown>;
  /** The record as it is now. */
  read(): Promise<Tagged<T>>;
  done(): void;
  cancel?: (() => void) | undefined;
}
interface Conflict<T> {
  mine: Values;
  theirs: Tagged<T>;
}
export function Edit<T extends object>({ fields, from, save, read, done, cancel }: EditProps<T>) {
  const conflict = useSignal<Conflict<T> | undefined>(undefined);
  const before = valuesOf(fields, from.record);
  const isSame = (some: Values, others: Values) => fields.every(({ name }) => some[name] === others[name]);
  const send = async (base: Tagged<T>, values: Values): Promise<void> => {
    const changes = changed(fields, valuesOf(fields, base.record), values);
    if (Object.keys(changes).length > 0) {
      try {
        await untilThere(() => save(base, changes));
      } catch (error) {
        if (!(error instanceof Refused && error.problem.code === 'stale_version')) throw error;
        const theirs = await read();
        const now = valuesOf(fields, theirs.record);
        // nobody changed what is shown here: only its version is another
        if (isSame(now, valuesOf(fields, base.record))) return send(theirs, values);
        // it was saved, and the answer got lost
        if (!isSame(now, values)) {
          conflict.value = { mine: values, theirs };
          return;
        }
      }
      forgetLists();
    }
    done();
  };
  return (
    <>
      <Form fields={fields} values={before} button="Save" send={(values) => send(from, values)} cancel={cancel} />
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
  save(from: Tagged<T>, changes: object): Promise<unknown>;
  read(): Promise<Tagged<T>>;
  /** Where one came from. */
  back: string;
  /** A word before the fields. */
  about?: (record: T) => ComponentChildren;
}
/** A page to change one record, from which one goes back to where it is shown. */
export function EditPage<T extends object>({ title, name, fields, save, read, back, about }: EditPageProps<T>) {
  const loaded = useLoaded(read, name);
  const leave = useLeave(back);
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

const tries = 3;
const pause = 2000;
/** Again while the database is away: what was saved in spite of that is found by its version. */
const untilThere = async (act: () => Promise<unknown>): Promise<unknown> => {
  for (let tried = 1; ; tried++) {
    try {
      return await act();
    } catch (error) {
      if (tried === tries || !(error instanceof Refused && error.problem.status === 503)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
};

/** As it is read elsewhere, and not as it is sent. */
const Read = ({ field: { type, options }, value }: { field: Field; value: string | undefined }) => {
  if (!value) return <None />;
  if (type === 'date') return <Day on={value} />;
  return <bdi>{options?.find(([sent]) => sent === value)?.[1] ?? value}</bdi>;
};

interface ChooseProps {
  fields: readonly Field[];
  before: Values;
  mine: Values;
  theirs: Values;
  send(values: Values): Promise<unknown>;
  close(): void;
}
function Choose({ fields, before, mine, theirs, send, close }: ChooseProps) {
  const differing = fields.filter(({ name }) => mine[name] !== theirs[name]);
  // what only they changed is theirs, unless the person says otherwise
  const chosen = useSignal<Record<string, 'mine' | 'theirs'>>(
    Object.fromEntries(differing.map(({ name }) => [name, mine[name] === before[name] ? 'theirs' : 'mine'] as const)),
  );
  const merged = () => {
    const values = { ...mine };
    for (const { name } of fields) if (chosen.value[name] === 'theirs') values[name] = theirs[name] ?? '';
    return values;
  };
  return (
    <Dialog title="Somebody changed this meanwhile" close={close}>
      <p>Choose for each field what is to be kept.</p>
      <Form fields={[]} button="Save what I chose" send={() => send(merged())} cancel={close}>
        {differing.map((field) => (
          <fieldset key={field.name} class="choice">
            <legend>{field.label}</legend>
            {(['mine', 'theirs'] as const).map((whose) => (
              <label key={whose}>
                <input
                  type="radio"
                  name={field.name}
                  checked={chosen.value[field.name] === whose}
                  onChange={() => {
                    chosen.value = { ...chosen.value, [field.name]: whose };
                  }}
                />
                <span>{whose === 'mine' ? 'Yours' : 'Theirs'}:</span>{' '}
                <Read field={field} value={(whose === 'mine' ? mine : theirs)[field.name]} />
              </label>
            ))}
          </fieldset>
        ))}
      </Form>
    </Dialog>
  );
}
