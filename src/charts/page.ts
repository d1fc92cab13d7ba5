/** A page that contains all it shows: no script, nothing from elsewhere, light or dark as the reader's system is. */
import {colorOf, dashesOf, type LineChart, lineChart, type Timeline, timelineChart} from './charts.ts';
import type {ChartSize} from './echarts.ts';
import {Html, html} from './html.ts';
import {DARK, LIGHT, type Theme} from './theme.ts';

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

export function lineFigure(text: FigureText, chart: LineChart, size: ChartSize): Html {
  const legend = chart.series.length < 2 ? [] : [legendOf(chart.series.map(({name}) => name))];
  return figure(text, theme => lineChart(chart, theme, size), legend);
}

export function timelineFigure(text: FigureText, timeline: Timeline, size: ChartSize): Html {
  return figure(text, theme => timelineChart(timeline, theme, size), []);
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

const columnHead = (column: string): Html => html`<th scope="col">${column}</th>`;
const cellOf = (text: string): Html => html`<td>${text}</td>`;
const rowOf = ([name = '', ...cells]: readonly string[]): Html =>
  html`<tr><th scope="row">${name}</th>${cells.map(cellOf)}</tr>\n`;

/** The chart is drawn in both themes; the style shows one. */
function figure({title, description}: FigureText, draw: (theme: Theme) => string, legend: readonly Html[]): Html {
  const drawn = (theme: Theme): Html =>
    html`<div class="chart ${theme.name}" role="img" aria-label="${description}">${Html.trusted(draw(theme))}</div>\n`;
  return html`<figure>
<figcaption>${title}</figcaption>
${legend}
${[LIGHT, DARK].map(drawn)}</figure>
`;
}

const legendOf = (names: readonly string[]): Html => html`<ul class="legend">${names.map(legendItem)}</ul>`;

function legendItem(name: string, index: number): Html {
  const keys = [LIGHT, DARK].map(theme => keyOf(theme, index));
  return html`<li>${keys}${name}</li>`;
}

const keyOf = (theme: Theme, index: number): Html =>
  html`<svg class="${theme.name}" width="28" height="10" aria-hidden="true"><line x1="0" y1="5" x2="28" y2="5" stroke="${colorOf(theme, index)}" stroke-width="2" stroke-dasharray="${dashesOf(index)}"/></svg>`;

const STYLE = Html.trusted(`
:root { --text: ${LIGHT.text}; --faint: ${LIGHT.faint}; --line: ${LIGHT.line}; --page: #ffffff; }
.dark { display: none; }
@media (prefers-color-scheme: dark) {
  :root { --text: ${DARK.text}; --faint: ${DARK.faint}; --line: ${DARK.line}; --page: #0d1117; }
  .light { display: none; }
  .dark { display: revert; }
}
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
.chart svg { width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .25rem 0; color: var(--faint); font-size: .875rem; }
.legend svg { margin-right: .4rem; vertical-align: middle; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
th:first-child { text-align: left; }
tbody th { font-weight: 400; }
footer { margin-top: 2.5rem; color: var(--faint); font-size: .875rem; }
`);
