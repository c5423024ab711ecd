// What a step of a history is made of.
import { expect } from 'vitest';
import type { App, Json } from '../support/app.ts';
import type { Account, LiveRole, World } from './world.ts';

export interface Actor {
  app: App;
  w: World;
  me: Account;
  /** Picks a record, one that is apt rather than another; or, now and then, none. */
  pick: <Row>(rows: Iterable<Row>, which: number, isApt?: (row: Row) => boolean) => Row | undefined;
  which: number;
  other: number;
}
export interface Step {
  /** Who can do it, so that it is not always refused. */
  by: LiveRole[];
  often?: number;
  /** Of those who can do it: who gets further. */
  suits?: (w: World, me: Account) => boolean;
  /** What has to be there for it to be more than a refusal, and the step that sees to it. */
  needs?: { isThere: (w: World) => boolean; first: string };
  act: (actor: Actor) => Promise<void>;
}

/** What an account has once it has signed in. */
export const tokensOf = (body: Json) => ({
  token: body.access as string,
  refresh: body.refresh as string,
  parent: undefined,
  signedIn: true,
});

/** What somebody types, also where no password is right. */
export const passwordOf = ({ password }: Account) => password ?? 'the earlier one';

/** A record that does not exist. */
export const nowhere = { id: 999_999 };

/** Sends a request as the actor, whose answer must have this status. */
export const request = async (
  { app, me }: Actor,
  method: string,
  path: string,
  body: Json,
  expected: number,
  headers: Record<string, string> = {},
): Promise<Json> => {
  const answer = await app.call(method, path, { token: me.token, body, headers });
  expect(answer.status, `${method} ${path} ${JSON.stringify(body)} by ${me.name}: ${answer.text}`).toBe(expected);
  return answer.status < 300 ? answer.body : undefined;
};
