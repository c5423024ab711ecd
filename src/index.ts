// The app: what every request goes through, and where each resource is served.
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createMiddleware } from 'hono/factory';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { accountRoutes } from './accounts/admin-routes.ts';
import { linkRoutes } from './accounts/link-routes.ts';
import { ownAccountRoutes } from './accounts/own-account-routes.ts';
import { signInRoutes } from './accounts/sign-in-routes.ts';
import { stepUpRoutes } from './accounts/step-up-routes.ts';
import { eraseUnconfirmed } from './accounts/unconfirmed.ts';
import { overviewRoutes } from './admin/routes.ts';
import { type Bindings, config, configOf, type Env } from './config.ts';
import { tokenRoutes } from './django/routes.ts';
import { adminDoctorRoutes } from './doctors/admin-routes.ts';
import { doctorProfileRoutes } from './doctors/profile-routes.ts';
import { doctorRoutes } from './doctors/routes.ts';
import { emergencyReviewRoutes, emergencyRoutes, lookupRoutes } from './emergencies/routes.ts';
import { Problem, respondWithProblem } from './errors.ts';
import { requireAccessToken, requireFactor, requireVerifiedEmail } from './http/auth.ts';
import { matchesEtag } from './http/etag.ts';
import { declaredLength } from './http/validate.ts';
import { invitationRoutes } from './invitations/admin-routes.ts';
import { invitationLinkRoutes } from './invitations/link-routes.ts';
import { mailRoutes } from './mail/admin-routes.ts';
import { deliverMails, deliverMailsAfterResponse, maxJobMs } from './mail/outbox.ts';
import { mappingRoutes } from './mappings/routes.ts';
import { reencryptFactors } from './mfa/reencrypt.ts';
import { mfaRoutes } from './mfa/routes.ts';
import { otpRoutes } from './mfa/sign-in-routes.ts';
import { patientProfileRoutes } from './patients/profile-routes.ts';
import { patientRoutes } from './patients/routes.ts';
import { syncRoutes } from './sync/routes.ts';
import { portalRoutes } from './system/portal-routes.ts';
import { systemRoutes } from './system/routes.ts';
import { sweep } from './system/sweep.ts';
import { logSettingsOnce } from './system/warnings.ts';
import { auditRoutes } from './trail/admin-routes.ts';

// Middleware here sets headers on the existing response: c.header() and cors() would copy it first.

/** Logs one line for each request, without anything that a person sent: the pattern of the route, not the path. */
const logRequest = createMiddleware<Env>(async function logRequest(c, next) {
  const started = performance.now();
  const requestId = c.get('requestId');
  logSettingsOnce(c.env);
  await next();
  c.res.headers.set('X-Request-Id', requestId);
  const line = {
    request_id: requestId,
    method: c.req.method,
    route: routePath(c),
    status: c.res.status,
    ms: Math.round(performance.now() - started),
    database_ms: Math.round(c.get('databaseMs') ?? 0),
    code: c.get('problem'),
    trace: c.get('trace'),
  };
  console.info(JSON.stringify(line));
});

/** In development: ends answers to curl with a line break, so that the prompt begins on a new line. */
const addLineBreak = createMiddleware<Env>(async function addLineBreak(c, next) {
  await next();
  if (c.env.LINE_BREAKS !== 'on' || !c.req.header('User-Agent')?.startsWith('curl/') || !c.res.body) return;
  c.res = new Response(`${await c.res.text()}\n`, c.res);
});

/** Without the headers that only old browsers read. */
const securityHeaders = secureHeaders({
  originAgentCluster: false,
  removePoweredBy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
});

/**
 * No cache in between may keep what is under /api. A client that kept an answer may ask with If-None-Match whether it
 * changed.
 */
const noStore = createMiddleware(async function noStore(c, next) {
  await next();
  const { headers } = c.res;
  headers.set('Cache-Control', 'no-store');
  const known = c.req.header('If-None-Match');
  if (known !== undefined && /^(GET|HEAD)$/.test(c.req.method) && c.res.ok && matchesEtag(known, headers.get('ETag'))) {
    c.res = new Response(null, { status: 304, headers });
  }
});

const corsForBrowsers = cors({
  origin: (origin, c) => {
    const { CORS_ORIGINS } = config(c);
    return CORS_ORIGINS.includes('*') ? '*' : CORS_ORIGINS.includes(origin) ? origin : null;
  },
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: ['Authorization', 'Content-Type', 'If-Match', 'If-None-Match', 'Idempotency-Key'],
  exposeHeaders: ['ETag', 'Link', 'Retry-After', 'X-Total-Count', 'X-Request-Id', 'Idempotency-Replayed'],
  maxAge: 86_400,
});
/** Apps send no Origin and need no CORS headers. */
const crossOrigin = createMiddleware(function crossOrigin(c, next) {
  const isBrowsers = c.req.header('Origin') !== undefined || c.req.method === 'OPTIONS';
  return isBrowsers ? corsForBrowsers(c, next) : next();
});

const maxBodyBytes = 256 * 1024;
/**
 * Reads a body without a Content-Length. What is too long is read to its end, up to a limit, and dropped: workerd fails
 * the next request on a connection if the last one was answered before its body had ended.
 */
const limitStreamedBody = createMiddleware(async function limitStreamedBody(c, next) {
  const reader = c.req.raw.body?.getReader();
  if (!reader) return next();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let part = await reader.read(); !part.done && size <= 64 * maxBodyBytes; part = await reader.read()) {
    size += part.value.length;
    if (size <= maxBodyBytes) chunks.push(part.value);
  }
  if (size > maxBodyBytes) throw new Problem('body_too_large');
  c.req.raw = new Request(c.req.raw, { body: new Blob(chunks as BlobPart[]) });
  return next();
});
/** A body is never longer than its Content-Length, so only a body without one is counted. */
const limitBody = createMiddleware(function limitBody(c, next) {
  const length = declaredLength(c);
  if (length === undefined) return limitStreamedBody(c, next);
  if (Number(length) <= maxBodyBytes) return next();
  throw new Problem('body_too_large');
});

export const app = new Hono<Env>({ strict: false });
// without a header name the ids are always ours: an id that a client chose would get into the audit trail
app.use(requestId({ headerName: '' }), logRequest, addLineBreak, securityHeaders);
app.use('/api/*', noStore, crossOrigin, limitBody, deliverMailsAfterResponse);
app.notFound(() => {
  throw new Problem('not_found');
});
app.onError(respondWithProblem);

const routes = app
  // for anybody
  .route('/', systemRoutes)
  .route('/portal', portalRoutes)
  .route('/api/auth', signInRoutes)
  .route('/api/auth', otpRoutes)
  .route('/api/auth', linkRoutes)
  .route('/api/auth', invitationLinkRoutes)
  .route('/api/token', tokenRoutes)
  // From here on a valid access token is required: new routes belong below this line, unless they are for anybody.
  .use('/api/*', requireAccessToken)
  .route('/api/auth', ownAccountRoutes)
  .route('/api/auth', stepUpRoutes)
  .route('/api/auth/mfa', mfaRoutes)
  // From here on a confirmed email and a second factor are required as well, if the deployment says so.
  .use('/api/*', requireVerifiedEmail, requireFactor)
  .route('/api/patients', patientRoutes)
  .route('/api/patients', emergencyRoutes)
  .route('/api/doctors', doctorRoutes)
  .route('/api/doctors', lookupRoutes)
  .route('/api/mappings', mappingRoutes)
  .route('/api/sync', syncRoutes)
  .route('/api/patient-profile', patientProfileRoutes)
  .route('/api/doctor-profile', doctorProfileRoutes)
  .route('/api/admin', accountRoutes)
  .route('/api/admin', adminDoctorRoutes)
  .route('/api/admin', overviewRoutes)
  .route('/api/admin/invitations', invitationRoutes)
  .route('/api/admin/mails', mailRoutes)
  .route('/api/admin/emergency-accesses', emergencyReviewRoutes)
  .route('/api/admin/audit', auditRoutes);

export type AppType = typeof routes;

/** A scheduled job may take 15 minutes; this is the part of the sweep. */
const maxSweepMs = 4 * 60_000;
/**
 * The hourly job: sends mails that could not be sent before, and deletes what has expired. Mails come first, because
 * people wait for them. If a part fails, the job fails, so that the schedule shows it.
 */
const scheduled = async (_event: unknown, bindings: Bindings): Promise<void> => {
  await deliverMails(bindings, maxJobMs);
  const { reencrypted, unreadable } = await reencryptFactors(configOf(bindings));
  if (reencrypted + unreadable > 0) console.info(JSON.stringify({ job: 'mfa', reencrypted, unreadable }));
  const erased = await eraseUnconfirmed(configOf(bindings));
  if (erased > 0) console.info(JSON.stringify({ job: 'unconfirmed', erased }));
  const { removed, failed, left } = await sweep(configOf(bindings), maxSweepMs);
  console.info(JSON.stringify({ job: 'sweep', ...removed, failed, left }));
  if (failed.length > 0) throw new Error(`The sweep failed at: ${failed.join(', ')}.`);
  if (unreadable > 0) throw new Error(`Neither MFA_KEY nor MFA_KEY_PREVIOUS decrypts ${unreadable} second factors.`);
};

export default { fetch: app.fetch, scheduled };
