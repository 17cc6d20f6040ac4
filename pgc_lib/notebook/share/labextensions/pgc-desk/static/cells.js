// A line that a page of ours offers (where an answer's numbers come from) becomes a cell: below the one it stands in, to be
// looked at first. Nothing is run: a model may have had a hand in it.

export function cells(lab, known) {
  const { app } = lab;
  document.body.dataset.pgcDesk = ""; // pages show their button only where it can do something
  document.body.addEventListener("click", async (event) => {
    const asked = event.target.closest?.("[data-pgc-cell]");
    if (!asked) return;
    const { say } = await known;
    const { Notification } = lab.jupyter.apputils;
    const panel = around(app, asked) ?? app.shell.currentWidget;
    const cells = panel?.content?.model?.sharedModel;
    if (!cells?.insertCell) {
      Notification.warning(say("cell-nowhere"));
      return;
    }
    const { content } = panel;
    const at = content.widgets.findIndex((each) => each.node.contains(asked));
    const place = (at < 0 ? content.activeCellIndex : at) + 1;
    cells.insertCell(place, { cell_type: "code", source: asked.dataset.pgcCell, metadata: {} });
    content.activeCellIndex = place;
    void content.scrollToItem?.(place, "smart");
    content.mode = "command";
    Notification.success(say("cell-made"), { autoClose: 6000 });
  });
}

function around(app, node) {
  return [...app.shell.widgets("main")].find((each) => each.content?.model?.sharedModel?.insertCell && each.node.contains(node));
}
