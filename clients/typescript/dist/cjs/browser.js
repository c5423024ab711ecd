// Written by `npm run client`; change what is in clients/typescript/ instead.
// biome-ignore-all lint: esbuild's own style
'use strict';
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all) __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if ((from && typeof from === 'object') || typeof from === 'function') {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, {
          get: () => from[key],
          enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable,
        });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, '__esModule', { value: true }), mod);

var browser_exports = {};
__export(browser_exports, {
  browserStore: () => browserStore,
});
module.exports = __toCommonJS(browser_exports);
var browserStore = (place = 'wardbook.session') => {
  const kept = () => {
    const text = localStorage.getItem(place);
    return text === null ? null : JSON.parse(text);
  };
  let own = null;
  let user = kept()?.user ?? null;
  const others = new BroadcastChannel(place);
  others.addEventListener('message', ({ data }) => {
    own = data;
  });
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
var longestWay = 3e3;
