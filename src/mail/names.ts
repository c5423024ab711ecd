// Names of people in our own mails and on the page of an invitation. Anybody who registers can choose the name "Call +1
// 900 555 0100" or "evil.example", and mail programs turn such words into links.
const maxCharacters = 40;
/** More than three marks on one letter would cover the lines around it. */
const stackedMarks = /(\p{M}{3})\p{M}+/gu;

/**
 * A name without all that can be called, opened or mistaken for a sentence of ours: letters, with the marks, hyphens
 * and apostrophes inside of a word, forty characters of them at most. null where nothing is left.
 */
export const quotableName = (name: string): string | null => {
  const words = name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(stackedMarks, '$1')
    .split(/[^\p{L}\p{M}'’-]+/u)
    .map((word) => word.replace(/^[^\p{L}]+|[^\p{L}\p{M}]+$/gu, '').replace(/(['’-])['’-]+/g, '$1'))
    .filter(Boolean);
  const whole = [...words.join(' ')];
  if (whole.length === 0) return null;
  return whole.length <= maxCharacters ? whole.join('') : `${whole.slice(0, maxCharacters).join('').trim()}…`;
};
