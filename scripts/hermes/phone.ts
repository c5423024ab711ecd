// In Hermes, which has no network: whatwg-fetch, as React Native brings it, on an XMLHttpRequest that has heard the answers.
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

Object.assign(globalThis, { XMLHttpRequest });
converse(fetch, print).catch((error: unknown) => print(`failed: ${error}`));
