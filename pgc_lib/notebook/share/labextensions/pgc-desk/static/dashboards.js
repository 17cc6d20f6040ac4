// A dashboard as a tab of Lab: its page, served by Voilà beside the notebooks, in a frame.

import { GLYPHS } from "./glyphs.js";
import { el, icon, style } from "./page.js";

const OPEN = "pgc-desk:dashboard";

export function dashboards(lab, known) {
  const { app, restorer } = lab;
  const { apputils, services, ui, widgets } = lab.jupyter;
  const base = services.ServerConnection.makeSettings().baseUrl;
  const tracker = new apputils.WidgetTracker({ namespace: "pgc-desk-dashboards" });
  const icons = Object.fromEntries(Object.entries(GLYPHS).map(([name, glyph]) => [name, icon(ui, name, glyph)]));
  style();

  app.commands.addCommand(OPEN, {
    label: (given) => given.title ?? given.path,
    caption: (given) => given.caption ?? "",
    icon: (given) => (given.isPalette ? undefined : icons[given.icon] ?? icons.chart),
    execute: async (given) => {
      const { say } = await known;
      const open = tracker.find((each) => each.pgc.path === given.path);
      const panel = open ?? made(given, say);
      if (!open) {
        app.shell.add(panel, "main");
        void tracker.add(panel);
      }
      app.shell.activateById(panel.id);
      return panel;
    },
  });
  void restorer?.restore(tracker, {
    command: OPEN,
    args: (panel) => panel.pgc,
    name: (panel) => panel.pgc.path,
  });

  function made(given, say) {
    const content = new widgets.Widget({ node: el("div", { class: "pgc-frame" }) });
    const address = `${base}voila/render/${given.path.split("/").map(encodeURIComponent).join("/")}`;
    const frame = el("iframe", { src: address, title: given.title });
    content.node.append(frame);
    const panel = new apputils.MainAreaWidget({ content });
    const { path, title, caption, icon: drawn } = given;
    panel.pgc = { path, title, caption, icon: drawn };
    panel.id = `pgc-dashboard-${path.replace(/\W/g, "-")}`;
    panel.title.label = title ?? path;
    panel.title.closable = true;
    panel.title.icon = icons[drawn] ?? icons.chart;
    const tool = (name, label, icon, onClick) =>
      panel.toolbar.addItem(name, new ui.ToolbarButton({ label, icon, onClick, tooltip: label }));
    tool("reload", say("reload"), ui.refreshIcon, () => frame.contentWindow.location.reload());
    tool("apart", say("apart"), ui.launchIcon, () => window.open(address, "_blank", "noopener"));
    // The page ends its kernel when it is left; a frame that is merely taken away would not tell it.
    panel.disposed.connect(() => leave(frame, services));
    return panel;
  }
}

function leave(frame, services) {
  const settings = services.ServerConnection.makeSettings();
  for (const kernel of kernelsOf(frame)) {
    const url = `${settings.baseUrl}api/kernels/${encodeURIComponent(kernel)}`;
    services.ServerConnection.makeRequest(url, { method: "DELETE" }, settings).catch(() => {});
  }
}

function kernelsOf(frame) {
  try {
    const said = frame.contentDocument?.getElementById("jupyter-config-data")?.textContent;
    return said ? [JSON.parse(said).kernelId].filter(Boolean) : [];
  } catch {
    return []; // a page of another kind, such as a login
  }
}
