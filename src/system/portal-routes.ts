// /portal: the web app for people, one page for all its addresses. What it loads is in portal/, served without the
// Worker.
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { route } from '../openapi/route.ts';
import { portalPolicy } from './policy.ts';

const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Wardbook</title><meta name="robots" content="noindex">
<link rel="icon" href="/docs/icon.svg"><link rel="stylesheet" href="/portal/style.css">
<script src="/portal/app.js" type="module"></script>
<main><noscript>This page needs JavaScript, which is switched off in your browser.</noscript></main>`;

const text = z.string();
const servePage = (c: Context) =>
  c.html(html, 200, { 'Content-Security-Policy': portalPolicy, 'Cache-Control': 'no-store' });

/** A name with a dot is that of a file, and existing files are served before the Worker. */
export const portalRoutes = new Hono<Env>({ strict: false })
  .get(
    '/',
    route({
      summary: 'Open the portal',
      detail: 'A web app for everybody who works with Wardbook in a browser.',
      answers: { 200: text },
    }),
    servePage,
  )
  .get(
    '/:page{[^.]+}',
    route({
      summary: 'Open a page of the portal',
      detail: 'Links in mails lead to some of them.',
      answers: { 200: text },
    }),
    servePage,
  );
