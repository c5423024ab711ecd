// What every request carries, and the configuration, parsed once per isolate.
import type { Context } from 'hono';
import * as z from 'zod';

/** Live roles, as app.begin() reads them from the database. A token carries none. */
export type Role = 'user' | 'patient' | 'doctor' | 'pending_doctor' | 'admin';

export interface Actor {
  id: number;
  session: number;
  /** How often the session's tokens had been replaced when this one was made. */
  rotation: number;
}

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(31_536_000).default(fallback);
const secret = z.string('is missing').min(32, 'must be 32 characters or longer');

const configuration = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is missing or not a postgres:// URL' }),
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: secret.optional(),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    ),
  DOCTOR_APPROVAL: z.enum(['manual', 'automatic']).default('manual'),
  ACCESS_TOKEN_TTL: seconds(600),
  REFRESH_TOKEN_TTL: seconds(604_800),
  DATABASE_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(8000),
});
export type Config = z.output<typeof configuration>;

/** Workers' rate limiting. An absent binding means no limit: plain workerd has none. */
export type Limiter = 'LOGIN_LIMIT' | 'REFRESH_LIMIT' | 'USER_LIMIT';
interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}
export type Bindings = z.input<typeof configuration> & { [Name in Limiter]?: RateLimit };

export interface Env {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** What Hono's jwt middleware found in the token. */
    jwtPayload: Record<string, unknown>;
    actor?: Actor;
    roles?: Role[];
    keyed?: boolean;
    databaseMs?: number;
    problem?: string;
    trace?: object;
  };
}

const parsed = new WeakMap<object, Config>();

export const configOf = (bindings: Bindings): Config => {
  const known = parsed.get(bindings);
  if (known) return known;
  const result = configuration.safeParse(bindings);
  if (!result.success) throw new Misconfigured(result.error.issues);
  parsed.set(bindings, result.data);
  return result.data;
};
export const config = (c: Context<Env>): Config => configOf(c.env);

/** Names the variables, never their values. */
export class Misconfigured extends Error {
  constructor(issues: { path: PropertyKey[]; message: string; code?: string }[]) {
    super(issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
}
