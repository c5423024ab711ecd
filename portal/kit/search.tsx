// Finds somebody by a word, to do something with them.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Act } from './dialogs.tsx';
import { Problem, useLoaded } from './loading.tsx';

interface SearchProps<Row extends { id: number }> {
  label: string;
  /** With a word, or without one. */
  find(search: string): Promise<Row[]>;
  /** What the button of a row says, and does. */
  act(row: Row): string;
  choose(row: Row): Promise<unknown>;
  /** How one reads a row. */
  children(row: Row): ComponentChildren;
  /** Where there is nobody like that. */
  nobody?: ComponentChildren;
}
const most = 8;
export function Search<Row extends { id: number }>({ label, find, act, choose, children, nobody }: SearchProps<Row>) {
  const id = useId();
  const search = useSignal('');
  const found = useLoaded(() => find(search.value), `${label} ${search.value}`);
  return (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={search.value}
        onInput={({ currentTarget: { value } }) => {
          search.value = value.trim();
        }}
      />
      {found.trouble && <Problem trouble={found.trouble} again={found.again} />}
      <ul class="plain">
        {found.value?.slice(0, most).map((row) => (
          <li key={row.id}>
            <span>{children(row)}</span>
            <Act label={act(row)} act={() => choose(row)} />
          </li>
        ))}
        {found.value?.length === 0 && (search.value !== '' || nobody) && <li>Nobody else like that. {nobody}</li>}
      </ul>
    </>
  );
}
