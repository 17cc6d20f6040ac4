// What the desk asks of the server's extension (`pgc_lib/notebook/extension/desk.py`).

export class Desk {
  constructor(connection, language) {
    this.connection = connection;
    this.settings = connection.makeSettings();
    this.language = language;
  }

  // Where a page of this server is; on a hub below the person's prefix.
  address(path) {
    return this.settings.baseUrl + path;
  }

  known() {
    return this.ask("GET", "").then((found) => ({ ...found, say: words(found.words) }));
  }

  now() {
    return this.ask("GET", "now");
  }

  create(template, folder, more = {}) {
    return this.ask("POST", "new", { template, folder, day: today(), ...more });
  }

  inbox(deed, more) {
    return this.ask("POST", "inbox", { deed, ...more });
  }

  todo(line) {
    return this.ask("POST", "todo", { line });
  }

  beside(body) {
    return this.ask("POST", "beside", body);
  }

  async ask(method, what, body) {
    const url = `${this.address(`pgc/api/desk/${what}`)}?lang=${encodeURIComponent(this.language)}`;
    const request = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer = await this.connection.makeRequest(url, request, this.settings);
    const found = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error([found.message, found.next].filter(Boolean).join(" ") || answer.statusText);
    return found;
  }
}

// The day where the person is; a server may stand elsewhere.
function today() {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function words(known) {
  return (name, values = {}) =>
    (known[name] ?? name).replace(/\{(\w+)\}/g, (whole, key) => (key in values ? values[key] : whole));
}
