// What a route says of itself, and what the pieces that it is made of add to it: its validators, its middleware, and
// what its handler calls. document.ts makes the OpenAPI document from all of that, at build time. While requests are
// served only the roles of a route are read.
import type { MiddlewareHandler, ValidationTargets } from 'hono';
import type * as z from 'zod';
import { roles as allRoles, type Env, type Role } from '../config.ts';
import type { ProblemCode } from '../errors.ts';

/** What a piece adds to the documentation of every route that it is part of. */
export interface RouteDocs {
  problems?: readonly ProblemCode[];
  /** The live roles that it lets pass. */
  roles?: readonly Role[];
  /** It reads an access token, and works without one. */
  optionalToken?: boolean;
  requestHeaders?: readonly ('If-Match' | 'If-None-Match' | 'Idempotency-Key')[];
  /** The headers of an answer that is no problem. */
  responseHeaders?: readonly ('ETag' | 'Link' | 'X-Total-Count' | 'Idempotency-Replayed')[];
  /** It may answer 304. */
  notModified?: boolean;
}
/** The body by status; null where there is none. */
type Answers = Record<number, z.ZodType | null>;

interface RouteOptions {
  /** The name of the operation, like "Create a patient": `createPatient` in generated clients. */
  summary: string;
  detail?: string;
  /** Whom the route is for. Without this it is for anyone, and reaches nothing that needs an account. */
  roles?: readonly Role[];
  answers: Answers;
  /** The problems that the handler itself may answer with. */
  problems?: readonly ProblemCode[];
  /** What the handler calls and does with the answer: each knows what it adds. */
  uses?: readonly (RouteDocs | { docs: RouteDocs })[];
}

interface AttachedDocs {
  docs: readonly RouteDocs[];
  route?: Pick<RouteOptions, 'summary' | 'detail' | 'answers'>;
  validates?: { target: keyof ValidationTargets; schema: z.ZodType };
}

const docsKey = Symbol('documentation');
const attachDocs = <H extends object>(handler: H, attached: AttachedDocs): H =>
  Object.assign(handler, { [docsKey]: attached });
export const docsOf = (handler: object): AttachedDocs | undefined => (handler as { [docsKey]?: AttachedDocs })[docsKey];

export const optionalToken: RouteDocs = { optionalToken: true };

export const documentedMiddleware = (docs: RouteDocs, middleware: MiddlewareHandler<Env>) =>
  attachDocs(middleware, { docs: [docs] });

export const documentedValidator = <H extends object>(
  target: keyof ValidationTargets,
  schema: z.ZodType,
  validator: H,
  ...docs: RouteDocs[]
): H => attachDocs(validator, { docs, validates: { target, schema } });

/** A function that handlers call, like a list or an update: a route names it under `uses`. */
export const documented = <F extends object>(called: F, docs: RouteDocs) => Object.assign(called, { docs });

/** The problems of every route that needs an account. */
const accountProblems = (roles: readonly Role[]): ProblemCode[] => [
  'unauthenticated',
  'session_ended',
  'too_many_requests',
  ...(roles.length === allRoles.length ? [] : (['wrong_role'] as const)),
  ...(roles.includes('doctor') && !roles.includes('pending_doctor') ? (['doctor_not_approved'] as const) : []),
];

/** Documents a route, and says which roles may use it: app.begin_request() holds them against the live role of the account. */
export const route = ({ summary, detail = '', roles, answers, problems = [], uses = [] }: RouteOptions) => {
  const own: RouteDocs = { problems: [...(roles ? accountProblems(roles) : []), ...problems] };
  // a route that names no role reaches no record: queryAsApi() refuses
  const middleware: MiddlewareHandler<Env> = (c, next) => {
    if (roles) c.set('roles', roles);
    return next();
  };
  const docs = [roles ? { ...own, roles } : own, ...uses.map((used) => ('docs' in used ? used.docs : used))];
  return attachDocs(middleware, { docs, route: { summary, detail, answers } });
};
