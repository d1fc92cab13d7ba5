/** The style of a page with charts. It hides what is drawn for another theme or another width. */
import {Html} from './html.ts';
import {DARK, LIGHT} from './theme.ts';

export const STYLE: Html = Html.trusted(`
:root { --text: ${LIGHT.text}; --faint: ${LIGHT.faint}; --line: ${LIGHT.line}; --page: #ffffff; }
@media (prefers-color-scheme: dark) {
  :root { --text: ${DARK.text}; --faint: ${DARK.faint}; --line: ${DARK.line}; --page: #0d1117; }
  .light { display: none; }
}
@media not all and (prefers-color-scheme: dark) { .dark { display: none; } }
@media (min-width: 36rem) { .narrow { display: none; } }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; margin: 0 0 .5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
figure { margin: 1.5rem 0; }
figcaption { font-weight: 600; }
.chart svg { width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; margin: .25rem 0; color: var(--faint); font-size: .875rem; }
.legend svg { margin-right: .4rem; vertical-align: middle; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: right; white-space: pre; }
th:first-child { text-align: left; }
tbody th { font-weight: 400; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .25rem 1rem; font-size: .875rem; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
@media not all and (min-width: 36rem) {
  .broad { display: none; }
  dl { display: block; }
  dt { margin-top: .5rem; }
}
pre { overflow-x: auto; padding: .75rem; border: 1px solid var(--line); border-radius: 6px; font-size: .8125rem; line-height: 1.4; }
@media print {
  figure, tr, dl, pre { break-inside: avoid; }
  h1, h2, figcaption, thead { break-after: avoid; }
}
footer { margin-top: 2.5rem; color: var(--faint); font-size: .875rem; }
`);
