// Medians, and by how much those of two runs of the same kind differ.

export const median = (values: number[]): number => {
  // sorts numbers as such, and ten times as fast as an array does
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
};

export const differenceOf = (one: number[], other: number[]): number => median(one) - median(other);

/** What the medians of two runs like this one differ by at most, in 99 of 100 pairs: drawn again and again from its times. */
export const noiseOf = (times: number[], runLength: number, pairs = 1000): number => {
  const draw = () => Array.from({ length: runLength }, () => times[Math.floor(Math.random() * times.length)] ?? 0);
  const differences = Array.from({ length: pairs }, () => Math.abs(differenceOf(draw(), draw())));
  return differences.sort((a, b) => a - b)[Math.ceil(pairs * 0.99) - 1] ?? 0;
};
