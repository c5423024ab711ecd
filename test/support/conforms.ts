// Holds every answer that a test gets against the document: its status, headers and body are what it promises.
import { type Schema, Validator } from '@cfworker/json-schema';
import { app } from '../../src/index.ts';
import { documentOf } from '../../src/openapi/document.ts';
import type { Answer, Json } from './app.ts';

const document: Promise<Json> = documentOf(app);
const validators = new WeakMap<object, Validator>();
const validatorOf = (schema: Schema, components: Json) => {
  const known = validators.get(schema) ?? new Validator({ ...schema, components }, '2020-12', false);
  validators.set(schema, known);
  return known;
};

/** Which of the document's paths this is: one without parameters before one that would take it for an id. */
const templateOf = (paths: Json, method: string, path: string): string | undefined => {
  const plain = path.replace(/\?.*/, '').replace(/\/?$/, '/');
  const isMeant = (template: string) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+').replace(/\/?$/, '/')}$`).test(plain);
  const templates = Object.keys(paths).filter((one) => paths[one][method] && isMeant(one));
  return templates.sort((a, b) => a.split('{').length - b.split('{').length)[0];
};

const named = ['ETag', 'Link', 'X-Total-Count', 'Idempotency-Replayed', 'Retry-After', 'WWW-Authenticate'];
const required = ['ETag', 'Retry-After', 'WWW-Authenticate'];

const complaint = async (method: string, path: string, { status, headers, body, text }: Answer) => {
  const { paths, components } = await document;
  const template = templateOf(paths, method.toLowerCase(), path);
  // under /api, what does not exist is not told from what does to somebody without a token
  const isUnknown = body?.code === 'not_found' || (path.startsWith('/api') && body?.code === 'unauthenticated');
  if (!template) return isUnknown ? undefined : 'is no documented route';

  const listed = paths[template][method.toLowerCase()].responses[status];
  const response = listed?.$ref ? components.responses[listed.$ref.split('/').at(-1)] : listed;
  if (!response) return `may not answer ${status}`;
  const stray = named.find((name) => headers.has(name) && !response.headers[name]);
  if (stray) return `may not answer ${status} with ${stray}`;
  const missing = required.find((name) => !headers.has(name) && response.headers[name]);
  if (missing) return `must answer ${status} with ${missing}`;

  const type = headers.get('Content-Type')?.split(';')[0] ?? 'nothing';
  const content = response.content?.[type];
  if (!content) return response.content || text ? `may not answer ${status} with ${type}` : undefined;
  if (content.examples && !content.examples[body.code]) return `may not answer ${body.code}`;
  const { valid, errors } = validatorOf(content.schema, components).validate(body ?? text);
  return valid ? undefined : errors.map(({ instanceLocation, error }) => `${instanceLocation} ${error}`).join('\n');
};

export const conforms = async (method: string, path: string, answer: Answer): Promise<Answer> => {
  const wrong = method === 'OPTIONS' || method === 'HEAD' ? undefined : await complaint(method, path, answer);
  if (wrong) throw new Error(`against the document: ${method} ${path} ${wrong}\n${answer.text.slice(0, 500)}`);
  return answer;
};
