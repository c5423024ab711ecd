// For drizzle-kit's studio, check, pull and export. migrations/ is written by hand and applied by `npm run migrate`;
// what drizzle-kit writes are drafts.
import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/schema.ts',
  out: './.wrangler/drizzle',
  dbCredentials: { url: process.env.DATABASE_URL ?? '' },
  schemaFilter: ['public'],
});
