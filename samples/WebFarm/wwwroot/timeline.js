"use strict";

// Draws the farm's last minute: a lane for the gateway, the cache and each instance; now is at the right edge.
const Timeline = (() => {
  const spanMs = 60_000, laneHeight = 30, axisHeight = 22;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const canvas = document.getElementById("timeline");
  let view = null, clockOffset = 0;

  // kind → [shape, colour, words]
  const marks = {
    login: ["triangle", "--note", "login at the gateway"],
    refresh: ["disc", "--good", "refresh at the gateway"],
    renewed: ["disc", "--violet", "instance got a new session"],
    adopted: ["diamond", "--good", "adopted it from the store"],
    lockTaken: ["square", "--warn", "took the lock"],
    foundDead: ["cross", "--bad", "session found dead"],
    refused: ["cross", "--bad", "refused or unanswered"],
    private: ["triangle", "--warn", "session of its own"],
    loggedOut: ["ring", "--bad", "logged out"],
    up: ["tick", "--good", "process up"],
    down: ["tick", "--bad", "process ended"],
  };
  const shownInLegend = ["login", "refresh", "renewed", "adopted", "lockTaken", "private", "foundDead", "loggedOut"];

  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name);
  // light-dark() is resolved by the style of an element, not by the value of a custom property.
  const probe = document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
  const resolved = new Map();
  const paint = name => {
    if (!resolved.has(name)) {
      probe.style.color = color(name);
      resolved.set(name, getComputedStyle(probe).color);
    }
    return resolved.get(name);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { resolved.clear(); legend(); draw(); });

  // Colours in the order of appearance, a golden angle apart, so that neighbours differ.
  const hues = new Map();
  const generationColor = generation => {
    if (!generation) return "transparent";
    if (!hues.has(generation)) hues.set(generation, (210 + hues.size * 137.5) % 360);
    return `hsl(${hues.get(generation)} 65% 55%)`;
  };

  function shape(context, x, y, [kind, colorName], size = 5) {
    context.fillStyle = context.strokeStyle = paint(colorName);
    context.lineWidth = 2;
    context.beginPath();
    switch (kind) {
      case "disc": context.arc(x, y, size, 0, 7); context.fill(); break;
      case "ring": context.arc(x, y, size, 0, 7); context.stroke(); break;
      case "square": context.fillRect(x - size + 1, y - size + 1, 2 * size - 2, 2 * size - 2); break;
      case "tick": context.moveTo(x, y - 2 * size); context.lineTo(x, y + 2 * size); context.stroke(); break;
      case "cross":
        context.moveTo(x - size, y - size); context.lineTo(x + size, y + size);
        context.moveTo(x + size, y - size); context.lineTo(x - size, y + size); context.stroke(); break;
      case "diamond":
        context.moveTo(x, y - size); context.lineTo(x + size, y); context.lineTo(x, y + size); context.lineTo(x - size, y);
        context.closePath(); context.fillStyle = paint("--card"); context.fill(); context.stroke(); break;
      case "triangle":
        context.moveTo(x, y - size - 1); context.lineTo(x + size + 1, y + size); context.lineTo(x - size - 1, y + size);
        context.closePath(); context.fill(); break;
    }
  }

  function legend() {
    const ratio = devicePixelRatio || 1;
    document.getElementById("legend").replaceChildren(...shownInLegend.map(kind => {
      const item = document.createElement("li"), icon = document.createElement("canvas");
      icon.width = icon.height = 16 * ratio;
      icon.setAttribute("aria-hidden", "true");
      const context = icon.getContext("2d");
      context.scale(ratio, ratio);
      shape(context, 8, 8, marks[kind]);
      item.append(icon, marks[kind][2]);
      return item;
    }));
  }

  // Spans between the events that begin and end them, in order of time.
  function spans(events, begin, end) {
    const found = [];
    let open = null;
    for (const event of events) {
      if (open && end(event)) { found.push({ ...open, to: event.time }); open = null; }
      if (!open && begin(event)) open = { from: event.time, event };
    }
    if (open) found.push({ ...open, to: Infinity });
    return found;
  }

  function draw() {
    if (!view) return;
    const lanes = ["gateway", "cache", ...view.instances.map(instance => instance.name)];
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = lanes.length * laneHeight + axisHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.style.blockSize = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    context.textBaseline = "middle";
    const left = 84, right = width - 10;
    const now = Date.now() + clockOffset, start = now - spanMs;
    const at = time => left + (right - left) * (Math.min(time, now) - start) / spanMs;

    context.textAlign = "center";
    for (let second = 0; second <= 60; second += width < 600 ? 20 : 10) {
      const x = at(now - second * 1000);
      context.fillStyle = paint("--line");
      context.fillRect(x, 0, 1, height - axisHeight);
      context.fillStyle = paint("--quiet");
      context.fillText(second ? `−${second} s` : "now", Math.min(x, width - 18), height - axisHeight / 2);
    }

    context.save();
    lanes.forEach((lane, index) => drawLane(context, lane, index * laneHeight, { left, right, at, start }));
    context.restore();
  }

  function drawLane(context, lane, top, { left, right, at, start }) {
    const middle = top + laneHeight / 2;
    const events = view.timed.filter(event => event.lane === lane);
    context.fillStyle = paint("--text");
    context.textAlign = "left";
    context.fillText(/^\d+$/.test(lane) ? `instance ${lane}` : lane, 8, middle);
    context.fillStyle = paint("--line");
    context.fillRect(0, top + laneHeight - 1, right + 10, 1);
    context.save();
    context.beginPath();
    context.rect(left, top, right - left + 6, laneHeight);
    context.clip();

    // Which generation the instance had: what it has now, and backwards from event to event.
    let generation = view.instances.find(instance => instance.name === lane)?.session?.generation ?? 0, to = Infinity;
    const changes = events.filter(event => ["renewed", "adopted", "down"].includes(event.kind));
    for (const event of changes.reverse()) {
      bar(event.kind === "down" ? 0 : event.generation ?? generation, event.time, to);
      to = event.time;
      generation = 0;
    }
    if (!changes.length) bar(generation, start, to);

    for (const { from, to: end } of spans(events, e => e.kind === "faultBegins", e => ["faultEnds", "up"].includes(e.kind))) {
      context.fillStyle = paint("--bad");
      context.globalAlpha = .22;
      context.fillRect(at(from), top + 2, Math.max(2, at(end) - at(from)), laneHeight - 5);
      context.globalAlpha = 1;
    }
    for (const { from, to: end } of spans(events, e => e.kind === "lockTaken", e => ["renewed", "adopted", "down", "lockTaken"].includes(e.kind))) {
      context.fillStyle = paint("--warn");
      context.fillRect(at(from), top + laneHeight - 6, Math.max(3, at(end) - at(from)), 3);
    }
    for (const event of events) {
      if (marks[event.kind] && event.time >= start) shape(context, at(event.time), middle, marks[event.kind]);
    }
    context.restore();

    function bar(value, from, end) {
      if (!value) return;
      context.globalAlpha = .35;
      context.fillStyle = generationColor(value);
      context.fillRect(at(Math.max(from, start)), middle - 5, Math.max(0, at(end) - at(Math.max(from, start))), 10);
      context.globalAlpha = 1;
    }
  }

  function frame() { draw(); requestAnimationFrame(frame); }
  legend();
  addEventListener("resize", draw);
  if (!isCalm) requestAnimationFrame(frame);

  return {
    generationColor,
    show(next) {
      clockOffset = Date.parse(next.now) - Date.now();
      next.timed = next.events.map(event => ({ ...event, time: Date.parse(event.at) })).sort((a, b) => a.time - b.time);
      view = next;
      if (isCalm) draw();
    },
  };
})();
