// The patients of a spreadsheet, taken in: which column is what, what is wrong and who is there twice, before anything is sent.
import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { invalidateLists } from '../kit/lists.tsx';
import { Problem, Show, useLoaded } from '../kit/loading.tsx';
import { Page } from '../kit/page.tsx';
import { createImport, type Import, listExistingPatients } from '../kit/patient-import.ts';
import { count, counted, humanize, Name } from '../kit/words.tsx';
import { type ColumnTarget, fields, guessColumns, notImported } from '../spreadsheet/columns.ts';
import { lineRange } from '../spreadsheet/parts.ts';
import {
  type CellText,
  type Duplicate,
  type ExistingPatient,
  findDuplicates,
  type LineError,
  type ParsedLine,
  parsePatients,
} from '../spreadsheet/patients.ts';
import type { Sheet } from '../spreadsheet/read.ts';

export function ImportPatients() {
  const sheet = useSignal<Sheet | undefined>(undefined);
  const problem = useSignal<string | undefined>(undefined);
  const read = async (file: File | undefined) => {
    sheet.value = problem.value = undefined;
    if (!file) return;
    // what reads spreadsheets is loaded by those who have one
    const { readSheet } = await import('../spreadsheet/read.ts');
    try {
      sheet.value = readSheet(new Uint8Array(await file.arrayBuffer()));
    } catch (error) {
      problem.value = error instanceof Error ? error.message : 'The file cannot be read.';
    }
  };
  return (
    <Page title="Import patients">
      <p>
        From a spreadsheet that was saved as CSV, with the names of its columns in the first line. Nothing is sent
        before you have seen what becomes of it.
      </p>
      <div class="field">
        <label for="file">Spreadsheet</label>
        <input
          id="file"
          type="file"
          accept=".csv,.tsv,.txt,text/csv"
          onChange={({ currentTarget }) => read(currentTarget.files?.[0])}
        />
      </div>
      {problem.value && <Problem trouble={{ detail: problem.value, errors: {} }} />}
      {sheet.value && <Check key={sheet.value.rows.length + sheet.value.header.join()} sheet={sheet.value} />}
    </Page>
  );
}

function Check({ sheet }: { sheet: Sheet }) {
  const places = useSignal<ColumnTarget[]>(guessColumns(sheet.header));
  const order = useSignal<CellText['order']>(undefined);
  const there = useLoaded(listExistingPatients, 'there');
  const understood = parsePatients(sheet, { places: places.value, order: order.value });
  const { refused, without } = understood;
  const stop = refused ?? (without.length > 0 ? `Choose what becomes of: ${without.join(', ')}.` : undefined);
  return (
    <>
      <h2>What the columns are</h2>
      <Columns sheet={sheet} places={places.value} choose={(next) => (places.value = next)} />
      <Order needed={refused?.startsWith('No date shows') ?? false} order={order} />
      {stop ? (
        <Problem trouble={{ detail: stop, errors: {} }} />
      ) : (
        <Show loaded={there}>{(patients) => <Rows {...understood} there={patients} />}</Show>
      )}
    </>
  );
}

interface ColumnsProps {
  sheet: Sheet;
  places: ColumnTarget[];
  choose(places: ColumnTarget[]): void;
}
const Columns = ({ sheet, places, choose }: ColumnsProps) => (
  <table class="rows import">
    <thead>
      <tr>
        <th scope="col">Column</th>
        <th scope="col">Becomes</th>
        <th scope="col">For example</th>
      </tr>
    </thead>
    <tbody>
      {sheet.header.map((name, at) => {
        const examples = sheet.rows.flatMap(({ cells }) => cells[at]?.trim() || []).slice(0, 2);
        return (
          <tr key={`${at} ${name}`}>
            <th scope="row">
              <Name of={name || `Column ${at + 1}`} />
            </th>
            <td data-title="Becomes">
              <select
                aria-label={`What ${name || `column ${at + 1}`} becomes`}
                value={places[at] ?? ''}
                onChange={({ currentTarget: { value } }) => choose(places.with(at, (value || null) as ColumnTarget))}
              >
                <option value="">Choose</option>
                {[...fields, notImported].map((field) => (
                  <option key={field} value={field}>
                    {labels[field] ?? humanize(field)}
                  </option>
                ))}
              </select>
            </td>
            <td data-title="For example">
              <Name of={examples.map((text) => (text.length > 60 ? `${text.slice(0, 60)} …` : text)).join(' · ')} />
            </td>
          </tr>
        );
      })}
    </tbody>
  </table>
);
const labels: Partial<Record<string, string>> = { name: 'Full name', given: 'First name', family: 'Last name' };

interface OrderProps {
  needed: boolean;
  order: { value: CellText['order'] };
}
/** Stays once it was asked for: one may have chosen wrong. */
const Order = ({ needed, order }: OrderProps) =>
  needed || order.value ? (
    <fieldset class="choice">
      <legend>Dates like 1/2/1990</legend>
      {(['day first', 'month first'] as const).map((one) => (
        <label key={one}>
          <input type="radio" name="order" checked={order.value === one} onChange={() => (order.value = one)} />
          {one === 'day first' ? 'The day comes first: 1 February' : 'The month comes first: January 2'}
        </label>
      ))}
    </fieldset>
  ) : null;

function Rows({ lines, wrong, there }: { lines: ParsedLine[]; wrong: LineError[]; there: ExistingPatient[] }) {
  const skip = useSignal(true);
  const twice = useMemo(() => findDuplicates(lines, there), [lines, there]);
  const left = new Set(skip.value ? twice.map(({ line }) => line) : []);
  const wanted = lines.filter(({ line }) => !left.has(line));
  if (wrong.length > 0) return <WrongLines wrong={wrong} />;
  return (
    <>
      {twice.length > 0 && <Doubled twice={twice} skip={skip} />}
      <Send key={JSON.stringify([wanted.length, skip.value, wanted[0]])} lines={wanted} />
    </>
  );
}

const mostShown = 20;
const WrongLines = ({ wrong }: { wrong: LineError[] }) => (
  <div class="problem" role="alert">
    <p>Correct these lines in the spreadsheet, save it, and choose it again:</p>
    <ul>
      {wrong.slice(0, mostShown).map(({ line, what }) => (
        <li key={`${line} ${what}`}>
          Line {line}: {what}
        </li>
      ))}
    </ul>
    {wrong.length > mostShown && <p>And {count(wrong.length - mostShown)} more.</p>}
  </div>
);

const Doubled = ({ twice, skip }: { twice: Duplicate[]; skip: { value: boolean } }) => (
  <section>
    <h2>The same name with the same birth date or phone</h2>
    <ul>
      {twice.slice(0, mostShown).map(({ line, as }) => (
        <li key={line}>{as === null ? `Line ${line} is here already` : `Line ${line} is the same as line ${as}`}</li>
      ))}
    </ul>
    {twice.length > mostShown && <p>And {count(twice.length - mostShown)} more.</p>}
    <label>
      <input type="checkbox" checked={skip.value} onChange={() => (skip.value = !skip.value)} />
      Leave these lines out
    </label>
  </section>
);

function Send({ lines }: { lines: ParsedLine[] }) {
  const { state, run } = useMemo(() => createImport(lines), [lines.length, lines[0]?.line]);
  const { parts, done, isBusy } = state.value;
  useEffect(() => {
    if (!isBusy) return;
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, [isBusy]);
  useEffect(() => {
    if (done > 0) invalidateLists();
  }, [done]);
  if (lines.length === 0) return <p>Nobody is left to import.</p>;
  const isDone = done === parts.length;
  return (
    <>
      <Progress {...state.value} all={lines.length} />
      {isDone ? (
        <div class="buttons">
          <a class="button" href="/portal/patients">
            To the patients
          </a>
        </div>
      ) : (
        <div class="buttons">
          <button type="button" aria-disabled={isBusy} aria-busy={isBusy} onClick={run}>
            {done > 0 ? 'Go on' : `Import ${counted(lines.length, 'patient')}`}
          </button>
        </div>
      )}
    </>
  );
}

const Progress = ({ parts, done, wait, trouble, wrong, isBusy, all }: Import & { all: number }) => {
  const are = parts.slice(0, done);
  const imported = are.reduce((sum, part) => sum + part.length, 0);
  // what is said of wrong fields is for programs: the lines below say it better
  const why = wrong.length > 0 ? '' : trouble?.detail;
  return (
    <>
      {(isBusy || done > 0) && <progress aria-label="Imported" max={all} value={imported} />}
      <p role="status">
        {done > 0 && `${lineRange(are.flat())}: ${count(imported)} of ${counted(all, 'patient')} are in. `}
        {wait > 0 && `The server takes no more for now. It goes on in ${counted(wait, 'second')}.`}
      </p>
      {trouble && (
        <Problem
          trouble={{ ...trouble, detail: [`${lineRange(parts[done] ?? [])} are not in.`, why].join(' ').trim() }}
        />
      )}
      {wrong.length > 0 && <WrongLines wrong={wrong} />}
    </>
  );
};
