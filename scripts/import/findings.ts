// What was found while reading: what is wrong, and which rules were applied to which rows.
import { printable } from '../support/terminal.ts';
import { type Place, placeText, type Row } from './dump.ts';

type About = Pick<Row, 'at' | 'model' | 'pk'>;

export type Findings = {
  wrong(row: About, what: string): void;
  /** A rule changed this row, or something of it has another form here. */
  rule(what: string, row: About): void;
  errors(): { count: number; lines: string[] };
  rules(): { what: string; count: number; rows: string[] }[];
};

const shownErrors = 20;
const shownRows = 8;

export function newFindings(): Findings {
  const errors: { at: Place; text: string }[] = [];
  let count = 0;
  const rules = new Map<string, { count: number; rows: string[] }>();
  return {
    wrong({ at, model, pk }, what) {
      count++;
      if (errors.length < shownErrors) errors.push({ at, text: printable(`${placeText(at)}: ${model} ${pk} ${what}`) });
    },
    rule(what, { at, model, pk }) {
      const seen = rules.get(what) ?? { count: 0, rows: [] };
      rules.set(what, seen);
      seen.count++;
      if (seen.rows.length < shownRows) seen.rows.push(printable(`${model} ${pk} (${placeText(at)})`));
    },
    errors: () => ({
      count,
      lines: errors
        .toSorted((a, b) => a.at.line - b.at.line || (a.at.row ?? 0) - (b.at.row ?? 0))
        .map(({ text }) => text),
    }),
    rules: () => [...rules].map(([what, { count, rows }]) => ({ what, count, rows })),
  };
}
