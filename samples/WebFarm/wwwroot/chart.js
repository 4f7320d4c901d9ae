// Draws requests per second and their latency over the same minute as the timeline.
import { grid, prepare } from "./axis.js";
import { entry, paint } from "./marks.js";

const panelHeight = 54, pad = 7;
const canvas = document.getElementById("chart");

const bars = [["good", "--note", "answered"], ["failed", "--bad", "failed"], ["cutOff", "--off", "cut off by a kill or a pause"]];
const lines = [["p50", "--good", "p50: half were answered within"], ["p99", "--violet", "p99: 99 of 100 were answered within"]];

// The next round number: 1, 2 or 5 times a power of ten.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(factor => factor * power).find(round => round >= value * .999);
}

export function drawChart({ traffic: { history } }) {
  const axis = prepare(canvas, 2 * panelHeight), { context, start, right } = axis;
  grid(axis, 2 * panelHeight, paint("--line"));
  const seconds = history.map(second => ({ ...second, ...second.latencyMs, time: Date.parse(second.at) })).filter(second => second.time + 1000 > start);
  const total = second => second.good + second.failed + second.cutOff;

  const counts = panel(0, "requests/s", "", Math.max(10, ...seconds.map(total)));
  for (const second of seconds) {
    let below = 0;
    for (const [name, color] of bars) {
      if (!second[name]) continue;
      const from = axis.at(second.time), to = axis.at(second.time + 1000), y = counts(below + second[name]);
      context.globalAlpha = name === "failed" ? .9 : .45;
      context.fillStyle = paint(color);
      context.fillRect(from, y, Math.max(1, to - from - .5), counts(below) - y);
      below += second[name];
    }
  }
  context.globalAlpha = 1;

  const latency = panel(panelHeight, "latency", " ms", Math.max(10, ...seconds.map(second => second.p99 ?? 0)));
  for (const [name, color] of lines) {
    context.strokeStyle = paint(color);
    context.lineWidth = 1.5;
    context.beginPath();
    let last = 0;
    for (const second of seconds) {
      if (second[name] == null) continue;
      const x = axis.at(second.time + 500), y = latency(second[name]);
      if (second.time - last > 1000) context.moveTo(x - 1, y);
      context.lineTo(x, y);
      last = second.time;
    }
    context.stroke();
  }

  // Where a value is, in a panel that reaches from 0 to a round number.
  function panel(top, name, unit, most) {
    const full = roundUp(most), bottom = top + panelHeight - 1;
    context.textAlign = "left";
    context.fillStyle = paint("--text");
    context.fillText(name, 8, top + panelHeight / 2 - 8);
    context.fillStyle = paint("--quiet");
    context.fillText(`0–${full.toLocaleString("en")}${unit}`, 8, top + panelHeight / 2 + 8);
    context.fillStyle = paint("--line");
    context.fillRect(0, bottom, right + 10, 1);
    return value => bottom - (panelHeight - pad) * Math.min(value, full) / full;
  }
}

export function chartLegend() {
  document.getElementById("chart-legend").replaceChildren(
    ...bars.map(([name, color, words]) => entry(words, context => {
      context.globalAlpha = name === "failed" ? .9 : .45;
      context.fillStyle = paint(color);
      context.fillRect(2, 3, 12, 10);
    })),
    ...lines.map(([, color, words]) => entry(words, context => { context.fillStyle = paint(color); context.fillRect(0, 7, 16, 2); })));
}
