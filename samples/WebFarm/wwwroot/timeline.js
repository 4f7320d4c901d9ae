// Draws the farm's last minute: a lane for the gateway, the cache and each instance.
import { grid, prepare } from "./axis.js";
import { band, marks, paint, shape } from "./marks.js";
import { laneName } from "./page.js";
import { faultSpans, lockSpans, sessionSpans } from "./spans.js";

const laneHeight = 30, axisHeight = 22;
const canvas = document.getElementById("timeline");

// What the lanes show, which changes only with the view.
function plan(view) {
  const tokenEnds = new Map(Object.entries(view.tokenEnds).map(([generation, end]) => [Number(generation), Date.parse(end)]));
  return ["gateway", "cache", ...view.instances.map(instance => instance.name)].map(name => {
    const events = view.timed.filter(event => event.lane === name);
    const instance = view.instances.find(instance => instance.name === name);
    return { name, events, instance, tokenEnds };
  });
}

export function drawTimeline(view) {
  view.lanes ??= plan(view);
  const height = view.lanes.length * laneHeight + axisHeight;
  const axis = prepare(canvas, height), { context, left, right, start, now, at } = axis;
  grid(axis, height - axisHeight, paint("--line"), (text, x) => {
    context.fillStyle = paint("--quiet");
    context.fillText(text, x, height - axisHeight / 2);
  });
  const locks = lockSpans(view.timed, now);
  view.lanes.forEach(({ name, events, instance, tokenEnds }, index) => {
    const top = index * laneHeight, middle = top + laneHeight / 2;
    context.textAlign = "left";
    context.fillStyle = paint("--text");
    context.fillText(laneName(name), 8, middle);
    context.fillStyle = paint("--line");
    context.fillRect(0, top + laneHeight - 1, right + 10, 1);
    context.save();
    context.beginPath();
    context.rect(left, top, right - left + 6, laneHeight);
    context.clip();
    const stretch = (kind, { from, to, generation }) => {
      if (to >= start) band(context, kind, at(from), at(to), middle, laneHeight, generation);
    };
    if (instance) sessionSpans(events, instance, tokenEnds, start, now).forEach(span => stretch(span.kind, span));
    faultSpans(events, now).forEach(span => stretch("fault", span));
    locks.filter(lock => lock.lane === name).forEach(span => stretch("locked", span));
    for (const event of events) {
      if (marks[event.kind] && event.time >= start) shape(context, at(event.time), middle, marks[event.kind]);
    }
    context.restore();
  });
}
