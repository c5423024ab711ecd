declare module 'whatwg-fetch' {
  export const fetch: typeof globalThis.fetch;
}
// by its name, a bundler for the web gets the browser's own
declare module 'abort-controller/dist/abort-controller.mjs' {
  export * from 'abort-controller';
}
