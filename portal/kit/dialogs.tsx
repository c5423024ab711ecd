// What is said on top of a page: a question before something is done, and afterwards that it was, with a way back.
import { effect, signal, useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { type Trouble, troubleOf, user, wasCancelled } from '../session.ts';
import { Problem } from './loading.tsx';

interface DialogProps {
  title: string;
  close(): void;
  children: ComponentChildren;
}
/** The browser's own: it keeps the focus, and Escape closes it. */
export function Dialog({ title, close, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    return () => {
      // as long as it is open, nothing else can have the focus
      isGone.current = true;
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={() => isGone.current || close()}
      onCancel={(event) => event.target === dialog.current && close()}
    >
      <article>
        <h2 id={id}>{title}</h2>
        {children}
      </article>
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  children: ComponentChildren;
  button: string;
  /** What the other button says. */
  cancel?: string;
  /** Of the first button: "" where it can be taken back. */
  kind?: string;
  /** False: the question stays open. */
  act(): Promise<unknown>;
  close(): void;
  /** Not while one cannot read yet what goes along. */
  isReady?: boolean;
}
/** For what cannot be taken back, or takes more along than one sees. */
export function Confirm(props: ConfirmProps) {
  const { title, children, button, cancel = 'Cancel', kind = 'danger', act, close, isReady = true } = props;
  const trouble = useSignal<Trouble | undefined>(undefined);
  const isBusy = useSignal(false);
  const sure = async () => {
    if (isBusy.value || !isReady) return;
    isBusy.value = true;
    try {
      if ((await act()) !== false) close();
    } catch (error) {
      if (!wasCancelled(error)) trouble.value = troubleOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <Dialog title={title} close={close}>
      {children}
      {trouble.value && <Problem trouble={trouble.value} />}
      <div class="buttons">
        <button
          type="button"
          class={kind}
          aria-disabled={isBusy.value || !isReady}
          aria-busy={isBusy.value}
          onClick={sure}
        >
          {button}
        </button>
        {/* not what is done, which a key that is pressed once more would do */}
        <button type="button" class="secondary" onClick={close} autofocus>
          {cancel}
        </button>
      </div>
    </Dialog>
  );
}

interface Notice {
  text: string;
  undo?: (() => Promise<unknown>) | undefined;
}
const notice = signal<Notice | undefined>(undefined);
/** Says that something is done. It stays until it is closed or the next thing is said: nobody has to read fast. */
export const showNotice = (text: string, undo?: () => Promise<unknown>) => {
  notice.value = { text, undo };
};
export const clearNotice = () => {
  notice.value = undefined;
};
let noticeFor = user.value?.id;
// what one person did is not for the next to read, nor to undo
effect(() => {
  const id = user.value?.id;
  if (id !== noticeFor) clearNotice();
  noticeFor = id;
});

export function NoticeBar() {
  const now = notice.value;
  const isBusy = useSignal(false);
  const undo = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await now?.undo?.();
      showNotice('Undone.');
    } catch (error) {
      if (!wasCancelled(error)) showNotice(troubleOf(error).detail);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="told" role="status">
      {now && (
        <div>
          <span>{now.text}</span>
          {now.undo && (
            <button type="button" aria-disabled={isBusy.value} aria-busy={isBusy.value} onClick={undo}>
              Undo
            </button>
          )}
          <button type="button" class="secondary" aria-label="Close this message" onClick={clearNotice}>
            ×
          </button>
        </div>
      )}
    </div>
  );
}

interface ActionButtonProps {
  label: string;
  /** Where the label stands beside what it is about: all of it, for whoever does not see that. */
  name?: string;
  act(): Promise<unknown>;
  kind?: string;
}
/** A button that does something at once; what goes wrong is said below it. */
export function ActionButton({ label, name, act, kind = 'secondary' }: ActionButtonProps) {
  const isBusy = useSignal(false);
  const press = async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    try {
      await act();
    } catch (error) {
      if (!wasCancelled(error)) showNotice(troubleOf(error).detail);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <button
      type="button"
      class={kind}
      aria-label={name}
      aria-disabled={isBusy.value}
      aria-busy={isBusy.value}
      onClick={press}
    >
      {label}
    </button>
  );
}
