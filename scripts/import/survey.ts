// The first look at a dump: which models it has, and what their fields look like. Nothing is understood yet.
import type { Dump } from './dump.ts';
import type { Findings } from './findings.ts';
import { type IdSet, idSet } from './id-set.ts';

export type FieldShape = {
  /** In how many rows it says something: not null, not '' and no empty list. */
  filled: number;
  kinds: Set<'number' | 'text' | 'boolean' | 'list' | 'object'>;
  /** The whole numbers that it had, also those in lists: what it may refer to. */
  ids: IdSet;
  /** A number was there twice, so that this is no one-to-one. */
  repeats: boolean;
};
export type ModelShape = {
  model: string;
  rows: number;
  ids: IdSet;
  /** Its ids are texts, as UUIDs are. */
  hasTextIds: boolean;
  fields: Map<string, FieldShape>;
};
export type Survey = Map<string, ModelShape>;

export const isFilled = (value: unknown): boolean =>
  value !== null && value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

export async function survey(dump: Dump, findings: Findings): Promise<Survey> {
  const models: Survey = new Map();
  for await (const rows of dump.rows()) {
    for (const row of rows) {
      const { model, pk, fields } = row;
      let shape = models.get(model);
      if (!shape) {
        shape = { model, rows: 0, ids: idSet(), hasTextIds: false, fields: new Map() };
        for (const name of Object.keys(fields)) {
          shape.fields.set(name, { filled: 0, kinds: new Set(), ids: idSet(), repeats: false });
        }
        models.set(model, shape);
      }
      shape.rows++;
      if (typeof pk === 'string') shape.hasTextIds = true;
      else if (!shape.ids.add(pk)) findings.wrong(row, 'was there already: one id for two rows');
      let known = 0;
      for (const [name, value] of Object.entries(fields)) {
        const field = shape.fields.get(name);
        if (field) {
          known++;
          look(field, value);
        }
      }
      if (known !== shape.fields.size || known !== Object.keys(fields).length) {
        const names = [...shape.fields.keys()].join(', ');
        findings.wrong(row, `has other fields than the first row of its model, which has ${names}`);
      }
    }
  }
  return models;
}

function look(field: FieldShape, value: unknown): void {
  if (!isFilled(value)) return;
  field.filled++;
  if (Array.isArray(value)) {
    field.kinds.add('list');
    for (const item of value) addId(field, item);
  } else {
    const kind = typeof value === 'string' ? 'text' : typeof value;
    field.kinds.add(kind === 'number' || kind === 'text' || kind === 'boolean' ? kind : 'object');
    addId(field, value);
  }
}

function addId(field: FieldShape, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0 && !field.ids.add(value)) {
    field.repeats = true;
  }
}
