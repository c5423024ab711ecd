// Where the focus goes when what had it is gone from the page, a button that did its work above all. Without this it falls
// to the body, and whoever uses a keyboard or a screen reader begins at the top of the page again.

const focusable = 'a[href], button, input, select, textarea, summary';
interface FocusTarget {
  parent: Element;
  /** Which of its children the way went through. */
  index: number;
}
let lastFocus: Element | undefined;
let pathTo: FocusTarget[] = [];
/** What had the focus before the message at the bottom did. */
let outside: HTMLElement | undefined;

const rememberFocus = ({ target }: FocusEvent) => {
  if (!(target instanceof HTMLElement)) return;
  lastFocus = target;
  pathTo = [];
  for (let one: Element = target; one.parentElement; one = one.parentElement)
    pathTo.push({ parent: one.parentElement, index: [...one.parentElement.children].indexOf(one) });
  if (!target.closest('.told')) outside = target;
};

/** The row that took the place of the one that is gone, the rest of the message, or the heading above. */
const nextTarget = (): HTMLElement | null | undefined => {
  const step = pathTo.find(({ parent }) => parent.isConnected);
  if (!step) return undefined;
  const { parent, index } = step;
  const told = parent.closest('.told');
  if (told) return told.querySelector('button') ?? (outside?.isConnected ? outside : undefined);
  const rows = parent.matches('ul, tbody') ? parent.children : [];
  const before = parent.previousElementSibling;
  // a search of which no result is left
  if (parent.matches('ul:empty') && before?.matches(focusable)) return before as HTMLElement;
  const row = parent.closest('li, tr') ?? rows[Math.min(index, rows.length - 1)];
  const near = row ? (row.querySelector(focusable) ?? row) : parent.closest('dialog, section')?.querySelector('h2, h3');
  return near as HTMLElement | null;
};

/** Call it once. */
export const keepFocus = (): void => {
  addEventListener('focusin', rememberFocus);
  new MutationObserver(() => {
    if (!lastFocus || lastFocus.isConnected || (document.activeElement ?? document.body) !== document.body) return;
    const to = nextTarget() ?? document.querySelector<HTMLElement>('main h1');
    if (!to) return;
    if (!to.matches(focusable)) to.tabIndex = -1;
    to.focus({ preventScroll: true });
  }).observe(document.body, { childList: true, subtree: true });
};
