// What a page shows while it waits, when that failed, and when it is there.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isOnline, type Trouble, troubleOf } from '../session.ts';

export interface Loaded<T> {
  value: T | undefined;
  trouble: Trouble | undefined;
  again(): Promise<void>;
  /** In place of what was loaded, where an answer said how it is by now. */
  set(value: T): void;
}

/** Asks once for each `key`, and again when there is a connection again. What was there stays until the next is. */
export function useLoaded<T>(ask: () => Promise<T>, key: string): Loaded<T> {
  const value = useSignal<T | undefined>(undefined);
  const trouble = useSignal<Trouble | undefined>(undefined);
  const asked = useRef(0);
  const load = async () => {
    const mine = ++asked.current;
    try {
      const loaded = await ask();
      if (mine !== asked.current) return;
      value.value = loaded;
      trouble.value = undefined;
    } catch (error) {
      if (mine === asked.current) trouble.value = troubleOf(error, 'This is shown once there is one.');
    }
  };
  useEffect(() => {
    value.value = undefined;
    trouble.value = undefined;
    load();
    return () => {
      asked.current++;
    };
  }, [key]);
  useEffect(() => {
    if (isOnline.value && trouble.value) load();
  }, [isOnline.value]);
  return {
    value: value.value,
    trouble: trouble.value,
    again: load,
    set: (next) => {
      value.value = next;
    },
  };
}

const pause = 10_000;
/** Does it again and again while the page is looked at, and at once when somebody comes back to it. */
export function useReload(act: () => unknown): void {
  const last = useRef(act);
  last.current = act;
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && last.current();
    const timer = setInterval(look, pause);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);
}

export const Problem = ({ trouble, again }: { trouble: Trouble; again?: (() => void) | undefined }) => (
  <div class="problem" role="alert">
    <p>{trouble.detail}</p>
    {again && (
      <button type="button" class="secondary" onClick={again}>
        Try again
      </button>
    )}
  </div>
);

export function Show<T>({ loaded, children }: { loaded: Loaded<T>; children: (value: T) => ComponentChildren }) {
  const { value, trouble, again } = loaded;
  if (value !== undefined) return <>{children(value)}</>;
  if (trouble) return <Problem trouble={trouble} again={trouble.code === 'not_found' ? undefined : again} />;
  return (
    <p class="waiting" aria-busy="true">
      Loading …
    </p>
  );
}
