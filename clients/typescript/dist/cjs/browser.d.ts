// Written by `npm run client`; change what is in clients/typescript/ instead.
export type * from '../browser.js' with { 'resolution-mode': 'import' };
export declare const browserStore: typeof import('../browser.js', { with: {
  'resolution-mode': 'import',
}}).browserStore;
