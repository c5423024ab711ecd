/**
 * Whether a name is another one with a single typing error: a letter too many, missing, wrong, or swapped with the
 * next.
 */
export const isMisspelling = (name: string, meant: string): boolean => {
  let start = 0;
  while (start < name.length && name[start] === meant[start]) start++;
  const [rest, wanted] = [name.slice(start), meant.slice(start)];
  const swapped = `${rest[1] ?? ''}${rest[0] ?? ''}${rest.slice(2)}`;
  return (
    rest.slice(1) === wanted || rest === wanted.slice(1) || rest.slice(1) === wanted.slice(1) || swapped === wanted
  );
};
