// What every request carries, and the configuration, parsed once per isolate.
import type { Context } from 'hono';
import { z } from 'zod';

/** Live roles, as app.begin() reads them from the database. A token carries none. */
export type Role = 'user' | 'patient' | 'doctor' | 'pending_doctor' | 'admin';

export interface Actor {
  id: number;
  session: number;
}

const seconds = (fallback: number) => z.coerce.number().int().min(1).max(31_536_000).default(fallback);
const secret = z.string().min(32, 'must be 32 characters or longer');

const configuration = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }),
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
});
export type Config = z.output<typeof configuration>;
export type Bindings = z.input<typeof configuration>;

export interface Env {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    actor?: Actor;
    roles?: Role[];
    databaseMs?: number;
    problem?: string;
    trace?: object;
  };
}

const parsed = new WeakMap<object, Config>();

export const config = (c: Context<Env>): Config => {
  const known = parsed.get(c.env);
  if (known) return known;
  const result = configuration.safeParse(c.env);
  if (!result.success) throw new Misconfigured(result.error.issues);
  parsed.set(c.env, result.data);
  return result.data;
};

/** Names the variables, never their values. */
export class Misconfigured extends Error {
  constructor(issues: { path: PropertyKey[]; message: string; code?: string }[]) {
    super(issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
}
