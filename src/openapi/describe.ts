// What the pieces of a route say of themselves: a route names its answers, a validator says what it checks, and
// whatever else takes part notes what it adds. document.ts makes the document from it, at build time. While requests
// are served only the roles of a route are read.
import type { MiddlewareHandler, ValidationTargets } from 'hono';
import type * as z from 'zod';
import type { Env, Role } from '../config.ts';
import type { ProblemCode } from '../errors.ts';

/** What a piece adds to every route that it is part of. */
export interface RouteDocs {
  /** Its refusals. */
  problems?: readonly ProblemCode[];
  /** Whom it lets pass. */
  roles?: readonly Role[];
  /** It takes a token, and does without one. */
  optionalToken?: boolean;
  /** The headers that it reads ... */
  requestHeaders?: readonly ('If-Match' | 'If-None-Match' | 'Idempotency-Key')[];
  /** ... and those that it answers with, when nothing is refused. */
  responseHeaders?: readonly ('ETag' | 'Link' | 'X-Total-Count' | 'Idempotency-Replayed')[];
  /** It may answer 304. */
  notModified?: boolean;
}
type Answers = Record<number, z.ZodType | null>;
interface AttachedDocs {
  notes: readonly RouteDocs[];
  route?: { summary: string; description?: string | undefined; answers: Answers };
  checks?: { target: keyof ValidationTargets; schema: z.ZodType };
}

const docsKey = Symbol('what the document says of it');
const attachDocs = <H extends object>(handler: H, what: AttachedDocs): H => Object.assign(handler, { [docsKey]: what });
export const docsOf = (handler: object): AttachedDocs | undefined => (handler as { [docsKey]?: AttachedDocs })[docsKey];

export const optionalToken: RouteDocs = { optionalToken: true };

/** A middleware, and what it adds. */
export const documentedMiddleware = (note: RouteDocs, middleware: MiddlewareHandler<Env>) =>
  attachDocs(middleware, { notes: [note] });

/** A validator, what it checks, and what it adds. */
export const documentedValidator = <H extends object>(
  target: keyof ValidationTargets,
  schema: z.ZodType,
  validator: H,
  ...notes: RouteDocs[]
): H => attachDocs(validator, { notes, checks: { target, schema } });

/** Something that a handler calls, like a list or a change, and what it adds to the handler's route. */
export const documented = <F extends object>(called: F, note: RouteDocs) => Object.assign(called, { note });

/**
 * What a route does (its first sentence is its name) and its answers; then what its handler calls, which knows what it
 * adds, whom it is for, and the refusals of the handler itself.
 */
export const describe = (
  about: string,
  answers: Answers,
  ...more: (ProblemCode | RouteDocs | { note: RouteDocs })[]
) => {
  const [, summary = about, description] = /^(.+?)\. (.+)$/s.exec(about) ?? [];
  const notes = more.map((one) => (typeof one === 'string' ? { problems: [one] } : 'note' in one ? one.note : one));
  const roles = notes.find((note) => note.roles)?.roles;
  // where app.begin() finds them: a route that names nobody reaches no database
  const middleware: MiddlewareHandler<Env> = (c, next) => {
    if (roles) c.set('roles', roles);
    return next();
  };
  return attachDocs(middleware, { notes, route: { summary, description, answers } });
};
