// Login and refresh of the Fastify server that Wardbook is compared with: the same SQL, and Node's own PBKDF2 with
// the same 600,000 iterations.
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { eq, sql } from 'drizzle-orm';
import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { credentials } from '../../../src/accounts/guesses.ts';
import { users } from '../../../src/accounts/table.ts';
import { askAnonymously, db } from './queries.ts';

const secret = process.env.JWT_SECRET ?? '';
const hmac = (text: string) => createHmac('sha256', secret).update(text).digest('base64url');
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const derive = promisify(pbkdf2);

const loginBody = z.strictObject({ email: z.email().toLowerCase(), password: z.string().min(1).max(1000) });
const refreshBody = z.strictObject({ refresh: z.string().max(500) });
const idle = 604_800;
const refused = () => Object.assign(new Error('refused'), { statusCode: 401 });

const verified = async (password: string, stored: string): Promise<boolean> => {
  const [, i = '', salt = '', hash = ''] = /^\$pbkdf2-sha256\$i=(\d+),r=1\$([^$]+)\$([^$]+)$/.exec(stored) ?? [];
  const given = await derive(password, Buffer.from(salt, 'base64url'), Number(i), 32, 'sha256');
  return timingSafeEqual(given, Buffer.from(hash, 'base64url'));
};

const signedIn = {
  refused: sql<string | null>`refused`,
  session: sql<number>`session_id`.mapWith(Number),
  rotation: sql<number>`rotation`.mapWith(Number),
  id: sql<number>`id`.mapWith(users.id),
  name: sql<string>`name`,
  username: sql<string>`username`,
  email: sql<string>`email`,
  role: sql<string>`role`,
  created_at: sql<Date>`created_at`.mapWith(users.created_at),
};

export const authRoutes = async (app: FastifyInstance): Promise<void> => {
  const answer = (rows: { refused: string | null; session: number; rotation: number; id: number }[], next: string) => {
    const [row] = rows;
    if (!row || row.refused) throw refused();
    const { refused: _, session, rotation, ...user } = row;
    const named = `${session}.${next}`;
    return {
      access: app.jwt.sign({ sub: String(user.id), sid: session, rot: rotation }),
      refresh: `${named}.${hmac(`refresh:${named}`)}`,
      token_type: 'Bearer',
      expires_in: 600,
      user,
    };
  };

  app.post<{ Body: z.output<typeof loginBody> }>(
    '/api/auth/login',
    { schema: { body: loginBody } },
    async (request) => {
      const { email, password } = request.body;
      const address = String(request.headers['cf-connecting-ip']);
      const names = [`both:${email}|${address}`, `account:${email}`, `address:${address}`];
      const keys = `{${names.map((name) => hmac(`guess:${name}`))}}`;
      const [[taken], [account]] = await askAnonymously(
        request.id,
        db.select({ wait: sql<number>`wait` }).from(sql`app.take_attempt(${keys}, '{5,50,100}') as wait`),
        db
          .select({ id: users.id, hash: credentials.password_hash })
          .from(users)
          .innerJoin(credentials, eq(credentials.user_id, users.id))
          .where(eq(users.email, email)),
      );
      if (!account || taken?.wait !== 0 || !(await verified(password, account.hash))) throw refused();
      const next = randomBytes(32).toString('base64url');
      const call = sql`app.open_session(${account.id}, ${account.hash}, ${sha256(next)}, ${request.headers['user-agent']}, ${address}, ${idle})`;
      const forgive = sql`select app.return_attempt(${keys})`;
      const [rows] = await askAnonymously(request.id, db.select(signedIn).from(call), db.execute(forgive));
      return answer(rows, next);
    },
  );

  app.post<{ Body: z.output<typeof refreshBody> }>(
    '/api/auth/refresh',
    { schema: { body: refreshBody } },
    async (request) => {
      const [, session = '', token = '', mac = ''] =
        /^([1-9]\d{0,15})\.([\w-]{43})\.([\w-]{43})$/.exec(request.body.refresh) ?? [];
      const expected = hmac(`refresh:${session}.${token}`);
      if (mac.length !== expected.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(expected))) {
        throw refused();
      }
      const next = hmac(`successor:${token}`);
      const call = sql`app.refresh(${session}, ${sha256(token)}, ${`{${sha256(next)}}`}, ${request.headers['user-agent']}, ${String(request.headers['cf-connecting-ip'])}, ${idle})`;
      const [rows] = await askAnonymously(request.id, db.select(signedIn).from(call));
      return answer(rows, next);
    },
  );
};
