// The routes as an app calls them: `api.patients[':id'].$get({ param: { id: 7 } })`. A path is walked name by name, so
// that an editor offers what comes next, and ends with the method.
import type { Problem, RefusedStatus, Routes } from './api.ts';

/** An answer whose body is not read yet: `ok` tells the two apart. */
export type Answered<Body, Status extends number> = Success<Body, Status> | Refusal;
export interface Success<Body, Status extends number = number> extends Raw {
  ok: true;
  status: Status;
  json(): Promise<Body>;
}
export interface Refusal extends Raw {
  ok: false;
  status: RefusedStatus;
  json(): Promise<Problem>;
}
type Raw = Omit<Response, 'ok' | 'status' | 'json'>;

/** What there is of the signal of an `AbortController` in browsers, in Node and on React Native alike. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
export interface CallOptions {
  headers?: Record<string, string>;
  signal?: Signal;
  /** How many milliseconds it may take in all, where that is not as the client was told. */
  timeout?: number;
}

/** Every route below /api. */
export type Api = Walk<Under<Routes, '/api'>>;
type Under<All, Prefix extends string> = {
  [Path in keyof All as Path extends `${Prefix}/${infer Rest}` ? Rest : never]: All[Path];
};
type Walk<All> = { [Name in Head<keyof All>]: Methods<All, Name> & Walk<Under<All, Name>> };
type Head<Path> = Path extends `${infer Name}/${string}` ? Name : Extract<Path, string>;
type Methods<All, Name> = Name extends keyof All ? { [Method in keyof All[Name]]: Call<All[Name][Method]> } : unknown;
type Call<Route> = Route extends { input: infer Input; output: infer Body; status: infer Status extends number }
  ? (...args: Args<Input>) => Promise<Answered<Body, Status>>
  : never;
type Args<Input> = object extends Input ? [args?: Input, options?: CallOptions] : [args: Input, options?: CallOptions];

/** What the network is asked for. */
export interface Request {
  method: string;
  /** Below the server's address, without the query. */
  path: string;
  query: string;
  headers: Record<string, string>;
  body?: string;
  signal?: Signal | undefined;
  timeout?: number | undefined;
}

interface Given {
  param?: Record<string, string | number>;
  query?: Record<string, string | number | undefined>;
  json?: unknown;
}

const requestOf = (steps: string[], { param = {}, query = {}, json }: Given = {}, options: CallOptions = {}) => {
  const request: Request = {
    method: (steps[steps.length - 1] ?? '').slice(1).toUpperCase(),
    path: steps
      .slice(0, -1)
      .map((step) => `/${step[0] === ':' ? encodeURIComponent(param[step.slice(1)] ?? '') : step}`)
      .join(''),
    // not by URLSearchParams, of which React Native has had half for most of its life
    query: Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .map(([name, value], place) => `${place ? '&' : '?'}${name}=${encodeURIComponent(value ?? '')}`)
      .join(''),
    headers: { ...options.headers },
    signal: options.signal,
    timeout: options.timeout,
  };
  if (json === undefined) return request;
  request.headers['Content-Type'] = 'application/json';
  return { ...request, body: JSON.stringify(json) };
};

export const callsBy = (send: (request: Request) => Promise<Response>): Api => {
  const at = (steps: string[]): object =>
    new Proxy(() => {}, {
      // a promise that is resolved with one of these must not take it for a promise
      get: (_, name) => (typeof name === 'string' && name !== 'then' ? at([...steps, name]) : undefined),
      apply: (_, _this, [given, options]: [Given?, CallOptions?]) => send(requestOf(steps, given, options)),
    });
  return at(['api']) as Api;
};
