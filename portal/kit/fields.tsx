// The fields of a form: what each is, how it is asked for, and what of it is sent.
import { useId } from 'preact/hooks';

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

const submittedText = ({ type }: Field, value: string): string | number | null => {
  const text = type === 'password' ? value : value.trim();
  if (text === '') return null;
  return type === 'number' ? Number(text) : text;
};
/** For a new record: what was filled in. */
export const withoutEmpty = (fields: readonly Field[], values: Values) =>
  Object.fromEntries(
    fields
      .map((field) => [field.name, submittedText(field, values[field.name] ?? '')])
      .filter(([, value]) => value !== null),
  );
/** For one that is there: what is another than before. Empty is null, which clears. */
export const changedFields = (fields: readonly Field[], before: Values, after: Values) =>
  Object.fromEntries(
    fields
      .filter(({ name }) => (before[name] ?? '') !== (after[name] ?? ''))
      .map((field) => [field.name, submittedText(field, after[field.name] ?? '')]),
  );

/**
 * What is wrong with an input that holds something which its browser cannot read. Its value is then empty, as if it had
 * been cleared, so this is asked before anything is sent.
 */
export const badInputErrors = (input: EventTarget | null): string | undefined => {
  if (!(input instanceof HTMLInputElement) || !input.validity.badInput) return undefined;
  return input.type === 'date' ? 'is not a whole date, or there is no such day' : 'is not a number';
};

interface InputProps {
  field: Field;
  value: string;
  errors: string[] | undefined;
  onInput(value: string, input: EventTarget): void;
}
export function Input({ field, value, errors, onInput }: InputProps) {
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
    onInput: ({ currentTarget }: { currentTarget: EventTarget & { value: string } }) =>
      onInput(currentTarget.value, currentTarget),
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
