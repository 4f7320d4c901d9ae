// Shapes and colours of the timeline, and its legend.

// kind → [shape, colour, words]
export const marks = {
  login: ["triangle", "--note", "login at the gateway"],
  refresh: ["disc", "--good", "refresh at the gateway"],
  refused: ["cross", "--bad", "call refused or unanswered"],
  renewed: ["disc", "--violet", "instance got a new session"],
  adopted: ["diamond", "--good", "adopted it from the store"],
  lockTaken: ["square", "--warn", "took the lock"],
  private: ["triangle", "--warn", "session of its own"],
  foundDead: ["drop", "--bad", "found its session dead"],
  loggedOut: ["ring", "--bad", "logged out"],
  up: ["tick", "--good", "process up"],
  down: ["tick", "--bad", "process ended"],
};

export const bands = {
  session: "has a token; each session has its own colour",
  tokenless: "up, without a token",
  locked: "renews under the lock",
  fault: "fault",
};

const probe = document.body.appendChild(Object.assign(document.createElement("span"), { hidden: true }));
const resolved = new Map();

// light-dark() is resolved by the style of an element, not by the value of a custom property.
export function paint(name) {
  if (!resolved.has(name)) {
    probe.style.color = `var(${name})`;
    resolved.set(name, getComputedStyle(probe).color);
  }
  return resolved.get(name);
}

// Colours in the order of appearance, a golden angle apart, so that neighbours differ.
const hues = new Map([["legend", 210]]);
export function generationColor(generation) {
  if (!generation) return "transparent";
  if (!hues.has(generation)) hues.set(generation, (210 + hues.size * 137.5) % 360);
  return `hsl(${hues.get(generation)} 65% 55%)`;
}

export function shape(context, x, y, [kind, colorName], size = 5) {
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
    case "drop":
      context.moveTo(x, y + size + 1); context.lineTo(x + size + 1, y - size); context.lineTo(x - size - 1, y - size);
      context.closePath(); context.fill(); break;
  }
}

// A stretch of a lane, whose middle is at y.
export function band(context, kind, from, to, y, height, generation) {
  const width = Math.max(kind === "locked" ? 3 : kind === "fault" ? 2 : 0, to - from);
  context.save();
  switch (kind) {
    case "session":
      context.globalAlpha = .35;
      context.fillStyle = generationColor(generation);
      context.fillRect(from, y - 5, width, 10);
      break;
    case "tokenless":
      context.strokeStyle = paint("--bad");
      context.beginPath();
      context.rect(from, y - 5, width, 10);
      context.clip();
      context.strokeRect(from, y - 4.5, width, 9);
      // Anchored to the page, not to the stretch, so that the hatching stands still while the stretch grows.
      for (let x = Math.floor(from / 6) * 6 - 12; x < to + 12; x += 6) { context.moveTo(x, y + 5); context.lineTo(x + 10, y - 5); }
      context.globalAlpha = .7;
      context.stroke();
      break;
    case "fault":
      context.globalAlpha = .22;
      context.fillStyle = paint("--bad");
      context.fillRect(from, y - height / 2 + 2, width, height - 5);
      break;
    case "locked":
      context.fillStyle = paint("--warn");
      context.fillRect(from, y + height / 2 - 6, width, 3);
      break;
  }
  context.restore();
}

export function entry(words, draw) {
  const item = document.createElement("li"), icon = document.createElement("canvas"), ratio = devicePixelRatio || 1;
  icon.width = icon.height = 16 * ratio;
  icon.setAttribute("aria-hidden", "true");
  const context = icon.getContext("2d");
  context.scale(ratio, ratio);
  draw(context);
  item.append(icon, words);
  return item;
}

export function legend() {
  document.getElementById("legend").replaceChildren(
    ...Object.entries(bands).map(([kind, words]) => entry(words, context => band(context, kind, 0, 16, kind === "locked" ? 5 : 8, 18, "legend"))),
    ...Object.values(marks).map(mark => entry(mark[2], context => shape(context, 8, 8, mark))));
}

// Calls back when the colours of the page have changed, between light and dark.
export function onColorsChanged(callback) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { resolved.clear(); callback(); });
}

