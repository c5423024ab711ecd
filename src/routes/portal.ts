// /portal: the web app for people, one page for all its addresses. What it loads is in portal/, served without the Worker.
import { type Context, Hono } from 'hono';
import * as z from 'zod';
import type { Env } from '../config.ts';
import { portalPolicy } from '../http/policy.ts';
import { describe } from '../openapi/describe.ts';

const html = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>Wardbook</title><meta name="robots" content="noindex">
<link rel="icon" href="/docs/icon.svg"><link rel="stylesheet" href="/portal/style.css">
<script src="/portal/app.js" type="module"></script>
<main><noscript>This page needs JavaScript, which is switched off in your browser.</noscript></main>`;

const text = z.string();
const opens = describe('Open the portal. A web app for everybody who works with Wardbook in a browser.', { 200: text });
const opensPage = describe('Open a page of the portal. Links in mails lead to some of them.', { 200: text });

const servePage = (c: Context) =>
  c.html(html, 200, { 'Content-Security-Policy': portalPolicy, 'Cache-Control': 'no-store' });

/** A name with a dot is a file's, and one that is here was served before. */
export const portalRoutes = new Hono<Env>({ strict: false })
  .get('/', opens, servePage)
  .get('/:page{[^.]+}', opensPage, servePage);
