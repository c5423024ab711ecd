// One connection to PostgreSQL, spoken to in its own protocol: what goes over it, and how it is made as new again.
import { DatabaseError, serialize } from 'pg-protocol';
import { Parser } from 'pg-protocol/dist/parser.js';

export type Login = { user: string; password: string; database: string; applicationName: string };
export type Statement = { query: string; params: (string | null)[] };

/**
 * What a bridge stands in front of. Runs statements as a login's user and answers each one's result as JSON text. Those
 * of a client that goes away are rolled back.
 */
export type Backend = {
  run(login: Login, statements: Statement[], begin?: string, client?: AbortSignal): Promise<string[]>;
  close(): Promise<void>;
};

export type Field = {
  name: string;
  dataTypeID: number;
  tableID: number;
  columnID: number;
  dataTypeSize: number;
  dataTypeModifier: number;
};

export type Message =
  | { name: 'dataRow'; fields: (string | null)[] }
  | { name: 'rowDescription'; fields: Field[] }
  | { name: 'commandComplete'; text: string }
  | { name: 'readyForQuery'; status: string }
  | { name: 'parseComplete' | 'bindComplete' | 'noData' | 'emptyQuery' | 'copyInResponse' }
  | (DatabaseError & { name: 'error' });

export type Prepared = { name: string; parsed: boolean; staysLocal: boolean; fields?: string };

/** The sessions of one database share this, so that a schema change in one makes the others forget their plans. */
export type Catalog = { version: number };

export type Session = {
  send(bytes: Uint8Array): void;
  receive(bytes: Buffer): void;
  /** Called when the connection is gone. */
  lose(error: Error): void;
  /** A statement was seen that may make the session another user's, or leaves more behind than `refresh` takes away. */
  tainted: boolean;
  broken: boolean;
  hear: (message: Message) => void;
  fail: (error: Error) => void;
  statements: Map<string, Prepared>;
  forgotten: string[];
  names: number;
  catalog: Catalog;
  seen: number;
};

export const noop = () => {};

export function createSession(catalog: Catalog, send: (bytes: Uint8Array) => void): Session {
  const parser = new Parser();
  const session: Session = {
    send,
    receive: (bytes) => parser.parse(bytes, (message) => session.hear(message as unknown as Message)),
    lose: (error) => {
      session.broken = true;
      session.fail(error);
    },
    tainted: false,
    broken: false,
    hear: noop,
    fail: noop,
    statements: new Map(),
    forgotten: [],
    names: 0,
    catalog,
    seen: catalog.version,
  };
  return session;
}

/** Sends messages that end in one Sync, and answers the transaction's status afterwards. */
export function exchange(session: Session, bytes: Uint8Array, hear: (message: Message) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    if (session.broken) {
      reject(connectionClosed());
      return;
    }
    session.fail = reject;
    session.hear = (message) => (message.name === 'readyForQuery' ? resolve(message.status) : hear(message));
    session.send(bytes);
  });
}

export function forgetStatement(session: Session, text: string): void {
  session.forgotten.push(session.statements.get(text)?.name ?? '');
  session.statements.delete(text);
}

export function forgetStatements(session: Session): void {
  for (const text of session.statements.keys()) {
    forgetStatement(session, text);
  }
}

/**
 * Takes away whatever a request left behind in a session that others will use, as Neon does whenever a connection goes
 * back to its pool: settings, a role, temporary tables, locks of the session. All but prepared statements, which no
 * client can name and which make a test run three times as fast.
 */
export async function tidy(session: Session): Promise<void> {
  if (session.tainted) {
    session.statements.clear();
    session.forgotten = [];
    await exchange(session, serialize.query('discard all'), noop);
    session.tainted = false;
  } else {
    await exchange(session, serialize.query(resetSession), noop);
  }
}

const resetSession =
  'reset role; reset all; close all; unlisten *; select pg_advisory_unlock_all(); discard temp; discard sequences';

/** What the bridge itself has to say, with the status that Neon's proxy gives it. */
export function refusal(status: number, message: string): Error {
  return Object.assign(new Error(message), { status });
}

/** In Neon's words, and with its status: to a client it looks like any other failure of a query. */
export function connectionClosed(): Error {
  return refusal(400, 'connection closed');
}

/** Neon's proxy checks passwords itself, so that its refusal has no SQLSTATE, and does not tell who exists. */
export function passwordFailed(user: string): Error {
  return refusal(400, `password authentication failed for user '${user}'`);
}

export function databaseError(code: string, message: string, severity = 'ERROR'): DatabaseError {
  return Object.assign(new DatabaseError(message, 0, 'error'), { code, severity });
}
