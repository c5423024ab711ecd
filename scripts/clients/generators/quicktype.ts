// Makes records in the languages of phones with quicktype. It reads JSON Schema and no OpenAPI, so that it gets the
// schemas of the document alone.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fatal } from '../../support/terminal.ts';
import { documentFile, execute, here, hint, made } from './execute.ts';

type Schema = { properties?: object };
type Field = { field: string; type: string };

interface Language {
  name: string;
  /** How a record begins. */
  record: RegExp;
  /** How a field of it is written. */
  field: RegExp;
  /** A type that says nothing. */
  loose: RegExp;
}

export const languages: Language[] = [
  {
    name: 'swift',
    record: /^struct (\w+)/,
    field: /^ {4}let (?<field>\w+): (?<type>.+)$/,
    loose: /JSONAny|JSONNull|\bAny\b/,
  },
  {
    name: 'kotlin',
    record: /^(?:data )?class (\w+)/,
    field: /^ {4}val (?<field>\w+): (?<type>[^=]+?)(?: = null)?,?$/,
    loose: /\bAny\b|JsonNode|JsonElement/,
  },
  {
    name: 'dart',
    record: /^class (\w+)/,
    field: /^ {4}final (?<type>.+) (?<field>\w+);$/,
    loose: /\bdynamic\b|\bObject\b/,
  },
];

/** A row of any table, as it was: the one field that is open. Dart has no type for "a text, a number or a boolean". */
const open = 'AuditEntry.before';

export async function makeLanguage({ name, record, field, loose }: Language): Promise<void> {
  const { components } = JSON.parse(await readFile(documentFile, 'utf8'));
  const definitions = JSON.parse(
    JSON.stringify(components.schemas).replaceAll('#/components/schemas/', '#/definitions/'),
  );
  const schemas = join(made, 'schemas.json');
  await writeFile(schemas, JSON.stringify({ $schema: 'http://json-schema.org/draft-06/schema#', definitions }));
  const output = join(made, `Records.${name}`);
  const args = ['--lang', name, '--src-lang', 'schema', '--out', output, `${schemas}#/definitions/`];
  const said = await execute('quicktype', join(here, 'node_modules/quicktype/dist/index.js'), args);
  if (said.trim()) throw new Fatal(`quicktype warns of ${name}:\n${said}\n${hint}`);

  const written = recordsOf(await readFile(output, 'utf8'), record, field);
  for (const [record, { properties }] of Object.entries<Schema>(components.schemas)) {
    const fields = written.get(record) ?? [];
    const expected = Object.keys(properties ?? {}).length;
    // quicktype makes one class of what is either of two, which has the fields of both
    if (properties && fields.length !== expected)
      throw new Fatal(`quicktype's ${record} in ${name} has ${fields.length} fields instead of ${expected}.\n${hint}`);
    const unknown = fields.find((one) => loose.test(one.type) && `${record}.${one.field}` !== open);
    if (unknown) throw new Fatal(`quicktype's ${record}.${unknown.field} in ${name} is ${unknown.type}.\n${hint}`);
  }
}

/** The fields of each record: those that stand in lines below the line that begins it. */
function recordsOf(code: string, record: RegExp, field: RegExp): Map<string, Field[]> {
  const records = new Map<string, Field[]>();
  let fields: Field[] = [];
  for (const line of code.split('\n')) {
    const [, name] = record.exec(line) ?? [];
    if (name) {
      fields = [];
      records.set(name, fields);
    }
    const { field: called = '', type } = field.exec(line)?.groups ?? {};
    if (type) fields.push({ field: called, type });
  }
  return records;
}
