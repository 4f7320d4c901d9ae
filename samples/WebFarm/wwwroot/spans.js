// What the events say of stretches of time, each from one event to another. Events are in order of time.

// Which session an instance had, and when it had no token although it was up: { kind, generation, from, to }.
// What was before the first event is not known; without any event it is what is now.
export function sessionSpans(events, instance, tokenEnds, start, now) {
  const found = [];
  let generation = 0, isUp = false, from = start, isKnown = false;

  const close = to => {
    if (isKnown && isUp && to > from) {
      const end = generation ? Math.min(to, tokenEnds.get(generation) ?? Infinity) : from;
      if (end > from) found.push({ kind: "session", generation, from, to: end });
      if (to > end) found.push({ kind: "tokenless", generation: 0, from: Math.max(from, end), to });
    }
    from = to;
    isKnown = true;
  };

  for (const event of events) {
    switch (event.kind) {
      case "renewed": case "adopted": close(event.time); generation = event.generation ?? 0; isUp = true; break;
      case "up": close(event.time); generation = 0; isUp = true; break;
      case "down": close(event.time); generation = 0; isUp = false; break;
      case "loggedOut": close(event.time); generation = 0; isUp = true; break;
      case "foundDead": if (event.generation === generation) { close(event.time); generation = 0; } break;
    }
  }
  if (!isKnown) {
    generation = instance?.session?.generation ?? 0;
    isUp = ["running", "paused"].includes(instance?.state) && instance.session != null;
    isKnown = true;
  }
  close(now);
  return found;
}

// When each lane had the lock: { lane, from, to }. Only one can have it, so whoever takes it ends the time of the one before.
export function lockSpans(events, now) {
  const found = [];
  let open = null;
  const close = time => { if (open) found.push({ ...open, to: time }); open = null; };
  for (const event of events) {
    if (event.kind === "lockTaken") { close(event.time); open = { lane: event.lane, from: event.time }; }
    else if (open?.lane === event.lane && ["renewed", "adopted", "failed", "loggedOut", "down"].includes(event.kind)) close(event.time);
  }
  close(now);
  return found;
}

// When at least one fault was on: { from, to }. A process that is up again has none.
export function faultSpans(events, now) {
  const found = [];
  let depth = 0, from = 0;
  for (const event of events) {
    if (event.kind === "faultBegins" && depth++ === 0) from = event.time;
    else if (depth > 0 && (event.kind === "up" || (event.kind === "faultEnds" && --depth === 0))) { depth = 0; found.push({ from, to: event.time }); }
  }
  if (depth > 0) found.push({ from, to: now });
  return found;
}
