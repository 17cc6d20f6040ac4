// In the status bar: how much memory the notebooks use. A kernel that runs out of it dies without a word, so this says it before.

import { el, style } from "./page.js";

const EVERY = 10_000;
const TIGHT = 0.85;

export function indicator(lab, server, found) {
  const { app, statusbar } = lab;
  const { say } = found;
  if (!statusbar) return;
  const { Widget } = lab.jupyter.widgets;
  const { Notification } = lab.jupyter.apputils;
  const text = el("span", { class: "pgc-memory-text" });
  const bar = el("i", { class: "pgc-memory-bar" }, el("b"));
  const node = el("button", { type: "button", class: "pgc-memory", onclick: show }, bar, text);
  const item = new Widget({ node: el("div", {}, node) });
  let warned = false;
  style();
  statusbar.registerStatusItem("pgc-desk:memory", { item, align: "left", rank: 2.5, isActive: () => true });

  function show() {
    if (app.commands.hasCommand("running:show-panel")) void app.commands.execute("running:show-panel");
    else app.shell.activateById("jp-running-sessions");
  }

  async function look() {
    if (document.hidden) return;
    try {
      draw((await server.now()).memory);
    } catch {
      node.title = say("memory-unknown"); // the server restarts, or is away; Lab says so itself
    }
  }

  function draw(memory) {
    const share = memory.used / memory.limit;
    text.textContent = memory.said;
    node.title = memory.told;
    node.setAttribute("aria-label", `${memory.said}. ${memory.told}`);
    bar.firstChild.style.width = `${Math.min(100, Math.max(2, 100 * share))}%`;
    const tight = share > TIGHT || memory.scarce;
    node.classList.toggle("pgc-tight", tight);
    if (tight && !warned) {
      Notification.warning(say("memory-tight"), {
        autoClose: false,
        actions: [{ label: say("memory-show"), callback: show, displayType: "accent" }],
      });
    }
    warned = tight;
  }

  void look();
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}
