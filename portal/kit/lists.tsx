// A list of the API as a table: what is searched, filtered and sorted stands in the address, so that a link, a reload and
// the way back find the same place.
import { signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { pages } from '../../clients/typescript/dist/index.js';
import { isOnline, type Trouble, troubleOf } from '../session.ts';
import { type Column, type Filter, Filters, Heading, type Query } from './columns.tsx';
import { Problem } from './loading.tsx';
import { useCameByLink } from './navigation.ts';
import { counted } from './words.tsx';

export type { Column, Filter } from './columns.tsx';

/** A list of the client, such as `api.patients.$get`. */
// biome-ignore lint/suspicious/noExplicitAny: each list has its own query, which the filters here are written for
type Route<Row> = Parameters<typeof pages<any, Row>>[0];

interface CachedPage {
  key: string;
  rows: unknown[];
  rest: AsyncGenerator<unknown[], void, undefined>;
  total: number | undefined;
  isWhole: boolean;
  scrolled: number;
}
/** The lists that were looked at, for the way back. */
const cachedPages = new Map<string, CachedPage>();
const generation = signal(0);
/** What one person looked at is not for the next. */
export const clearCachedLists = () => cachedPages.clear();
/** Whoever changes a record calls this: what is shown is asked for anew, and what was looked at as well. */
export const invalidateLists = () => {
  cachedPages.clear();
  generation.value++;
};

const pageSize = 50;

interface ListProps<Row> {
  /** What the rows are called: ["patient", "patients"]. */
  of: readonly [one: string, more: string];
  route: Route<Row>;
  columns: readonly Column<Row>[];
  filters?: readonly Filter[];
  /** What is asked for in any case. */
  query?: Query;
  keyOf(row: Row): string | number;
  /** What to do where there is nothing. */
  empty?: ComponentChildren;
}
export function List<Row>({ of, route, columns, filters = [], query: always, keyOf, empty }: ListProps<Row>) {
  const { path, query, route: go } = useLocation();
  const wasLed = useCameByLink();
  const names = ['sort', ...filters.map(({ name }) => name)];
  const asked: Query = { ...always };
  for (const name of names) if (query[name]) asked[name] = query[name];
  const key = `${path}?${new URLSearchParams(asked)}`;
  const asking = `${key} ${generation.value}`;
  const change = (changes: Query) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...query, ...changes })) if (value) next.set(name, value);
    go(next.size > 0 ? `${path}?${next}` : path, true);
  };

  const shown = useSignal<CachedPage | undefined>(cachedPages.get(key));
  const trouble = useSignal<Trouble | undefined>(undefined);
  const isBusy = useSignal(false);
  const current = useRef('');
  const more = async (kept: CachedPage) => {
    // what failed is asked for anew, from the start
    if (isBusy.value || kept.isWhole || trouble.value) return;
    isBusy.value = true;
    try {
      const { value = [] } = await kept.rest.next();
      // meanwhile something else is asked for
      if (current.current !== asking) return;
      const rows = [...kept.rows, ...value];
      shown.value = { ...kept, rows, isWhole: value.length === 0 || rows.length === kept.total };
      cachedPages.set(key, shown.value);
    } catch (error) {
      if (current.current === asking) trouble.value = troubleOf(error, 'The list is shown once there is one.');
      // a generator that threw is at its end
      cachedPages.delete(key);
    } finally {
      if (current.current === asking) isBusy.value = false;
    }
  };
  const begin = () => {
    const counting: Route<Row> = async (args) => {
      const answer = await route(args);
      const total = answer.headers.get('X-Total-Count');
      if (total !== null) kept.total = Number(total);
      return answer;
    };
    const rest = pages(counting, { query: { ...asked, limit: pageSize, count: 'exact' } });
    const kept: CachedPage = { key, rows: [], rest, total: undefined, isWhole: false, scrolled: 0 };
    isBusy.value = false;
    trouble.value = undefined;
    return more(kept);
  };
  useEffect(() => {
    current.current = asking;
    trouble.value = undefined;
    // only the way back leads to what was there
    if (wasLed) cachedPages.delete(key);
    const known = cachedPages.get(key);
    // of a list that is asked for anew, the previous rows stay until the next are there
    if (known || shown.value?.key !== key) shown.value = known;
    if (!known) begin();
    const keepPlace = () => {
      const kept = cachedPages.get(key);
      if (kept) kept.scrolled = scrollY;
    };
    addEventListener('scroll', keepPlace, { passive: true });
    return () => {
      // an answer that comes later is nobody's any more
      current.current = '';
      removeEventListener('scroll', keepPlace);
    };
  }, [asking]);
  useLayoutEffect(() => {
    const scrolled = cachedPages.get(key)?.scrolled;
    if (scrolled && !wasLed) scrollTo(0, scrolled);
  }, []);
  useEffect(() => {
    if (isOnline.value && trouble.value) begin();
  }, [isOnline.value]);

  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!end.current || !shown.value || shown.value.isWhole) return;
    const kept = shown.value;
    const watching = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(kept), {
      rootMargin: '400px',
    });
    watching.observe(end.current);
    return () => watching.disconnect();
  }, [shown.value]);

  const rows = (shown.value?.rows ?? []) as Row[];
  const total = shown.value?.total;
  // what is wrong with a filter stands beside it
  const { errors = {} } = trouble.value ?? {};
  const isPlaced = (names: string[]) =>
    names.length > 0 && names.every((name) => filters.some((one) => one.name === name));
  const isFiltered = filters.some(({ name }) => query[name]);
  return (
    <section class="list">
      {filters.length > 0 && (
        <Filters filters={filters} columns={columns} query={query} errors={errors} change={change} />
      )}
      {trouble.value && !isPlaced(Object.keys(errors)) && <Problem trouble={trouble.value} again={begin} />}
      <p class="total" role="status">
        {total !== undefined && total > 0 && counted(total, ...of)}
        {total === 0 && (isFiltered ? `No ${of[1]} like that.` : `No ${of[1]} yet.`)}
      </p>
      {total === 0 && !isFiltered && empty}
      {rows.length > 0 && (
        <table class="rows">
          <caption class="hidden">{of[1]}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <Heading key={column.title} column={column} sort={query.sort ?? ''} change={change} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={keyOf(row)}>
                {columns.map(({ title, cell }) => (
                  <td key={title} data-title={title}>
                    <div>{cell(row)}</div>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <div ref={end}>
        {isBusy.value && (
          <p class="waiting" aria-busy="true">
            Loading …
          </p>
        )}
        {shown.value && !shown.value.isWhole && !isBusy.value && !trouble.value && (
          <button type="button" class="secondary" onClick={() => shown.value && more(shown.value)}>
            Show more
          </button>
        )}
      </div>
    </section>
  );
}
