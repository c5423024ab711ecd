// Written by `npm run client`; change what is in clients/typescript/ instead.
import type { Store } from './tokens.js';
/** What is used of expo-secure-store. */
export interface SecureItems<Options = object> {
  getItemAsync(key: string, options?: Options): Promise<string | null>;
  setItemAsync(key: string, value: string, options?: Options): Promise<void>;
  deleteItemAsync(key: string, options?: Options): Promise<void>;
}
/** `options` go to expo-secure-store as they are: `keychainAccessible`, for an app that syncs while the phone is locked. */
export declare const secureStore: <Options>(items: SecureItems<Options>, key?: string, options?: Options) => Store;
