// Files dropped into the inbox: noticed, named, shown before anything is taken in. Nothing happens without a yes.

import { GLYPHS } from "./glyphs.js";
import { button, el, icon, style, table } from "./page.js";
import { upload } from "./upload.js";

const OPEN = "pgc-desk:inbox";
const EVERY = 5_000;
const LATER = "pgc-desk:later";

export function inbox(lab, server, known) {
  const { app, palette, restorer } = lab;
  const { apputils, ui } = lab.jupyter;
  const tray = icon(ui, "tray", GLYPHS.inbox);
  const tracker = new apputils.WidgetTracker({ namespace: "pgc-desk-inbox" });
  let page;
  style();

  app.commands.addCommand(OPEN, {
    label: (given) => given.title ?? "Inbox",
    caption: (given) => given.caption ?? "",
    icon: (given) => (given.isPalette ? undefined : tray),
    execute: async () => {
      const found = await known;
      if (!page || page.panel.isDisposed) {
        page = new Page(lab, server, found.say, tray);
        void tracker.add(page.panel);
        watch.shown(page);
      }
      if (!page.panel.isAttached) app.shell.add(page.panel, "main");
      app.shell.activateById(page.panel.id);
      return page.panel;
    },
  });
  void restorer?.restore(tracker, { command: OPEN, name: () => "inbox" });

  const watch = new Watch(lab, server);
  known.then(
    (found) => {
      palette?.addItem({ command: OPEN, args: { isPalette: true, title: found.say("inbox") }, category: found.titles.begin });
      watch.begin(found.say, () => app.commands.execute(OPEN));
    },
    () => {}, // plugins.js says so
  );
}

// Asks now and then what lies there, and tells of each file once.
class Watch {
  constructor(lab, server) {
    Object.assign(this, { lab, server, page: undefined, told: new Set(), notices: [] });
  }

  shown(page) {
    this.page = page;
    page.look = () => this.look();
    // Whoever sees the page needs no notice of what is on it.
    for (const id of this.notices.splice(0)) this.lab.jupyter.apputils.Notification.dismiss(id);
    void this.look();
  }

  async begin(say, open) {
    Object.assign(this, { say, open });
    const before = await this.lab.state?.fetch(LATER).catch(() => undefined);
    for (const mark of Array.isArray(before) ? before : []) this.told.add(mark);
    await this.look();
    setInterval(() => document.hidden || this.look(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
    this.lab.app.serviceManager.contents.fileChanged.connect((_, change) => {
      if ((change.newValue?.path ?? "").startsWith("inbox/")) void this.look();
    });
  }

  async look() {
    let files;
    try {
      ({ files } = await this.server.inbox("list"));
    } catch {
      return; // the server restarts, or is away; Lab says so itself
    }
    this.page?.draw(files);
    for (const file of files) if (file.state === "known" && !this.told.has(file.mark)) this.tell(file);
  }

  tell(file) {
    this.told.add(file.mark);
    if (this.page?.panel.isVisible) return;
    const { Notification } = this.lab.jupyter.apputils;
    const id = Notification.info(this.say("notice", { file: file.name, what: file.what }), {
      autoClose: false,
      actions: [
        { label: this.say("look"), displayType: "accent", callback: () => void this.open().then(() => this.page.open(file.name)) },
        { label: this.say("later"), callback: () => void this.later() },
      ],
    });
    this.notices.push(id);
  }

  async later() {
    await this.lab.state?.save(LATER, [...this.told].slice(-500));
  }
}

// The tab: one card a file.
class Page {
  constructor(lab, server, say, tray) {
    Object.assign(this, { lab, server, say, look: async () => {}, cards: new Map(), wanted: "" });
    const { apputils, widgets } = lab.jupyter;
    this.list = el("div", { class: "pgc-cards", "aria-live": "polite" });
    this.empty = el("p", { class: "pgc-soft" }, say("empty"));
    const chosen = el("input", { type: "file", multiple: true, class: "pgc-hidden", onchange: () => this.put(chosen.files) });
    const node = el(
      "div",
      { class: "pgc-desk" },
      el("h1", {}, say("inbox")),
      el("p", {}, say("about")),
      el("div", { class: "pgc-drop" }, el("span", {}, say("drop")), button(say("choose"), () => chosen.click()), chosen),
      this.empty,
      this.list,
    );
    for (const name of ["dragover", "dragleave", "drop"]) node.addEventListener(name, (event) => this.dragged(event, node));
    const content = new widgets.Widget({ node: el("div", { class: "pgc-page" }, node) });
    this.panel = new apputils.MainAreaWidget({ content });
    this.panel.toolbar.hide();
    this.panel.id = "pgc-inbox";
    Object.assign(this.panel.title, { label: say("inbox"), icon: tray, closable: true });
  }

  dragged(event, node) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.stopPropagation();
    node.classList.toggle("pgc-over", event.type === "dragover");
    if (event.type === "drop") void this.put(event.dataTransfer.files);
  }

  async put(files) {
    for (const file of files) {
      try {
        await upload(this.lab.app.serviceManager.contents, file);
      } catch (reason) {
        await this.lab.jupyter.apputils.showErrorMessage(this.say("upload-failed", { file: file.name }), reason);
      }
    }
    await this.look();
  }

  draw(files) {
    this.empty.hidden = files.length > 0;
    const there = new Set(files.map((file) => file.name));
    for (const [name, card] of this.cards) {
      if (there.has(name)) continue;
      card.node.remove();
      this.cards.delete(name);
    }
    for (const file of files) {
      const card = this.cards.get(file.name) ?? new Card(this);
      if (!this.cards.has(file.name)) this.list.append(card.node);
      this.cards.set(file.name, card);
      card.draw(file);
    }
    if (this.wanted) this.open(this.wanted);
  }

  open(name) {
    const card = this.cards.get(name);
    this.wanted = card ? "" : name;
    if (!card) return;
    card.node.scrollIntoView({ block: "nearest" });
    if (!card.opened) void card.look();
  }
}

// One file: what it is, what is in it, and what the person decides.
class Card {
  constructor(page) {
    Object.assign(this, { page, mark: "", state: "", opened: false, decided: false });
    this.node = el("section", { class: "pgc-card" });
  }

  draw(file) {
    // What was just decided stays in sight, with the way back, as long as the file is the same.
    if (file.mark === this.mark && (this.decided || file.state === this.state)) return;
    Object.assign(this, { mark: file.mark, state: file.state, file, opened: false, decided: false });
    const { say } = this.page;
    const acts = { known: [this.lookButton("pgc-main"), this.notebook()], unknown: [this.notebook("pgc-main")], taken: [this.lookButton()] };
    this.inside = el("div", { class: "pgc-inside" });
    this.acts = el("div", { class: "pgc-acts" }, acts[file.state] ?? []);
    this.node.replaceChildren(
      el("h2", {}, file.name, el("small", {}, file.size)),
      el("p", { class: file.state === "unknown" ? "pgc-soft" : "" }, file.what || say("looking")),
      this.inside,
      this.acts,
    );
  }

  lookButton(kind = "") {
    return button(this.page.say("look"), () => this.look(), kind);
  }

  notebook(kind = "") {
    const { lab, server, say } = this.page;
    const open = async () => {
      const made = await server.create("import", "", { file: this.file.name });
      await lab.app.commands.execute("docmanager:open", { path: made.path, factory: "Notebook" });
    };
    return button(say("in-notebook"), () => this.busy(open), kind);
  }

  look() {
    this.opened = true;
    return this.busy(async () => this.show(await this.page.server.inbox("look", { file: this.file.name })));
  }

  show(seen) {
    const { say } = this.page;
    const counts = el("ul", { class: "pgc-counts" }, seen.counts.map((each) => el("li", {}, each)));
    const rows = seen.lines.length ? table(seen.titles, seen.lines) : undefined;
    const wrong = seen.problems.length && [
      el("p", {}, say("wrong")),
      el("ul", { class: "pgc-problems" }, seen.problems.map((each) => el("li", {}, each))),
    ];
    this.inside.replaceChildren(counts, ...[rows, wrong].flat().filter(Boolean));
    const take = seen.new > 0 && button(seen.take, () => this.take(), "pgc-main");
    this.acts.replaceChildren(...[take, this.notebook()].filter(Boolean));
  }

  take() {
    return this.busy(async () => {
      const kept = await this.page.server.inbox("take", { file: this.file.name });
      this.decided = true;
      this.inside.replaceChildren(el("p", { class: "pgc-good" }, kept.said));
      this.acts.replaceChildren(button(this.page.say("undo"), () => this.undo(kept.batch)));
    });
  }

  undo(batch) {
    return this.busy(async () => {
      const undone = await this.page.server.inbox("undo", { file: this.file.name, batch });
      this.inside.replaceChildren(el("p", {}, undone.said));
      this.acts.replaceChildren(this.lookButton("pgc-main"));
    });
  }

  // One thing at a time; what goes wrong stands where it was asked for.
  async busy(deed) {
    this.node.setAttribute("aria-busy", "true");
    for (const each of this.acts.children) each.disabled = true;
    try {
      await deed();
    } catch (reason) {
      this.inside.replaceChildren(el("p", { class: "pgc-bad", role: "alert" }, reason.message));
      for (const each of this.acts.children) each.disabled = false;
    }
    this.node.removeAttribute("aria-busy");
  }
}
