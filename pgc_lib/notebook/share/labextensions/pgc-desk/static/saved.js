// What is shown of a widget that Lab does not find: what was saved of it, with a word on what to do. Lab by itself shows an
// error in English in its place, although what is to be read lies beside it. A kernel that is busy tells of its widgets late:
// what comes after all takes its place.

const MISSING = "Error displaying widget: model not found";
const VIEW = "application/vnd.jupyter.widget-view+json";
const AGAIN = [1000, 4000];
const ALIVE = ["idle", "busy", "starting"];

export function saved(lab, known) {
  const { app } = lab;
  const tried = new WeakSet();
  const look = (mutations) => {
    for (const { target } of mutations) {
      if (target.nodeType !== 1 || !target.classList.contains("jp-OutputArea-output") || target.textContent !== MISSING || tried.has(target)) continue;
      tried.add(target);
      void mend(app, target, known);
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}

async function mend(app, node, known) {
  const panel = [...app.shell.widgets("main")].find((each) => each.content?.rendermime && each.node.contains(node));
  const area = panel?.content.widgets?.find((each) => each.node.contains(node))?.outputArea;
  const place = area?.widgets.findIndex((each) => each.node.contains(node)) ?? -1;
  const model = place < 0 ? undefined : area.model.get(place);
  if (!model) return;
  const { say } = await known;
  const note = document.createElement("p"), html = model.data["text/html"];
  note.className = "pgc-as-saved";
  note.textContent = say(html ? "as-saved" : "not-saved");
  let shown = document.createElement("pre");
  if (html) {
    const drawn = panel.content.rendermime.createRenderer("text/html");
    await drawn.renderModel(model);
    shown = drawn.node;
  } else shown.textContent = [model.data["text/plain"] ?? ""].flat().join("");
  node.replaceChildren(note, shown);
  const renderer = area.widgets[place].widgets.find((each) => each.node === node);
  for (const pause of AGAIN) {
    if (!ALIVE.includes(panel.sessionContext?.session?.kernel?.status)) return;
    await new Promise((done) => setTimeout(done, pause));
    if (!note.isConnected || !(await there(panel, model))) continue;
    await renderer?.renderModel(model);
    return;
  }
}

// Tried out of sight, for a renderer writes over what it shows.
async function there(panel, model) {
  const probe = panel.content.rendermime.createRenderer(VIEW);
  await probe.renderModel(model);
  const found = probe.node.textContent !== MISSING;
  probe.dispose();
  return found;
}
