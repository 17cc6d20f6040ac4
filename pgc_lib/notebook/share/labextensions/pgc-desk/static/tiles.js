// Tiles of the launcher: what to do first, the dashboards, and notebooks that begin with something in them.

import { GLYPHS } from "./glyphs.js";
import { icon, style } from "./page.js";

const NEW = "pgc-desk:new";
const RANKS = { begin: -30, dashboards: -20, templates: -10 };
// Above Lab's own sections, which begin at 0.

export function tiles(lab, server, found) {
  const { app, launcher, palette } = lab;
  const { ui, apputils } = lab.jupyter;
  const icons = Object.fromEntries(Object.entries(GLYPHS).map(([name, glyph]) => [name, icon(ui, name, glyph)]));
  style();

  app.commands.addCommand(NEW, {
    label: (given) => given.title ?? found.say("new"),
    caption: (given) => given.caption ?? "",
    icon: (given) => (given.isPalette ? undefined : icons[given.icon] ?? icons.note),
    execute: async (given) => {
      try {
        const made = await server.create(given.template, given.cwd ?? "");
        return await app.commands.execute("docmanager:open", { path: made.path, factory: "Notebook" });
      } catch (reason) {
        await apputils.showErrorMessage(found.say("new-failed"), reason);
      }
    },
  });

  for (const [place, tile] of found.tiles.entries()) {
    const command = tile.command ?? NEW;
    const args = { ...tile.args, title: tile.title, caption: tile.caption, icon: tile.icon };
    launcher?.add({
      command,
      args,
      category: tile.category,
      categoryRank: RANKS[tile.section],
      rank: place,
    });
    // The others put themselves into the palette.
    if (tile.section !== "begin") palette?.addItem({ command, args: { ...args, isPalette: true }, category: tile.category });
  }
}
