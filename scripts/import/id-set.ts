// Which ids there are, a bit for each: a million patients in 125 kB, where a Set would take 40 MB.

export type IdSet = {
  /** False when it was there already. */
  add(id: number): boolean;
  has(id: number): boolean;
  size(): number;
  /** Whether every id of this set is in another one. */
  isWithin(other: IdSet): boolean;
};

const pageBits = 4096;

export function idSet(): IdSet {
  const pages = new Map<number, Uint32Array>();
  let size = 0;
  const has = (id: number) => {
    const bit = id % pageBits;
    return (((pages.get(Math.floor(id / pageBits))?.[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
  };
  return {
    has,
    size: () => size,
    add(id) {
      if (has(id)) return false;
      const number = Math.floor(id / pageBits);
      const page = pages.get(number) ?? new Uint32Array(pageBits / 32);
      pages.set(number, page);
      const bit = id % pageBits;
      page[bit >>> 5] = (page[bit >>> 5] ?? 0) | (1 << (bit & 31));
      size++;
      return true;
    },
    isWithin(other) {
      for (const [number, page] of pages) {
        for (let bit = 0; bit < pageBits; bit++) {
          const isIn = (((page[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
          if (isIn && !other.has(number * pageBits + bit)) return false;
        }
      }
      return true;
    },
  };
}
