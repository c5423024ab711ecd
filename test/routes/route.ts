// What the table of routes says of one route. It is written by hand: a promise that is computed from the code proves nothing.
import type { Bindings } from '../../src/config.ts';
import type { Account, Json } from '../support/app.ts';
import type { ActorName } from '../support/cast.ts';
import type { Setting } from './setting.ts';
import type { Statuses } from './statuses.ts';

/** Records that a path or a body can name. */
export const kinds = [
  'patient',
  'doctor',
  'mapping',
  'user',
  'session',
  'deletion',
  'invitation',
  'mail',
  'emergency',
] as const;
/** The links in mails whose tokens are at hand. */
export const links = ['reset', 'verify', 'undo', 'invited'] as const;
export type Kind = (typeof kinds)[number];
export type Ids = Record<Kind, number> & Record<(typeof links)[number], string> & { refresh: string };

/** Whoever may send a hostile request: nobody who is only there to be another one of the same kind. */
export const senders = [
  'owner',
  'stranger',
  'patient',
  'pendingDoctor',
  'assignedDoctor',
  'admin',
] as const satisfies ActorName[];
export type Sender = (typeof senders)[number];

export interface Request {
  /** Who sends it. Without this it carries no token. */
  who?: Account;
  /** Without its last slash. By default that of the route. */
  path?: string;
  body?: Json;
  headers?: Record<string, string>;
  /** Who did it according to the trail, where that is neither who asks nor who is answered. */
  actor?: number | null;
}
export type MakeRequest<Made = Request> = (setting: Setting) => Made | Promise<Made>;

/** A request for which it matters what it is about. */
export interface Case {
  about?: string;
  answers: Statuses;
  /** Each of the cast sends it with their own token. `me` is undefined for those who have none. */
  request: (setting: Setting, me: Account | undefined) => Omit<Request, 'who'> | Promise<Omit<Request, 'who'>>;
}

export interface Route {
  /** Method and path, as `GET /api/patients/:id`. */
  route: string;
  /** A request that succeeds. Whatever it changes or deletes is made for it. */
  request: MakeRequest;
  /** Who gets which status for that request, each of the cast with their own token. */
  answers?: Statuses;
  /** Says what `answers` is about, where there are other cases. */
  about?: string;
  /** Other requests, where it matters what they are about; or instead of that one, where the cast has to stay as it is. */
  cases?: Case[];
  /** Settings of the deployment, where it succeeds with no others. */
  settings?: Partial<Bindings>;
  /** How often the database is asked for an answer that succeeds: once if nothing is said. Several where it depends on what was asked before. */
  roundTrips?: number | number[];
  /** A refusal is about a patient, so it has an entry in the trail as well, which is one more round trip. */
  refusalIsNoted?: true;
  /** An Idempotency-Key keeps it from happening twice. */
  takesKey?: true;
  /** What that request leaves in the trail, as action and resource, in alphabetical order. By default nothing: no patient is read and nothing changes. */
  trail?: string[];

  /** Who sends it in tests of hostile requests: whoever gets furthest. */
  as: Sender;
  /** What the id in its path is of. */
  id?: Kind | 'page';
  /** A good body with every field that there is. */
  body?: (ids: Ids) => Record<string, Json>;
  /** The parameters that its query string may have. */
  query?: string[];
  /** Every name that may be in an answer that succeeds, at any depth. undefined: a page for people, which may say anything. */
  answer?: string[];
}
