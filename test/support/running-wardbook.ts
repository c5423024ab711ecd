// A Wardbook that runs for as long as the tests of a file do.
import { afterAll, beforeAll } from 'vitest';
import { type OwnWardbook, withOwnWardbook } from '../../scripts/support/own-wardbook.ts';

/** Call it at the top of a file or a `describe`; the answer is there once tests run. `settings` are the Worker's. */
export function runningWardbook(settings?: Record<string, string>): () => OwnWardbook {
  let wardbook: OwnWardbook;
  let end = () => {};
  let ended: Promise<void>;

  beforeAll(async () => {
    await new Promise<void>((resolve, reject) => {
      ended = withOwnWardbook(
        async (running) => {
          wardbook = running;
          resolve();
          await new Promise<void>((stop) => {
            end = stop;
          });
        },
        undefined,
        settings,
      );
      ended.catch(reject);
    });
  }, 600_000);
  afterAll(async () => {
    end();
    await ended;
  }, 240_000);
  return () => wardbook;
}
