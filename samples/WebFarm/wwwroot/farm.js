"use strict";

const interval = 500;
const windowSeconds = 60;
const $ = id => document.getElementById(id);

/** Makes an element: a tag, its attributes, its children. Text is always text, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children.map(child => child ?? ""));
  return element;
}

const svg = (tag, attributes) => {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
};

const number = value => value.toLocaleString("en", { maximumFractionDigits: 1 });

/** A generation is the gateway's time in milliseconds when it was asked for: the time of day tells them apart. */
const generation = value => value ? new Date(value).toISOString().slice(11, 21) : "–";

function showError(message) {
  $("error").textContent = message ?? "";
  $("error").hidden = !message;
}

async function press(path) {
  try {
    const response = await fetch(`/api/${path}`, { method: "POST", headers: { "X-WebFarm": "1" } });
    showError(response.ok ? null : await response.text());
  } catch (failure) {
    showError(`The farm does not answer: ${failure.message}`);
  }
  await refresh();
}

function definitions(list, entries) {
  list.replaceChildren(...entries.flatMap(([name, value, isAlarm]) =>
    [make("dt", {}, name), make("dd", isAlarm ? { class: "alarm" } : {}, String(value))]));
}

function figure(value, name, isAlarm) {
  return make("div", isAlarm ? { class: "alarm" } : {}, make("b", {}, value), make("span", {}, name));
}

function showFigures({ traffic, gateway, instances }) {
  const generations = new Set(instances.filter(i => i.state === "running" && i.session).map(i => i.session.generation));
  $("summary").textContent = generations.size === 1
    ? `${instances.length} instances, one session.`
    : `${instances.length} instances, ${generations.size} sessions at the moment.`;
  $("figures").replaceChildren(
    figure(number(traffic.requests), "requests"),
    figure(number(traffic.failed), "failed", traffic.failed > 0),
    figure(number(traffic.cutOff), "cut off by a kill or pause"),
    figure(number(traffic.replayed), "sent again"),
    figure(number(traffic.rate), "requests/s"),
    figure(`${number(traffic.latencyMs.p50)} / ${number(traffic.latencyMs.p99)}`, "p50 / p99 ms"),
    figure(number(gateway.logins), "logins"),
    figure(number(gateway.refreshes), "refreshes"),
    figure(number(gateway.reusedRefreshTokens), "refresh tokens used twice", gateway.reusedRefreshTokens > 0),
    figure(number(gateway.expiredTokensPresented), "expired tokens presented", gateway.expiredTokensPresented > 0));
  if (traffic.lastFailure) $("summary").textContent += ` Last failure: ${traffic.lastFailure}`;
}

const isGone = instance => instance.state === "ended" || instance.state === "starting";

function modeOf(instance) {
  if (isGone(instance)) return ["gone", instance.state === "ended" ? "not running" : "starting"];
  if (instance.state === "paused") return ["paused", "paused"];
  if (!instance.session) return ["gone", "no answer yet"];
  const state = instance.session.state;
  const mode = instance.session.mode.toLowerCase();
  return [mode, state === "Active" ? mode : `${mode}, ${state.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase()}`];
}

/** Cards are kept and updated, so that a button is not replaced under the pointer. */
function showInstance(instance, canPause) {
  const id = `instance-${instance.number}`;
  let card = $(id);
  if (!card) {
    const button = (action, text) => make("button", {
      "data-action": action,
      "aria-label": `${text} instance ${instance.number}`,
      onclick: () => press(`instances/${instance.number}/${action}`),
    }, text);
    card = make("article", { id },
      make("h3", {}, make("span", {}, `Instance ${instance.number}`), make("span", {})),
      make("dl"),
      make("div", { class: "buttons" }, button("kill", "Kill"), button("pause", "Pause"), button("resume", "Resume"), button("start", "Start")));
    $("instances").append(card);
  }

  const [kind, text] = modeOf(instance);
  card.className = `card ${kind}`;
  const badge = card.querySelector("h3 span:last-child");
  badge.className = `badge ${kind}`;
  badge.textContent = text;
  definitions(card.querySelector("dl"), [
    ["generation", generation(instance.session?.generation)],
    ["requests", number(instance.requests)],
    ["failed", number(instance.failed), instance.failed > 0],
    ["requests/s", number(instance.rate)],
    ["p50 / p99 ms", `${number(instance.latencyMs.p50)} / ${number(instance.latencyMs.p99)}`],
    ["memory MB", instance.memoryMb ? number(instance.memoryMb) : "–"],
  ]);
  const enabled = {
    kill: !isGone(instance),
    pause: canPause && instance.state === "running",
    resume: instance.state === "paused",
    start: instance.state === "ended",
  };
  for (const button of card.querySelectorAll("button")) button.disabled = !enabled[button.dataset.action];
  if (!canPause) card.querySelector("[data-action=pause]").title = "A process can't be paused on this system.";
}

const words = name => name ? name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase() : "";

function showGateway({ gateway, cache }) {
  $("gateway-state").textContent = gateway.fault ? words(gateway.fault) : "answers";
  $("gateway-state").className = `badge ${gateway.fault ? "down" : "up"}`;
  definitions($("gateway"), Object.entries(gateway.calls).map(([kind, count]) => [words(kind), number(count)]));
  for (const button of $("gateway-buttons").querySelectorAll("[data-fault]")) button.disabled = Boolean(gateway.fault);
  $("gateway-mend").disabled = !gateway.fault;

  $("cache-state").textContent = cache.isUp ? "up" : "stopped";
  $("cache-state").className = `badge ${cache.isUp ? "up" : "down"}`;
  definitions($("cache"), [["address", cache.address], ["server", cache.isOwn ? "garnet-server, of this farm" : "somebody else's"]]);
  $("cache-stop").disabled = !cache.isOwn || !cache.isUp;
  $("cache-start").disabled = !cache.isOwn || cache.isUp;
}

const strong = new Set(["login", "refresh", "renewed", "private", "faultBegins", "foundDead", "down"]);

function showTimeline(farm) {
  const chart = $("timeline");
  const width = chart.clientWidth || 800;
  const lanes = ["gateway", ...farm.instances.map(i => i.name), "cache"];
  const left = width < 500 ? 64 : 92, right = 12, row = 30, top = 8;
  const height = top + (lanes.length * row) + 22;
  const now = Date.parse(farm.now);
  const x = time => left + ((width - left - right) * (1 - ((now - time) / 1000 / windowSeconds)));
  const y = lane => top + (lanes.indexOf(lane) * row) + (row / 2);
  const parts = [];
  for (const lane of lanes) {
    parts.push(svg("line", { x1: left, x2: width - right, y1: y(lane), y2: y(lane) }));
    const label = svg("text", { x: 10, y: y(lane) + 4 });
    label.textContent = /^\d+$/.test(lane) ? `instance ${lane}` : lane;
    parts.push(label);
  }
  for (let seconds = 0; seconds <= windowSeconds; seconds += 15) {
    const at = x(now - (seconds * 1000));
    const label = svg("text", { x: at, y: height - 6, "text-anchor": seconds === 0 ? "end" : seconds === windowSeconds ? "start" : "middle" });
    label.textContent = seconds === 0 ? "now" : `−${seconds} s`;
    parts.push(svg("line", { x1: at, x2: at, y1: top, y2: height - 22, "stroke-dasharray": "2 4" }), label);
  }
  for (const event of farm.events) {
    const at = x(Date.parse(event.at));
    if (at < left || !lanes.includes(event.lane)) continue;
    const isFault = event.kind === "faultBegins" || event.kind === "faultEnds";
    const mark = isFault
      ? svg("rect", { class: `mark ${event.kind}`, x: at - 2, y: y(event.lane) - 10, width: 4, height: 20 })
      : svg("circle", { class: event.kind, cx: at, cy: y(event.lane), r: strong.has(event.kind) ? 6 : 4 });
    const title = svg("title", {});
    title.textContent = `${event.at.slice(11, 23)} ${event.text}`;
    mark.append(title);
    parts.push(mark);
  }
  chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
  chart.setAttribute("height", height);
  chart.replaceChildren(...parts);
}

function showEvents({ events }) {
  $("events").replaceChildren(...events.slice(-40).reverse().map(event => make("li", {},
    make("time", {}, event.at.slice(11, 21)),
    make("span", { class: "lane" }, /^\d+$/.test(event.lane) ? `instance ${event.lane}` : event.lane),
    make("span", {}, make("i", { class: `mark ${event.kind}` }), event.text))));
}

async function refresh() {
  let farm;
  try {
    farm = await (await fetch("/api/farm")).json();
  } catch (failure) {
    showError(`The farm does not answer: ${failure.message}`);
    return false;
  }
  showFigures(farm);
  for (const instance of farm.instances) showInstance(instance, farm.canPause);
  showGateway(farm);
  showTimeline(farm);
  showEvents(farm);
  return true;
}

$("add-instance").addEventListener("click", () => press("instances"));
$("logout").addEventListener("click", () => press("logout"));
$("cache-stop").addEventListener("click", () => press("cache/stop"));
$("cache-start").addEventListener("click", () => press("cache/start"));
$("gateway-mend").addEventListener("click", () => press("gateway/mend"));
for (const button of $("gateway-buttons").querySelectorAll("[data-fault]")) {
  button.addEventListener("click", () => press(`gateway/${button.dataset.fault}`));
}

let wasLost = false;
async function loop() {
  const isHere = await refresh();
  if (isHere && wasLost) showError(null);
  wasLost = !isHere;
  setTimeout(loop, interval);
}
loop();
