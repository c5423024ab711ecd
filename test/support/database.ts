// A database for each test file, behind the local stand-in for Neon that global-setup.ts started.
import { type NeonQueryFunction, neon } from '@neondatabase/serverless';
import { afterAll, inject } from 'vitest';
import '../../scripts/dev/neon/endpoint.ts';
import type { Fault, Order } from './fault-proxy.ts';

export type TestDatabase = {
  /** For fixtures and for looking behind the API; row level security does not bind the owner. */
  ownerUrl: string;
  /** What the Worker signs in with: its DATABASE_URL. */
  appUrl: string;
  owner: NeonQueryFunction<false, false>;
  /** How many requests this database answered so far, those of `owner` included. */
  roundTrips(): Promise<number>;
};

/** A migrated database for one test file, gone after it. Call it once, outside of tests. */
export async function freshDatabase(): Promise<TestDatabase> {
  // files take turns by chance
  const controlUrls = inject('controlUrls');
  const controlUrl = controlUrls[Math.floor(Math.random() * controlUrls.length)] as string;
  const { name, ownerUrl, appUrl } = await order<{ name: string; ownerUrl: string; appUrl: string }>(
    'POST',
    `${controlUrl}/databases`,
  );
  afterAll(() => order('DELETE', `${controlUrl}/databases/${name}`));
  return {
    ownerUrl,
    appUrl,
    owner: neon(ownerUrl),
    roundTrips: async () =>
      (await order<{ count: number }>('GET', `${controlUrl}/databases/${name}/round-trips`)).count,
  };
}

/** All ways to fail, by how much of a request the database has seen. */
export const faults = {
  none: [
    'refused',
    'cut before',
    'html with 200',
    'html with 400',
    'html with 502',
    'an internal error',
    'an error without a code',
    'connection closed',
    'compute unreachable',
    'an empty body',
    'not an object',
    'no results',
    'too few results',
    'results of another shape',
  ],
  all: ['cut after the commit', 'connection closed after the commit', 'half an answer'],
  /** And the client gives up first. */
  allTooLate: ['silence', 'silence in the middle'],
} satisfies Record<string, Fault[]>;

/** The same database, by a connection that fails when a test wants it to. Call it once, outside of tests. */
export async function faultyConnection(url: string) {
  const faulty = new URL(url);
  const faultsUrl = inject('faultsUrl');
  const port = await order<number>('POST', `${faultsUrl}/${faulty.port}`);
  faulty.port = String(port);
  const proxy = `${faultsUrl}/${port}`;
  afterAll(() => order('DELETE', proxy));
  return {
    url: faulty.href,
    /** From now on, until it heals. */
    fail: (fault: Fault, more: Omit<Order, 'fault'> = {}) => order('PUT', proxy, { fault, ...more } satisfies Order),
    heal: () => order('PUT', proxy, {}),
  };
}

async function order<T = void>(method: string, url: string, sent?: object): Promise<T> {
  const answer = await fetch(url, { method, body: sent && JSON.stringify(sent) });
  const body = await answer.text();
  if (!answer.ok) {
    throw new Error(`${method} ${url}: ${body}`);
  }
  return (body ? JSON.parse(body) : undefined) as T;
}
