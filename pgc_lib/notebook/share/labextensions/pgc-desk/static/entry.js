// What JupyterLab loads first of an extension: a "container" in the sense of module federation, written by hand.
//
// Lab calls `init` with the packages that it shares, then asks `get` for the extension. All the rest are plain
// ECMAScript modules beside this file. Nothing is built: what is read here is what runs.
(() => {
  const here = new URL(".", document.currentScript.src);
  let shared = {};

  // A package of Lab's own, never a copy: tokens are the same only when they are the same object.
  async function take(name) {
    const versions = Object.values(shared[name] ?? {});
    const ours = versions.find((each) => each.from === "CORE_FEDERATION") ?? versions[0];
    if (!ours) throw new Error(`JupyterLab does not share ${name}`);
    return (await ours.get())();
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["pgc-desk"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async (name) => {
      if (name !== "./extension") throw new Error(`There is no module ${name} in pgc-desk`);
      const { plugins } = await import(new URL("plugins.js", here));
      const made = await plugins(take);
      return () => ({ __esModule: true, default: made });
    },
  };
})();
