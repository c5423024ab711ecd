// Forms: what is wrong with a field stands beside it, and what was typed stays until it has arrived.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { newKey } from '../../clients/typescript/dist/index.js';
import { type Trouble, troubleOf, user, wasCancelled } from '../session.ts';
import { Confirm, showNotice } from './dialogs.tsx';
import { draftKey, dropDraft, loadDraft, saveDraft } from './drafts.ts';
import { badInputErrors, type Field, Input, type Values, valuesOf } from './fields.tsx';
import { Problem } from './loading.tsx';

export { changedFields as changed, type Field, type Values, valuesOf, withoutEmpty as filled } from './fields.tsx';

/**
 * A key for what is sent, the same one for the same: what is sent again, because nobody knows whether it arrived, is done
 * once.
 */
export const useIdempotencyKey = (): ((json: object) => string) => {
  const last = useRef({ text: '', key: '' });
  return (json) => {
    const text = JSON.stringify(json);
    if (last.current.text !== text) last.current = { text, key: newKey() };
    return last.current.key;
  };
};

const offline = 'Nothing of what you typed is lost: try again when there is one.';

interface FormProps {
  fields: readonly Field[];
  /** What it begins with. */
  values?: Values;
  button: string;
  /** Sends it; what it throws is said in the form. False: it is not saved, and what was typed is still a draft. */
  send(values: Values): Promise<unknown>;
  cancel?: (() => void) | undefined;
  /** The record that is being changed, which is kept with the draft. */
  base?: unknown;
  /** After a draft that was found was thrown away. */
  thrownAway?: (() => void) | undefined;
  /** A word before the fields. */
  children?: ComponentChildren;
}
export function Form(props: FormProps) {
  const { fields, values: first = {}, button, send, cancel, base, thrownAway, children } = props;
  const begun = useRef<Values>({ ...valuesOf(fields), ...first }).current;
  const place = useRef(draftKey(button)).current;
  const found = useRef(loadDraft(place)).current;
  const values = useSignal<Values>({ ...begun, ...found?.values });
  const isFound = useSignal(found !== undefined);
  const isLeaving = useSignal(false);
  const trouble = useSignal<Trouble | undefined>(undefined);
  const isBusy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  /** What no browser could read is no part of a draft: it would be as if it had been cleared. */
  const unread = useRef(new Set<string>()).current;
  const errors = trouble.value?.errors ?? {};
  // what is wrong with something that has no field here
  const unplaced = Object.entries(errors).filter(([name]) => !fields.some((field) => field.name === name));

  useEffect(
    () => () => {
      if (user.value && loadDraft(place) && !isBusy.value)
        showNotice('What you typed is kept here until you sign out.');
    },
    [],
  );
  const type = (name: string, value: string, input: EventTarget) => {
    values.value = { ...values.value, [name]: value };
    if (badInputErrors(input)) unread.add(name);
    else unread.delete(name);
    // what is being corrected is no longer wrong
    if (name in errors) {
      const { [name]: corrected, ...rest } = errors;
      trouble.value = trouble.value && Object.keys(rest).length > 0 ? { ...trouble.value, errors: rest } : undefined;
    }
    if (!place) return;
    const isSecret = ({ type, autocomplete }: Field) => type === 'password' || autocomplete === 'one-time-code';
    const typed = fields.filter((one) => !isSecret(one) && !unread.has(one.name));
    const mine = typed.map((one) => [one.name, values.value[one.name] ?? ''] as const);
    const draft = Object.fromEntries(mine.filter(([one, text]) => text !== begun[one]));
    if (Object.keys(draft).length > 0) saveDraft(place, { values: draft, base });
    else dropDraft(place);
  };
  const throwAway = () => {
    dropDraft(place);
    unread.clear();
    values.value = begun;
    trouble.value = undefined;
    isFound.value = false;
    form.current?.reset();
    thrownAway?.();
  };
  const leave = () => {
    if (loadDraft(place) || unread.size > 0) isLeaving.value = true;
    else cancel?.();
  };

  const refused = (now: Trouble) => {
    trouble.value = now;
    // once the fields say what is wrong with them
    setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    // not `disabled`: the button would lose the focus
    if (isBusy.value) return;
    const wrong = [...(form.current?.elements ?? [])].map((input) => [input, badInputErrors(input)] as const);
    const said = wrong.filter(([, text]) => text).map(([input, text]) => [input.getAttribute('name'), [text]]);
    if (said.length > 0) return refused({ detail: '', errors: Object.fromEntries(said) });
    isBusy.value = true;
    trouble.value = undefined;
    try {
      if ((await send(values.value)) !== false) dropDraft(place);
    } catch (error) {
      if (!wasCancelled(error)) refused(troubleOf(error, offline));
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      {children}
      {isFound.value && (
        <p class="note found" role="status">
          What you had typed is here again, and not saved yet.{' '}
          <button type="button" class="link" onClick={throwAway}>
            Throw it away
          </button>
        </p>
      )}
      {fields.map((field) => (
        <Input
          key={field.name}
          field={field}
          value={values.value[field.name] ?? ''}
          errors={errors[field.name]}
          onInput={(value, input) => type(field.name, value, input)}
        />
      ))}
      {trouble.value && (Object.keys(errors).length === 0 || unplaced.length > 0) && (
        <Problem
          trouble={{
            ...trouble.value,
            detail: unplaced.map(([name, said]) => `${name}: ${said.join(', ')}`).join('. ') || trouble.value.detail,
          }}
        />
      )}
      <div class="buttons">
        <button type="submit" aria-disabled={isBusy.value} aria-busy={isBusy.value}>
          {button}
        </button>
        {cancel && (
          <button type="button" class="secondary" onClick={leave}>
            Cancel
          </button>
        )}
      </div>
      {isLeaving.value && (
        <Confirm
          title="Throw away what you typed?"
          button="Throw it away"
          cancel="Go on editing"
          close={() => {
            isLeaving.value = false;
          }}
          act={async () => {
            throwAway();
            cancel?.();
          }}
        >
          <p>It is not saved.</p>
        </Confirm>
      )}
    </form>
  );
}
