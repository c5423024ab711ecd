// What the pieces of a route say of themselves: a route names its answers, a validator says what it checks, and
// whatever else takes part notes what it adds. document.ts makes the document from it, at build time. While requests
// are served only the roles of a route are read.
import type { MiddlewareHandler, ValidationTargets } from 'hono';
import type * as z from 'zod';
import type { Env, Role } from '../config.ts';
import type { ProblemCode } from '../errors.ts';

/** What a piece adds to every route that it is part of. */
export interface Note {
  /** Its refusals. */
  codes?: readonly ProblemCode[];
  /** Whom it lets pass. */
  roles?: readonly Role[];
  /** It takes a token, and does without one. */
  mayBeSignedIn?: boolean;
  /** The headers that it reads ... */
  asks?: readonly ('If-Match' | 'If-None-Match' | 'Idempotency-Key')[];
  /** ... and those that it answers with, when nothing is refused. */
  headers?: readonly ('ETag' | 'Link' | 'X-Total-Count' | 'Idempotency-Replayed')[];
  /** It may answer 304. */
  mayBeUnchanged?: boolean;
}
type Answers = Record<number, z.ZodType | null>;
interface Said {
  notes: readonly Note[];
  route?: { summary: string; description?: string | undefined; answers: Answers };
  checks?: { target: keyof ValidationTargets; schema: z.ZodType };
}

const said = Symbol('what the document says of it');
const saying = <H extends object>(handler: H, what: Said): H => Object.assign(handler, { [said]: what });
export const whatIsSaidBy = (handler: object): Said | undefined => (handler as { [said]?: Said })[said];

export const signedInOrNot: Note = { mayBeSignedIn: true };

/** A middleware, and what it adds. */
export const noted = (note: Note, middleware: MiddlewareHandler<Env>) => saying(middleware, { notes: [note] });

/** A validator, what it checks, and what it adds. */
export const checking = <H extends object>(
  target: keyof ValidationTargets,
  schema: z.ZodType,
  validator: H,
  ...notes: Note[]
): H => saying(validator, { notes, checks: { target, schema } });

/** Something that a handler calls, like a list or a change, and what it adds to the handler's route. */
export const withNote = <F extends object>(called: F, note: Note) => Object.assign(called, { note });

/**
 * What a route does (its first sentence is its name) and its answers; then what its handler calls, which knows what it
 * adds, whom it is for, and the refusals of the handler itself.
 */
export const describe = (about: string, answers: Answers, ...more: (ProblemCode | Note | { note: Note })[]) => {
  const [, summary = about, description] = /^(.+?)\. (.+)$/s.exec(about) ?? [];
  const notes = more.map((one) => (typeof one === 'string' ? { codes: [one] } : 'note' in one ? one.note : one));
  const roles = notes.find((note) => note.roles)?.roles;
  // where app.begin() finds them: a route that names nobody reaches no database
  const middleware: MiddlewareHandler<Env> = (c, next) => {
    if (roles) c.set('roles', roles);
    return next();
  };
  return saying(middleware, { notes, route: { summary, description, answers } });
};
