// When `npm start` is to end: at a signal, and when whoever started it is gone.
const untilRepeated = 1000;

/**
 * Aborted by the first signal, or when npm is gone: npm hands SIGTERM on to the shell that it started this in, which ends
 * and tells nobody. A signal again means at once: what was started is killed then, by whoever listens to 'exit'.
 */
export function whenToStop(): AbortSignal {
  const stop = new AbortController();
  let since = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // of one Ctrl-C there may come two: the terminal's, and the one that npm hands on
      if (stop.signal.aborted && performance.now() - since > untilRepeated) process.exit(130);
      since ||= performance.now();
      stop.abort();
    });
  }
  if (process.env.npm_lifecycle_event) {
    watchParent(() => stop.abort());
  }
  return stop.signal;
}

/** There is no event for it. Whose parent is gone becomes a child of another process, but on Windows. */
function watchParent(onGone: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, 250);
  watch.unref();
}
