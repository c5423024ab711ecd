// The refresh tokens that came from a Django with its data.
import { boolean, pgTable, text as textColumn } from 'drizzle-orm/pg-core';
import { foreignId, timestamp } from '../db/columns.ts';

/** A refresh token of Django's that still counts, or was logged out there. migrations/0016 has the rest. */
export const djangoTokens = pgTable('django_tokens', {
  jti: textColumn().primaryKey(),
  user_id: foreignId().notNull(),
  expires_at: timestamp().notNull(),
  blacklisted: boolean().notNull().default(false),
  opened_at: timestamp(),
  session_id: foreignId(),
});
