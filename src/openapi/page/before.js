// Before the viewer begins. It keeps its settings in localStorage, which a page without an origin does not have; and it
// copies to the clipboard, which the page around it does.
const tell = (message) => parent.postMessage(message, '*');
const kept = new Map();
const memory = {
  getItem: (name) => kept.get(name) ?? null,
  setItem: (name, value) => kept.set(name, String(value)),
  removeItem: (name) => kept.delete(name),
  clear: () => kept.clear(),
  key: (index) => [...kept.keys()][index] ?? null,
  get length() {
    return kept.size;
  },
};
for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { value: memory });
Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (copied) => tell({ copied }) } });
// the address that somebody copies has the place that is read
for (const name of ['pushState', 'replaceState']) {
  const own = history[name].bind(history);
  history[name] = (...given) => {
    own(...given);
    tell({ hash: location.hash });
  };
}
