// Notes in cells: a link opens the very cell, and a tick that was made in the lab appears in the notebook that is open.

const EVERY = 4000;
const PATIENCE = 60000;
const CELL = "#cell-id=";

export function notes(lab, server) {
  const { app } = lab;
  arrive(app);
  document.body.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-pgc-opens]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const [path, id] = link.dataset.pgcOpens.split("#");
    app.commands.execute("rendermime:handle-local-link", { path, id: id ? `#${id}` : "" });
  });
  const look = async () => {
    if (!document.hidden) await follow(app, server).catch(() => {}); // the server is away: Lab itself says so
    setTimeout(look, EVERY);
  };
  app.restored.then(() => setTimeout(look, EVERY));
}

// Lab opens the file of an address at the start, but forgets the cell that it names.
function arrive(app) {
  const { hash, pathname } = window.location;
  if (!hash.startsWith(CELL)) return;
  const path = decodeURIComponent(pathname.split("/tree/").slice(1).join("/tree/"));
  const end = Date.now() + PATIENCE;
  const look = () => {
    const panel = notebooks(app).find((each) => app.serviceManager.contents.localPath(each.context.path) === path);
    if (panel) panel.context.ready.then(() => stay(panel, hash));
    else if (Date.now() < end) setTimeout(look, 200);
  };
  app.restored.then(look);
}

// Lab goes on restoring for a while and chooses the first cell again; whoever clicks or types decides from then on.
function stay(panel, hash) {
  const wanted = hash.slice(CELL.length);
  const end = Date.now() + PATIENCE / 3;
  let decided = false;
  for (const kind of ["pointerdown", "keydown", "wheel"]) addEventListener(kind, () => { decided = true; }, { once: true, capture: true });
  const look = () => {
    if (decided || panel.isDisposed || Date.now() > end) return;
    if (panel.content.activeCell?.model.id !== wanted) panel.setFragment(hash);
    setTimeout(look, 500);
  };
  look();
}

function notebooks(app) {
  return [...app.shell.widgets("main")].filter((each) => each.context?.model?.sharedModel?.cells);
}

async function follow(app, server) {
  // Edited together with others, a notebook's path begins with the name of their drive, which the server does not know.
  const path = (panel) => app.serviceManager.contents.localPath(panel.context.path);
  const open = new Map(notebooks(app).map((panel) => [path(panel), panel]));
  if (!open.size) return;
  const { edits } = await ask(server, { paths: [...open.keys()] });
  for (const [path, wanted] of Object.entries(edits)) await change(open.get(path), path, wanted, server);
}

// Only a cell that says exactly what the lab thinks it does is changed; what is being written waits until it is saved.
async function change(panel, path, wanted, server) {
  const { model } = panel.context;
  const clean = !model.dirty;
  const done = [];
  for (const edit of wanted) {
    const cell = model.sharedModel.cells.find((each) => each.id === edit.cell);
    if (cell?.getSource() === edit.was) put(cell, edit);
    if (cell?.getSource() === edit.text) done.push(edit.cell);
  }
  if (!done.length) return;
  await ask(server, { done: { [path]: done } });
  if (clean && !model.readOnly) await panel.context.save();
}

// Only the letters that differ, so that a cursor in the cell, one's own or another person's, stays where it is.
function put(cell, { was, text }) {
  const most = Math.min(was.length, text.length);
  let begin = 0, end = 0;
  while (begin < most && was[begin] === text[begin]) begin += 1;
  while (end < most - begin && was[was.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  cell.updateSource(begin, was.length - end, text.slice(begin, text.length - end));
}

async function ask(server, body) {
  const request = { method: "POST", body: JSON.stringify(body) };
  const answer = await server.connection.makeRequest(server.address("pgc/api/notes"), request, server.settings);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}
