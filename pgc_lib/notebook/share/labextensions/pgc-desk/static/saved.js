// A page of ours in a notebook whose kernel has ended since is shown as it was saved. Lab by itself shows an error in its
// place, although what is to be read lies beside it.

const MISSING = "Error displaying widget: model not found";
const OURS = "pgc-still";

export function saved(lab, known) {
  const { app } = lab;
  const look = (mutations) => {
    for (const { target } of mutations) {
      if (target.nodeType === 1 && target.classList.contains("jp-OutputArea-output") && target.textContent === MISSING) void show(app, target, known);
    }
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}

async function show(app, node, known) {
  const panel = [...app.shell.widgets("main")].find((each) => each.content?.rendermime && each.node.contains(node));
  const area = panel?.content.widgets.find((each) => each.node.contains(node))?.outputArea;
  const place = area?.widgets.findIndex((each) => each.node.contains(node)) ?? -1;
  const model = place < 0 ? undefined : area.model.get(place);
  const html = model?.data["text/html"];
  if (!html || ![html].flat().join("").includes(OURS)) return;
  const drawn = panel.content.rendermime.createRenderer("text/html");
  await drawn.renderModel(model);
  const { say } = await known;
  const note = document.createElement("p");
  note.className = "pgc-as-saved";
  note.textContent = say("as-saved");
  node.replaceChildren(note, drawn.node);
}
