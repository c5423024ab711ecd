// Finds somebody by a word, to do something with them.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { ActionButton } from './dialogs.tsx';
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
  /** Who is not offered. */
  without?: readonly number[];
  /** Where there is nobody like that. */
  nobody?: ComponentChildren;
}
const most = 8;
const typingPause = 300;
export function Search<Row extends { id: number }>({
  label,
  find,
  act,
  choose,
  without = [],
  ...rest
}: SearchProps<Row>) {
  const { children, nobody } = rest;
  const id = useId();
  const typed = useSignal('');
  const search = useSignal('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const found = useLoaded(() => find(search.value), `${label} ${search.value}`);
  const rows = found.value?.filter(({ id }) => !without.includes(id));
  return (
    <>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={typed.value}
        onInput={({ currentTarget: { value } }) => {
          typed.value = value;
          clearTimeout(timer.current);
          // each is a read, and of patients an entry in the trail
          timer.current = setTimeout(() => {
            search.value = value.trim();
          }, typingPause);
        }}
      />
      {found.trouble && <Problem trouble={found.trouble} again={found.again} />}
      <ul class="plain">
        {rows?.slice(0, most).map((row) => (
          <li key={row.id}>
            <span>{children(row)}</span>
            <ActionButton label={act(row)} act={() => choose(row)} />
          </li>
        ))}
        {rows?.length === 0 && (search.value !== '' || nobody) && <li>Nobody else like that. {nobody}</li>}
      </ul>
    </>
  );
}
