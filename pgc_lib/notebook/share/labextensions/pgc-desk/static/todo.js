// One line, from anywhere in Lab: a to-do as `lab.todos.add` reads it.

import { GLYPHS } from "./glyphs.js";
import { icon } from "./page.js";

const ADD = "pgc-desk:todo";

export function todo(lab, server, found) {
  const { app, palette } = lab;
  const { InputDialog, Notification } = lab.jupyter.apputils;
  const { say } = found;
  const list = icon(lab.jupyter.ui, "list", GLYPHS.list);

  app.commands.addCommand(ADD, {
    label: say("todo"),
    caption: (given) => given.caption ?? "",
    icon: (given) => (given.isPalette ? undefined : list),
    execute: async () => {
      const asked = await InputDialog.getText({
        title: say("todo"),
        label: say("todo-how"),
        placeholder: say("todo-example"),
        okLabel: say("todo-keep"),
      });
      const line = asked.button.accept && asked.value?.trim();
      if (!line) return;
      const told = server.todo(line);
      Notification.promise(told, {
        pending: { message: say("todo-keeping") },
        success: { message: (kept) => kept.said, options: { autoClose: 4000 } },
        error: { message: (reason) => reason.message },
      });
      await told.catch(() => {});
    },
  });
  app.commands.addKeyBinding({ command: ADD, keys: ["Accel Shift Y"], selector: "body" });
  palette?.addItem({ command: ADD, args: { isPalette: true }, category: found.titles.begin });
}
