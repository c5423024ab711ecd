// The zod schemas of orval take the document's own examples of all that is sent and answered, and refuse what is nothing.
import { readFileSync } from 'node:fs';
import type { ZodType, z } from 'zod';
import * as generated from '../made/orval-zod/index.ts';

export const named: z.input<typeof generated.CreatePatientBody> = { name: 'Jane Doe', gender: 'female' };
export const assigned: z.input<typeof generated.AssignDoctorToPatientBody> = { patient: 7, doctor: 4 };
// @ts-expect-error: nobody signs in with nothing
export const nobody: z.input<typeof generated.LogInBody> = {};
// @ts-expect-error: it takes two
export const nothing: z.input<typeof generated.AssignDoctorToPatientBody> = {};

for (const schema of [generated.LogInBody, generated.AssignDoctorToPatientBody])
  if (schema.safeParse({}).success) throw new Error('{} is neither Credentials nor an Assignment.');

const { paths, components } = JSON.parse(readFileSync(new URL('../made/openapi.json', import.meta.url), 'utf8'));
const schemas = new Map<string, unknown>(Object.entries(generated));
let checked = 0;
const check = (name: string, content: { 'application/json'?: { schema: { $ref?: string } } } | undefined) => {
  const record = content?.['application/json']?.schema.$ref?.split('/').at(-1);
  if (!record) return;
  const schema = schemas.get(name) as ZodType | undefined;
  if (!schema) throw new Error(`There is no ${name}.`);
  for (const example of components.schemas[record].examples) {
    const { error } = schema.safeParse(example);
    if (error) throw new Error(`${name} refuses the example of ${record}: ${error.message}`);
    checked += 1;
  }
};
for (const methods of Object.values<object>(paths))
  for (const { operationId, requestBody, responses } of Object.values(methods)) {
    const name = operationId[0].toUpperCase() + operationId.slice(1);
    check(`${name}Body`, requestBody?.content);
    check(`${name}Response`, (responses[200] ?? responses[201])?.content);
  }
if (checked < 50) throw new Error(`Only ${checked} examples were found.`);
