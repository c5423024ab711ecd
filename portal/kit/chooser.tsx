// Where two people changed a record at once: both versions, field by field, and of long texts both if one wants.
import { useSignal } from '@preact/signals';
import { Dialog } from './dialogs.tsx';
import { type Field, Form, type Values } from './forms.tsx';
import { Day, None } from './words.tsx';

/** As it is read elsewhere, and not as it is sent. */
const Read = ({ field: { type, options }, value }: { field: Field; value: string | undefined }) => {
  if (!value) return <None />;
  if (type === 'date') return <Day on={value} />;
  return <bdi>{options?.find(([sent]) => sent === value)?.[1] ?? value}</bdi>;
};

type Whose = 'mine' | 'theirs' | 'both';
const labels: Record<Whose, string> = { mine: 'Yours', theirs: 'Theirs', both: 'Both, as you put them together' };

interface ChooseProps {
  fields: readonly Field[];
  before: Values;
  mine: Values;
  theirs: Values;
  send(values: Values): Promise<unknown>;
  close(): void;
}
export function Choose({ fields, before, mine, theirs, send, close }: ChooseProps) {
  const differing = fields.filter(({ name }) => mine[name] !== theirs[name]);
  const isLong = ({ type, name }: Field) => type === 'lines' && mine[name] && theirs[name];
  const first = (field: Field): Whose => {
    // what only they changed is theirs, unless the person says otherwise
    if (mine[field.name] === before[field.name]) return 'theirs';
    return isLong(field) && theirs[field.name] !== before[field.name] ? 'both' : 'mine';
  };
  const chosen = useSignal<Record<string, Whose>>(
    Object.fromEntries(differing.map((field) => [field.name, first(field)])),
  );
  const together = useSignal<Values>(
    Object.fromEntries(differing.filter(isLong).map(({ name }) => [name, `${mine[name]}\n\n${theirs[name]}`])),
  );
  const of = ({ name }: Field, whose: Whose = 'mine') => ({ mine, theirs, both: together.value })[whose][name] ?? '';
  const merged = () => ({
    ...mine,
    ...Object.fromEntries(differing.map((field) => [field.name, of(field, chosen.value[field.name])])),
  });
  return (
    <Dialog title="Somebody changed this meanwhile" close={close}>
      <p>Choose for each field what is to be kept.</p>
      <Form fields={[]} button="Save what I chose" send={() => send(merged())} cancel={close}>
        {differing.map((field) => (
          <fieldset key={field.name} class={field.type === 'lines' ? 'choice long' : 'choice'}>
            <legend>{field.label}</legend>
            {(isLong(field) ? (['mine', 'theirs', 'both'] as const) : (['mine', 'theirs'] as const)).map((whose) => (
              <label key={whose}>
                <input
                  type="radio"
                  name={field.name}
                  checked={chosen.value[field.name] === whose}
                  onChange={() => {
                    chosen.value = { ...chosen.value, [field.name]: whose };
                  }}
                />
                <span>
                  {labels[whose]}
                  {whose !== 'both' && ':'}
                </span>{' '}
                {whose !== 'both' && <Read field={field} value={of(field, whose)} />}
              </label>
            ))}
            {chosen.value[field.name] === 'both' && (
              <textarea
                rows={8}
                aria-label={`${field.label}, both`}
                value={of(field, 'both')}
                onInput={({ currentTarget: { value } }) => {
                  together.value = { ...together.value, [field.name]: value };
                }}
              />
            )}
          </fieldset>
        ))}
      </Form>
    </Dialog>
  );
}
