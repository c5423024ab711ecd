// The bridge's way to PGlite: PostgreSQL in WASM, in this very process, with one connection that everybody shares.
import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import { execute } from './pipeline.ts';
import {
  type Backend,
  createSession,
  databaseError,
  type Login,
  passwordFailed,
  refusal,
  type Session,
  tidy,
} from './session.ts';

type Instance = { session: Session; turn: Promise<unknown>; login: string; verified: Map<string, string> };

/**
 * PGlite instances by database name. An instance has one session, always the superuser's, so requests take turns and
 * the session becomes each one's user: with `set session authorization`, because that also decides which roles the
 * user may switch to. The instances stay the caller's to close, and must not be used beside the bridge.
 */
export function pgliteBackend(databases: { get(name: string): PGlite | undefined }): Backend {
  const instances = new WeakMap<PGlite, Instance>();

  function instanceOf(pglite: PGlite): Instance {
    let instance = instances.get(pglite);
    if (!instance) {
      const session = createSession({ version: 0 }, (bytes) => {
        const receive = async (answer: Uint8Array) => {
          // while PGlite computes nothing else can happen here: now it is heard when a client went away
          await nextTurn();
          session.receive(Buffer.from(answer));
        };
        pglite.execProtocolRaw(bytes).then(receive, session.lose);
      });
      instance = { session, turn: Promise.resolve(), login: '', verified: new Map() };
      instances.set(pglite, instance);
    }
    return instance;
  }

  return {
    run(login, statements, begin, client) {
      const pglite = databases.get(login.database);
      if (!pglite) {
        const missing = databaseError('3D000', `database "${login.database}" does not exist`, 'FATAL');
        throw Object.assign(missing, { status: 500 });
      }
      const instance = instanceOf(pglite);
      const answer = instance.turn.then(async () => {
        if (client?.aborted) throw refusal(500, 'Query cancelled, connection was terminated');
        await become(instance, login);
        return execute(instance.session, statements, begin, client);
      });
      instance.turn = answer
        .catch(() => {})
        .then(async () => {
          // what undoes everything also ends being somebody
          if (instance.session.tainted) instance.login = '';
          await tidy(instance.session);
        })
        .catch(() => {});
      return answer;
    },
    async close() {},
  };
}

async function become(instance: Instance, { user, password }: Login): Promise<void> {
  const { session, verified } = instance;
  const login = `${user}\0${password}`;
  if (instance.login === login) {
    return;
  }
  instance.login = '';
  const ask = async (query: string, params: string[]): Promise<(string | null)[] | undefined> => {
    const [result] = await execute(session, [{ query, params }]);
    return JSON.parse(result as string).rows[0];
  };
  const switchUser = `select set_config('session_authorization', $1, false)`;
  await ask(switchUser, ['postgres']);
  const role = await ask('select rolcanlogin, rolpassword from pg_authid where rolname = $1', [user]);
  const verifier = role?.[1];
  const mayEnter = role?.[0] === 't';
  if (!mayEnter || (verifier && verified.get(login) !== verifier && !isPassword(password, verifier))) {
    throw passwordFailed(user);
  }
  if (verifier) {
    verified.set(login, verifier);
  }
  await ask(switchUser, [user]);
  session.tainted = false;
  instance.login = login;
}

/** Whether PostgreSQL stored this SCRAM verifier for this password. */
function isPassword(password: string, verifier: string): boolean {
  const [, iterations, salt, storedKey = ''] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$[^:]+:(.+)$/.exec(verifier) ?? [];
  if (!salt) {
    return false;
  }
  const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest();
  return timingSafeEqual(serverKey, Buffer.from(storedKey, 'base64'));
}
