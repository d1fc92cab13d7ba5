/**
 * `node scripts/pictures/burst.ts`: draws docs/images/burst.svg, the answers to 300 calls at once, of an SDK alone and over modelFetch. Needs the
 * clients of bench/package.json: `npm ci --prefix bench --ignore-scripts`.
 */
import {execFileSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Burst} from '../../bench/conformance/models/burst.ts';
import {DARK, LIGHT, type Theme} from '../../src/charts/theme.ts';

const WIDTH = 760;
const HEIGHT = 260;
const LEFT = 44;
const RIGHT = 12;
const TOP = 28;
const BOTTOM = 34;
const SECONDS = 18;

const alone = measured('openai');
const ours = measured('openai-steadfetch');

const x = (ms: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * ms) / (SECONDS * 1000);
const y = (count: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * count) / ours.calls;

/** In a process of its own, whose clocks are replaced. */
function measured(column: string): Burst {
  const program = fileURLToPath(new URL('../../bench/conformance/models/burst.ts', import.meta.url));
  const output = execFileSync(process.execPath, ['--no-warnings', program, column], {encoding: 'utf8'});
  return JSON.parse(output.trim().split('\n').at(-1)!) as Burst;
}

function pictureOf(): string {
  const title = `300 calls at once to an account with 20 requests a second. openai alone: ${outcomeOf(alone)}. openai over steadfetch: ${outcomeOf(ours)}.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="title" font-family="system-ui, sans-serif" font-size="13">
<title id="title">${title}</title>
<style>${styleOf(LIGHT)}@media (prefers-color-scheme: dark){${styleOf(DARK)}}</style>
<text class="faint" x="0" y="14">calls answered, of 300 at once; the account may send 20 a second</text>
${[0, 100, 200, 300].map(grid).join('\n')}
${[0, 4, 8, 12, 16].map(tick).join('\n')}
<polyline class="ours" points="${pointsOf(ours)}"/>
<polyline class="alone" points="${pointsOf(alone)}"/>
<text class="text" x="${x(400)}" y="${y(240)}">openai over steadfetch: ${outcomeOf(ours)}</text>
<text class="text" x="${x(17_900)}" y="${y(alone.answeredAt.length) - 10}" text-anchor="end">openai alone: ${outcomeOf(alone)}</text>
</svg>
`;
}

const outcomeOf = ({calls, requests, answeredAt, endedAt}: Burst): string =>
  `${answeredAt.length} answered${answeredAt.length < calls ? `, ${calls - answeredAt.length} failed` : ''} within ${(endedAt / 1000).toFixed(1)} s, ${requests} requests`;

/** A step where answers came, and on to the right edge. */
function pointsOf({answeredAt}: Burst): string {
  const points = [`${x(0)},${y(0)}`];
  for (const at of new Set(answeredAt)) {
    const before = answeredAt.filter(each => each < at).length;
    const after = answeredAt.filter(each => each <= at).length;
    points.push(`${x(at).toFixed(1)},${y(before).toFixed(1)}`, `${x(at).toFixed(1)},${y(after).toFixed(1)}`);
  }
  return [...points, `${x(SECONDS * 1000)},${y(answeredAt.length)}`].join(' ');
}

const grid = (count: number): string =>
  `<line class="line" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(count)}" y2="${y(count)}"/><text class="faint" x="${LEFT - 8}" y="${y(count) + 4}" text-anchor="end">${count}</text>`;

const tick = (seconds: number): string =>
  `<text class="faint" x="${x(seconds * 1000)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${seconds} s</text>`;

/** Lines differ by their dashes, too. */
function styleOf({text, faint, line, series: [first, second]}: Theme): string {
  return `.text{fill:${text}}.faint{fill:${faint};font-size:11px}.line{stroke:${line}}.ours,.alone{fill:none;stroke-width:2.5}.ours{stroke:${first}}.alone{stroke:${second};stroke-dasharray:7 4}`;
}

writeFileSync(new URL('../../docs/images/burst.svg', import.meta.url), pictureOf());
