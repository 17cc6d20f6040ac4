// The page's side of `panels/link.py`. What a person does travels as JSON through a hidden text field to the kernel, which
// answers by renewing the page's parts. Deeds are numbered and sent until they are acknowledged, so none is lost while
// the page is still starting or the kernel is busy. The page asks nobody but its own server.
(() => {
  "use strict";
  const REPLY_WITHIN = 12000, EVERY = 20000, ONE_BY_ONE = 400;
  const page = Math.random().toString(36).slice(2);
  const root = document.documentElement;
  let deeds = [], number = 0, waitingSince = 0, words = {}, kept = null, hiddenSince = 0, left = false;

  const field = () => document.querySelector(".pgc-live .pgc-link input");
  const acknowledged = () => Number(document.querySelector(".pgc-live .pgc-link [data-ack]")?.dataset.ack || 0);
  const dark = () => root.dataset.pgcTheme ? root.dataset.pgcTheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  function webgl() {
    try {
      const context = document.createElement("canvas").getContext("webgl");
      context?.getExtension("WEBGL_lose_context")?.loseContext();
      return Boolean(context);
    } catch { return false; }
  }
  function surroundings() {
    const stage = document.querySelector(".pgc-live .pgc-stage") || document.querySelector(".pgc-stage");
    return { width: Math.floor(stage?.clientWidth || 600), dark: dark(), webgl: seen.webgl ??= webgl() };
  }
  const seen = {};

  function send() {
    deeds = deeds.filter((deed) => deed.n > acknowledged());
    document.body.classList.toggle("pgc-busy", deeds.length > 0);
    if (!deeds.length) { waitingSince = 0; return; }
    const input = field();
    if (!input) return;
    waitingSince ||= Date.now();
    input.value = JSON.stringify({ page, deeds });
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function act(name, values = {}) {
    deeds.push({ n: ++number, act: name, ...values });
    send();
  }

  // ── a page that lost its kernel says so ────────────────────────────────────────────────────────────
  function lost() {
    if (left || document.querySelector(".pgc-lost")) return;
    const box = document.createElement("div");
    box.className = "pgc-lost";
    box.setAttribute("role", "alert");
    const text = document.createElement("span"), button = document.createElement("button");
    text.textContent = words.lost || "This page lost its connection. 页面失去了连接。";
    button.textContent = words.reload || "Reload 重新载入";
    button.className = "pgc-button";
    button.onclick = () => location.reload();
    box.append(text, button);
    document.getElementById("rendered_cells").prepend(box);
  }
  setInterval(() => {
    if (deeds.length) send();
    if (waitingSince && Date.now() - waitingSince > REPLY_WITHIN) lost();
    else if (!waitingSince) document.querySelector(".pgc-lost")?.remove();
  }, 1500);
  setInterval(() => { if (!document.hidden && !deeds.length && field()) act("ping"); }, EVERY);
  addEventListener("pagehide", () => { left = true; });

  // ── what a person does ─────────────────────────────────────────────────────────────────────────────
  document.addEventListener("change", (event) => {
    const box = event.target.closest?.("[data-pgc-toggle]");
    if (box) act(box.checked ? "done" : "reopen", { id: box.dataset.pgcToggle });
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-pgc-act]");
    if (button) act(button.dataset.pgcAct, button.dataset.pgcId ? { id: button.dataset.pgcId } : {});
    if (event.target.closest?.("[data-pgc-print]")) document.querySelector(".pgc-reader iframe")?.contentWindow.print();
    if (event.target.classList?.contains("pgc-reader")) act("close");
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest(".pgc-entry");
    if (!form) return;
    event.preventDefault();
    act("add", Object.fromEntries(new FormData(form)));
  });
  document.addEventListener("keydown", (event) => {
    const reader = document.querySelector(".pgc-reader");
    if (!reader) return;
    if (event.key === "Escape") act("close");
    if (event.key !== "Tab") return;
    const stops = [...reader.querySelectorAll("button, iframe")], at = stops.indexOf(document.activeElement);
    if (event.shiftKey ? at <= 0 : at === stops.length - 1) {
      event.preventDefault();
      stops.at(event.shiftKey ? -1 : 0).focus();
    }
  });

  // ── renewed parts keep the focus and what was being typed ──────────────────────────────────────────
  const keyOf = (element) => element?.id || element?.dataset?.pgcToggle || element?.dataset?.pgcId && element.dataset.pgcAct + element.dataset.pgcId || element?.dataset?.pgcAct || "";
  document.addEventListener("focusin", (event) => {
    const list = event.target.closest?.(".pgc-todos");
    kept = { key: keyOf(event.target), row: list ? [...list.querySelectorAll("input")].indexOf(event.target) : -1 };
  });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest?.("button, input, label, a, summary")) kept = null; });
  function refocus() {
    const wrong = document.querySelector(".pgc-live .pgc-entry [aria-invalid=true]:not([data-told])");
    if (wrong) { wrong.dataset.told = 1; wrong.focus(); return; }
    const close = document.querySelector(".pgc-reader [data-pgc-act=close]:not([data-told])");
    if (close) { close.dataset.told = 1; close.focus(); return; }
    if (!kept || document.activeElement !== document.body) return;
    const stops = [...document.querySelectorAll(".pgc-live :is(button, input)")].filter((each) => each.checkVisibility());
    const boxes = document.querySelectorAll(".pgc-live .pgc-todos.pgc-due input");
    const next = stops.find((each) => kept.key && keyOf(each) === kept.key)
      || (kept.row >= 0 ? boxes[Math.min(kept.row, boxes.length - 1)] : null)
      || (kept.row >= 0 ? document.querySelector(".pgc-live .pgc-entry input") : null);
    next?.focus({ preventScroll: true });
  }
  function adopt(still, live) {
    for (const name of ["title", "due", "minutes"]) {
      const from = still.querySelector(`.pgc-entry [name=${name}]`), to = live.querySelector(`.pgc-entry [name=${name}]`);
      if (!from || !to) continue;
      if (from.value !== from.defaultValue) to.value = from.value;
      if (document.activeElement === from) to.focus({ preventScroll: true });
    }
  }
  function label() {
    const canvas = document.querySelector(".pgc-live .pgc-stage canvas:not([role])");
    if (!canvas) return;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", words.scene || "");
  }

  // ── the living page takes the place of the text that came first ────────────────────────────────────
  // Voilà ends a kernel when its page is left, by a request that needs the usual pair of cookie and field; nobody else
  // sets the cookie on this page. Without it the kernel would stay until it is culled.
  function guard() {
    if (document.cookie.includes("_xsrf=")) return;
    const value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const path = document.body.dataset.baseUrl.replace(/voila\/$/, "");
    document.cookie = `_xsrf=${value}; path=${path}; SameSite=Strict`;
  }
  if (location.search.includes("token=")) {
    const address = new URL(location.href);
    address.searchParams.delete("token");
    history.replaceState(null, "", address);
  }
  function look() {
    const said = document.querySelector("script.pgc-words");
    if (said && !words.lang) {
      guard(); words = JSON.parse(said.textContent); root.lang = words.lang; document.title = words.title; }
    if (document.querySelector(".pgc-still, .pgc-live")) document.querySelector(".pgc-opening")?.remove();
    const still = document.querySelector(".pgc-still"), live = document.querySelector(".pgc-live");
    if (live && field() && document.querySelector(".pgc-live .pgc-entry, .pgc-live .pgc-trouble")) {
      if (still) {
        adopt(still, live);
        live.classList.add("pgc-shown");
        still.remove();
        act("hello", surroundings());
      }
      send();
      label();
      refocus();
    }
  }
  // A page whose text never came does not leave one waiting.
  addEventListener("DOMContentLoaded", () => setTimeout(() => {
    if (!document.querySelector(".pgc-still, .pgc-live")) lost();
  }, REPLY_WITHIN));
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-ack"] });
  let pending = 0;
  const changed = () => { clearTimeout(pending); pending = setTimeout(() => { if (field()) act("hello", surroundings()); }, ONE_BY_ONE); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  let width = innerWidth;
  addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; changed(); } });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenSince = Date.now();
    else if (field() && Date.now() - hiddenSince > 30000) act("renew");
  });
})();
