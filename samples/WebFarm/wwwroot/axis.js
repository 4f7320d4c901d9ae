// The minute that the chart and the timeline both show: now is at the right edge, and the same moment is at the same place.

export const spanMs = 60_000;
const labelWidth = 92, margin = 10;
let clockOffset = 0;

// The clock is the farm's, which may not be the browser's.
export const synchronize = time => { clockOffset = Date.parse(time) - Date.now(); };

// Clears a canvas and makes it as high as told.
export function prepare(canvas, height) {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth;
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
  const left = labelWidth, right = width - margin, now = Date.now() + clockOffset, start = now - spanMs;
  return { context, width, left, right, now, start, at: time => left + (right - left) * (Math.max(start, Math.min(time, now)) - start) / spanMs };
}

// Vertical lines at round distances from now.
export function grid({ context, width, at, now }, height, color, label) {
  context.textAlign = "center";
  for (let second = 0; second <= 60; second += width < 600 ? 20 : 10) {
    const x = at(now - second * 1000);
    context.fillStyle = color;
    context.fillRect(x, 0, 1, height);
    label?.(second ? `−${second} s` : "now", Math.min(x, width - 18));
  }
}
