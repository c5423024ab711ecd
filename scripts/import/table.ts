// What was understood of a dump, as a person can check it before it is done.
import { basename } from 'node:path';
import { bold, dim, printable, red } from '../support/terminal.ts';
import type { Decision } from './accounts.ts';
import type { Counts } from './convert.ts';
import type { Findings } from './findings.ts';
import { bookkeeping, type Kind, kindNames, needless } from './places.ts';
import { drop, type ModelPlan, type Plan } from './plan.ts';
import type { Survey } from './survey.ts';

const number = (value: number) => value.toLocaleString('en');
const many = (count: number, one: string, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;

export type Gap = { name: string; what: string };

/** Models and fields that nobody has a place for, and that say something: they would be lost. */
export function gapsOf(models: Survey, plan: Plan): Gap[] {
  return [...models.values()].flatMap(({ model, rows, fields }): Gap[] => {
    const own = plan.models[model];
    if (!own || own.becomes === drop) return [];
    if (own.becomes === null) return [{ name: model, what: `${many(rows, 'row')} of a model of unknown shape` }];
    return Object.keys(own.fields)
      .filter((name) => own.fields[name] === null && (fields.get(name)?.filled ?? 0) > 0)
      .map((name) => ({
        name: `${model}.${name}`,
        what: `${many(fields.get(name)?.filled ?? 0, 'row')} with something in it`,
      }));
  });
}

/** Each model, its rows, what it becomes, each field to which field, and what has no place. */
export function showModels(models: Survey, plan: Plan): string {
  const lines: string[] = [];
  const names = [...models.values()].flatMap(({ model, fields }) => [
    printable(model).length - 2,
    ...[...fields.keys()].map((field) => printable(field).length),
  ]);
  const width = Math.max(...names) + 2;
  const counted = Math.max(...[...models.values()].map(({ rows }) => number(rows).length));
  for (const { model, rows, fields } of models.values()) {
    const own = plan.models[model];
    const becomes = own?.becomes;
    const why = becomes === drop && bookkeeping.has(model) ? ": Django's own" : '';
    const what = becomes ? `→ ${bold(kindNames[becomes])}${why}` : red('→ ?');
    lines.push(`${bold(printable(model).padEnd(width))}  ${number(rows).padStart(counted)}  ${what}`);
    if (!own || !becomes || becomes === drop) continue;
    lines.push(`  ${'pk'.padEnd(width - 2)}  ${''.padStart(counted)}  ${pkText(becomes, own.pk)}`);
    for (const [name, place] of Object.entries(own.fields)) {
      const filled = fields.get(name)?.filled ?? 0;
      lines.push(
        `  ${printable(name).padEnd(width - 2)}  ${number(filled).padStart(counted)}  ${placeOf(name, place, filled, needless[becomes])}`,
      );
    }
    for (const [place, value] of Object.entries(own.defaults))
      lines.push(dim(`  ${place} where nothing is said: ${value}`));
  }
  return lines.join('\n');
}

function pkText(becomes: Kind, pk: ModelPlan['pk']): string {
  if (pk === 'id user') return becomes === 'roles' ? 'the account of that id' : 'id, and the account of that id';
  return becomes in keptIds ? 'id' : dim('not kept: nothing here has it');
}
const keptIds: Partial<Record<Kind, true>> = { users: true, patients: true, doctors: true, mappings: true };

function placeOf(name: string, place: string | null, filled: number, reasons: Record<string, string> = {}): string {
  if (place === drop) return dim(`dropped${reasons[name] ? `: ${reasons[name]}` : ''}`);
  if (place === null) return filled > 0 ? red('no place') : dim('empty everywhere');
  return place;
}

/** What becomes of the accounts, and the rules with the rows that they met. */
export function showPeople(plan: Plan, decisions: Map<number, Decision>, counts: Counts, findings: Findings): string {
  const lines: string[] = [];
  const roles = Map.groupBy(decisions.values(), ({ role }) => role);
  const said = [...roles].map(([role, { length }]) => `${number(length)} ${role}`).join(', ');
  lines.push(`Accounts: ${said || 'none'}. They signed in with their ${plan.login}.`);
  const admins = [...decisions].filter(([, { role }]) => role === 'admin');
  const shown = admins.slice(0, 20).map(([id, { username }]) => printable(`${username} (${id})`));
  if (admins.length > shown.length) shown.push(`and ${number(admins.length - shown.length)} more`);
  lines.push(
    admins.length > 0
      ? `Administrators, who see and change everything: ${shown.join(', ')}`
      : 'There is no administrator among them. Make one afterwards: npm run admin -- create you@example.com',
  );
  lines.push(
    `Passwords: ${many(counts.credentials, 'comes along', 'come along')}; ${many(counts.resets, 'account gets', 'accounts get')} a reset mail (npm run admin -- mail-resets).`,
  );
  if (counts.tokens + counts.expired > 0) {
    lines.push(
      `Refresh tokens: ${number(counts.tokens)} that count, ${number(counts.expired)} that have expired and stay behind.`,
    );
  }
  const rules = findings.rules();
  if (rules.length > 0) lines.push('', bold('Rules, and the rows that they met'));
  for (const { what, count, rows } of rules) {
    const more = count > rows.length ? `, and ${number(count - rows.length)} more` : '';
    lines.push(`  ${what}: ${number(count)}`, dim(`    ${rows.join(', ')}${more}`));
  }
  return lines.join('\n');
}

/** Why nothing can be done yet, and how to go on; undefined when all is well. */
export function refusal(path: string, gaps: Gap[], findings: Findings): string | undefined {
  const { count, lines } = findings.errors();
  if (gaps.length === 0 && count === 0) return undefined;
  const said: string[] = [];
  if (gaps.length > 0) {
    said.push('Without a place, and so they would be lost:', ...gaps.map(({ name, what }) => `  ${name}: ${what}`));
    said.push(
      `Leave them out with --drop ${gaps.map(({ name }) => name).join(',')}`,
      'or write down what was understood with --write-map map.json, correct it, and come back with --map map.json.',
    );
  }
  if (count > 0) {
    said.push(`Wrong in ${basename(path)}:`, ...lines.map((line) => `  ${line}`));
    if (count > lines.length) said.push(`  and ${number(count - lines.length)} more`);
  }
  return [...said, 'Nothing was written.'].join('\n');
}
