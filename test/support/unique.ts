// Names that nobody has yet.
let serial = 0;

/** `jane_1`, `jane_2`, ...: no two tests that share a database get in each other's way. */
export const unique = (name: string) => `${name}_${++serial}`;
