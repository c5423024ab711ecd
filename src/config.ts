// The settings, parsed once per isolate, and the context of a request.
import type { Context } from 'hono';
import * as z from 'zod';
import { addressPrefix, isIpv6 } from './ipv6.ts';
import { isMisspelling } from './misspelling.ts';

/** Live roles, as app.begin_request() reads them from the database. A token carries none. */
export const roles = ['user', 'patient', 'doctor', 'pending_doctor', 'admin'] as const;
export type Role = (typeof roles)[number];

export interface Actor {
  id: number;
  session: number;
  /** How often the session's tokens had been replaced when this one was made. */
  rotation: number;
}

/** A whole number of something. In [vars] of wrangler.toml it may be a number, everywhere else it is text. */
const wholeNumber = (what: string, least: number, most: number, fallback: number) =>
  z.coerce
    .number({ error: `must be a whole number of ${what}` })
    .int({ error: `must be a whole number of ${what}`, abort: true })
    .min(least, `must be ${least} ${what} or more`)
    .max(most, `must be ${most} ${what} or less`)
    .default(fallback);
const seconds = (fallback: number) => wholeNumber('seconds', 1, 31_536_000, fallback);
const secret = z.string('is missing').min(32, 'must be 32 characters or longer');
/** https, except on this machine: links in mails hold tokens, and requests to a mail API a key. */
const webUrl = z
  .url({ protocol: /^https?$/, error: 'must be a https:// URL', abort: true })
  .refine((url) => url.startsWith('https:') || onThisMachine.test(new URL(url).hostname), {
    error: 'must be a https:// URL; http:// is for this machine',
    abort: true,
  });
const onThisMachine = /^(localhost|127\.0\.0\.1|\[::1\])$/;
/** Where people reach this deployment: links in mails lead there. Never taken from a request's own Host header. */
export const publicUrl = webUrl
  .refine((url) => new URL(url).href === `${new URL(url).origin}/`, {
    error: 'must be like https://wardbook.example, with nothing behind the host',
    abort: true,
  })
  .transform((url) => new URL(url).origin);
const onOrOff = z.union([z.boolean(), z.stringbool()], { error: 'must be on or off' });

/** The binding of Cloudflare's Email Service. */
export interface EmailService {
  send(mail: Record<'from' | 'to' | 'subject' | 'text' | 'html', string>): Promise<unknown>;
}

/** Some of these words, with spaces or commas between them; none by default. */
const wordsOf = <const Word extends string>(words: readonly Word[], error: string) =>
  z
    .string()
    .default('')
    .transform((list) => list.split(/[\s,]+/).filter(Boolean))
    .pipe(z.array(z.enum(words, error)));

export const registrableRoles = ['user', 'patient', 'doctor'] as const;
/**
 * Who may register without an invitation. Each deployment has to say so: `npm run deploy` and the smoke refuse without
 * it. Until then nobody may: to open registration later is easy, to find who came in meanwhile is not.
 */
export const registration = wordsOf(
  registrableRoles,
  `names kinds of accounts, of ${registrableRoles.join(', ')}, or nothing`,
);

const configuration = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is missing or not a postgres:// URL' }),
  JWT_SECRET: secret,
  JWT_SECRET_PREVIOUS: secret.optional(),
  /** Encrypts the secrets of second factors. Not made from JWT_SECRET, whose loss must not cost everybody's factor. */
  MFA_KEY: secret.optional(),
  MFA_KEY_PREVIOUS: secret.optional(),
  /** Roles that need a second factor. Who waits for approval as a doctor counts as one. */
  MFA_REQUIRED_FOR: wordsOf(['user', 'patient', 'doctor', 'admin'], 'names roles, of user, patient, doctor, admin'),
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
  /** Which patients an approved doctor sees: all, or those alone who are assigned to the doctor. */
  DOCTOR_ACCESS: z.enum(['all', 'assigned']).default('all'),
  REGISTRATION: registration,
  REQUIRE_VERIFIED_EMAIL: onOrOff.default(false),
  PUBLIC_URL: publicUrl.optional(),
  MAIL_FROM: z.string().optional(),
  MAIL_API_URL: webUrl.optional(),
  MAIL_API_KEY: z.string().optional(),
  EMAIL: z.custom<EmailService>().optional(),
  SIMPLEJWT_ROUTES: onOrOff.default(true),
  /** The key with which the Django that this replaces signed its tokens, and until when those count. */
  DJANGO_SIGNING_KEY: z
    .string()
    .min(32, 'must be 32 characters or longer')
    .refine(
      (key) => !key.startsWith('django-insecure-'),
      'is one that Django writes into a repository: it must not count',
    )
    .optional(),
  DJANGO_TOKENS_UNTIL: z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], 'must be a date like 2026-12-24')
    .refine((date) => Date.parse(date) < Date.now() + 30 * 86_400_000, 'must be at most 30 days ahead')
    .optional(),
  /** For `npm start`: answers to curl end with a line break, so that the prompt begins on a new line. */
  LINE_BREAKS: z.literal('on', 'must be on, or not there').optional(),
  ACCESS_TOKEN_TTL: seconds(600),
  REFRESH_TOKEN_TTL: seconds(604_800),
  MAILS_PER_DAY: wholeNumber('mails', 1, 10_000_000, 10_000),
  SESSIONS_PER_ACCOUNT: wholeNumber('sessions', 1, 10_000, 100),
  /** After so many days an account is erased whose address nobody confirmed. 0: never. */
  UNCONFIRMED_ACCOUNT_DAYS: wholeNumber('days', 0, 3650, 0),
  /** How many doctors one account of role user may make. There is a limit because everybody sees them. */
  DOCTORS_PER_ACCOUNT: wholeNumber('doctors', 0, 1_000_000, 500),
  /**
   * How many patients, doctors and mappings a user may make, each; and how many Idempotency-Keys an account may use in
   * a day.
   */
  RECORDS_PER_ACCOUNT: wholeNumber('records', 1, 10_000_000, 50_000),
  KEYS_PER_ACCOUNT: wholeNumber('keys', 1, 1_000_000, 10_000),
  DATABASE_TIMEOUT_MS: wholeNumber('milliseconds', 100, 60_000, 8000),
});
export type Config = z.output<typeof configuration>;

/** Each of the two settings needs the other. */
const missingForDjango = ({ DJANGO_SIGNING_KEY, DJANGO_TOKENS_UNTIL }: Config) =>
  (DJANGO_SIGNING_KEY === undefined) === (DJANGO_TOKENS_UNTIL === undefined)
    ? []
    : [{ path: ['DJANGO_TOKENS_UNTIL'], message: 'goes with DJANGO_SIGNING_KEY, and one needs the other' }];
/** Nobody could set up what is required. */
const missingForFactors = ({ MFA_KEY, MFA_KEY_PREVIOUS, MFA_REQUIRED_FOR }: Config) =>
  !MFA_KEY && (MFA_KEY_PREVIOUS || MFA_REQUIRED_FOR.length > 0)
    ? [{ path: ['MFA_KEY'], message: 'is missing, and MFA_REQUIRED_FOR and MFA_KEY_PREVIOUS need it' }]
    : [];
/** The settings that are needed as soon as mails can be sent. */
const missingForMail = ({ EMAIL, MAIL_API_URL, ...settings }: Config) => {
  if (!EMAIL && !MAIL_API_URL) return [];
  const needed = ['PUBLIC_URL', 'MAIL_FROM', ...(MAIL_API_URL ? ['MAIL_API_KEY'] : [])] as (keyof typeof settings)[];
  return needed.filter((name) => !settings[name]).map((name) => ({ path: [name], message: 'is needed to send mails' }));
};

/** Workers' rate limiting. An absent binding means no limit: plain workerd has none. */
export const limiters = ['LOGIN_LIMIT', 'LINK_LIMIT', 'REFRESH_LIMIT', 'USER_LIMIT'] as const;
export type Limiter = (typeof limiters)[number];
interface RateLimit {
  limit(options: { key: string }): Promise<{ success: boolean }>;
}
export type Bindings = z.input<typeof configuration> & { [Name in Limiter]?: RateLimit };

export interface Env {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    /** The claims, from Hono's jwt middleware. */
    jwtPayload: Record<string, unknown>;
    actor?: Actor;
    roles?: readonly Role[];
    /** The id of the patient that the body names. */
    patientAsked?: number;
    keyed?: boolean;
    /** The route is only for accounts whose address is verified. */
    verifiedOnly?: boolean;
    /** The route is only for sessions that came with a second factor, if the account has one of these roles. */
    factorFor?: Config['MFA_REQUIRED_FOR'];
    /** The request put a mail into the outbox, which is delivered after the answer. */
    mailed?: boolean;
    databaseMs?: number;
    problem?: string;
    trace?: object;
  };
}

/** Names that are almost the name of a setting. All others may be bindings of a team's own. */
const misspelledSettings = (bindings: object) => {
  // a limiter under a wrong name would limit nothing
  const settings = [...Object.keys(configuration.shape), ...limiters];
  return Object.keys(bindings).flatMap((name) => {
    const meant = settings.find((setting) => isMisspelling(name.toUpperCase(), setting));
    return settings.includes(name) || !meant ? [] : [{ path: [name], message: `is no setting; ${meant} is one` }];
  });
};

const parsed = new WeakMap<object, Config>();

export const configOf = (bindings: Bindings): Config => {
  const known = parsed.get(bindings);
  if (known) return known;
  const result = configuration.safeParse(bindings);
  const issues = [
    ...misspelledSettings(bindings),
    ...(result.success
      ? [...missingForMail(result.data), ...missingForDjango(result.data), ...missingForFactors(result.data)]
      : result.error.issues),
  ];
  if (!result.success || issues.length > 0) throw new Misconfigured(issues);
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

const addressMissing =
  'A request came without CF-Connecting-IP. All that do so share one address: wrong passwords of one make the others ' +
  'wait, and the audit trail does not tell them apart. Look for a transform rule of this zone that removes the header.';

/** Logged once per isolate, because it would be the same for every request. */
let isMissingAddressLogged = false;
const headerOf = (c: Context<Env>): string | undefined => {
  const header = c.req.header('CF-Connecting-IP')?.toLowerCase();
  if (header === undefined && !isMissingAddressLogged) {
    isMissingAddressLogged = true;
    console.warn(JSON.stringify({ warning: addressMissing }));
  }
  return header;
};
/** The client's address for the trail; null when there is none, or the header holds something else. */
export const addressOf = (c: Context<Env>): string | null => {
  const address = headerOf(c) ?? '';
  return /^[\da-f.:]{3,45}$/.test(address) ? address : null;
};

/** The address to count by. A household holds a /64 of IPv6, so that counts as one address. */
export const networkOf = (c: Context<Env>): string => {
  const address = headerOf(c) ?? 'unknown';
  return isIpv6(address) ? addressPrefix(address, 64) : address;
};
/** Around that network: many providers give a /56 to a customer, who then has 256 networks. Null for IPv4. */
export const siteOf = (c: Context<Env>): string | null => {
  const address = headerOf(c) ?? '';
  return isIpv6(address) ? `${addressPrefix(address, 56)}/56` : null;
};
/**
 * What Workers' limiters count. A limiter has one limit for all its keys, so a /56 is counted under one of four each
 * time, and has four times as much: one of its networks cannot use up what the others have.
 */
export const networksOf = (c: Context<Env>): string[] => {
  const site = siteOf(c);
  return site ? [networkOf(c), `${site}#${Math.floor(Math.random() * 4)}`] : [networkOf(c)];
};
