// In Hermes, which has neither a network nor a clock: AbortController and whatwg-fetch, as React Native brings them, on an
// XMLHttpRequest that has heard the answers, and timers that run in the order of their times.
import { AbortController, AbortSignal } from 'abort-controller/dist/abort-controller.mjs';
import { fetch } from 'whatwg-fetch';
import { converse } from './conversation.ts';
import type { Heard } from './run.ts';

/** Put here by the bundler: the answers in their order. */
declare const heard: Heard[];
/** Hermes' own. */
declare const print: (line: string) => void;

class XMLHttpRequest {
  status = 0;
  statusText = '';
  response = '';
  responseURL = '';
  readyState = 0;
  onload = () => {};
  onerror = () => {};
  #headers: [string, string][] = [];

  open(_: string, url: string) {
    this.responseURL = url;
  }
  setRequestHeader() {}
  abort() {}
  getAllResponseHeaders() {
    return this.#headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }
  send() {
    const next = heard.shift();
    if (!next) return this.onerror();
    [this.readyState, this.status, this.response, this.#headers] = [4, next.status, next.text, next.headers];
    this.onload();
  }
}

/** Hermes' own runs what is next, whenever that would be due: a deadline would be over before its answer is there. */
const soon = globalThis.setTimeout;
/** Its promises take turns with its timers. Before the clock goes on, none of them may have anything to do. */
const turnsBeforeLater = 1000;
let now = 0;
let turns = 0;
let lastTimer = 0;
let isTicking = false;
let timers: { id: number; at: number; run: () => void }[] = [];

const tick = () => {
  const [next] = [...timers].sort((a, b) => a.at - b.at);
  isTicking = next !== undefined;
  if (!next) return;
  soon(tick, 0);
  if (next.at > now && ++turns < turnsBeforeLater) return;
  [turns, now] = [0, next.at];
  clearTimeout(next.id);
  next.run();
};
const setTimeout = (run: () => void, milliseconds = 0): number => {
  timers.push({ id: ++lastTimer, at: now + milliseconds, run });
  if (!isTicking) soon(tick, 0);
  isTicking = true;
  return lastTimer;
};
const clearTimeout = (id: number) => {
  timers = timers.filter((one) => one.id !== id);
};
/** For abort-controller. */
const console = { assert() {}, warn() {} };

Object.assign(globalThis, { XMLHttpRequest, AbortController, AbortSignal, setTimeout, clearTimeout, console });
converse(fetch, print).catch((error: unknown) => print(`failed: ${error}`));
