// What somebody has typed and not yet saved. It stays in this tab through links, reloads and the end of a session, until it
// is saved, thrown away on purpose, or its author signs out. Each account has its own, and nobody sees another's. Passwords
// are never in it.
import { computed, effect, signal } from '@preact/signals';
import { user } from '../session.ts';

export interface Draft {
  values: Record<string, string>;
  /** The record that was being changed, in the version that it was read in. */
  base?: unknown;
}
type Drafts = Record<string, Draft>;
const storageKey = 'wardbook.drafts';
const readDrafts = signal<Drafts>(JSON.parse(sessionStorage.getItem(storageKey) ?? '{}'));
const writeDrafts = (next: Drafts) => {
  readDrafts.value = next;
  try {
    if (Object.keys(next).length > 0) sessionStorage.setItem(storageKey, JSON.stringify(next));
    else sessionStorage.removeItem(storageKey);
  } catch {
    // more than the browser keeps: it is still there until the page is left
  }
};
const isOf = (who: number, key: string) => key.startsWith(`${who} `);
const without = (isGone: (key: string) => boolean): Drafts =>
  Object.fromEntries(Object.entries(readDrafts.value).filter(([key]) => !isGone(key)));

/** Where a form's draft is: by who is signed in, the page and what the form does. Nobody's is kept. */
export const draftKey = (button: string): string | undefined =>
  user.value ? `${user.value.id} ${location.pathname} ${button}` : undefined;
export const loadDraft = (key: string | undefined): Draft | undefined => (key ? readDrafts.peek()[key] : undefined);
export const saveDraft = (key: string, draft: Draft) => writeDrafts({ ...readDrafts.peek(), [key]: draft });
export const dropDraft = (key: string | undefined) => {
  if (key && key in readDrafts.peek()) writeDrafts(without((one) => one === key));
};

/** Whether whoever is signed in has typed something that is not saved. */
export const hasDraft = computed(() => {
  const who = user.value?.id;
  return who !== undefined && Object.keys(readDrafts.value).some((key) => isOf(who, key));
});
/** While nobody is signed in: whether something waits for somebody to come back. */
export const hasAnyDraft = computed(() => Object.keys(readDrafts.value).length > 0);

const others = new BroadcastChannel(storageKey);
others.addEventListener('message', ({ data }: MessageEvent<number>) => writeDrafts(without((key) => isOf(data, key))));
/** For whoever signs out on purpose: in the other tabs as well. */
export const dropDrafts = () => {
  const who = user.value?.id;
  if (who === undefined) return;
  writeDrafts(without((key) => isOf(who, key)));
  others.postMessage(who);
};

const confirmUnload = (event: Event) => event.preventDefault();
// the browser asks before a tab is closed with something in it that is not saved
effect(() => (hasDraft.value ? addEventListener : removeEventListener)('beforeunload', confirmUnload));
