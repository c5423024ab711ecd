// Written by `npm run client`; change what is in clients/typescript/ instead.
// The store for Expo: the tokens in the keychain of iOS or the keystore of Android.
//
//   import * as SecureStore from 'expo-secure-store';
//   wardbook('https://wardbook.example', { store: secureStore(SecureStore) });

/** What is used of expo-secure-store. */

/** `options` go to expo-secure-store as they are: `keychainAccessible`, for an app that syncs while the phone is locked. */
export const secureStore = (items, key = 'wardbook', options) => {
  const read = async (key) => {
    const text = await items.getItemAsync(key, options);
    return text === null ? null : JSON.parse(text);
  };
  // apart, because a value may be 2 KB long, and long names would make it longer
  const userKey = `${key}.user`;
  return {
    async load() {
      const [kept, user] = [await read(key), await read(userKey)];
      // the app may have been closed between the two
      if (!kept || kept.id !== user?.id) return null;
      const { id: _, ...tokens } = kept;
      return { ...tokens, user };
    },
    async save({ user, ...tokens }) {
      await items.setItemAsync(userKey, JSON.stringify(user), options);
      await items.setItemAsync(key, JSON.stringify({ ...tokens, id: user.id }), options);
    },
    async clear() {
      await items.deleteItemAsync(key, options);
      await items.deleteItemAsync(userKey, options);
    },
  };
};
