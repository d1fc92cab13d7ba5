/** A page that contains all it shows: no script, nothing from elsewhere, light or dark as the reader's system is. */
import {colorOf} from './axes.ts';
import {type BarChart, barChart} from './bar-chart.ts';
import type {ChartSize} from './echarts.ts';
import {Html, html} from './html.ts';
import {type IntervalChart, intervalChart} from './interval-chart.ts';
import {dashesOf, type LineChart, lineChart} from './line-chart.ts';
import {type ScatterChart, scatterChart} from './scatter-chart.ts';
import {STYLE} from './style.ts';
import {DARK, LIGHT, type Theme} from './theme.ts';
import {type Timeline, timelineChart} from './timeline-chart.ts';

export interface PageText {
  readonly title: string;
  /** Below the title, in a sentence or two. */
  readonly lead: string;
  readonly sections: readonly Html[];
  /** At the end: with what and how the page was made. */
  readonly footer: string;
}

export function page({title, lead, sections, footer}: PageText): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${lead}</p>
${sections}
<footer>${footer}</footer>
</main>
</body>
</html>
`.text;
}

export interface FigureText {
  readonly title: string;
  /** What the chart shows, for those who do not see it. */
  readonly description: string;
}

/** In pixels. */
const HEIGHT = 260;
/** The height of the axis of a chart with rows. */
const AXIS_HEIGHT = 52;

export function lineFigure(text: FigureText, chart: LineChart): Html {
  const names = chart.series.map(({name}) => name);
  return figure(text, HEIGHT, (theme, size) => lineChart(chart, theme, size), legendOf(names, lineKey));
}

const TIMELINE_ROW = 26;

export function timelineFigure(text: FigureText, timeline: Timeline): Html {
  const height = AXIS_HEIGHT + TIMELINE_ROW * timeline.rows.length;
  return figure(text, height, (theme, size) => timelineChart(timeline, theme, size), []);
}

const INTERVAL_ROW = 30;

export function intervalFigure(text: FigureText, chart: IntervalChart): Html {
  const height = AXIS_HEIGHT + INTERVAL_ROW * chart.rows.length;
  return figure(text, height, (theme, size) => intervalChart(chart, theme, size), []);
}

const BAR_HEIGHT = 18;

export function barFigure(text: FigureText, chart: BarChart): Html {
  const height = AXIS_HEIGHT + chart.rows.length * (BAR_HEIGHT * chart.series.length + 10);
  return figure(text, height, (theme, size) => barChart(chart, theme, size), legendOf(chart.series, dotKey));
}

const SCATTER_HEIGHT = 340;

export function scatterFigure(text: FigureText, chart: ScatterChart): Html {
  const draw = (theme: Theme, size: ChartSize): string => scatterChart(chart, theme, size);
  return figure(text, SCATTER_HEIGHT, draw, legendOf(chart.series, dotKey));
}

export interface TableText {
  readonly columns: readonly string[];
  /** The first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** The first column is text, the others are numbers. */
export function table({columns, rows}: TableText): Html {
  return html`<div class="wide"><table>
<thead><tr>${columns.map(columnHead)}</tr></thead>
<tbody>
${rows.map(rowOf)}</tbody>
</table></div>
`;
}

/** A header without a text is none. */
const columnHead = (column: string): Html => (column === '' ? html`<td></td>` : html`<th scope="col">${column}</th>`);
const cellOf = (text: string): Html => html`<td>${text}</td>`;
const rowOf = ([name = '', ...cells]: readonly string[]): Html =>
  html`<tr><th scope="row">${name}</th>${cells.map(cellOf)}</tr>\n`;

/** Names, each with its text. */
export const facts = (rows: readonly (readonly [name: string, text: string])[]): Html =>
  html`<dl>${rows.map(factOf)}</dl>\n`;

const factOf = ([name, text]: readonly [name: string, text: string]): Html => html`<dt>${name}</dt><dd>${text}</dd>\n`;

export const heading = (text: string): Html => html`<h2>${text}</h2>\n`;
export const paragraph = (text: string): Html => html`<p>${text}</p>\n`;

interface Drawing {
  readonly theme: Theme;
  /** The class that shows it on screens of its width. */
  readonly screen: 'broad' | 'narrow';
  /** In pixels: the text of a chart that is scaled down to a phone would be too small to read. */
  readonly width: number;
}

const DRAWINGS: readonly Drawing[] = [LIGHT, DARK].flatMap(theme => [
  {theme, screen: 'broad', width: 800},
  {theme, screen: 'narrow', width: 400},
]);

/** The chart is drawn in both themes, for wide and for narrow screens; the style shows one. */
function figure(
  {title, description}: FigureText,
  height: number,
  draw: (theme: Theme, size: ChartSize) => string,
  legend: readonly Html[],
): Html {
  const drawn = ({theme, screen, width}: Drawing): Html =>
    html`<div class="chart ${theme.name} ${screen}" role="img" aria-label="${description}">${Html.trusted(draw(theme, {width, height}))}</div>\n`;
  return html`<figure>
<figcaption>${title}</figcaption>
${legend}
${DRAWINGS.map(drawn)}</figure>
`;
}

type Key = (theme: Theme, index: number) => Html;

/** A chart with one series has no legend. */
function legendOf(names: readonly string[], keyOf: Key): readonly Html[] {
  if (names.length < 2) return [];
  const items = names.map((name, index) =>
    legendItem(
      name,
      [LIGHT, DARK].map(theme => keyOf(theme, index)),
    ),
  );
  return [html`<ul class="legend">${items}</ul>`];
}

const legendItem = (name: string, keys: readonly Html[]): Html => html`<li>${keys}${name}</li>`;

const lineKey: Key = (theme, index) =>
  html`<svg class="${theme.name}" width="28" height="10" aria-hidden="true"><line x1="0" y1="5" x2="28" y2="5" stroke="${colorOf(theme, index)}" stroke-width="2" stroke-dasharray="${dashesOf(index)}"/></svg>`;

const dotKey: Key = (theme, index) =>
  html`<svg class="${theme.name}" width="12" height="12" aria-hidden="true"><circle cx="6" cy="6" r="6" fill="${colorOf(theme, index)}"/></svg>`;
