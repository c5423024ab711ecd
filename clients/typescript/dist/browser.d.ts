// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Store } from './tokens.js';
/** `place` is the key in localStorage, for two apps of one origin. */
export declare const browserStore: (place?: string) => Store;
