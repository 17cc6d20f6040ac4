// The plugin: asks the server what this desk has, in the person's language, and puts it in its places.

import { beside } from "./beside.js";
import { cells } from "./cells.js";
import { dashboards } from "./dashboards.js";
import { inbox } from "./inbox.js";
import { indicator } from "./indicator.js";
import { notes } from "./notes.js";
import { saved } from "./saved.js";
import { Desk } from "./server.js";
import { tiles } from "./tiles.js";
import { todo } from "./todo.js";

const PACKAGES = {
  application: "@jupyterlab/application",
  apputils: "@jupyterlab/apputils",
  launcher: "@jupyterlab/launcher",
  services: "@jupyterlab/services",
  statedb: "@jupyterlab/statedb",
  statusbar: "@jupyterlab/statusbar",
  translation: "@jupyterlab/translation",
  ui: "@jupyterlab/ui-components",
  widgets: "@lumino/widgets",
};

export async function plugins(take) {
  const names = Object.keys(PACKAGES);
  const taken = await Promise.all(names.map((name) => take(PACKAGES[name])));
  const jupyter = Object.fromEntries(names.map((name, place) => [name, taken[place]]));
  return [desk(jupyter)];
}

function desk(jupyter) {
  const { application, apputils, launcher, statedb, statusbar, translation } = jupyter;
  return {
    id: "pgc-desk:plugin",
    description: "Tiles, inbox, memory and the panel beside notebooks of a personal data lab.",
    autoStart: true,
    requires: [translation.ITranslator],
    optional: [
      launcher.ILauncher,
      apputils.ICommandPalette,
      statusbar.IStatusBar,
      application.ILayoutRestorer,
      statedb.IStateDB,
    ],
    activate: async (app, translator, launcher, palette, statusbar, restorer, state) => {
      const lab = { app, jupyter, launcher, palette, statusbar, restorer, state };
      const server = new Desk(jupyter.services.ServerConnection, translator.languageCode);
      // Commands must be there when Lab restores its tabs; what they need of the server they wait for themselves.
      const known = server.known();
      dashboards(lab, known);
      inbox(lab, server, known);
      beside(lab, server, known);
      cells(lab, known);
      saved(lab, known);
      notes(lab, server);
      // Lab itself goes on, whatever becomes of the desk; nothing here may keep it from starting.
      known.then(
        (found) => {
          tiles(lab, server, found);
          todo(lab, server, found);
          indicator(lab, server, found);
        },
        (reason) => console.warn("The desk cannot be set up:", reason),
      );
    },
  };
}
