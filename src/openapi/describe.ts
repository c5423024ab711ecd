// What a route says about itself. It names its answers, its middlewares note what they add; openapi.ts puts it together.
import type { MiddlewareHandler, ValidationTargets } from 'hono';
import { type DescribeRouteOptions, resolver, uniqueSymbol } from 'hono-openapi';
import * as z from 'zod';
import type { Env, Role } from '../config.ts';
import type { ProblemCode } from '../errors.ts';

export interface Note extends DescribeRouteOptions {
  codes?: readonly ProblemCode[];
  roles?: readonly Role[];
}

/** A middleware, and what it adds to every route that it is part of. */
export const noted = (note: Note, middleware: MiddlewareHandler<Env>) =>
  Object.assign(middleware, { [uniqueSymbol]: { spec: note } });

const described = (schema: z.ZodType, io: 'input' | 'output') => resolver(schema, { options: { io } });

/** A validator, and what it checks: a body as it is sent, a parameter as what it stands for. */
export const checking = <H extends object>(target: keyof ValidationTargets, schema: z.ZodType, validator: H): H =>
  Object.assign(validator, {
    [uniqueSymbol]: { target, ...described(schema, target === 'json' ? 'input' : 'output') },
  });

const answered = ([status, schema]: [string, z.ZodType | null]) => {
  if (!schema) return [status, { description: 'Done. The answer has no body.' }];
  const type = schema instanceof z.ZodString ? 'text/html' : 'application/json';
  const content = { [type]: { schema: described(schema, 'output') } };
  return [status, { description: status === '201' ? 'Created.' : 'OK.', content }];
};

/** What a route does (its first sentence is its name), its answers, and its refusals beyond those of its middlewares. */
export const describe = (about: string, answers: Record<number, z.ZodType | null>, ...codes: ProblemCode[]) => {
  const [, summary = about, description] = /^(.+?)\. (.+)$/s.exec(about) ?? [];
  const responses = Object.fromEntries(Object.entries(answers).map(answered));
  return noted({ summary, description, responses, codes }, (_c, next) => next());
};
