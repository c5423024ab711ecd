// Written by `npm run client`; change what is in clients/typescript/ instead.
// A request on its way: how long it may take, what is sent again, and when.

import { Offline } from './errors.js';

/** With the time, in milliseconds since 1970, after which nobody waits for the answer any more. */

/**
 * Ends with the work, when the app gives it up, or when the time is over. Not only fetch may hang: a keychain, another tab
 * or a request of somebody else's that this one waits for may as well.
 */
export const within = (milliseconds, given, work) =>
  new Promise((resolve, reject) => {
    const controller = new AbortController();
    const end = (error) => {
      tidy();
      reject(error);
      controller.abort();
    };
    const stop = () => end(reasonOf(given));
    const timer = setTimeout(() => end(new Offline(`No answer within ${milliseconds} ms`)), milliseconds);
    const tidy = () => {
      clearTimeout(timer);
      given?.removeEventListener('abort', stop);
    };
    if (given?.aborted) return stop();
    given?.addEventListener('abort', stop);
    work(controller.signal).then(resolve, reject).finally(tidy);
  });

/** React Native's signal has no reason. */
const reasonOf = (signal) =>
  signal?.reason ?? Object.assign(new Error('The request was given up'), { name: 'AbortError' });

export const sending = (root, fetch, tries) => {
  /** With its whole body, so that an answer that is cut off counts as lost as well. */
  const sendOnce = async ({ method, path, query, headers, body, signal }) => {
    // React Native's signal has less to it than the browser's, which is all that its own fetch wants
    const init = { method, headers, ...(body && { body }), signal: signal };
    try {
      const response = await fetch(root + path + query, init);
      await response.clone().text();
      return response;
    } catch (error) {
      throw signal.aborted ? error : new Offline('There is no connection', error);
    }
  };

  /** A connection may die without a word. What can be sent again is then sent again while there is time for it. */
  const sendInItsShare = (request, triesLeft) => {
    const share = Math.max(shortestTry, (request.until - Date.now()) / triesLeft);
    return within(share, request.signal, (signal) => sendOnce({ ...request, signal }));
  };

  const sendUntilAnswered = async (request) => {
    const repeats = isRepeatable(request);
    for (let [sent, wasLost] = [1, false]; ; sent++) {
      const sending = repeats ? sendInItsShare(request, tries - sent + 1) : sendOnce(request);
      const [response, failure] = await sending.then(
        (response) => [response, undefined],
        (error) => [undefined, error],
      );
      // by the earlier try, whose answer got lost: what was to be gone is gone
      if (wasLost && request.method === 'DELETE' && response?.status === 404)
        return new Response(null, { status: 204, headers: response.headers });
      const again = response?.status === 429 ? takesItsTurn(request) : repeats && !(response && response.status < 502);
      const seconds = Number(response?.headers.get('Retry-After')) || 0.25 * 2 ** sent;
      const wait = seconds * 1000 + Math.random() * 250;
      const isTooLong = seconds > longestPause || Date.now() + wait > request.until;
      if (!again || sent >= tries || isTooLong || request.signal.aborted) {
        if (response) return response;
        throw failure;
      }
      wasLost ||= response?.status !== 429;
      await pause(wait, request.signal);
    }
  };
  return { sendOnce, sendUntilAnswered };
};

export const refreshPath = '/api/auth/refresh';
/** In seconds: that is what the limits of a minute ask for. */
const longestPause = 60;
const shortestTry = 15_000;

/** Ends early when the request is given up. */
const pause = (milliseconds, signal) =>
  new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });

const isRepeatable = ({ method, path, headers }) =>
  method === 'POST' ? 'Idempotency-Key' in headers || path === refreshPath : !('If-Match' in headers);
const ofRecords = /^\/api\/(patients|doctors|mappings)\//;
/** What was refused as too much was not done. But who guesses passwords is not to be helped, nor a form kept waiting. */
const takesItsTurn = ({ method, path, headers }) =>
  method === 'GET' || 'Idempotency-Key' in headers || (method !== 'POST' && ofRecords.test(path));
