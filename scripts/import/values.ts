// Values of Django's fields as ours: what is folded, by rules that are printed, and what is refused.
import * as z from 'zod';
import type { Row } from './dump.ts';
import type { Findings } from './findings.ts';
import type { IdSet } from './id-set.ts';
import { places } from './places.ts';
import { drop, type ModelPlan, type Plan } from './plan.ts';
import { isFilled } from './survey.ts';

const genders: Record<string, string> = {
  male: 'm man boy masculine',
  female: 'f w woman girl feminine',
  other: 'o x d diverse nonbinary non-binary non_binary nb transgender others',
  unknown: 'u n n/a na undisclosed unspecified not_specified prefer_not_to_say',
};
const genderWords = new Map(
  Object.entries(genders).flatMap(([ours, words]) => [
    [ours, ours],
    ...words.split(' ').map((word) => [word, ours]),
  ]) as [string, string][],
);

/** What a row says, by our places: in the order of the places' own names, where several are joined. */
export type Said = Record<string, { field: string; value: unknown; label?: string }[]>;

export function sayings(row: Row, plan: Plan): Said {
  const said: Said = {};
  const model = plan.models[row.model];
  if (!model) return said;
  for (const [field, place] of Object.entries(model.fields)) {
    if (!place || !isFilled(row.fields[field])) continue;
    said[place] ??= [];
    said[place].push({ field, value: row.fields[field], label: labelOf(field, place, model) });
  }
  for (const [place, value] of Object.entries({ ...model.defaults, ...row.given })) {
    if (place in row.given || !said[place]) said[place] = value === null ? [] : [{ field: place, value }];
  }
  return said;
}

/** A field that a person has put into another one's place says what it is: "Blood group: A+". */
function labelOf(field: string, place: string, { becomes }: ModelPlan): string | undefined {
  if (becomes === null || becomes === drop || places[becomes][place]?.names.includes(field)) return undefined;
  return `${field[0]?.toUpperCase()}${field.slice(1).replaceAll('_', ' ')}: `;
}

const timeText = z.iso.datetime({ offset: true, local: true });
const minute = 60_000;

/** Reads the values of one row, and notes what is wrong with them. */
export function reader(row: Row, said: Said, findings: Findings) {
  const one = (place: string) => said[place]?.[0]?.value;
  const wrong = (place: string, what: string) =>
    void findings.wrong(row, `(${said[place]?.[0]?.field ?? place}) ${what}`);

  /** A text, also of a number; several are joined. Undefined where nothing is said. */
  const text = (place: string, join = ', '): string | undefined => {
    const parts = (said[place] ?? []).flatMap(({ field, value, label = '' }) => {
      if (typeof value !== 'string' && typeof value !== 'number') {
        findings.wrong(row, `(${field}) is no text`);
        return [];
      }
      const part = String(value);
      if (part !== part.trim()) findings.rule('spaces around a text are cut off', row);
      return part.trim() === '' ? [] : [label + part.trim()];
    });
    return parts.length > 0 ? parts.join(join) : undefined;
  };

  const flag = (place: string): boolean | undefined => {
    const value = one(place);
    if (value === undefined || typeof value === 'boolean') return value;
    if (value === 0 || value === 1) return value === 1;
    return wrong(place, 'is neither true nor false') as undefined;
  };

  const time = (place: string): string | undefined => {
    const value = one(place);
    if (value === undefined) return undefined;
    const full = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00` : value;
    if (!timeText.safeParse(full).success || String(full) < '0001') {
      return wrong(place, 'is no time like 2026-01-31T08:15:00Z') as undefined;
    }
    const isLocal = !/(Z|[+-]\d\d:?\d\d)$/.test(String(full));
    if (isLocal) findings.rule('times without a zone are taken as UTC', row);
    const zoned = isLocal ? `${full}Z` : String(full);
    // a local time may be ahead of UTC by 14 hours, and clocks differ a little
    const ahead = isLocal ? 14 * 60 * minute : 5 * minute;
    if (Date.parse(zoned) > Date.now() + ahead) return wrong(place, 'lies in the future') as undefined;
    return zoned;
  };

  const date = (place: string): string | undefined => {
    const value = one(place);
    if (typeof value !== 'string') return value === undefined ? undefined : (wrong(place, 'is no date') as undefined);
    const [, day] = /^(\d{4}-\d\d-\d\d)(?:T00:00:00(?:\.0+)?(?:Z|\+00:00)?)?$/.exec(value) ?? [];
    return day ?? (wrong(place, 'is no date like 1990-12-31') as undefined);
  };

  const age = (place: string): number | undefined => {
    const value = one(place);
    if (typeof value === 'string' && /^\d{1,3}$/.test(value.trim())) {
      findings.rule('an age that is a text becomes a number', row);
      return Number(value);
    }
    if (value === undefined || typeof value === 'number') return value;
    return wrong(place, 'is no number') as undefined;
  };

  const gender = (place: string, words: Record<string, string>): string | undefined => {
    const value = one(place);
    if (value === undefined) return undefined;
    const word = String(value).trim().toLowerCase();
    const ours = lookUp(words, word) ?? genderWords.get(word.replaceAll(' ', '_'));
    if (!ours) {
      const list = [...word].slice(0, 30).join('');
      return wrong(place, `is "${list}", which is none of male, female, other, unknown (--map: words)`) as undefined;
    }
    if (ours !== value) findings.rule(`a gender "${[...String(value)].slice(0, 30).join('')}" becomes ${ours}`, row);
    return ours;
  };

  /** The id of a record or an account that the dump has. */
  const reference = (place: string, known: IdSet | undefined, what: string): number | undefined => {
    const value = one(place);
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.some((part) => typeof part === 'string')) {
      return wrong(place, 'is a natural key. Make the dump without --natural-foreign') as undefined;
    }
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) return wrong(place, 'is no id') as undefined;
    if (!known?.has(value)) return wrong(place, `is ${value}, and the dump has no such ${what}`) as undefined;
    return value;
  };

  return { one, wrong, text, flag, time, date, age, gender, reference };
}
export type Reader = ReturnType<typeof reader>;

/** By a word in any case. */
export function lookUp<Value>(words: Record<string, Value>, word: string): Value | undefined {
  return Object.entries(words).find(([key]) => key.toLowerCase() === word)?.[1];
}
