// What cells say: dates in the order that the file itself shows, ages, and words for a gender.

/** The order of day and month in dates with slashes. */
export type DateOrder = 'day first' | 'month first';

const slashedDate = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/;
const dottedDate = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/;
const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?Z?)?$/;

/**
 * Which of the two numbers is the day, as far as the dates of a column show it: 31/12/1990 can only be read in one way. Undefined
 * where none shows it; both where they contradict each other.
 */
export const detectDateOrder = (dates: string[]): DateOrder | 'both' | undefined => {
  const seen = new Set<DateOrder>();
  for (const date of dates) {
    const [, first, second] = slashedDate.exec(date.trim()) ?? [];
    if (Number(first) > 12) seen.add('day first');
    if (Number(second) > 12) seen.add('month first');
  }
  return seen.size > 1 ? 'both' : [...seen][0];
};
/** Whether it matters in which order they are read: 5/5/1990 is the same day either way. */
export const isAmbiguous = (dates: string[]): boolean =>
  dates.some((date) => {
    const [, first, second] = slashedDate.exec(date.trim()) ?? [];
    return first !== undefined && Number(first) !== Number(second);
  });

const calendarDay = (year: number, month: number, day: number): string | undefined => {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.toISOString().slice(0, 10) : undefined;
};

/** A date as 1990-12-31, or what is wrong with it. */
export const parseDate = (text: string, order: DateOrder | undefined): { date: string } | { wrong: string } => {
  const parts = (pattern: RegExp) => pattern.exec(text)?.slice(1, 4).map(Number);
  const german = parts(dottedDate);
  const slashes = parts(slashedDate);
  const [year = 0, month = 0, day = 0] =
    parts(iso) ??
    (german && [german[2], german[1], german[0]]) ??
    (slashes &&
      (order === 'month first' ? [slashes[2], slashes[0], slashes[1]] : [slashes[2], slashes[1], slashes[0]])) ??
    [];
  if (year === 0) return { wrong: 'is no date like 1990-12-31, 31.12.1990 or 12/31/1990' };
  const date = calendarDay(year, month, day);
  return date ? { date } : { wrong: 'is a day that there is not' };
};

export const parseAge = (text: string): { age: number } | { wrong: string } =>
  /^\d{1,3}$/.test(text) ? { age: Number(text) } : { wrong: 'is no whole number of years' };

const genderWords = {
  male: 'male m man boy masculine mannlich mann herr mr',
  female: 'female f w woman girl feminine weiblich frau mrs ms',
  other: 'other o x d diverse nonbinary nb divers',
  unknown: 'unknown u na unspecified undisclosed unbekannt',
} as const;
export type Gender = keyof typeof genderWords;
const genders = new Map(
  Object.entries(genderWords).flatMap(([gender, words]) => words.split(' ').map((word) => [word, gender as Gender])),
);

export const parseGender = (text: string): { gender: Gender } | { wrong: string } => {
  const word = text
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]/g, '');
  const gender = genders.get(word);
  return gender ? { gender } : { wrong: 'is none of male, female, other, unknown' };
};
