// What is no part of the API: the service itself, its pages, and synchronisation, which is of all records.
import { doctor, mapping, patient } from './fields.ts';
import type { Route } from './route.ts';
import { everybody, signedIn } from './statuses.ts';

export const service: Route[] = [
  { route: 'GET /', request: () => ({}), answers: everybody(200), roundTrips: 0, as: 'owner' },
  {
    route: 'GET /healthz',
    request: () => ({}),
    answers: everybody(200),
    roundTrips: 0,
    as: 'owner',
    answer: ['status'],
  },
  {
    route: 'GET /readyz',
    request: () => ({}),
    answers: everybody(200),
    // what it found some seconds ago it says again
    roundTrips: [0, 1],
    as: 'owner',
    answer: ['status', 'has_administrator', 'warnings'],
  },
  { route: 'GET /docs', request: () => ({}), answers: everybody(200), roundTrips: 0, as: 'owner' },
  { route: 'GET /portal', request: () => ({}), answers: everybody(200), roundTrips: 0, as: 'owner' },
  {
    route: 'GET /portal/:page',
    request: () => ({ path: '/portal/reset' }),
    answers: everybody(200),
    roundTrips: 0,
    as: 'owner',
    id: 'page',
  },
  {
    route: 'GET /api/sync',
    request: ({ owner }) => ({ who: owner }),
    answers: signedIn(200),
    trail: ['read mapping', 'read patient'],
    as: 'owner',
    query: ['limit', 'cursor'],
    answer: [
      ...['patients', 'doctors', 'mappings', 'removed', 'cursor', 'more'],
      ...['version', ...patient, ...doctor, ...mapping],
    ],
  },
];
