export interface Series {
  name: string;
  points: { x: number; y: number }[];
}

export interface Plot {
  title: string;
  xLabel: string;
  yLabel: string;
  series: Series[];
  /** Sizes that span magnitudes are read on a logarithmic axis. */
  logX?: boolean;
  /** Drawn as a dashed line across. */
  target?: { y: number; name: string };
}

const width = 720;
const height = 400;
const area = { left: 64, right: 170, top: 44, bottom: 52 };
const colours = ["#b4532a", "#2f6f8f", "#5b7f3a", "#7a4b8c", "#a0832b", "#4a4a4a", "#c2185b"];

/** A line chart as SVG. */
export function drawPlot(plot: Plot): string {
  const points = plot.series.flatMap((series) => series.points);
  const yMax = niceCeiling(Math.max(...points.map((point) => point.y), plot.target?.y ?? 0));
  const x = scaleX(
    points.map((point) => point.x),
    plot.logX ?? false,
  );
  const y = (value: number) => height - area.bottom - (value / yMax) * (height - area.top - area.bottom);
  const xTicks = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fffdf9"/>`,
    text(area.left, 24, plot.title, 'font-size="15" font-weight="600"'),
    ...yTicks(yMax).flatMap((value) => [
      `<line x1="${area.left}" x2="${width - area.right}" y1="${y(value)}" y2="${y(value)}" stroke="#e4ded4"/>`,
      text(area.left - 8, y(value) + 4, short(value), 'text-anchor="end" fill="#666"'),
    ]),
    ...thinned(xTicks, x).map((value) =>
      text(x(value), height - area.bottom + 18, short(value), 'text-anchor="middle" fill="#666"'),
    ),
    text((area.left + width - area.right) / 2, height - 12, plot.xLabel, 'text-anchor="middle"'),
    text(14, 38, plot.yLabel, 'fill="#666"'),
    ...plot.series.flatMap((series, n) => drawSeries(series, n, x, y)),
    ...drawTarget(plot, y),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function drawSeries(series: Series, n: number, x: (value: number) => number, y: (value: number) => number): string[] {
  const colour = colours[n % colours.length] ?? "#000";
  const at = series.points.map((point) => `${x(point.x).toFixed(1)},${y(point.y).toFixed(1)}`);
  const legendY = area.top + 12 + n * 20;
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${at.join(" ")}"/>`,
    ...at.map((place) => `<circle cx="${place.split(",")[0]}" cy="${place.split(",")[1]}" r="3" fill="${colour}"/>`),
    `<rect x="${width - area.right + 14}" y="${legendY - 9}" width="10" height="10" fill="${colour}"/>`,
    text(width - area.right + 30, legendY, series.name, ""),
  ];
}

function drawTarget(plot: Plot, y: (value: number) => number): string[] {
  if (!plot.target) return [];
  const at = y(plot.target.y);
  return [
    `<line x1="${area.left}" x2="${width - area.right}" y1="${at}" y2="${at}" stroke="#a33" stroke-dasharray="5 4"/>`,
    text(width - area.right + 4, at + 4, plot.target.name, 'fill="#a33"'),
  ];
}

function scaleX(values: number[], log: boolean): (value: number) => number {
  const place = (value: number) => (log ? Math.log10(Math.max(value, 1)) : value);
  const [low, high] = [Math.min(...values.map(place)), Math.max(...values.map(place))];
  const span = high - low || 1;
  return (value) => area.left + ((place(value) - low) / span) * (width - area.left - area.right);
}

/** Ticks that would overlap are left out. */
function thinned(values: number[], x: (value: number) => number): number[] {
  let last = Number.NEGATIVE_INFINITY;
  return values.filter((value) => {
    if (x(value) - last < 34) return false;
    last = x(value);
    return true;
  });
}

function yTicks(max: number): number[] {
  return [0, 0.25, 0.5, 0.75, 1].map((part) => part * max);
}

function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 4, 5, 8, 10].find((factor) => factor * magnitude >= value) ?? 10;
  return step * magnitude;
}

function short(value: number): string {
  if (value >= 1_000_000) return `${value / 1_000_000}M`;
  if (value >= 1_000) return `${value / 1_000}k`;
  return String(Number(value.toPrecision(3)));
}

function text(x: number, y: number, content: string, attributes: string): string {
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<text x="${x}" y="${y}" ${attributes}>${safe}</text>`;
}
