// What becomes of each model and field, and of words that mean one of ours; and the file in which a person corrects it.
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { Fatal } from '../support/terminal.ts';
import { type Kind, kindNames, kinds, places } from './places.ts';

export const drop = 'drop';

export type ModelPlan = {
  /** Null for a model that nobody understands. */
  becomes: Kind | typeof drop | null;
  /** `id user` where the id of a profile is its account's as well: a one-to-one that is the primary key. */
  pk: 'id' | 'id user';
  /** Null for a field that has no place. */
  fields: Record<string, string | null>;
  /** What a field of ours is where Django has nothing. */
  defaults: Record<string, unknown>;
};
export type Plan = {
  /** With what people signed in. */
  login: 'username' | 'email';
  models: Record<string, ModelPlan>;
  words: MapFile['words'];
};

const mapFile = z.strictObject({
  login: z.enum(['username', 'email']).optional(),
  models: z
    .record(
      z.string(),
      z.strictObject({
        becomes: z
          .enum([...kinds, drop])
          .nullable()
          .optional(),
        pk: z.enum(['id', 'id user']).optional(),
        fields: z.record(z.string(), z.string().nullable()).optional(),
        defaults: z.record(z.string(), z.unknown()).optional(),
      }),
    )
    .default({}),
  words: z
    .strictObject({
      gender: z.record(z.string(), z.enum(['male', 'female', 'other', 'unknown'])).default({}),
      role: z.record(z.string(), z.enum(['user', 'patient', 'doctor', 'admin'])).default({}),
    })
    .default({ gender: {}, role: {} }),
  rows: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()).nullable())).default({}),
});
export type MapFile = z.output<typeof mapFile>;

export const noMap: MapFile = { models: {}, words: { gender: {}, role: {} }, rows: {} };

export async function readMap(path: string): Promise<MapFile> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Fatal(`${path} cannot be read: ${error instanceof Error ? error.message : error}`, 2);
  }
  const result = mapFile.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new Fatal(`${path}: ${issue?.path.join(' ') || 'it'}: ${issue?.message}.`, 2);
}

/** The plan as the file that changes it. `rows` are no part of a plan, and stay as they were given. */
export function mapText({ login, models, words }: Plan, { rows }: MapFile): string {
  return `${JSON.stringify({ login, models, words, rows }, null, 2)}\n`;
}

/** Refuses a map that names what is not in the dump, or a place that there is not: a slip would change nothing. */
export function checkMap(map: MapFile, models: Map<string, { fields: Map<string, unknown> }>): void {
  const unknown = (what: string) => new Fatal(`The map names ${what}.`, 2);
  for (const model of [...Object.keys(map.models), ...Object.keys(map.rows)]) {
    if (!models.has(model)) throw unknown(`the model ${model}, which the dump does not have`);
  }
  for (const [model, { fields = {} }] of Object.entries(map.models)) {
    const missing = Object.keys(fields).find((name) => !models.get(model)?.fields.has(name));
    if (missing) throw unknown(`${model}.${missing}, which the dump does not have`);
  }
}

/** Takes `--drop` into the plan: whole models, and fields as `app.model.field` or `model.field`. */
export function dropNamed(plan: Plan, names: string[]): void {
  for (const name of names) {
    if (plan.models[name]) {
      plan.models[name] = { ...plan.models[name], becomes: drop };
      continue;
    }
    const found = Object.entries(plan.models).flatMap(([model, { fields }]) =>
      Object.keys(fields)
        .filter((field) => name === `${model}.${field}` || name === `${model.split('.').at(-1)}.${field}`)
        .map((field) => ({ fields, field })),
    );
    const [one, another] = found;
    if (!one) throw new Fatal(`--drop ${name}: the dump has no such model or field.`, 2);
    if (another) throw new Fatal(`--drop ${name}: several models are called so; say which: app.model.field.`, 2);
    one.fields[one.field] = drop;
  }
}

const joinable = ['name', 'phone', 'address', 'medical_history', 'specialization', 'contact_info', 'license_number'];

/** Refuses a place that a kind does not have, and two fields for one where only one can be kept. */
export function checkPlan(plan: Plan): void {
  for (const kind of kinds) refuseTwins(kind, plan);
  for (const [model, { becomes, fields, defaults }] of Object.entries(plan.models)) {
    if (becomes === null || becomes === drop) continue;
    const known = Object.keys(places[becomes]);
    const twice = Object.entries(fields).find(
      ([name, place]) =>
        place !== null &&
        ![drop, ...joinable].includes(place) &&
        Object.keys(fields).find((other) => fields[other] === place) !== name,
    );
    if (twice) throw new Fatal(`${model}.${twice[0]}: another field has the place "${twice[1]}" already.`, 2);
    for (const [name, place] of [
      ...Object.entries(fields),
      ...Object.keys(defaults).map((name) => ['defaults', name]),
    ]) {
      if (place === null || place === drop || known.includes(place as string)) continue;
      throw new Fatal(`${model}.${name}: there is no place "${place}". There are ${known.join(', ')}, ${drop}.`, 2);
    }
  }
}

/** Two models that become one of ours would share its ids. Roles may be said by several. */
function refuseTwins(kind: Kind, plan: Plan): void {
  const twins = Object.keys(plan.models).filter((model) => plan.models[model]?.becomes === kind);
  if (kind === 'roles' || twins.length < 2) return;
  throw new Fatal(
    `${twins.join(' and ')} would both become ${kindNames[kind]}, with the same ids. Say in --map which does, or --drop one.`,
    2,
  );
}
