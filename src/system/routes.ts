// Routes for anybody: what this service is, its documentation, whether it runs and reaches its database.
import { type Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import * as z from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { config, type Env } from '../config.ts';
import { route } from '../openapi/route.ts';
import { docsPolicy } from './policy.ts';
import { checkDatabase } from './readiness.ts';
import { healthShape, readinessShape, serviceShape } from './shapes.ts';
import { warningsOf } from './warnings.ts';

const page = z.string();

const { name, version } = manifest;
const links = { portal: '/portal', docs: '/docs', openapi: '/openapi.json', health: '/healthz', ready: '/readyz' };
/** The page loads the rest from files beside it, and nothing from elsewhere. */
const docsHtml = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Wardbook API</title><link rel="icon" href="/docs/icon.svg"><link rel="stylesheet" href="/docs/page.css">
<script src="/docs/page.js" defer></script><body>
<header id="bar">
<img src="/docs/icon.svg" alt=""> <strong>Wardbook</strong>
<output></output>
<form>
<input name="username" placeholder="Email or username" aria-label="Email or username" autocomplete="username" required>
<input name="password" type="password" placeholder="Password" aria-label="Password" autocomplete="current-password" required>
<button class="main">Sign in</button>
</form>
<form hidden><span id="who"></span> <button>Sign out</button></form>
</header>`;
const isBrowser = (c: Context) =>
  accepts(c, { header: 'Accept', supports: ['application/json', 'text/html'], default: 'application/json' }) ===
  'text/html';
// /openapi.json and what the page at /docs loads are files, which are served without the Worker.
export const systemRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'Name the service',
      detail:
        'Its name, its version, who may register, and where the rest is. A browser, which asks for `text/html`, is led to the portal.',
      answers: { 200: serviceShape, 302: null },
      problems: ['misconfigured'],
    }),
    (c) => {
      c.header('Vary', 'Accept', { append: true });
      if (isBrowser(c)) return c.redirect('/portal/');
      const { REGISTRATION, DOCTOR_ACCESS } = config(c);
      return c.json({ name, version, registration: REGISTRATION, doctor_access: DOCTOR_ACCESS, links });
    },
  )
  .get(
    '/healthz',
    route({
      summary: 'Check liveness',
      detail: 'That the Worker answers; the database is not asked.',
      answers: {
        200: healthShape,
      },
    }),
    (c) => c.json({ status: 'ok' as const }),
  )
  .get(
    '/readyz',
    route({
      summary: 'Check readiness',
      detail: 'Asks the database.',
      answers: { 200: readinessShape },
      problems: ['database_unavailable', 'misconfigured'],
    }),
    async (c) => {
      const warnings = warningsOf(c.env, config(c)).map(({ code }) => code);
      return c.json({ status: 'ok' as const, has_administrator: await checkDatabase(c), warnings });
    },
  )
  .get(
    '/docs',
    route({
      summary: 'Browse the reference',
      detail: 'This document as a page, on which each route can be tried.',
      answers: {
        200: page,
      },
    }),
    (c) => c.html(docsHtml, 200, { 'Content-Security-Policy': docsPolicy }),
  );
