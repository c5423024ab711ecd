// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Problem, RefusedStatus, Routes } from './api.js';
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
type Walk<All> = {
  [Name in Head<keyof All>]: Methods<All, Name> & Walk<Under<All, Name>>;
};
type Head<Path> = Path extends `${infer Name}/${string}` ? Name : Extract<Path, string>;
type Methods<All, Name> = Name extends keyof All
  ? {
      [Method in keyof All[Name]]: Call<All[Name][Method]>;
    }
  : unknown;
type Call<Route> = Route extends {
  input: infer Input;
  output: infer Body;
  status: infer Status extends number;
}
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
export declare const callsBy: (send: (request: Request) => Promise<Response>) => Api;
