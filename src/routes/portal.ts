// /portal: the pages that links in mails lead to. What they load is in portal/, served without the Worker.
import { Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { pagePolicy } from '../http/policy.ts';
import { word } from '../http/validate.ts';
import { describe } from '../openapi/describe.ts';

const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Wardbook</title><meta name="robots" content="noindex"><link rel="icon" href="/docs/icon.svg">
<link rel="stylesheet" href="/portal/links.css"><script src="/portal/links.js" type="module"></script>
<main><noscript>This page needs JavaScript, which is switched off in your browser.</noscript></main>`;

const opens = describe(
  'Open the page of a link. Where a mail leads: the page tells what the link is for, and does it once a person says so.',
  { 200: z.string() },
);

export const portalRoutes = new Hono<Env>({ strict: false }).get(
  '/:page',
  opens,
  word('page', ['forgot', 'reset', 'verify', 'undo', 'invitation']),
  (c) => c.html(html, 200, { 'Content-Security-Policy': pagePolicy(), 'Cache-Control': 'no-store' }),
);
