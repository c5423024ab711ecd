// Sessions, one for each device that is signed in, and the answer of a sign-in.
import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import * as z from 'zod';
import { foreignId, id, timestamp, versionColumns } from '../db/columns.ts';
import { recordId } from '../http/fields.ts';
import { user, userExample } from './table.ts';

export const sessions = pgTable('sessions', {
  id: id(),
  user_id: foreignId().notNull(),
  refresh_hash: textColumn().notNull(),
  parent_hash: textColumn(),
  rotation: integer().notNull().default(1),
  arrived_at: timestamp().default(sql`now()`),
  network: textColumn(),
  user_agent: textColumn(),
  created_at: versionColumns.created_at,
  last_used_at: timestamp().notNull().default(sql`now()`),
  idle_until: timestamp().notNull(),
  expires_at: timestamp().notNull(),
  stepped_up_at: timestamp(),
  mfa: boolean().notNull().default(false),
});

export const sessionColumns = {
  id: sessions.id,
  device: sql<string | null>`${sessions.user_agent}`.as('device'),
  created_at: sessions.created_at,
  last_used_at: sessions.last_used_at,
  mfa: sessions.mfa,
};

const time = z.iso.datetime();
export const sessionShape = z
  .object({
    id: recordId,
    device: z.string().nullable().describe('what the app or browser calls itself'),
    created_at: time.describe('when somebody signed in'),
    last_used_at: time.describe('when its tokens were last replaced'),
    mfa: z.boolean().describe('whether a code of a second factor was given for it'),
    current: z.boolean().describe('whether it is the one that asks'),
  })
  .meta({
    id: 'Session',
    examples: [
      {
        id: 21,
        device: 'Wardbook/2 (iPhone)',
        created_at: '2026-11-02T08:15:00.000Z',
        last_used_at: '2026-11-20T16:40:12.345Z',
        mfa: false,
        current: true,
      },
    ],
  });

export const tokenPair = {
  access: z.string().describe('the access token: send it as `Authorization: Bearer <access>`'),
  refresh: z.string().describe('the refresh token, which is exchanged for a new access token'),
};
export const signedInShape = z
  .object({
    ...tokenPair,
    token_type: z.literal('Bearer').describe('how `access` is sent'),
    expires_in: z.int().describe('seconds for which `access` counts'),
    user,
  })
  .meta({
    id: 'SignedIn',
    examples: [
      {
        access: 'eyJhbGci.eyJzdWIi.c2lnbmVk',
        refresh: '21.c2VjcmV0.bWFj',
        token_type: 'Bearer',
        expires_in: 600,
        user: userExample,
      },
    ],
  });

export const refreshBody = z
  // Django's refresh tokens may be longer than ours
  .strictObject({
    refresh: z.string().max(4000, 'at most 4000 characters').describe('the refresh token that was answered last'),
  })
  .meta({ id: 'Refresh', examples: [{ refresh: '21.c2VjcmV0.bWFj' }] });
