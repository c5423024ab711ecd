// What `npm run timing` calls noise: a difference that is one is seen, however small beside the times themselves.
import { expect, test } from 'vitest';
import { differenceOf, median, noiseOf } from '../../scripts/soak/noise.ts';

/** Times as requests have them: most are close together, some are late. The same ones each time. */
const timesOf = (seed: number, more = 0): number[] => {
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  return Array.from({ length: 1000 }, () => 20 + more - 3 * Math.log(1 - random()));
};

test('the median is the time in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
});

test('two runs of the same kind differ by no more than noise', () => {
  const [one, other] = [timesOf(1), timesOf(2)];
  expect(Math.abs(differenceOf(one, other))).toBeLessThanOrEqual(noiseOf(one, 1000, 200));
});

test('one more millisecond of 20 is more than noise, which is some tenths of one', () => {
  const [one, other] = [timesOf(1), timesOf(2, 1)];
  expect(noiseOf(one, 1000, 200)).toBeGreaterThan(0.1);
  expect(Math.abs(differenceOf(one, other))).toBeGreaterThan(noiseOf(one, 1000, 200));
  expect(noiseOf(one, 10, 200)).toBeGreaterThan(noiseOf(one, 1000, 200));
});
