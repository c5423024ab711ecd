// Reads the trail past the API.
import { requestIdOf } from '../support/answers.ts';
import type { Answer, App } from '../support/app.ts';

/** What the trail has of one request. */
export const trailOf = ({ rows }: App, answer: Answer) =>
  rows(
    `select actor_id::int, actor_role, action, resource, resource_id::int, patient_ids::int[], before,
      at > now() - interval '1 minute' as just_now
    from audit where request_id = $1 order by audit.id`,
    [requestIdOf(answer)],
  );
