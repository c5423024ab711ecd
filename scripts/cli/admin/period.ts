// From when to when something is asked of the trail, and of which account, also of one that was erased.
import { Fatal } from '../../support/terminal.ts';
import type { Sql } from '../sql.ts';
import { called, whose } from './account.ts';

export interface Asked {
  who: string;
  from?: string;
  to?: string;
}

const dayMs = 86_400_000;

/** A day, of UTC, or a time with its zone. The last day is part of the period. */
function moment(text: string, name: string, isEnd: boolean): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = isDay || isTime ? Date.parse(text) : Number.NaN;
  // the 30th of February is a day in March to JavaScript
  if (Number.isNaN(at) || (isDay && new Date(at).toISOString().slice(0, 10) !== text)) {
    throw new Fatal(`${name} is a day like 2026-01-31, which is UTC's, or a time like 2026-01-31T18:00+01:00.`, 2);
  }
  return new Date(isDay && isEnd ? at + dayMs : at);
}

export function periodOf({ from, to }: Asked): { from: Date; to: Date } {
  const period = {
    from: from === undefined ? new Date(0) : moment(from, '--from', false),
    to: to === undefined ? new Date(Date.now() + dayMs) : moment(to, '--to', true),
  };
  if (period.from >= period.to) throw new Fatal('--from is before --to.', 2);
  return period;
}

/** An id, and what to call the account. One that was erased is found by its id. */
export async function whoever(sql: Sql, who: string): Promise<{ id: number; name: string }> {
  if (/^\d{1,15}$/.test(who)) {
    const [erased] = await sql`select id::int from users where id = ${who} and erased_at is not null`;
    if (erased) return { id: erased.id, name: `account ${erased.id}, which was erased` };
  }
  const account = await whose(sql, who);
  return { id: account.id, name: `${called(account)} (${account.id})` };
}
