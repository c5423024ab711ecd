// The app's own list of routes, so that what has to hold for every route is asked of each.
import { app } from '../../src/index.ts';

/** As `GET /api/patients/:id`, without the slash at the end, and what a name has to look like. */
export const routes = [
  ...new Set(
    app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replace(/\{[^}]*\}/, '').replace(/(.)\/$/, '$1')}`),
  ),
];
