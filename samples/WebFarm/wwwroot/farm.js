"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const element = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text ?? "", className: className ?? "" });
const number = value => value == null ? "–" : value.toLocaleString("en");
const ms = value => `${value >= 100 ? Math.round(value) : value} ms`;
const clock = time => new Date(time).toISOString().slice(11, 23);

// A generation's number is the gateway's time in ms; minutes, seconds and ms tell the generations of a page apart.
const shortGeneration = generation => generation ? new Date(generation).toISOString().slice(14, 23) : "none yet";

let lastEventKey = "", pollProblem = null, pressProblem = null;

// Writes only what changed, so that what has the focus, or is being read aloud, stays.
function set(node, text, className) {
  if (node.textContent !== text) node.textContent = text;
  if (className !== undefined && node.className !== className) node.className = className;
}

function figures(list, values) {
  if (list.childElementCount !== values.length) {
    list.replaceChildren(...values.map(() => { const pair = element("div"); pair.append(element("dt"), element("dd")); return pair; }));
  }
  values.forEach(([name, value, isBad], index) => {
    set(list.children[index].firstChild, name);
    set(list.children[index].lastChild, String(value), isBad ? "bad" : "");
  });
}

function enable(button, isEnabled) {
  button.disabled = !isEnabled || button.dataset.busy === "true";
}

async function press(button) {
  button.dataset.busy = "true";
  button.disabled = true;
  try {
    const response = await fetch(`/api/${button.dataset.post}`, { method: "POST", headers: { "X-WebFarm": "1" } });
    pressProblem = response.ok ? null : `${button.textContent}: ${await response.text() || response.statusText}`;
  } catch (error) {
    pressProblem = `${button.textContent}: ${error.message}`;
  }
  delete button.dataset.busy;
  await poll();
}

function card(instance) {
  const id = `instance-${instance.number}`;
  let node = document.getElementById(id);
  if (!node) {
    node = element("article", "", "card");
    node.id = id;
    node.setAttribute("aria-label", `Instance ${instance.name}`);
    const title = element("h3"), generation = element("div", "", "generation"), buttons = element("div", "", "buttons");
    title.append(element("span", `Instance ${instance.name}`), element("span", "", "badge"));
    generation.append(element("span", "", "swatch"), element("span"));
    for (const action of ["kill", "pause", "resume", "start"]) {
      const button = element("button", action[0].toUpperCase() + action.slice(1));
      button.type = "button";
      button.dataset.post = `instances/${instance.number}/${action}`;
      button.dataset.action = action;
      button.setAttribute("aria-label", `${button.textContent} instance ${instance.name}`);
      buttons.append(button);
    }
    node.append(title, generation, element("p", "", "quiet"), element("dl", "", "figures"), buttons);
    $("#instances").append(node);
  }
  return node;
}

function showInstance(instance, canPause) {
  const node = card(instance), { state, session } = instance;
  const [word, tone] = state === "ended" ? ["killed", "bad"]
    : state === "paused" ? ["paused", "warn"]
    : !session ? ["starting", "off"]
    : session.state === "LoggedOut" ? ["logged out", "off"]
    : session.state === "Unavailable" ? ["no token", "bad"]
    : session.state === "NotStarted" ? ["no session", "off"]
    : session.mode === "Owner" ? ["owner", "good"]
    : session.mode === "Shared" ? ["shared", "note"] : ["private", "warn"];
  set($(".badge", node), word, `badge ${tone}`);
  node.className = `card ${tone}`;
  const generation = session?.generation ?? 0;
  $(".swatch", node).style.background = Timeline.generationColor(generation);
  const label = $(".generation span:last-child", node);
  set(label, shortGeneration(generation));
  label.title = `Generation ${generation}`;
  set($(".quiet", node), state === "ended" ? "no process"
    : `process ${instance.processId}${instance.starts > 1 ? `, start ${instance.starts}` : ""}${session?.state === "Degraded" ? ": degraded" : ""}`);
  $(".quiet", node).title = session?.failureMessage ?? "";
  figures($("dl", node), [
    ["requests/s", instance.rate], ["p50", ms(instance.latencyMs.p50)], ["p99", ms(instance.latencyMs.p99)],
    ["failed", number(instance.failed), instance.failed > 0], ["cut off", number(instance.cutOff)],
    ["memory", instance.memoryMb == null ? "–" : `${Math.round(instance.memoryMb)} MB`],
  ]);
  const applies = { kill: state === "running" || state === "paused", pause: state === "running" && canPause, resume: state === "paused", start: state === "ended" };
  for (const button of node.querySelectorAll("button")) {
    enable(button, applies[button.dataset.action]);
    if (button.dataset.action === "pause" && !canPause) button.title = "This system can't pause a process";
  }
}

function showAgreement(instances) {
  const up = instances.filter(instance => instance.state === "running" && instance.session);
  const generations = new Set(up.map(instance => instance.session.generation));
  const isShared = up.every(instance => instance.session.mode !== "Private");
  set($("#agreement"),
    !up.length ? "nobody is up" : generations.size > 1 ? `${generations.size} generations` : isShared ? "one session" : "private sessions",
    `badge ${up.length && generations.size === 1 && isShared ? "good" : "warn"}`);
}

function showAround({ cache, gateway, instances }) {
  const cacheNode = $("#cache"), gatewayNode = $("#gateway");
  const [word, tone] = !cache.isUp ? ["stopped", "bad"] : cache.isSilent ? ["silent", "bad"] : cache.isLockHeld ? ["lock held", "warn"] : ["up", "good"];
  cacheNode.className = `card ${tone}`;
  set($(".badge", cacheNode), word, `badge ${tone}`);
  set($(".address", cacheNode), cache.address);
  set($(".note", cacheNode), cache.isOwn ? "It starts empty." : "Not the farm's own (--redis), so nothing is done to it here.");
  enable($("[data-post='cache/stop']"), cache.isOwn && cache.isUp);
  enable($("[data-post='cache/start']"), cache.isOwn && !cache.isUp);
  enable($("[data-post='cache/silence']"), cache.isOwn && !cache.isSilent);
  enable($("[data-post='cache/speak']"), cache.isSilent);
  enable($("[data-post='cache/hold-lock']"), cache.isOwn && cache.isUp && !cache.isLockHeld);
  enable($("[data-post='cache/free-lock']"), cache.isLockHeld);

  gatewayNode.className = `card wide ${gateway.fault ? "bad" : "good"}`;
  const words = { unavailable: "fails", slow: "slow", answersLate: "answers late", refreshAnswerLost: "loses a refresh", loginAnswerLost: "loses a login" };
  set($(".badge", gatewayNode), gateway.fault ? words[gateway.fault] : "well", `badge ${gateway.fault ? "bad" : "good"}`);
  set($(".address", gatewayNode), gateway.address);
  for (const button of gatewayNode.querySelectorAll("button")) {
    const fault = button.dataset.post.split("/")[1];
    enable(button, fault === "mend" ? gateway.fault : gateway.fault !== fault);
  }
  const names = { Challenge: "challenges", Token: "token exchanges", Refresh: "refreshes", ApiKeyExchange: "API key exchanges", ValidToken: "valid-token checks", Logout: "logouts", Sql: "SQL calls" };
  figures($(".calls"), Object.entries(gateway.calls).map(([kind, count]) => [names[kind] ?? kind, number(count)]));
  enable($("#logout"), instances.some(instance => instance.state === "running"));
}

function showEvents(events) {
  const newest = events.slice(-40).reverse();
  const key = JSON.stringify(newest[0] ?? "");
  if (key === lastEventKey) return;
  lastEventKey = key;
  $("#events").replaceChildren(...newest.map(event => {
    const item = element("li");
    item.append(element("span", clock(event.at)), element("span", /^\d+$/.test(event.lane) ? `instance ${event.lane}` : event.lane), element("span", event.text));
    return item;
  }));
}

function show(view) {
  const { traffic, gateway } = view;
  figures($("#totals"), [
    ["requests", number(traffic.requests)], ["requests/s", traffic.rate],
    ["failed", number(traffic.failed), traffic.failed > 0], ["cut off", number(traffic.cutOff)],
    ["p50", ms(traffic.latencyMs.p50)], ["p99", ms(traffic.latencyMs.p99)],
    ["logins", number(gateway.logins)], ["refreshes", number(gateway.refreshes)], ["replayed", number(traffic.replayed)],
    ["reused tokens", number(gateway.reusedRefreshTokens), gateway.reusedRefreshTokens > 0],
    ["expired tokens", number(gateway.expiredTokensPresented), gateway.expiredTokensPresented > 0],
  ]);
  view.instances.forEach(instance => showInstance(instance, view.canPause));
  showAgreement(view.instances);
  showAround(view);
  Timeline.show(view);
  showEvents(view.timed);
}

function showProblem() {
  const text = pollProblem ?? pressProblem;
  $("#error").hidden = !text;
  set($("#error"), text ?? "");
}

async function poll() {
  try {
    const response = await fetch("/api/farm", { cache: "no-store" });
    if (!response.ok) throw new Error(`The farm answered ${response.status}.`);
    show(await response.json());
    pollProblem = null;
  } catch (error) {
    pollProblem = error instanceof TypeError ? "The farm does not answer; it has probably been stopped." : error.message;
  }
  showProblem();
}

document.addEventListener("click", event => {
  const button = event.target.closest("button[data-post]");
  if (button) press(button);
});

(async function run() {
  await poll();
  setTimeout(run, 500);
})();
