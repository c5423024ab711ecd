// What a list is asked for: a search, filters, and an order by pressing the head of a column.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { badInputErrors } from './fields.tsx';

export type Query = Record<string, string>;
export interface Column<Row> {
  title: string;
  cell(row: Row): ComponentChildren;
  /** What the list is sorted by for it. */
  sort?: string;
}
export interface Filter {
  name: string;
  label: string;
  type?: 'search' | 'number' | 'date' | 'text';
  /** For a choice: what is sent, and what is read. */
  options?: readonly (readonly [value: string, label: string])[];
}

interface HeadingProps<Row> {
  column: Column<Row>;
  sort: string;
  change(changes: Query): void;
}
export function Heading<Row>({ column: { title, sort: own }, sort, change }: HeadingProps<Row>) {
  if (!own) return <th scope="col">{title}</th>;
  const way = sort === own ? 'ascending' : sort === `-${own}` ? 'descending' : undefined;
  return (
    <th scope="col" aria-sort={way}>
      <button type="button" class="sort" onClick={() => change({ sort: way === 'ascending' ? `-${own}` : own })}>
        {title}
        <span aria-hidden="true">{way === 'ascending' ? ' ↑' : way === 'descending' ? ' ↓' : ''}</span>
      </button>
    </th>
  );
}

const typingPause = 300;
interface FiltersProps {
  filters: readonly Filter[];
  /** For the order on a phone, where columns have no heads. */
  columns: readonly { title: string; sort?: string }[];
  query: Query;
  /** What the server says is wrong with them. */
  errors: Record<string, string[]>;
  change(changes: Query): void;
}
export function Filters({ filters, columns, query, errors, change }: FiltersProps) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const typed = useRef<Query>({});
  const send = useRef(change);
  send.current = change;
  /** As it stands in the box, spaces and all. */
  const raw = useRef<Query>({});
  const unread = useSignal<Query>({});
  const type = (name: string, value: string, input: EventTarget) => {
    const { [name]: _, ...others } = unread.value;
    const wrong = badInputErrors(input);
    unread.value = wrong ? { ...others, [name]: wrong } : others;
    // nobody asked for the list without it
    if (wrong) return;
    raw.current[name] = value;
    typed.current[name] = value.trim();
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      send.current(typed.current);
      typed.current = {};
    }, typingPause);
  };
  /** Another address has another search, but not while somebody types. */
  const textOf = (name: string) => {
    const [text = '', asked = ''] = [raw.current[name], query[name]];
    return name in typed.current || text.trim() === asked ? text : asked;
  };
  // what was typed last is not asked for once another page is there
  useEffect(() => () => clearTimeout(timer.current), []);
  const id = useId();
  const sorts = columns.flatMap(({ title, sort }) =>
    sort
      ? ([
          [sort, `${title} ↑`],
          [`-${sort}`, `${title} ↓`],
        ] as const)
      : [],
  );
  const order: Filter[] = sorts.length > 0 ? [{ name: 'sort', label: 'Order by', options: sorts }] : [];
  return (
    <search>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        {[...filters, ...order].map(({ name, label, type: kind = 'text', options }) => {
          const wrong = unread.value[name] ?? errors[name]?.join(', ');
          const about = {
            ...(wrong && { 'aria-invalid': 'true' as const, 'aria-describedby': `${id}-${name}-error` }),
          };
          return (
            <div key={name} class={name === 'sort' ? 'order' : undefined}>
              <label for={`${id}-${name}`}>{label}</label>
              {options ? (
                <select
                  id={`${id}-${name}`}
                  value={query[name] ?? ''}
                  onChange={({ currentTarget }) => change({ [name]: currentTarget.value })}
                  {...about}
                >
                  <option value="">{name === 'sort' ? '—' : 'all'}</option>
                  {options.map(([value, text]) => (
                    <option key={value} value={value}>
                      {text}
                    </option>
                  ))}
                </select>
              ) : (
                <input
                  id={`${id}-${name}`}
                  type={kind as 'text'}
                  value={unread.value[name] ? '' : textOf(name)}
                  onInput={({ currentTarget }) => type(name, currentTarget.value, currentTarget)}
                  {...about}
                />
              )}
              {wrong && (
                <small id={`${id}-${name}-error`} class="error" role="alert">
                  {wrong}
                </small>
              )}
            </div>
          );
        })}
      </form>
    </search>
  );
}
