// The viewer of a saved scene: plain WebGL with the shaders of the notebook. It asks nobody.
(() => {
  const $ = (id) => document.getElementById(id), told = JSON.parse($("scene").textContent);
  const canvas = $("gl"), text = $("text"), gl = canvas.getContext("webgl", { antialias: true, alpha: true, preserveDrawingBuffer: true });
  const flat = () => { canvas.hidden = text.hidden = true; canvas.style.display = text.style.display = "none"; $("flat").hidden = $("lost").hidden = false; };
  if (!gl || !gl.getExtension("OES_standard_derivatives")) { flat(); return; }
  gl.getExtension("OES_element_index_uint");
  const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const bytes = (b64, Kind) => { const raw = atob(b64), out = new Uint8Array(raw.length); for (let n = 0; n < raw.length; n++) out[n] = raw.charCodeAt(n); return new Kind(out.buffer); };

  // ── programs ──
  const before = "precision highp float;\nuniform vec3 cameraPosition;\nuniform mat4 viewMatrix;\n";
  const vertex = before + "attribute vec3 position;\nuniform mat4 modelMatrix;\nuniform mat4 projectionMatrix;\n";
  const line = "attribute vec3 tint; varying vec3 v; void main() { v = tint; gl_Position = projectionMatrix * viewMatrix * modelMatrix * vec4(position, 1.0); }";
  const thin = "varying vec3 v; void main() { gl_FragColor = vec4(v, 0.5); }";
  function program(vert, frag) {
    const made = gl.createProgram();
    for (const [kind, source] of [[gl.VERTEX_SHADER, vertex + vert], [gl.FRAGMENT_SHADER, "#extension GL_OES_standard_derivatives : enable\n" + before + frag]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source); gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
      gl.attachShader(made, shader);
    }
    ["position", "tint", "born"].forEach((name, at) => gl.bindAttribLocation(made, at, name));
    gl.linkProgram(made);
    const places = {};
    return { made, at: (name) => (name in places ? places[name] : (places[name] = gl.getUniformLocation(made, name))) };
  }
  const s = told.shaders;
  const programs = { body: program(s["body.vert"], s["body.frag"]), shade: program(s["body.vert"], s["shade.frag"]), dot: program(s["dot.vert"], s["dot.frag"]), line: program(line, thin) };
  const buffer = (data, kind = gl.ARRAY_BUFFER) => { const made = gl.createBuffer(); gl.bindBuffer(kind, made); gl.bufferData(kind, data, gl.STATIC_DRAW); return made; };
  const pieces = told.pieces.map((each) => {
    const steps = bytes(each.p, Int16Array), index = each.i ? bytes(each.i, each.long ? Uint32Array : Uint16Array) : null;
    const color = bytes(each.c, Uint8Array), born = bytes(each.t, Uint16Array), owner = each.o ? bytes(each.o, Int32Array) : null;
    const [x, y, z] = each.scale, [a, b, c] = each.offset;
    return { ...each, steps, index, born, owner, count: index ? index.length : steps.length / 3, matrix: new Float32Array([x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, a, b, c, 1]),
      place: buffer(steps), paint: buffer(color), when: buffer(born), faces: index ? buffer(index, gl.ELEMENT_ARRAY_BUFFER) : null };
  });
  const order = { body: 0, dot: 1, line: 2, shade: 3 };
  pieces.sort((one, other) => order[one.kind] - order[other.kind]);

  // ── where one stands ──
  const minus = (a, b) => a.map((v, n) => v - b[n]), plus = (a, b) => a.map((v, n) => v + b[n]), times = (a, k) => a.map((v) => v * k);
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2], cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const unit = (a) => times(a, 1 / (Math.hypot(...a) || 1));
  let target, radius, theta, phi, field, moment = told.end, wanted = false, playing = 0, picked = -1;
  const eye = () => plus(target, times([Math.sin(phi) * Math.sin(theta), Math.cos(phi), Math.sin(phi) * Math.cos(theta)], radius));
  function look([position, at, degrees]) {
    const apart = minus(position, at);
    target = at; field = degrees; radius = Math.hypot(...apart);
    phi = Math.acos(apart[1] / radius); theta = Math.atan2(apart[0], apart[2]);
    const aspect = canvas.clientWidth / canvas.clientHeight;
    if (aspect < 1.7) radius *= 1.7 / aspect; // it was measured for a wider picture
    soon();
  }
  function frame() {
    const at = eye(), back = unit(minus(at, target)), right = unit(cross([0, 1, 0], back)), up = cross(back, right);
    const f = 1 / Math.tan((field * Math.PI) / 360), aspect = canvas.width / canvas.height, near = Math.max(radius / 60, 0.05), far = radius + told.radius * 12;
    return { at, back, right, up, f, aspect,
      view: new Float32Array([right[0], up[0], back[0], 0, right[1], up[1], back[1], 0, right[2], up[2], back[2], 0, -dot(right, at), -dot(up, at), -dot(back, at), 1]),
      lens: new Float32Array([f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) / (near - far), -1, 0, 0, (2 * far * near) / (near - far), 0]) };
  }
  function seen(view, place) {
    const apart = minus(place, view.at), depth = -dot(apart, view.back);
    return { x: (0.5 + (dot(apart, view.right) * view.f) / view.aspect / depth / 2) * canvas.clientWidth, y: (0.5 - (dot(apart, view.up) * view.f) / depth / 2) * canvas.clientHeight, depth };
  }

  // ── drawn ──
  const soon = () => { if (!wanted) { wanted = true; requestAnimationFrame(draw); } };
  function sized() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const each of [canvas, text]) { each.width = each.clientWidth * ratio; each.height = each.clientHeight * ratio; }
    soon();
  }
  const fog = rgb(told.ink.card);
  function draw() {
    wanted = false;
    const view = frame();
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.enable(gl.DEPTH_TEST); gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    let used = null;
    // Level of detail: from where a bar is less than a few points wide, blocks of neighbours are drawn instead.
    const apart = (canvas.clientHeight * told.bar * view.f) / 2 / 3.5;
    for (const each of pieces) {
      if (each.level && (Math.hypot(...minus(view.at, each.offset)) < apart) === (each.level === 2)) continue;
      const own = programs[each.kind];
      if (own !== used) {
        used = own; gl.useProgram(own.made);
        gl.uniformMatrix4fv(own.at("viewMatrix"), false, view.view); gl.uniformMatrix4fv(own.at("projectionMatrix"), false, view.lens);
        gl.uniform3fv(own.at("cameraPosition"), minus(view.at, target)); gl.uniform3fv(own.at("fogColor"), fog);
        gl.uniform1f(own.at("fogNear"), moment); gl.uniform1f(own.at("fogFar"), told.radius); gl.uniform1f(own.at("tall"), canvas.height); gl.uniform1f(own.at("level"), 0); gl.uniform1f(own.at("apart"), 0);
        // The haze is measured from what is looked at, so places are told from there.
        const moved = view.view.slice(), shift = target;
        for (let k = 0; k < 3; k++) moved[12 + k] = view.view[12 + k] + view.view[k] * shift[0] + view.view[4 + k] * shift[1] + view.view[8 + k] * shift[2];
        gl.uniformMatrix4fv(own.at("viewMatrix"), false, moved);
        const clear = each.kind === "shade" || each.kind === "line";
        gl.depthMask(!clear); if (clear) gl.enable(gl.BLEND); else gl.disable(gl.BLEND);
      }
      const matrix = each.matrix.slice();
      for (let k = 0; k < 3; k++) matrix[12 + k] -= target[k];
      gl.uniformMatrix4fv(own.at("modelMatrix"), false, matrix);
      gl.uniform1f(own.at("rises"), each.rises); gl.uniform1f(own.at("wide"), each.wide);
      for (const [at, data, size, kind, even] of [[0, each.place, 3, gl.SHORT, false], [1, each.paint, 3, gl.UNSIGNED_BYTE, true], [2, each.when, 1, gl.UNSIGNED_SHORT, false]]) {
        gl.bindBuffer(gl.ARRAY_BUFFER, data); gl.enableVertexAttribArray(at); gl.vertexAttribPointer(at, size, kind, even, 0, 0);
      }
      if (each.faces) { gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, each.faces); gl.drawElements(gl.TRIANGLES, each.count, each.long ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT, 0); }
      else gl.drawArrays(each.kind === "line" ? gl.LINES : gl.POINTS, 0, each.count);
    }
    gl.depthMask(true);
    write(text.getContext("2d"), view, text.width / text.clientWidth);
  }
  function write(pen, view, ratio) {
    pen.setTransform(ratio, 0, 0, ratio, 0, 0); pen.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.textAlign = "center"; pen.textBaseline = "middle"; pen.lineJoin = "round";
    const taken = [], named = new Set(), scale = (canvas.clientHeight / 2) * view.f;
    const texts = told.labels.filter((each) => each[7] < moment).map(([string, x, y, z, height, soft, rank, , spare]) => ({ string, ...seen(view, [x, y, z]), height, soft, rank, spare })).filter((each) => each.depth > 0).sort((a, b) => a.spare - b.spare || b.rank - a.rank || a.depth - b.depth);
    for (const each of texts) {
      const size = Math.min(Math.max((each.height * scale) / each.depth * 0.86, 10.5), 26);
      pen.font = `${each.soft ? 400 : 500} ${size}px -apple-system, "Segoe UI", ${told.fonts}`;
      const wide = pen.measureText(each.string).width / 2 + 3, box = [each.x - wide, each.y - size * 0.6, each.x + wide, each.y + size * 0.6];
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
      if (each.spare && named.has(each.string)) continue;
      if (each.x > 0 && each.x < canvas.clientWidth && each.y > 0 && each.y < canvas.clientHeight) named.add(each.string);
      taken.push(box);
      pen.lineWidth = 3; pen.strokeStyle = told.ink.card; pen.globalAlpha = 0.8; pen.strokeText(each.string, each.x, each.y); pen.globalAlpha = 1;
      pen.fillStyle = each.soft ? told.ink.soft : told.ink.ink; pen.fillText(each.string, each.x, each.y);
    }
  }

  // ── what was meant ──
  function hit(px, py) {
    const view = frame(), x = (px / canvas.clientWidth) * 2 - 1, y = 1 - (py / canvas.clientHeight) * 2;
    const ray = unit(plus(plus(times(view.right, (x * view.aspect) / view.f), times(view.up, y / view.f)), times(view.back, -1)));
    let best = Infinity, found = -1;
    for (const each of pieces) {
      if (!each.owner || each.kind === "shade") continue;
      const [sx, sy, sz] = each.scale, [ox, oy, oz] = each.offset;
      const corner = (n) => [each.steps[3 * n] * sx + ox, each.steps[3 * n + 1] * sy + oy, each.steps[3 * n + 2] * sz + oz], there = (n) => each.born[n] / 8 - 64 < moment;
      if (each.kind === "dot") {
        for (let n = 0; n < each.count; n++) {
          if (!there(n)) continue;
          const apart = minus(corner(n), view.at), along = dot(apart, ray);
          if (along > 0 && along < best && dot(apart, apart) - along * along < (each.wide / 2) ** 2) { best = along; found = each.owner[n]; }
        }
        continue;
      }
      for (let face = 0; face < each.owner.length; face++) {
        const [i, j, k] = [0, 1, 2].map((n) => each.index[3 * face + n]);
        if (each.owner[face] < 0 || !there(i)) continue;
        const a = corner(i), one = minus(corner(j), a), other = minus(corner(k), a), p = cross(ray, other), det = dot(one, p);
        if (Math.abs(det) < 1e-12) continue;
        const t = minus(view.at, a), u = dot(t, p) / det;
        if (u < 0 || u > 1) continue;
        const q = cross(t, one), v = dot(ray, q) / det, far = dot(other, q) / det;
        if (v >= 0 && u + v <= 1 && far > 0 && far < best) { best = far; found = each.owner[face]; }
      }
    }
    return found;
  }
  function tell(number) {
    const about = told.about[number];
    if (!about) return;
    picked = number;
    const head = document.createElement("h2"), list = document.createElement("dl");
    head.textContent = about[0];
    for (const [name, value] of about[1]) for (const [kind, content] of [["dt", name], ["dd", value]]) { const made = document.createElement(kind); made.textContent = content; list.append(made); }
    $("card").replaceChildren(head, list);
  }

  // ── what a person does ──
  const held = new Map();
  let moved = 0, gap = 0;
  canvas.onpointerdown = (event) => { canvas.setPointerCapture(event.pointerId); held.set(event.pointerId, event); moved = 0; gap = 0; };
  canvas.onpointermove = (event) => {
    const old = held.get(event.pointerId);
    if (!old) return;
    held.set(event.pointerId, event);
    const dx = event.clientX - old.clientX, dy = event.clientY - old.clientY;
    moved += Math.abs(dx) + Math.abs(dy);
    if (held.size > 1) {
      const [one, other] = [...held.values()], now = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
      if (gap) zoom(gap / now);
      gap = now;
    } else if (event.shiftKey || event.buttons === 2) {
      const view = frame(), step = (radius / canvas.clientHeight) * 0.4;
      target = plus(target, plus(times(view.right, -dx * step), times(view.up, dy * step)));
    } else turn(-dx * 0.006, -dy * 0.006);
    soon();
  };
  canvas.onpointerup = canvas.onpointercancel = (event) => {
    held.delete(event.pointerId);
    if (moved < 5 && event.type === "pointerup") { const box = canvas.getBoundingClientRect(); tell(hit(event.clientX - box.left, event.clientY - box.top)); }
  };
  canvas.oncontextmenu = (event) => event.preventDefault();
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(event.deltaY * 0.001)); }, { passive: false });
  canvas.onkeydown = (event) => {
    const deed = { ArrowLeft: () => turn(-0.1, 0), ArrowRight: () => turn(0.1, 0), ArrowUp: () => turn(0, -0.08), ArrowDown: () => turn(0, 0.08), "+": () => zoom(0.85), "=": () => zoom(0.85), "-": () => zoom(1.18), n: () => tell(Math.min(picked + 1, told.about.length - 1)), p: () => tell(Math.max(picked - 1, 0)) }[event.key];
    if (deed) { event.preventDefault(); deed(); }
  };
  function turn(a, b) { theta += a; phi = Math.min(Math.max(phi + b, 0.05), 1.53); soon(); }
  function zoom(by) { radius = Math.min(Math.max(radius * by, told.radius / 6), told.radius * 16); soon(); }
  if ($("look")) $("look").onchange = (event) => look(told.looks[event.target.value]);
  function at(value) {
    moment = value;
    const number = Math.min(Math.max(Math.floor(value) - (value >= told.end ? 1 : 0), 0), told.times.length - 1);
    $("when").value = value; $("name").textContent = told.times[number]; $("when").setAttribute("aria-valuetext", told.times[number]);
    soon();
  }
  function rest() { cancelAnimationFrame(playing); playing = 0; $("play").textContent = "▶"; $("play").setAttribute("aria-label", told.words.play); }
  if ($("play")) {
    $("when").oninput = (event) => { rest(); at(Number(event.target.value)); };
    $("play").onclick = () => {
      if (playing) return rest();
      if (moment >= told.end - 0.01) at(0);
      $("play").textContent = "❚❚"; $("play").setAttribute("aria-label", told.words.pause);
      let last = performance.now();
      const step = (now) => { at(Math.min(moment + ((now - last) / 12000) * told.end, told.end)); last = now; if (moment < told.end) playing = requestAnimationFrame(step); else rest(); };
      playing = requestAnimationFrame(step);
    };
  }
  $("shot").onclick = () => {
    draw();
    const whole = document.createElement("canvas"), pen = whole.getContext("2d");
    whole.width = canvas.width; whole.height = canvas.height;
    pen.fillStyle = told.ink.card; pen.fillRect(0, 0, whole.width, whole.height);
    pen.drawImage(canvas, 0, 0); pen.drawImage(text, 0, 0);
    const link = document.createElement("a");
    link.href = whole.toDataURL("image/png"); link.download = `${told.words.title}.png`; link.click();
  };
  canvas.addEventListener("webglcontextlost", (event) => { event.preventDefault(); flat(); });
  new ResizeObserver(sized).observe(canvas);
  look(told.looks[0]);
  sized();
  window.pgcScene = { hit, at, look: (number) => look(told.looks[number]), get picked() { return picked; }, frames(n) { const begin = performance.now(); for (let k = 0; k < n; k++) { turn(0.01, 0); draw(); gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); } return (1000 * n) / (performance.now() - begin); } };
})();
