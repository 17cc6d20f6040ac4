// Beside the notebook in front: its outline, its to-dos, what leads to it and what is like it; each line opens the very cell.
// The server's extension is asked, so no kernel is needed, and only while somebody sees the panel.

import { GLYPHS } from "./glyphs.js";
import { button, el, icon, style } from "./page.js";

const OPEN = "pgc-desk:beside";
const READ = [1500, 6000];
// The notes of a notebook are read a moment after it was saved, later when there is much to do.

export function beside(lab, server, known) {
  const { app, palette, restorer } = lab;
  const { ui, widgets } = lab.jupyter;
  const panel = new Panel(lab, server);
  style();
  // There when Lab restores what was open; what it is called comes from the server.
  class Shown extends widgets.Widget {
    onAfterShow() {
      panel.ask();
    }
  }
  const widget = new Shown({ node: panel.node });
  widget.id = "pgc-beside";
  widget.title.icon = icon(ui, "beside", GLYPHS.beside);
  widget.addClass("pgc-side");
  panel.seen = () => widget.isVisible;
  app.shell.add(widget, "right", { rank: 350, type: "PGC" });
  restorer?.add(widget, "pgc-beside");

  known.then(
    (found) => {
      const title = found.say("beside");
      widget.title.caption = title;
      panel.node.setAttribute("aria-label", title);
      app.commands.addCommand(OPEN, { label: title, execute: () => app.shell.activateById(widget.id) });
      palette?.addItem({ command: OPEN, category: found.titles.begin });
      panel.begin(found.say);
    },
    () => {}, // plugins.js says so
  );
}

class Panel {
  constructor(lab, server) {
    Object.assign(this, { lab, server, front: undefined, shown: "", number: 0, timers: [] });
    this.status = el("p", { class: "pgc-soft", role: "status" });
    this.inside = el("div", { class: "pgc-side-inside" });
    this.node = el("div", { role: "region" }, this.status, this.inside);
    this.heard = (_, state) => state === "completed" && this.soon();
    this.moved = () => this.ask();
  }

  begin(say) {
    this.say = say;
    const { shell, restored } = this.lab.app;
    shell.currentChanged?.connect(() => this.follow());
    void restored.then(() => this.follow());
    this.follow();
  }

  // The notebook in front; a dashboard or a launcher that is in front for a moment takes nothing away.
  follow() {
    const now = this.lab.app.shell.currentWidget;
    const is = now?.context?.model?.sharedModel?.cells ? now : undefined;
    const next = is ?? (this.front?.isDisposed ? undefined : this.front);
    if (next === this.front && this.shown) return;
    this.leave();
    this.front = next;
    if (next) {
      next.context.saveState.connect(this.heard);
      next.context.pathChanged.connect(this.moved);
      next.disposed.connect(this.closed, this);
    }
    this.shown = "";
    void this.ask();
  }

  closed() {
    this.front = undefined;
    this.shown = "";
    this.follow();
  }

  leave() {
    if (!this.front || this.front.isDisposed) return;
    this.front.context.saveState.disconnect(this.heard);
    this.front.context.pathChanged.disconnect(this.moved);
    this.front.disposed.disconnect(this.closed, this);
  }

  soon() {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers = READ.map((after) => setTimeout(() => this.ask(), after));
  }

  get path() {
    return this.lab.app.serviceManager.contents.localPath(this.front.context.path);
  }

  async ask() {
    if (!this.say || !this.seen()) return;
    if (!this.front) {
      this.draw("", [el("p", { class: "pgc-soft" }, this.say("beside-none"))]);
      return;
    }
    const number = (this.number += 1);
    const path = this.path;
    if (!this.shown) this.status.textContent = this.say("beside-reading");
    try {
      const told = await this.server.beside({ path });
      if (number === this.number) this.draw(JSON.stringify([path, told]), told.known ? this.found(told) : this.unknown());
    } catch (reason) {
      if (number === this.number) this.draw("", [el("p", { class: "pgc-bad" }, reason.message), this.again()]);
    }
  }

  // What says the same as before is left alone, with cursor and scrolling.
  draw(told, inside) {
    this.status.textContent = "";
    if (told && told === this.shown) return;
    this.shown = told || "said";
    this.inside.replaceChildren(...inside);
  }

  again() {
    return button(this.say("beside-again"), () => {
      this.shown = "";
      void this.ask();
    });
  }

  unknown() {
    const { say } = this;
    return [el("h2", {}, name(this.path)), el("p", {}, say("beside-unknown")), el("p", { class: "pgc-soft" }, say("beside-begin")), this.again()];
  }

  found(told) {
    const { say } = this;
    const lines = (list) => list.map((line) => el("li", { class: `pgc-level-${Math.min(line.level, 6)}` }, this.link(line), beside_(line.beside)));
    return [
      el("h2", {}, told.title, el("small", {}, told.counted)),
      section(say("outline"), lines(told.outline), say("outline-none")),
      section(say("tasks"), told.todos.map((each) => this.task(each)), say("tasks-none")),
      section(say("leading"), lines(told.leading), say("leading-none", { name: told.title })),
      section(say("related"), lines(told.related), say("related-none")),
      this.again(),
    ];
  }

  // `notes.js` opens it within this Lab; Ctrl and a click open it in a page of its own.
  link({ title, cell }) {
    if (!cell) return el("span", { dir: "auto" }, title);
    const [path, anchor] = cell.split("#");
    const address = `${this.server.address("lab/tree/")}${path.split("/").map(encodeURIComponent).join("/")}#${anchor ?? ""}`;
    return el("a", { href: address, "data-pgc-opens": cell, dir: "auto" }, title);
  }

  task({ todo, title, due }) {
    const box = el("input", { type: "checkbox", onchange: () => void this.tick(todo, box) });
    return el("li", {}, el("label", {}, box, el("span", { dir: "auto" }, title, beside_(due))));
  }

  async tick(todo, box) {
    const { Notification } = this.lab.jupyter.apputils;
    const back = async () => {
      await this.server.beside({ todo, done: false });
      void this.ask();
    };
    box.disabled = true;
    try {
      const { said } = await this.server.beside({ todo, done: true });
      Notification.success(said, { autoClose: 8000, actions: [{ label: this.say("task-undo"), callback: () => void back() }] });
    } catch (reason) {
      Notification.error(reason.message);
      box.checked = false;
      box.disabled = false;
    }
    void this.ask();
  }
}

function section(title, items, none) {
  const inside = items.length ? el("ul", {}, items) : el("p", { class: "pgc-soft" }, none);
  return el("section", { "aria-label": title }, el("h3", {}, title), inside);
}

function beside_(text) {
  return text ? el("small", { dir: "auto" }, text) : undefined;
}

function name(path) {
  return path.split("/").pop().replace(/\.ipynb$/, "");
}
