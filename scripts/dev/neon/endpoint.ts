// Where Neon's driver finds a database: one on this machine behind the local Neon, any other at Neon. To be imported for
// that alone. The Worker has the same rule, in src/db/client.ts.
import { neonConfig } from '@neondatabase/serverless';

const neonEndpoint = neonConfig.fetchEndpoint as (host: string, port: number | string) => string;

export const isLoopback = (host: string): boolean => /^(127\.0\.0\.1|localhost|\[::1\])$/.test(host);

neonConfig.fetchEndpoint = (host, port) => (isLoopback(host) ? `http://${host}:${port}/sql` : neonEndpoint(host, port));

/** Where a bridge says that it is one. */
export const bridgePath = '/neon-bridge';
