/** The picture of the first page: the requests of an outage, with the default policy, and with retries that nothing bounds. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {colorOf} from '../../src/charts/axes.ts';
import {dashesOf, lineChart, type Series} from '../../src/charts/line-chart.ts';
import {DARK, LIGHT, type Theme} from '../../src/charts/theme.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import {runScenario} from '../../src/simulate/simulate.ts';

const POLICIES: readonly (readonly [name: string, policy: PolicyInput])[] = [
  ['steadfetch by default', {}],
  ['three retries without a budget', {maxAttempts: 4, budget: null, breaker: null}],
];

const WIDTH = 520;
const HEIGHT = 320;
const LEGEND = 64;

/** Writes outage-light.svg and outage-dark.svg. */
export async function drawPictures(folder: string): Promise<void> {
  const scenario = readScenario('outage');
  const series: Series[] = [];
  for (const [name, policy] of POLICIES) {
    const {timeline} = await runScenario(policy, scenario, {});
    const seconds = scenario.durationMs / timeline.length / 1000;
    series.push({name, points: timeline.map(({atMs, requests}) => [atMs / 1000, requests / seconds])});
  }
  for (const theme of [LIGHT, DARK]) writeFileSync(join(folder, `outage-${theme.name}.svg`), pictureOf(series, theme));
}

function pictureOf(series: readonly Series[], theme: Theme): string {
  const chart = lineChart(
    {
      x: {name: 's', min: 0, max: 90},
      y: {name: 'requests/s', min: 0},
      bands: [{name: 'outage', from: 20, to: 40}],
      series,
    },
    theme,
    {width: WIDTH, height: HEIGHT},
  );
  const legend = series.map(({name}, index) => {
    const y = 14 + index * 24;
    return `<line x1="8" y1="${y}" x2="44" y2="${y}" stroke="${colorOf(theme, index)}" stroke-width="3" stroke-dasharray="${dashesOf(index)}"/>
<text x="54" y="${y + 5}" font-family="system-ui, sans-serif" font-size="15" fill="${theme.text}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${LEGEND + HEIGHT}">
${legend.join('\n')}
${chart.replace('<svg ', `<svg y="${LEGEND}" `)}
</svg>
`;
}
