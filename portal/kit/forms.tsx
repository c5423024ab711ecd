// Forms: what is wrong with a field stands beside it, and what was typed stays until it has arrived.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { newKey } from '../../clients/typescript/dist/index.js';
import { type Trouble, troubleOf, user } from '../session.ts';
import { Problem } from './loading.tsx';

export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'tel' | 'password' | 'date' | 'number' | 'lines' | 'choice';
  required?: boolean;
  hint?: string;
  autocomplete?: string;
  /** For a choice: what is sent, and what is read. */
  options?: readonly (readonly [value: string, label: string])[];
}
export type Values = Record<string, string>;

/** What a record has in these fields, as a form holds it. */
export const valuesOf = (fields: readonly Field[], record: object = {}): Values =>
  Object.fromEntries(
    fields.map(({ name }) => [name, String((record as Record<string, unknown>)[name] ?? '')] as const),
  );

const sent = ({ type }: Field, value: string): string | number | null => {
  const text = type === 'password' ? value : value.trim();
  if (text === '') return null;
  return type === 'number' ? Number(text) : text;
};
/** For a new record: what was filled in. */
export const filled = (fields: readonly Field[], values: Values) =>
  Object.fromEntries(
    fields.map((field) => [field.name, sent(field, values[field.name] ?? '')]).filter(([, value]) => value !== null),
  );
/** For one that is there: what is another than before. Empty is null, which clears. */
export const changed = (fields: readonly Field[], before: Values, after: Values) =>
  Object.fromEntries(
    fields
      .filter(({ name }) => (before[name] ?? '') !== (after[name] ?? ''))
      .map((field) => [field.name, sent(field, after[field.name] ?? '')]),
  );

interface InputProps {
  field: Field;
  value: string;
  errors: string[] | undefined;
  onInput(value: string): void;
}
function Input({ field, value, errors, onInput }: InputProps) {
  const { name, label, type = 'text', required, hint, autocomplete, options } = field;
  const id = useId();
  const about = [hint && `${id}-hint`, errors && `${id}-error`].filter(Boolean).join(' ');
  const common = {
    id,
    name,
    value,
    required,
    autocomplete: autocomplete ?? 'off',
    ...(about && { 'aria-describedby': about }),
    ...(errors && { 'aria-invalid': 'true' as const }),
    onInput: ({ currentTarget }: { currentTarget: { value: string } }) => onInput(currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>
        {label}
        {!required && <small> optional</small>}
      </label>
      {type === 'lines' ? (
        <textarea rows={4} {...common} />
      ) : type === 'choice' ? (
        <select {...common}>
          {!required && <option value="">—</option>}
          {options?.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      ) : (
        // each type of input has props of its own, of which these are none
        <input type={type as 'text'} {...common} />
      )}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      {errors && (
        <small id={`${id}-error`} class="error">
          {errors.join(', ')}
        </small>
      )}
    </div>
  );
}

/**
 * A key for what is sent, the same one for the same: what is sent again, because nobody knows whether it arrived, is done
 * once.
 */
export const useKey = (): ((json: object) => string) => {
  const last = useRef({ text: '', key: '' });
  return (json) => {
    const text = JSON.stringify(json);
    if (last.current.text !== text) last.current = { text, key: newKey() };
    return last.current.key;
  };
};

/** What somebody had typed when the session ended: it is there again once the same person is back. */
const drafts = new Map<string, Values>();
const useDraft = (fields: readonly Field[], first: Values, values: { value: Values }, button: string) => {
  const who = useRef(user.value?.id).current;
  const place = useRef(`${who} ${location.pathname} ${button}`).current;
  useEffect(() => {
    drafts.delete(place);
    return () => {
      const typed = fields.filter(({ name, type }) => type !== 'password' && values.value[name] !== first[name]);
      // another page was left on purpose, and so was what one had typed there
      if (who === undefined || user.value || typed.length === 0) return;
      drafts.set(place, Object.fromEntries(typed.map(({ name }) => [name, values.value[name] ?? ''])));
    };
  }, []);
  return drafts.get(place);
};

interface FormProps {
  fields: readonly Field[];
  /** What it begins with. */
  values?: Values;
  button: string;
  /** Sends it; what it throws is said in the form. */
  send(values: Values): Promise<unknown>;
  cancel?: (() => void) | undefined;
  /** A word before the fields. */
  children?: ComponentChildren;
}
export function Form({ fields, values: first = {}, button, send, cancel, children }: FormProps) {
  const begun = useRef<Values>({ ...valuesOf(fields), ...first }).current;
  const values = useSignal<Values>(begun);
  const draft = useDraft(fields, begun, values, button);
  if (draft && values.value === begun) values.value = { ...begun, ...draft };
  const trouble = useSignal<Trouble | undefined>(undefined);
  const isBusy = useSignal(false);
  const form = useRef<HTMLFormElement>(null);
  const errors = trouble.value?.errors ?? {};
  // what is wrong with something that has no field here
  const unplaced = Object.entries(errors).filter(([name]) => !fields.some((field) => field.name === name));

  const submit = async (event: Event) => {
    event.preventDefault();
    // not `disabled`: the button would lose the focus
    if (isBusy.value) return;
    isBusy.value = true;
    trouble.value = undefined;
    try {
      await send(values.value);
    } catch (error) {
      trouble.value = troubleOf(error);
      // once the fields say what is wrong with them
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus());
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <form ref={form} onSubmit={submit} noValidate>
      {children}
      {fields.map((field) => (
        <Input
          key={field.name}
          field={field}
          value={values.value[field.name] ?? ''}
          errors={errors[field.name]}
          onInput={(value) => {
            values.value = { ...values.value, [field.name]: value };
          }}
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
          <button type="button" class="secondary" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}
