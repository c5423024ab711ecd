// The database that every test file gets a copy of.
import { createHash } from 'node:crypto';
import { neon } from '@neondatabase/serverless';
import '../../scripts/dev/neon/endpoint.ts';
import { migrate } from '../../scripts/cli/migrate.ts';
import type { Neon } from '../../scripts/dev/neon/bridge.ts';

export type Owner = { user: string; password: string };

/** Brings the database that all others are copies of to the newest migration, and gives the Worker a way to sign in. */
export async function migrateTemplate(bridge: Neon, name: string, owner: Owner): Promise<void> {
  const { ownerUrl, appUrl } = urls(bridge, name, owner);
  const sql = neon(ownerUrl);
  await migrate(sql);
  const signsIn = () => neon(appUrl)`select 1`.then(Boolean, () => false);
  for (let attempt = 0; attempt < 5 && !(await signsIn()); attempt++) {
    // fails if another run on this server does the same at this moment
    await sql.query(`alter role app_login login password '${appPassword(owner)}'`).catch(() => {});
  }
}

// Roles belong to the whole server, so all runs on it must give app_login the same password.
function appPassword({ user, password }: Owner): string {
  return createHash('sha256').update(`wardbook test ${user}:${password}`).digest('base64url');
}

export function urls(bridge: Neon, name: string, owner: Owner) {
  return {
    name,
    ownerUrl: bridge.url(owner.user, owner.password, name),
    appUrl: bridge.url('app_login', appPassword(owner), name),
  };
}
