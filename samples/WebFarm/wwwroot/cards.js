import { $, element, explain, figures, ms, number, offer, set, shortGeneration } from "./page.js";
import { generationColor } from "./marks.js";

const meaning = {
  rate: "Good answers per second in the last 5 s",
  p50: "Half of the good answers of the last 5 s took no longer, from the moment the request was due",
  p99: "99 of 100 good answers of the last 5 s took no longer, from the moment the request was due",
  failed: "Requests that failed although their instance was up",
  cutOff: "Requests that failed because their instance was killed or paused while it had them",
  memory: "Memory that the process uses (working set)",
};

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
    for (const does of ["life", "pause"]) {
      const button = element("button");
      button.type = "button";
      button.dataset.does = does;
      buttons.append(button);
    }
    node.append(title, generation, element("p", "", "quiet"), element("dl", "", "figures"), buttons);
    $("#instances").append(node);
  }
  return node;
}

function badge({ state, session }) {
  if (state === "starting") return ["starting", "off", "Its process starts and does not listen yet"];
  if (state === "ended") return ["killed", "bad", "It has no process"];
  if (state === "paused") return ["paused", "warn", "Its process is frozen (SIGSTOP); what is shown is what it said last"];
  if (!session) return ["starting", "off", "It has not said yet which session it has"];
  switch (session.state) {
    case "LoggedOut": return ["logged out", "off", "The next request logs in"];
    case "Unavailable": return ["no token", "bad", "Its token is over and it can't get another one: requests fail"];
    case "NotStarted": return ["no session", "off", "It has not logged in yet"];
  }
  switch (session.mode) {
    case "Owner": return ["owner", "good", "It has the refresh token, and renews the farm's session first"];
    case "Shared": return ["shared", "note", "It uses the session that the owner renews"];
    default: return ["private", "warn", "It has a session of its own, as it could not share one"];
  }
}

export function showInstance(instance, canPause) {
  const node = card(instance), { state, session, name } = instance;
  const [word, tone, why] = badge(instance);
  set($(".badge", node), word, `badge ${tone}`);
  explain($(".badge", node), why);
  if (node.className !== `card ${tone}`) node.className = `card ${tone}`;

  const generation = session?.generation ?? 0, label = $(".generation span:last-child", node);
  $(".swatch", node).style.background = generationColor(generation);
  set(label, generation ? `generation ${shortGeneration(generation)}` : "no session");
  explain(label, generation
    ? `The last digits of generation ${generation}. The number rises with each login and refresh; instances with the same one share a session.` : "");
  const process = $(".quiet", node);
  set(process, state === "ended" ? "no process" : state === "starting" ? "its process does not listen yet"
    : `process ${instance.processId}${instance.starts > 1 ? `, start ${instance.starts}` : ""}${session?.state === "Degraded" ? ": degraded" : ""}`);
  explain(process, session?.failureMessage ?? "");
  figures($("dl", node), [
    ["requests/s", instance.rate, meaning.rate], ["p50", ms(instance.latencyMs?.p50), meaning.p50], ["p99", ms(instance.latencyMs?.p99), meaning.p99],
    ["failed", number(instance.failed), meaning.failed, instance.failed > 0], ["cut off", number(instance.cutOff), meaning.cutOff],
    ["memory", instance.memoryMb == null ? "–" : `${Math.round(instance.memoryMb)} MB`, meaning.memory],
  ]);
  showButtons(node, instance, canPause);

  function showButtons() {
    const post = action => `instances/${instance.number}/${action}`;
    offer($("[data-does=life]", node),
      state === "ended" ? { text: "Start", name: `Start instance ${name}`, post: post("start"), title: "Starts a new process" }
      : state === "starting" ? { text: "Starting …", name: `Starting instance ${name}`, title: "Its process does not listen yet; on a busy machine that takes a while" }
      : { text: "Kill", name: `Kill instance ${name}`, post: post("kill"), title: "Ends its process at once, as a crash does (SIGKILL)" });
    offer($("[data-does=pause]", node),
      state === "paused" ? { text: "Resume", name: `Resume instance ${name}`, post: post("resume"), title: "Lets its process go on (SIGCONT)" }
      : { text: "Pause", name: `Pause instance ${name}`, post: state === "running" && canPause ? post("pause") : null,
        title: !canPause ? "This system can't pause a process" : state === "running" ? "Freezes its process (SIGSTOP)" : "There is no process to pause" });
  }
}

export function showCache(cache) {
  const node = $("#cache");
  const [word, tone] = !cache.isUp ? ["stopped", "bad"] : cache.isSilent ? ["silent", "bad"] : cache.isLockHeld ? ["lock held", "warn"] : ["up", "good"];
  node.className = `card ${tone}`;
  set($(".badge", node), word, `badge ${tone}`);
  set($(".address", node), cache.address);
  set($(".note", node), cache.isOwn ? "When it is started, it starts empty." : "Not the farm's own (--redis), so nothing is done to it here.");
  const own = (post, title) => cache.isOwn ? { post, title } : { title: "The cache is not the farm's own (--redis)" };
  offer($("[data-does=run]", node), cache.isUp
    ? { text: "Stop", name: "Stop the cache", ...own("cache/stop", "Kills its process; what it holds is lost") }
    : { text: "Start", name: "Start the cache", ...own("cache/start", "Starts it again, empty, at the same address") });
  offer($("[data-does=answer]", node), cache.isSilent
    ? { text: "Answer", name: "Let the cache answer", ...own("cache/speak", "Lets it answer again") }
    : { text: "Silence", name: "Silence the cache", ...own("cache/silence", "Accepts connections and never answers") });
  offer($("[data-does=lock]", node), cache.isLockHeld
    ? { text: "Free the lock", name: "Free the lock", ...own("cache/free-lock", "Removes the key of the renewal lock") }
    : { text: "Hold the lock", name: "Hold the lock for ever",
      ...(cache.isOwn && !cache.isUp ? { title: "The cache is stopped" } : own("cache/hold-lock", "Sets the key of the renewal lock to something without expiry")) });
}

const faults = {
  unavailable: ["fails", "Fail", "Let the gateway fail", "Answers 503 to logins and refreshes"],
  slow: ["slow", "Slow down", "Slow the gateway down", "Takes half of the time limit"],
  answersLate: ["answers late", "Answer late", "Let the gateway answer late", "Does its work, and answers after the time limit"],
  refreshAnswerLost: ["loses a refresh", "Lose a refresh", "Lose the answer to a refresh", "Does the next refresh, and drops the connection"],
  loginAnswerLost: ["loses a login", "Lose a login", "Lose the answer to a login", "Does the next login, and drops the connection"],
};

const calls = {
  Challenge: ["challenges", "First call of a login: a text to sign"],
  Token: ["token exchanges", "Second call of a login: the signature for a session"],
  Refresh: ["refreshes", "A refresh token for a new session; each works once"],
  ApiKeyExchange: ["API key exchanges", "An API key for an access token, at the network's proxy"],
  ValidToken: ["valid-token checks", "Asks whether a token that an API refused still works"],
  Logout: ["logouts", "Ends the user's sessions"],
  Sql: ["SQL calls", "Calls of the API itself, one for each request"],
};

export function showGateway(gateway) {
  const node = $("#gateway"), tone = gateway.fault ? "bad" : "good";
  node.className = `card wide ${tone}`;
  set($(".badge", node), gateway.fault ? faults[gateway.fault][0] : "well", `badge ${tone}`);
  set($(".address", node), gateway.address);
  const buttons = $(".buttons", node);
  if (!buttons.childElementCount) {
    for (const fault of [...Object.keys(faults), "fix"]) {
      const button = element("button");
      button.type = "button";
      button.dataset.does = fault;
      buttons.append(button);
    }
  }
  for (const [fault, [, text, name, title]] of Object.entries(faults)) {
    offer($(`[data-does=${fault}]`, buttons), { text, name, ...(gateway.fault === fault ? { title: "It does so already" } : { post: `gateway/${fault}`, title }) });
  }
  offer($("[data-does=fix]", buttons),
    { text: "Fix", name: "Fix the gateway", ...(gateway.fault ? { post: "gateway/fix", title: "Ends the fault" } : { title: "Nothing is wrong with it" }) });
  figures($(".calls"), Object.entries(gateway.calls).map(([kind, count]) => [calls[kind]?.[0] ?? kind, number(count), calls[kind]?.[1] ?? ""]));
}
