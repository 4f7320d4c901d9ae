// Asks for the farm twice a second, shows it, and has its buttons pressed.
import { synchronize } from "./axis.js";
import { showCache, showGateway, showInstance } from "./cards.js";
import { chartLegend, drawChart } from "./chart.js";
import { legend, onColorsChanged } from "./marks.js";
import { $, element, explain, figures, laneName, ms, number, offer, set, utc } from "./page.js";
import { drawTimeline } from "./timeline.js";
import { agreement, trouble } from "./verdict.js";

const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const title = document.title;
let view = null, lastEventKey = "", pollProblem = null, pressProblem = null;

async function press(button) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const { post } = button.dataset, name = button.getAttribute("aria-label") ?? button.textContent;
  button.dataset.busy = "true";
  button.setAttribute("aria-disabled", "true");
  if (view) showButtons(view);
  try {
    const response = await fetch(`/api/${post}`, { method: "POST", headers: { "X-WebFarm": "1" } });
    pressProblem = response.ok ? null : `${name}: ${await response.text() || response.statusText}`;
  } catch (error) {
    pressProblem = `${name}: ${error.message}`;
  }
  delete button.dataset.busy;
  await poll();
}

function showButtons({ instances }) {
  offer($("#add"), $("#add").dataset.busy === "true"
    ? { text: "Adding an instance …", name: "Adding an instance …", title: "Its process is starting, which takes a while on a busy machine; then another one can be added" }
    : { text: "Add an instance", name: "Add an instance", post: "instances", title: "Starts one more process; it adopts the farm's session" });
  const isUp = instances.some(instance => instance.state === "running");
  offer($("#logout"), { text: "Log out", name: "Log out", post: isUp ? "logout" : null,
    title: isUp ? "Ends the user's session at the gateway, through one of the instances; the next request logs in" : "No instance is up that could log out" });
}

function showTotals({ traffic, gateway }) {
  const { rate, latencyMs } = traffic;
  set($("#lately"), latencyMs
    ? `Lately ${rate} requests/s; half were answered within ${ms(latencyMs.p50)}, 99 of 100 within ${ms(latencyMs.p99)}.`
    : "Lately no request was answered.");
  const totals = [
    ["requests", number(traffic.requests), "Requests that the farm's own traffic has sent to the instances"],
    ["failed", number(traffic.failed), "Requests that failed although their instance was up", traffic.failed > 0],
    ["cut off", number(traffic.cutOff), "Requests that failed because their instance was killed or paused while it had them"],
    ["replayed", number(traffic.replayed), "Requests that an instance sent to the API once more, with a new token, after a 401 to a token that had just been replaced"],
    ["logins", number(gateway.logins), "Sessions that the gateway has started: one is needed at the start, and one after each death of an owner"],
    ["refreshes", number(gateway.refreshes), "Refreshes at the gateway; one renews the session for the whole farm"],
    ["reused tokens", number(gateway.reusedRefreshTokens), "Refresh tokens that were presented a second time. Each works once, so this must stay 0", gateway.reusedRefreshTokens > 0],
    ["expired tokens", number(gateway.expiredTokensPresented), "Access tokens that were presented after their end. This must stay 0", gateway.expiredTokensPresented > 0],
  ];
  figures($("#totals"), totals);
  const meanings = $("#meanings");
  if (!meanings.childElementCount) meanings.append(...totals.flatMap(([name, , meaning]) => [element("dt", name), element("dd", `${meaning}.`)]));
}

function showEvents(events) {
  const newest = events.slice(-40).reverse();
  const key = JSON.stringify(newest[0] ?? "");
  if (key === lastEventKey) return;
  lastEventKey = key;
  $("#events").replaceChildren(...newest.map(event => {
    const item = element("li");
    item.append(element("span", utc(event.at)), element("span", laneName(event.lane)), element("span", event.text));
    return item;
  }));
}

function show(next) {
  synchronize(next.now);
  next.timed = next.events.map(event => ({ ...event, time: Date.parse(event.at) })).sort((a, b) => a.time - b.time);
  view = next;
  const [word, tone, meaning] = agreement(view.instances), problem = trouble(view);
  set($("#agreement"), word, `badge ${tone}`);
  explain($("#agreement"), meaning);
  set($("#story"), view.story);
  showTitle(problem);
  showTotals(view);
  view.instances.forEach(instance => showInstance(instance, view.canPause));
  showButtons(view);
  showCache(view.cache);
  showGateway(view.gateway);
  showEvents(view.timed);
  if (isCalm) draw();
}

function showTitle(problem) {
  const text = problem ? `⚠ ${problem} – ${title}` : title;
  if (document.title !== text) document.title = text;
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
    showTitle("the farm does not answer");
  }
  showProblem();
}

function draw() {
  if (!view) return;
  drawChart(view);
  drawTimeline(view);
}

function legends() { legend(); chartLegend(); draw(); }

document.addEventListener("click", event => {
  const button = event.target.closest("button[data-post]");
  if (button) press(button);
});
addEventListener("resize", draw);
onColorsChanged(legends);
legends();
if (!isCalm) (function frame() { draw(); requestAnimationFrame(frame); })();
(async function run() {
  await poll();
  setTimeout(run, 500);
})();
