// Says where two recordings of the same steps differ, field by field: everything that Django answers must be answered by
// Wardbook as well, which may answer more.
import { isObject, type Json, type Recorded, type Recording } from './client.ts';

export interface Difference {
  step: string;
  /** 'status', or where in the body: 'age', '[].gender', 'user.email'. */
  field: string;
  django: Json | undefined;
  wardbook: Json | undefined;
}

export function differences(django: Recording, wardbook: Recording): Difference[] {
  return django.answers.flatMap((there, at): Difference[] => {
    const { step } = there;
    const here = wardbook.answers[at];
    if (here?.step !== step) throw new Error(`"${step}" was done on one side only`);
    const differs = (field: string, django: Json | undefined, wardbook: Json | undefined) => ({
      ...{ step, field, django, wardbook },
    });
    if (there.status !== here.status) return [differs('status', there.status, here.status)];
    // simplejwt's own routes answer its own words, but for what is wrong with a field
    const isProblem = here.status === 400 || (here.status > 400 && !here.path.startsWith('/api/token/'));
    const pairs = [...(isProblem ? ofRefusal(there, here) : ofBody('', there.body, here.body))];
    return unique(
      pairs
        .filter(({ field, there, here }) => !isSame(field, there, here, [django.started, wardbook.started]))
        .map(({ field, there, here }) => differs(field, there, here)),
    );
  });
}

interface Pair {
  field: string;
  there: Json | undefined;
  here: Json | undefined;
}

/** The values that Django answers, each beside Wardbook's. */
function* ofBody(field: string, there: Json, here: Json | undefined): Generator<Pair> {
  if (isObject(there) && isObject(here)) {
    for (const [name, value] of Object.entries(there))
      yield* ofBody(field ? `${field}.${name}` : name, value, here[name]);
  } else if (Array.isArray(there) && Array.isArray(here)) {
    yield { field: `${field}[]`, there: there.length, here: here.length };
    for (const [at, value] of there.entries()) yield* ofBody(`${field}[]`, value, here[at]);
  } else {
    yield { field, there, here };
  }
}

/**
 * Wardbook answers a problem, and what is wrong with a field stands under `errors`. Each field that Django finds
 * something wrong with must be there; the sentences are each one's own.
 */
function* ofRefusal({ body: there }: Recorded, { body: here }: Recorded): Generator<Pair> {
  if (!isObject(there)) return;
  const problem = isObject(here) ? here : {};
  const errors = isObject(problem.errors) ? problem.errors : {};
  for (const [name, value] of Object.entries(there)) {
    const isField = Array.isArray(value) && name !== 'messages';
    const ours = (isField && errors[name]) || problem[name];
    const isSaid = (isField || name === 'detail') && ours !== undefined && ours !== '';
    yield { field: name, there: value, here: isSaid ? value : ours };
  }
}

const lastName = (field: string) => field.replace(/^.*[.\]]/, '');

function isSame(field: string, there: Json | undefined, here: Json | undefined, started: [number, number]): boolean {
  if (typeof there === 'string' && typeof here === 'string') {
    // each signs its own
    if (/^(access|refresh)$/.test(lastName(field))) return there !== '' && here !== '';
    if (/_at$/.test(lastName(field))) return isSameTime(there, here, started);
  }
  return JSON.stringify(there) === JSON.stringify(here);
}

/** To the millisecond for what was before; what is made by the steps is made on one side after the other. */
function isSameTime(there: string, here: string, [thereStarted, hereStarted]: [number, number]): boolean {
  if (!/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(here)) return false;
  const [a, b] = [Date.parse(there), Date.parse(here)];
  return Math.abs(a - b) <= 1 || (a >= thereStarted && b >= hereStarted);
}

/** A list may differ in the same field of each row. */
function unique(all: Difference[]): Difference[] {
  return all.filter(({ field }, at) => all.findIndex((other) => other.field === field) === at);
}
