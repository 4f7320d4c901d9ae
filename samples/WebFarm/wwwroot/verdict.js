// How the farm is, in a word: for the badge beside the title, and for the title of the page.

const up = instance => instance.state === "running" && instance.session;
const hasToken = instance => ["Active", "Degraded"].includes(instance.session.state);

// [word, tone, what it means]
export function agreement(instances) {
  const running = instances.filter(up);
  if (!running.length) return ["nobody is up", "bad", "No instance is up that could answer"];
  const without = running.filter(instance => !hasToken(instance));
  if (without.length) {
    const states = new Set(without.map(instance => instance.session.state));
    const [word, tone] = states.has("Unavailable") ? ["no token", "bad"] : states.has("LoggedOut") ? ["logged out", "warn"] : ["no session yet", "warn"];
    return without.length === running.length
      ? [word, tone, "No instance has a token"]
      : [`${word} in ${without.length} of ${running.length}`, tone, `No token: ${without.map(instance => `instance ${instance.name}`).join(", ")}`];
  }
  if (running.some(instance => instance.session.mode === "Private")) {
    return ["private sessions", "warn", "Not all instances could share the session, so some have one of their own"];
  }
  const generations = new Set(running.map(instance => instance.session.generation));
  if (generations.size > 1) return [`${generations.size} generations`, "warn", "A new session is on its way to some instances"];
  const away = instances.length - running.length;
  return away
    ? [`one session, ${away} of ${instances.length} away`, "warn", "All instances that are up share one session; the others are killed, paused or starting"]
    : ["one session", "good", "All instances share one session"];
}

const failsNow = history => history.slice(-3).some(second => second.failed > 0);

// What is wrong, worst first; null when nothing is.
export function trouble({ instances, cache, gateway, traffic }) {
  const [word, tone] = agreement(instances);
  const all = [
    failsNow(traffic.history) && "requests fail",
    tone === "bad" && word,
    gateway.fault && "gateway in trouble",
    !cache.isUp && "cache stopped",
    cache.isSilent && "cache silent",
    cache.isLockHeld && "lock held",
    tone === "warn" && !/generations/.test(word) && word,
  ];
  return all.find(Boolean) || null;
}
