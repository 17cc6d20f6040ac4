// What a page needs beside its parts (`live.js`), before they are there and when they are lost: its theme, what is done in the
// first second, its address and title, the keyboard within a sheet, and a word when the kernel is gone. It asks only its own server.
(() => {
  "use strict";
  const OPENS_WITHIN = 15000, SUSPICIOUS = 5000, AWAY = 30000, PATIENT = 5, ANEW_AFTER = 300000;
  const root = document.documentElement;
  const base = () => document.body.dataset.baseUrl.replace(/voila\/$/, "");
  const page = () => document.querySelector("[data-pgc-page]");
  const own = () => document.readyState !== "loading" && !page() && document.querySelector("#rendered_cells :is(.jp-OutputArea-output, .jp-RenderedMarkdown)");

  // ── light or dark: this browser's matter, known before anything is drawn ───────────────────────────
  const system = matchMedia("(prefers-color-scheme: dark)"), given = root.dataset.pgcTheme || "";
  const theme = () => { try { return localStorage.getItem("pgc-theme") || given || "system"; } catch { return given || "system"; } };
  function paint() {
    const wanted = theme(), dark = wanted === "dark" || (wanted === "system" && system.matches);
    if (wanted === "system") delete root.dataset.pgcTheme; else if (root.dataset.pgcTheme !== wanted) root.dataset.pgcTheme = wanted;
    // Writing what stands there would wake whoever watches it, and parts ask the page anew each time.
    if (document.body && document.body.dataset.jpThemeLight !== String(!dark)) document.body.dataset.jpThemeLight = String(!dark);
    for (const choice of document.querySelectorAll("[data-pgc-themes]")) if (choice.value !== wanted) choice.value = wanted;
  }
  paint();
  system.addEventListener("change", paint);
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-pgc-themes]")) return;
    try { localStorage.setItem("pgc-theme", event.target.value); } catch { root.dataset.pgcTheme = event.target.value; }
    paint();
  });

  // ── the token leaves the address; Voilà ends a kernel when its page is left, by a request that needs the usual pair of
  // cookie and field. Nobody else sets the cookie on this page.
  function guard() {
    if (document.cookie.includes("_xsrf=")) return;
    const value = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    document.cookie = `_xsrf=${value}; path=${base()}; SameSite=Strict`;
  }
  if (location.search.includes("token=")) {
    const address = new URL(location.href);
    address.searchParams.delete("token");
    history.replaceState(null, "", address);
  }

  // ── what is done before the program is there is done when it is (`live.js` takes it over) ───────────
  const early = window.pgcEarly = [];
  const still = (event) => event.target.closest?.(".pgc-still") && event.target.closest("[data-pgc-act]");
  document.addEventListener("click", (event) => {
    const found = still(event);
    if (!found || !["BUTTON", "A"].includes(found.nodeName) || event.ctrlKey || event.metaKey) return;
    if (found.type === "submit" && found.form) return;
    event.preventDefault();
    early.push([found, "click"]);
  });
  document.addEventListener("change", (event) => { const found = still(event); if (found && found.nodeName !== "FORM") early.push([found, "change"]); });
  document.addEventListener("submit", (event) => { const found = still(event); if (found) { event.preventDefault(); early.push([found, "submit"]); } });

  // ── address, title, language; the keyboard stays in a sheet and goes back to where it came from ─────
  let known = "", opener = null, hiddenSince = 0;
  function look() {
    const now = page();
    if (!now) {
      // A notebook of one's own has no page part: what its cells show is the page. One that failed shows why, and nothing else.
      const mine = own();
      if (mine || document.querySelector(".pgc-failed")) { guard(); document.querySelector(".pgc-opening")?.remove(); }
      if (mine) document.body.classList.add("pgc-own");
      return;
    }
    guard();
    document.querySelector(".pgc-opening")?.remove();
    root.lang = now.lang;
    if (document.title !== now.dataset.pgcTitle) document.title = now.dataset.pgcTitle;
    const name = now.dataset.pgcPage, period = now.dataset.pgcPeriod || "", address = new URL(location.href);
    const elsewhere = known && known !== name && !address.pathname.endsWith(`/${name}.ipynb`);
    if (elsewhere) address.pathname = address.pathname.replace(/[^/]*$/, `${name}.ipynb`);
    if (period) address.searchParams.set("period", period); else address.searchParams.delete("period");
    if (elsewhere) history.pushState(null, "", address);
    else if (known && (new URLSearchParams(location.search).get("period") || "") !== period) history.replaceState(null, "", address);
    if (known && known !== name) scrollTo(0, 0);
    if (known !== name) {
      const nav = document.querySelector(".pgc-nav"), here = nav?.querySelector("[aria-current]");
      if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
    }
    known = name;
    paint();
    const sheet = now.querySelector(".pgc-reader"), rest = now.querySelectorAll(":scope > :is(header, main)");
    if (sheet && !rest[0]?.inert) { opener = document.activeElement.closest(".pgc-reader") ? last : document.activeElement; rest.forEach((each) => { each.inert = true; }); }
    if (!sheet && rest[0]?.inert) { rest.forEach((each) => { each.inert = false; }); if (opener?.isConnected) opener.focus({ preventScroll: true }); opener = null; }
  }
  let last = null;
  document.addEventListener("focusin", (event) => { if (!event.target.closest?.(".pgc-reader")) last = event.target; });
  addEventListener("popstate", () => {
    const name = location.pathname.split("/").pop().replace(".ipynb", "");
    if (name !== known) document.querySelector(`.pgc-nav a[href^="${name}.ipynb"]`)?.click();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-pgc-print]")) document.querySelector(".pgc-reader iframe")?.contentWindow.print();
    if (event.target.classList?.contains("pgc-reader")) event.target.querySelector("[data-pgc-act=shut]")?.click();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenSince = Date.now();
    else if (Date.now() - hiddenSince > AWAY) document.querySelector(".pgc-live .pgc-refresh")?.click();
  });
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-pgc-period"] });

  // ── what is known of a kernel that does not answer is said; whatever comes back by itself takes the word away ─────────
  const WORDS = {
    pgcSlow: "还在准备，文字已经可以看了。 Still being made ready; the text can be read already.",
    pgcSilent: "从 {time} 起没有回应，正在重试。 No answer since {time}; trying again.",
    pgcEnded: "这个页面背后的程序已经结束。 The program behind this page has ended.",
    pgcAgain: "重新开始 Start again",
  };
  let since = 0, left = false, idle = 0, asking = false;
  const word = (name) => page()?.dataset[name] || WORDS[name];
  function tell(name) {
    if (left) return;
    let box = document.querySelector(".pgc-lost");
    if (!box) {
      box = document.createElement("div");
      box.className = "pgc-lost";
      const button = document.createElement("button");
      button.onclick = () => location.reload();
      box.append(document.createElement("span"), button);
      document.body.prepend(box);
    }
    const [text, button] = box.children, slow = name === "pgcSlow";
    const said = word(name).replaceAll("{time}", new Date(since || Date.now()).toLocaleTimeString(root.lang || undefined));
    box.classList.toggle("pgc-is-slow", slow);
    box.setAttribute("role", slow ? "status" : "alert");
    button.hidden = slow;
    button.textContent = word("pgcAgain");
    if (text.textContent !== said) text.textContent = said;
  }
  const clear = () => document.querySelector(".pgc-lost")?.remove();
  function found() { since = 0; idle = 0; clear(); }
  // What the server knows: a kernel that works or starts is waited for; one that rests and still does not answer is suspicious.
  async function state() {
    const kernel = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}").kernelId;
    try {
      const answer = await fetch(`${base()}api/kernels/${kernel}`, { cache: "no-store" });
      if (answer.status === 404) return "ended";
      return answer.ok ? (await answer.json()).execution_state : "away";
    } catch { return "away"; }
  }
  // Whoever has done or typed nothing loses nothing when the page opens anew by itself; once, so that it never turns in a circle.
  function anew() {
    const key = `pgc-anew:${location.pathname}`, typed = [...document.querySelectorAll("input, textarea")].some((each) => each.value !== each.defaultValue);
    try {
      if (early.length || typed || Date.now() - Number(sessionStorage.getItem(key)) < ANEW_AFTER) return false;
      sessionStorage.setItem(key, Date.now());
    } catch { return false; }
    left = true;
    location.reload();
    return true;
  }
  async function lookAfter(opening) {
    if (asking) return;
    asking = true;
    const now = await state();
    asking = false;
    if (!waiting()) return;
    if (now === "busy") { idle = 0; if (opening) tell("pgcSlow"); else clear(); return; }
    if (++idle < PATIENT) return;
    if (now === "ended" || (opening && now !== "away")) { if (!opening || !anew()) tell("pgcEnded"); return; }
    tell("pgcSilent");
  }
  const shown = () => document.querySelector(".pgc-live.pgc-shown");
  const waiting = () => shown() ? shown().classList.contains("pgc-busy") : Boolean(document.querySelector(".pgc-still"));
  setInterval(() => {
    if (document.readyState !== "complete") return;
    if (!waiting()) { if (since) found(); return; }
    since ||= Date.now();
    if (Date.now() - since > (shown() ? SUSPICIOUS : OPENS_WITHIN)) void lookAfter(!shown());
  }, 2000);
  addEventListener("pagehide", () => { left = true; });
  // Whoever comes back to a page that the browser had kept finds it without its kernel, which ended when it was left.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  // A page whose text never came does not leave one waiting.
  addEventListener("DOMContentLoaded", () => setTimeout(() => { look(); if (!page() && !own() && !document.querySelector(".pgc-failed")) tell("pgcEnded"); }, OPENS_WITHIN));
  // Where Voilà found no widget, because the kernel ended or answered too late, the text stays, and instead of Voilà's words
  // ours say what to do; without anything typed the page opens anew.
  new MutationObserver(() => {
    for (const each of document.querySelectorAll(".jupyter-widgets:not([hidden])")) {
      if (each.textContent.startsWith("Error displaying widget")) { each.hidden = true; if (!shown() && !anew()) tell("pgcEnded"); }
    }
  }).observe(document, { childList: true, subtree: true });
})();
