// Every route that takes a body, with a good one, for tests that make it bad.
import type { Ids, Route, Sender } from '../routes/route.ts';
import type { World } from '../routes/setting.ts';
import { table } from '../routes/table.ts';
import type { Json } from '../support/app.ts';

export interface Target {
  route: string;
  path: string;
  /** Nobody, where no token is asked for. */
  as?: Sender;
  body: Record<string, Json>;
  /** A whole new record: unknown fields are refused, even those of our own answers. */
  creates: boolean;
}

/** An administrator, where one may do it, because nothing is hidden from them; or else whoever gets furthest. */
export const mostPowerful = ({ as, answers }: Route): Sender => (answers && answers.admin < 300 ? 'admin' : as);

export const targetsOf = ({ people, ownPatient, ownDoctor, mapping }: World): Target[] => {
  const idsFor = (as: Sender): Ids => ({
    patient: ownPatient.id,
    doctor: ownDoctor.id,
    mapping: mapping.id,
    // an administrator does it to somebody else
    user: people[as === 'admin' ? 'stranger' : as].id,
    // no body of these is good enough for anybody to look for the rest
    ...{ session: 1, deletion: 1, invitation: 1, mail: 1, emergency: 1 },
    ...{ reset: 'x', verify: 'x', undo: 'x', invited: 'x', refresh: 'x' },
  });
  return table.flatMap(({ route, answers, as, id, body }) => {
    if (!body) return [];
    const [method = '', pattern = ''] = route.split(' ');
    const ids = idsFor(as);
    const path = `${pattern.replace(/:\w+/, String(id && id !== 'page' ? ids[id] : ''))}/`;
    const isOpen = answers !== undefined && answers.nobody < 300;
    return [
      { route, path, as: isOpen ? undefined : as, body: body(ids), creates: method !== 'PUT' && method !== 'PATCH' },
    ];
  });
};
