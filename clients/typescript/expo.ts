// The store for Expo: the tokens in the keychain of iOS or the keystore of Android.
//
//   import * as SecureStore from 'expo-secure-store';
//   wardbook('https://wardbook.example', { store: secureStore(SecureStore) });
import type { User } from './api.ts';
import type { Store, Tokens } from './tokens.ts';

/** What is used of expo-secure-store. */
export interface SecureItems<Options = object> {
  getItemAsync(key: string, options?: Options): Promise<string | null>;
  setItemAsync(key: string, value: string, options?: Options): Promise<void>;
  deleteItemAsync(key: string, options?: Options): Promise<void>;
}

interface Kept extends Omit<Tokens, 'user'> {
  id: number;
}

/** `options` go to expo-secure-store as they are: `keychainAccessible`, for an app that syncs while the phone is locked. */
export const secureStore = <Options>(items: SecureItems<Options>, key = 'wardbook', options?: Options): Store => {
  const read = async <Value>(key: string): Promise<Value | null> => {
    const text = await items.getItemAsync(key, options);
    return text === null ? null : JSON.parse(text);
  };
  // apart, because a value may be 2 KB long, and long names would make it longer
  const userKey = `${key}.user`;
  return {
    async load() {
      const [kept, user] = [await read<Kept>(key), await read<User>(userKey)];
      // the app may have been closed between the two
      if (!kept || kept.id !== user?.id) return null;
      const { id: _, ...tokens } = kept;
      return { ...tokens, user };
    },
    async save({ user, ...tokens }) {
      await items.setItemAsync(userKey, JSON.stringify(user), options);
      await items.setItemAsync(key, JSON.stringify({ ...tokens, id: user.id } satisfies Kept), options);
    },
    async clear() {
      await items.deleteItemAsync(key, options);
      await items.deleteItemAsync(userKey, options);
    },
  };
};
