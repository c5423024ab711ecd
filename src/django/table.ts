// The refresh tokens that came from a Django with its data.
import { boolean, pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import { foreignId, timestamp } from '../db/columns.ts';

/** Refresh tokens of Django's that still count, or were blacklisted there. See migrations/0016. */
export const djangoTokens = pgTable('django_tokens', {
  jti: textColumn().primaryKey(),
  user_id: foreignId().notNull(),
  expires_at: timestamp().notNull(),
  blacklisted: boolean().notNull().default(false),
  opened_at: timestamp(),
  session_id: foreignId(),
});
