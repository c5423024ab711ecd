// Written by `npm run client`; change what is in clients/typescript/ instead.
// The store for web apps: "wardbook-client/browser". All tabs of a browser are one session.
//
// The refresh token is in localStorage, where all tabs find it, and the access token in the memory of each. One tab at a
// time renews, under a Web Lock, and tells the others what it got. Who signs in, out or is renamed in one is so in all.

/** What is kept of a session where all tabs find it. */

/** `place` is the key in localStorage, for two apps of one origin. */
export const browserStore = (place = 'wardbook.session') => {
  const kept = () => {
    const text = localStorage.getItem(place);
    return text === null ? null : JSON.parse(text);
  };
  /** The tokens as this tab has them; the others hear of new ones. */
  let own = null;
  let user = kept()?.user ?? null;
  const others = new BroadcastChannel(place);
  others.addEventListener('message', ({ data }) => {
    own = data;
  });

  /** What another tab has got, whose word of it may come later than its lock is given up. */
  const told = (refresh) =>
    new Promise((resolve) => {
      const listen = ({ data }) => data.refresh === refresh && done();
      const done = () => {
        clearTimeout(timer);
        others.removeEventListener('message', listen);
        resolve();
      };
      const timer = setTimeout(done, longestWay);
      others.addEventListener('message', listen);
      if (own?.refresh === refresh) done();
    });

  return {
    load() {
      const now = kept();
      if (!now) return null;
      // another tab may have renewed the token, or somebody else may have signed in there
      if (own?.refresh === now.refresh) return { ...own, user: now.user };
      return { ...now, access: '', renew_at: 0 };
    },
    save(tokens) {
      own = tokens;
      user = tokens.user;
      others.postMessage(tokens);
      localStorage.setItem(place, JSON.stringify({ refresh: tokens.refresh, user }));
    },
    clear() {
      own = user = null;
      localStorage.removeItem(place);
    },
    async alone(work) {
      const before = kept()?.refresh;
      const run = async () => {
        const now = kept()?.refresh;
        if (now && now !== before) await told(now);
        return work();
      };
      // of HTTPS and localhost only
      return navigator.locks ? navigator.locks.request(place, run) : run();
    },
    watch(changed) {
      addEventListener('storage', ({ key }) => {
        if (key !== place && key !== null) return;
        const before = user;
        user = kept()?.user ?? null;
        changed(user, before);
      });
    },
  };
};

const longestWay = 3000;
