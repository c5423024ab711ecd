/** The first bits of an IPv6 address, of at most 64, as text; an address of any other kind as it is. */
export const addressPrefix = (address: string, bits: number): string => {
  const [head = [], tail] = address.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = tail ? Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  const [a, b, c, last = '0'] = [...head, ...zeros, ...(tail ?? [])];
  const kept = Number.parseInt(last, 16) & (0xffff << (64 - bits));
  return [a, b, c, kept.toString(16)].join(':');
};
export const isIpv6 = (address: string) => address.includes(':');
