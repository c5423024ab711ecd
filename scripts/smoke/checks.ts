// Lists the checks of the smoke in the order in which they run: each may use what those before it made.
import { login, registration, reuse, rotation } from './accounts.ts';
import { largeBodies } from './bodies.ts';
import { loginReadsNothing, roles, server } from './database.ts';
import { limiter } from './limiter.ts';
import { conditional, keyedPost, mixing, search, strangers, sync } from './records.ts';
import { secondFactor } from './second-factor.ts';
import { health, preflight, readiness, reference } from './service.ts';
import { limits, mail, whoMayRegister } from './settings.ts';
import { type Beware, cleanUp, type World } from './world.ts';

export interface Check {
  name: string;
  /** Without it none of the others is worth trying. */
  isNeeded?: boolean;
  /** Answers what it found, or fails with a sentence. */
  run(world: World): Promise<string | Beware>;
}

const databaseChecks: Check[] = [
  { name: 'database', run: server },
  { name: 'roles', run: roles },
  { name: 'app_login reads', run: loginReadsNothing },
];

export const checksFor = ({ ownerUrl }: World): Check[] => [
  { name: 'health', run: health, isNeeded: true },
  { name: 'readiness', run: readiness },
  { name: 'reference', run: reference },
  { name: 'preflight', run: preflight },
  { name: 'who may register', run: whoMayRegister },
  { name: 'limits', run: limits },
  { name: 'registration', run: registration },
  { name: 'login', run: login },
  { name: 'rotation', run: rotation },
  { name: 'reuse', run: reuse },
  { name: 'second factor', run: secondFactor },
  { name: 'keyed POST', run: keyedPost },
  { name: 'ETags', run: conditional },
  { name: 'large bodies', run: largeBodies },
  { name: 'strangers', run: strangers },
  { name: 'no mixing', run: mixing },
  { name: 'search', run: search },
  { name: 'sync', run: sync },
  ...(ownerUrl ? databaseChecks : []),
  { name: 'mails', run: mail },
  {
    name: 'cleaning up',
    run: async (world) => {
      const { accounts } = await cleanUp(world);
      return `${accounts} accounts are erased with their records; the trail keeps what it says of them`;
    },
  },
  { name: 'limiter', run: limiter },
];
