// Days of guessing: how many guesses anybody gets in the long run, and that a clinic of people who mistype never waits.
import { beforeAll, describe, expect, test } from 'vitest';
import { boot } from '../support/app.ts';

const app = await boot();
const { rows } = app;

// the very functions, with the clocks moved in the table, in a loop on the server: these are thousands of attempts
describe('over a long time', () => {
  beforeAll(() =>
    Promise.all([
      app.asOwner(`
        create function app.let_pass(span interval) returns void language sql as $$
          update guesses set failures = array(select f - span from unnest(failures) f),
            blocked_until = blocked_until - span, forget_at = forget_at - span
          where failures <> '{}' or blocked_until is not null
        $$`),
      app.asOwner(`
        -- 40 people behind one address, around the clock: every ten minutes one mistypes and then gets it right, and another
        -- one gets it right at once
        create function app.a_day_in_a_clinic(limits integer[]) returns integer language plpgsql as $$
        declare
          waited integer := 0;
          keys text[];
        begin
          for tenth in 1 .. 24 * 6 loop
            keys := app.guess_keys_from(tenth % 40, '{nobody,the clinic}', 'the clinic');
            waited := waited + app.take_attempt(keys, limits) + app.take_attempt(keys, limits);
            perform app.return_attempt(keys);
            keys := app.guess_keys_from((tenth * 7) % 40, '{nobody,the clinic}', 'the clinic');
            waited := waited + app.take_attempt(keys, limits);
            perform app.return_attempt(keys);
            perform app.let_pass('10 minutes');
          end loop;
          return waited;
        end $$`),
      app.asOwner(`
        -- all attempts of somebody who only guesses, waits when told to, and pauses when the wait is as long as that
        create function app.guess_on(most integer, hours integer, patience integer, pause integer) returns integer
        language plpgsql as $$
        declare
          made integer := 0;
          passed double precision := 0;
          wait double precision;
        begin
          delete from guesses;
          while passed < hours * 3600 - 1 loop
            perform app.take_attempt('{guessed}', array[most]);
            made := made + 1;
            select greatest(extract(epoch from blocked_until - clock_timestamp()), 0) into wait from guesses;
            if wait is not null then
              if wait >= patience then wait := greatest(wait, pause); end if;
              perform app.let_pass(make_interval(secs => wait + 0.01));
              passed := passed + wait;
            end if;
          end loop;
          return made;
        end $$`),
    ]),
  );

  test('a clinic where somebody mistypes every ten minutes, for a week, never waits', async () => {
    for (let day = 1; day <= 7; day++)
      expect(await rows(`select app.a_day_in_a_clinic('{5,50,100}') as waited`), `day ${day}`).toEqual([{ waited: 0 }]);
  });

  // At most are allowed what a counter allowed that began anew after an hour without attempts, to whoever made the best of it.
  test.each([
    [5, 2, 20],
    [5, 24, 198],
    [50, 2, 110],
    [50, 6, 324],
    [100, 2, 210],
  ])('of a limit of %i nobody gets more in %i hours than %i guesses', async (most, hours, atMost) => {
    for (const patience of [60, 240, 900])
      for (const pause of [900, 3601, 5401]) {
        const [{ made }] = await rows('select app.guess_on($1, $2, $3, $4) as made', [most, hours, patience, pause]);
        expect(made).toBeGreaterThan(most);
        expect(made, `pausing ${pause} s instead of waiting ${patience}`).toBeLessThanOrEqual(atMost);
      }
  });
});
