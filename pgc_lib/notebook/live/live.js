// The browser's side of `Part`. It knows none of our pages: it shows the HTML that Python draws, moves only what changed,
// and tells Python what a person does. It asks nobody but the kernel.
const AGAIN = 4000, BUSY_AFTER = 2500, TYPING = 250, PIECE = 2 ** 20, TOAST = 12000, BEAT = 20000, FOUND_WITHIN = 30000;

// ── only what changed moves: focus, typing, scrolling and open details stay ──────────────────────────────
const keyOf = (node) => (node.nodeType === 1 ? node.id || node.dataset.key || "" : "");
const same = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function attributes(from, to) {
  for (const { name } of [...from.attributes])
    if (!to.hasAttribute(name) && !(name === "open" && from.nodeName === "DETAILS")) from.removeAttribute(name);
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) === value || (name === "open" && from.nodeName === "DETAILS" && to.dataset.force === undefined)) continue;
    from.setAttribute(name, value);
    if (name === "value" && "value" in from && (document.activeElement !== from || to.dataset.force !== undefined)) from.value = value;
  }
}
function morph(from, to) {
  const fields = "input, select, textarea, [data-force]";
  if (from.isEqualNode(to) && !(from.nodeType === 1 && (from.matches(fields) || from.querySelector(fields)))) return;
  if (from.nodeType !== 1) { if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue; return; }
  if (from.dataset.keep !== undefined && to.dataset.keep === from.dataset.keep) return;
  const old = { value: from.getAttribute("value"), text: from.nodeName === "TEXTAREA" ? from.defaultValue : "", checked: from.defaultChecked };
  attributes(from, to);
  if (from.nodeName === "TEXTAREA") {
    if (to.dataset.force !== undefined || (old.text !== to.defaultValue && document.activeElement !== from)) from.value = to.defaultValue;
    from.defaultValue = to.defaultValue;
    return;
  }
  if (from.type === "checkbox" || from.type === "radio") from.checked = to.defaultChecked;
  if (to.dataset.force !== undefined && from.nodeName === "INPUT") from.value = to.getAttribute("value") || "";
  const chosen = from.nodeName === "SELECT" && document.activeElement === from ? from.value : null;
  children(from, to);
  if (chosen !== null) from.value = chosen;
}
function children(from, to) {
  const keyed = new Map([...from.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const key = keyOf(next), known = key && keyed.get(key);
    if (known && same(known, next)) {
      if (known !== at) from.insertBefore(known, at); else at = at.nextSibling;
      morph(known, next);
    } else if (at && same(at, next) && !keyOf(at)) {
      const here = at;
      at = at.nextSibling;
      morph(here, next);
    } else from.insertBefore(next, at);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
}
function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// ── what comes with a deed ───────────────────────────────────────────────────────────────────────────────
function valueOf(field) {
  if (field.type === "checkbox") return field.checked;
  if (field.nodeName === "SELECT" && field.multiple) return [...field.selectedOptions].map((each) => each.value);
  return field.value;
}
function fieldsOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled || field.type === "file" || (field.type === "radio" && !field.checked)) continue;
    if (field.type === "checkbox" && field.dataset.many !== undefined) {
      values[field.name] ||= [];
      if (field.checked) values[field.name].push(field.value);
    } else values[field.name] = valueOf(field);
  }
  return values;
}
// An element may ask for several events ("input change"); its deed is then told which one it was, as `on`.
const asked = (element) => (element.dataset.pgcOn || { FORM: "submit", INPUT: "change", SELECT: "change", TEXTAREA: "change" }[element.nodeName] || "click").split(" ");
// Asked of an element that is there already: putting one in for the question would have the whole page laid out again.
const LIGHT_OR_DARK = "light-dark(rgb(0, 0, 0), rgb(255, 255, 255))";
const isDark = (probe) => getComputedStyle(probe).outlineColor === "rgb(255, 255, 255)";
let gl;
function webgl() {
  if (gl === undefined) {
    try {
      const context = document.createElement("canvas").getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      gl = Boolean(context);
    } catch { gl = false; }
  }
  return gl;
}

function render({ model, el }) {
  const page = Math.random().toString(36).slice(2);
  let words = model.get("words") || {};
  let deeds = [], number = 0, since = 0, timer = 0, gone = false, toast = null, hush = 0, waiters = [];
  el.classList.add("pgc", "pgc-live");
  el.lang = words.lang || "";
  const first = parsed(model.get("html")), early = () => document.querySelector(`.pgc-still [data-pgc-part="${first.id}"]`);
  if (!early()) el.append(first);
  const said = document.createElement("div");
  said.className = "pgc-said";
  said.setAttribute("role", "status");
  said.style.outlineColor = LIGHT_OR_DARK;
  el.append(said);

  // A connection that is gone throws; the deed stays and is sent again, and the page says what it waits for.
  const post = (list, buffers = []) => {
    try { model.send({ page, deeds: list }, undefined, buffers); } catch (error) { console.warn("pgc: not sent yet", error); }
  };
  function busy() {
    el.classList.toggle("pgc-busy", deeds.length > 0);
    if (!deeds.length) { since = 0; el.querySelector(":scope > .pgc-waiting")?.remove(); return; }
    since ||= Date.now();
  }
  function act(part, name, values = {}, buffers) {
    const deed = { n: ++number, part, act: name, values };
    deeds.push({ ...deed, buffers });
    post([deed], buffers);
    busy();
    return deed.n;
  }
  function wait(text, kind) {
    let box = el.querySelector(":scope > .pgc-waiting");
    if (!box) { box = document.createElement("div"); box.setAttribute("role", "alert"); el.prepend(box); }
    box.className = `pgc-waiting ${kind}`;
    if (box.textContent !== text) box.textContent = text;
  }
  let again = AGAIN, last = 0;
  timer = setInterval(() => {
    if (gone) return;
    if (!deeds.length) { again = AGAIN; return; }
    if (Date.now() - since > BUSY_AFTER) wait(words.busy, "");
    if (Date.now() - Math.max(since, last) > again) {
      last = Date.now();
      again = Math.min(again * 2, 60000);
      for (const { buffers, ...deed } of deeds) post([deed], buffers);
    }
  }, 500);
  const live = () => { gone = model.comm_live === false; if (gone) wait(words.lost, "pgc-gone"); };

  // ── from Python ────────────────────────────────────────────────────────────────────────────────────────
  function arrived(message, buffers) {
    if (message.ack !== undefined && message.page === page) {
      deeds = deeds.filter((deed) => deed.n > message.ack);
      waiters = waiters.filter(([n, done]) => n > message.ack || (done(), false));
      busy();
    }
    if (message.html !== undefined) {
      const old = el.querySelector(`[data-pgc-part="${message.part}"]`);
      if (old) {
        const before = new Set(old.querySelectorAll("[data-pgc-focus]"));
        // Whoever ticks one row after another with the keyboard goes on with the next when a row is gone.
        const active = old.contains(document.activeElement) ? document.activeElement : null, deed = active?.dataset.pgcAct;
        const alike = () => [...old.querySelectorAll(`[data-pgc-act="${deed}"]`)].filter((each) => each.checkVisibility());
        const at = deed ? alike().indexOf(active) : -1;
        morph(old, parsed(message.html));
        embed();
        middle();
        const wanted = [...old.querySelectorAll("[data-pgc-focus]")].find((each) => !before.has(each));
        if (wanted) wanted.focus({ preventScroll: false });
        else if (at >= 0 && !active.isConnected) { const rest = alike(); (rest[at] || rest[at - 1] || old.querySelector("input:not([type=checkbox]), button"))?.focus({ preventScroll: true }); }
      }
    }
    if (message.focus) el.querySelector(message.focus)?.focus();
    if (message.say !== undefined) tell(message);
    if (message.download) {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(buffers.map((each) => each.buffer ? each : new Uint8Array(each)), { type: message.download.type }));
      link.download = message.download.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }
  }
  // What is in the middle of a large drawing comes into the middle of its window, once, and again when it is another one.
  const middles = new WeakMap();
  function middle() {
    for (const each of el.querySelectorAll("[data-pgc-middle]")) {
      const box = each.closest(".pgc-scroll"), told = each.dataset.pgcMiddle;
      if (!box?.clientWidth || middles.get(box) === told) continue;
      middles.set(box, told);
      const inner = each.getBoundingClientRect(), outer = box.getBoundingClientRect();
      box.scrollBy(inner.left + inner.width / 2 - outer.left - outer.width / 2, inner.top + inner.height / 2 - outer.top - outer.height / 2);
    }
  }
  async function copy(button) {
    const text = button.dataset.pgcCopy;
    try { await navigator.clipboard.writeText(text); }
    catch { // a page without encryption has no clipboard; it can still copy what is chosen
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "pgc-sr";
      button.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus({ preventScroll: true });
    }
    tell({ say: words.copied });
  }
  function tell({ say, undo, bad }) {
    clearTimeout(hush);
    said.replaceChildren();
    if (!say) return;
    toast = document.createElement("div");
    toast.className = bad ? "pgc-toast pgc-wrong" : "pgc-toast";
    const text = document.createElement("span");
    text.dir = "auto";
    text.textContent = say;
    toast.append(text);
    const button = (label, what, name) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "pgc-button";
      made.textContent = label;
      if (name) made.setAttribute("aria-label", name);
      made.onclick = (event) => { event.stopPropagation(); said.replaceChildren(); what?.(); };
      toast.append(made);
    };
    if (undo) button(words.undo, () => act("", "_undo"));
    button("×", null, words.close);
    said.append(toast);
    if (!bad && !undo) hush = setTimeout(() => said.replaceChildren(), TOAST);
  }

  // ── from a person ──────────────────────────────────────────────────────────────────────────────────────
  const partOf = (element) => element.closest("[data-pgc-part]")?.dataset.pgcPart || "";
  const given = (element) => JSON.parse(element.dataset.pgcValues || "{}");
  function fire(element, values = {}) { act(partOf(element), element.dataset.pgcAct, { ...given(element), ...values }); }
  function target(event, kind) {
    const found = event.target.closest?.("[data-pgc-act]");
    return found && el.contains(found) && asked(found).includes(kind) ? found : null;
  }
  const which = (element, kind) => (asked(element).length > 1 ? { on: kind } : {});
  // What was typed and is not told yet goes before anything else that is done.
  let typing = null;
  function flush() {
    if (!typing) return;
    clearTimeout(typing.timer);
    const { run } = typing;
    typing = null;
    run();
  }
  async function upload(element, files) {
    const sent = [];
    for (const [index, file] of [...files].entries()) {
      const id = `${page}-${number}-${index}`;
      for (let at = 0; at === 0 || at < file.size; at += PIECE) {
        wait(words.large.replace("{name}", file.name) + ` ${Math.round(100 * at / Math.max(file.size, 1))} %`, "");
        const piece = await file.slice(at, at + PIECE).arrayBuffer();
        const n = act("", "_piece", { file: id, at }, [piece]);
        await new Promise((done) => waiters.push([n, done]));
      }
      sent.push({ file: id, name: file.name });
    }
    if (sent.length) fire(element, { _files: sent });
  }
  const listeners = {
    click(event) {
      const copied = event.target.closest?.("[data-pgc-copy]");
      if (copied && el.contains(copied)) { copy(copied); return; }
      const found = target(event, "click");
      if (!found || found.disabled || found.getAttribute("aria-disabled") === "true") return;
      if (found.nodeName === "A") {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return; // in a tab or window of its own
        event.preventDefault();
      }
      flush();
      fire(found, { ...which(found, "click"), ...(found.dataset.pgcShift !== undefined ? { shift: event.shiftKey } : {}) });
    },
    dblclick(event) {
      const found = target(event, "dblclick");
      if (found) { flush(); fire(found, which(found, "dblclick")); }
    },
    submit(event) {
      const found = target(event, "submit");
      if (!found) return;
      event.preventDefault();
      flush();
      const by = event.submitter;
      fire(found, { ...fieldsOf(found), ...(by?.name ? { [by.name]: by.value } : {}) });
    },
    change(event) {
      const found = target(event, "change");
      if (!found) return;
      if (found.type === "file") { upload(found, found.files).then(() => { found.value = ""; }); return; }
      flush();
      fire(found, { ...which(found, "change"), ...(found.nodeName === "FORM" ? { ...fieldsOf(found), _field: event.target.name } : { value: valueOf(found) }) });
    },
    input(event) {
      const found = target(event, "input");
      if (!found) return;
      if (typing && typing.found !== found) flush();
      clearTimeout(typing?.timer);
      const run = () => fire(found, { ...which(found, "input"), ...(found.nodeName === "FORM" ? { ...fieldsOf(found), _field: event.target.name } : { value: valueOf(found) }) });
      typing = { found, run, timer: setTimeout(flush, TYPING) };
    },
    keydown(event) {
      // JupyterLab must not take what is typed here for its own shortcuts.
      if (event.target.matches?.("input, textarea, select, button, [tabindex], [contenteditable]")) event.stopPropagation();
      const name = [event.ctrlKey || event.metaKey ? "Control" : "", event.altKey ? "Alt" : "", event.shiftKey && event.key.length > 1 ? "Shift" : "", event.key].filter(Boolean).join("+");
      for (let at = event.target; at && el.contains(at); at = at.parentElement) {
        const keys = at.dataset?.pgcKeys && JSON.parse(at.dataset.pgcKeys);
        if (keys?.[name] && !event.isComposing) {
          event.preventDefault();
          const field = at.nodeName === "FORM" ? fieldsOf(at) : event.target.name ? { value: valueOf(event.target) } : {};
          flush();
          act(partOf(at), keys[name], { ...given(at), ...field });
          return;
        }
      }
      // Rows, cells, days and the like are walked with the arrows.
      const group = event.target.closest?.("[data-pgc-arrows]"), step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (group && step && !event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select")) {
        const stops = [...group.querySelectorAll("button, a[href], input, [tabindex]")].filter((each) => each.checkVisibility() && !each.disabled);
        const columns = Number(group.dataset.pgcArrows) || 1, far = /Up|Down/.test(event.key) ? columns : 1;
        const next = stops[stops.indexOf(event.target) + step * far];
        if (next) { event.preventDefault(); next.focus(); }
      }
    },
    dragover(event) {
      const found = event.target.closest?.("[data-pgc-on=drop]");
      if (found) { event.preventDefault(); event.stopPropagation(); found.classList.add("pgc-over"); }
    },
    dragleave(event) { event.target.closest?.("[data-pgc-on=drop]")?.classList.remove("pgc-over"); },
    drop(event) {
      const found = event.target.closest?.("[data-pgc-on=drop]");
      if (!found) return;
      event.preventDefault();
      event.stopPropagation();
      found.classList.remove("pgc-over");
      upload(found, event.dataTransfer.files);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) el.addEventListener(name, listener);
  model.on("msg:custom", arrived);
  model.on("comm_live_update", live);
  let width = 0, dark = null, told = 0;
  function hello() {
    const now = isDark(said);
    middle(); // what had no room before
    if (Math.abs(el.clientWidth - width) < 8 && now === dark) return;
    width = el.clientWidth; dark = now;
    act("", "_hello", { version: model.get("version"), width, dark, webgl: webgl(), voila: Boolean(document.body.dataset.voila) });
  }
  const soon = () => { clearTimeout(told); told = setTimeout(hello, 200); };
  const sized = new ResizeObserver(soon);
  sized.observe(el);
  const themed = new MutationObserver(soon);
  themed.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", soon);
  // Other widgets have places on the page: <div data-pgc-widget=MODEL data-keep=MODEL>.
  const shown = new WeakMap();
  // What is being made just now is not known for a moment, longer on a machine that is busy; Voilà would give up at once.
  async function found(place, id) {
    for (const end = Date.now() + FOUND_WITHIN; ; await new Promise((done) => setTimeout(done, 200))) {
      try { return await model.widget_manager.get_model(id); } catch (error) { if (Date.now() > end || !place.isConnected) throw error; }
    }
  }
  async function embed() {
    for (const place of el.querySelectorAll("[data-pgc-widget]")) {
      const id = place.dataset.pgcWidget;
      if (shown.get(place) === id) continue;
      shown.set(place, id);
      try {
        const view = await model.widget_manager.create_view(await found(place, id), {});
        if (shown.get(place) !== id || !place.isConnected) { view.remove(); continue; }
        place.replaceChildren(view.el);
        view.luminoWidget?.processMessage({ type: "after-attach", isConflatable: false }); // it waits for this to draw
      } catch (error) {
        if (!place.isConnected || shown.get(place) !== id) continue;
        console.warn("pgc: not there yet", error);
        shown.delete(place); // whatever is drawn next asks again
        const button = document.createElement("button");
        button.type = "button";
        button.className = "pgc-button";
        button.textContent = words.again;
        button.onclick = () => { place.replaceChildren(); embed(); };
        place.replaceChildren(parsed('<p class="pgc-soft" role="status"></p>'), button);
        place.firstChild.textContent = words.missing;
      }
    }
  }
  // What was shown before the program came takes its place with focus and typing, and what was done there meanwhile is done now.
  function adopt() {
    const still = early();
    if (still) {
      if (!el.isConnected) { setTimeout(adopt, 20); return; }
      const active = still.contains(document.activeElement) ? document.activeElement : null;
      const marked = active && [active.selectionStart, active.selectionEnd];
      const around = still.closest(".pgc-still");
      el.prepend(still);
      around.remove();
      active?.focus({ preventScroll: true });
      if (marked && marked[0] !== null && active.setSelectionRange) try { active.setSelectionRange(...marked); } catch { /* a date has none */ }
      // Before it is drawn anew: a box that was ticked is still ticked.
      window.pgcEarly?.splice(0).forEach(([target, kind]) => {
        if (!el.contains(target)) return;
        if (kind === "click") target.click();
        else if (kind === "submit") target.requestSubmit();
        else target.dispatchEvent(new Event(kind, { bubbles: true }));
      });
      morph(still, first);
    }
    el.classList.add("pgc-shown");
    embed();
    middle();
    hello();
  }
  const reworded = () => { words = model.get("words") || {}; el.lang = words.lang || ""; };
  model.on("change:words", reworded);
  // A page of its own says now and then that somebody looks at it, so that it is not ended, and learns whether its kernel lives.
  const beat = document.body.dataset.voila ? setInterval(() => { if (!document.hidden && !deeds.length) act("", "_ping"); }, BEAT) : 0;
  adopt();
  return () => {
    clearInterval(timer);
    clearInterval(beat);
    model.off("change:words", reworded);
    clearTimeout(told);
    sized.disconnect();
    themed.disconnect();
    scheme.removeEventListener("change", soon);
    model.off("msg:custom", arrived);
    model.off("comm_live_update", live);
    for (const [name, listener] of Object.entries(listeners)) el.removeEventListener(name, listener);
  };
}
export default { render };
