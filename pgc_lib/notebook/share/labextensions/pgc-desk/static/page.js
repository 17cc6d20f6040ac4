// Elements without markup: what comes from files and from the server is text, and never becomes HTML.

export function el(name, given = {}, ...inside) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...inside.flat().filter((each) => each !== undefined && each !== null && each !== false));
  return node;
}

export function button(label, onclick, kind = "") {
  return el("button", { type: "button", class: `pgc-button ${kind}`, onclick }, label);
}

export function table(titles, lines) {
  const head = el("tr", {}, titles.map((title) => el("th", { scope: "col" }, title)));
  const body = lines.map((line) => el("tr", {}, line.map((cell) => el("td", {}, cell))));
  return el("div", { class: "pgc-scroll", tabindex: "0" }, el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
}

export function icon(ui, name, glyph) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24" class="pgc-glyph" fill="none" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${glyph}</svg>`;
  return new ui.LabIcon({ name: `pgc-desk:${name}`, svgstr: svg });
}

let styled = false;
export function style() {
  if (styled) return;
  styled = true;
  document.head.append(el("link", { rel: "stylesheet", href: new URL("desk.css", import.meta.url).href }));
}
