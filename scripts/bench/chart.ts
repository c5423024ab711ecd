// Draws the chart that docs/architecture.md shows, as an SVG for light and dark pages.
import { type Item, titles } from './items.ts';
import type { Row } from './measure.ts';
import { type TargetName, targetNames } from './stage.ts';
import { of } from './table.ts';

const names: Record<TargetName, string> = {
  wardbook: 'Wardbook in workerd',
  floor: 'the floor: a bare Worker with the same SQL',
  fastify: 'Fastify 5 + Drizzle on Node',
  django: 'Django 3.2 + REST framework, gunicorn',
};
// a login is a hundred milliseconds of hashing on all of them
const shown: Item[] = ['get', 'list', 'create', 'update', 'assign', 'refresh'];

const width = 760;
const left = 150;
const right = 96;
const top = 112;
const bar = 13;
const gap = 4;
const between = 20;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export const chart = (rows: Row[], about: string[]): string => {
  const items = shown.filter((item) => of(rows, item, 'wardbook'));
  const targets = targetNames.filter((target) => rows.some((row) => row.target === target));
  const group = targets.length * (bar + gap) - gap;
  const most = Math.max(...rows.filter(({ item }) => items.includes(item)).map(({ cpu_ms }) => cpu_ms));
  const step = [0.1, 0.2, 0.25, 0.5, 1, 2, 5].find((size) => most / size <= 6) ?? 10;
  const end = Math.ceil(most / step) * step;
  const x = (milliseconds: number) => left + (milliseconds / end) * (width - left - right);
  const bottom = top + items.length * (group + between) - between;

  const lines = Array.from({ length: Math.round(end / step) + 1 }, (_, at) => at * step).map(
    (
      value,
    ) => `  <line class="grid" x1="${x(value).toFixed(1)}" x2="${x(value).toFixed(1)}" y1="${top - 8}" y2="${bottom + 6}"/>
  <text class="axis" x="${x(value).toFixed(1)}" y="${bottom + 22}" text-anchor="middle">${Number(value.toFixed(2))}</text>`,
  );
  const groups = items.map((item, index) => {
    const y = top + index * (group + between);
    const floor = of(rows, item, 'floor')?.cpu_ms ?? Number.NaN;
    const bars = targets.map((target, at) => {
      const { cpu_ms = 0 } = of(rows, item, target) ?? {};
      const times = target === 'floor' ? '' : ` · ${(cpu_ms / floor).toFixed(1)}×`;
      const barTop = y + at * (bar + gap);
      return `  <rect class="${target}" x="${left}" y="${barTop}" width="${Math.max(1, x(cpu_ms) - left).toFixed(1)}" height="${bar}" rx="2"/>
  <text class="value" x="${(x(cpu_ms) + 6).toFixed(1)}" y="${barTop + bar - 2.5}">${cpu_ms.toFixed(2)}${times}</text>`;
    });
    return `  <text class="item" x="${left - 12}" y="${y + group / 2 + 4}" text-anchor="end">${titles[item]}</text>\n${bars.join('\n')}`;
  });
  // two and two, one above the other
  const legend = targets.map((target, at) => {
    const [x, y] = [at % 2 ? 310 : 28, at < 2 ? 54 : 74];
    return `  <rect class="${target}" x="${x}" y="${y}" width="12" height="12" rx="2"/>
  <text class="legend" x="${x + 18}" y="${y + 10}">${names[target]}</text>`;
  });
  const height = bottom + 66;
  const all = ['Wardbook', 'a bare Worker', 'Fastify', ...(targets.includes('django') ? ['Django'] : [])];
  const listed = new Intl.ListFormat('en').format(all);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title">
  <title id="title">CPU milliseconds per request of ${listed}</title>
  <style>
    text { font: 12px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328; }
    .card { fill: #ffffff; stroke: #d1d9e0; }
    .heading { font-size: 16px; font-weight: 600; }
    .item { font-size: 13px; }
    .axis, .about, .value, .legend { fill: #59636e; font-size: 11px; }
    .grid { stroke: #d1d9e0; }
    .wardbook { fill: #0969da; }
    .floor { fill: #afb8c1; }
    .fastify { fill: #d4a72c; }
    .django { fill: #2da44e; }
    @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .card { fill: #0d1117; stroke: #3d444d; }
      .axis, .about, .value, .legend { fill: #9198a1; }
      .grid { stroke: #2a313c; }
      .wardbook { fill: #4493f8; }
      .floor { fill: #656c76; }
      .fastify { fill: #d29922; }
      .django { fill: #3fb950; }
    }
  </style>
  <rect class="card" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
  <text class="heading" x="28" y="36">CPU per request, in milliseconds. Shorter is better.</text>
${[...legend, ...lines, ...groups].join('\n')}
  <text class="about" x="28" y="${height - 18}">${escaped(about.join(' · '))}</text>
</svg>
`;
};
