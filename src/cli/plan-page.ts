/** A plan as a page with charts. */

import {type Html, html} from '../charts/html.ts';
import {facts as factList, heading, page, paragraph, scatterFigure, table} from '../charts/page.ts';
import type {Limit, ScatterPoint} from '../charts/scatter-chart.ts';
import {VERSION} from '../core/version.ts';
import type {Plan} from '../plan/evaluate.ts';
import {formatMs, formatShare} from '../plan/format.ts';
import type {PlanFacts} from './plan-facts.ts';
import {
  callOf,
  conventions,
  frontRows,
  frontTitle,
  measuredText,
  numberRows,
  objectiveText,
  outcomeOf,
  type Rows,
  STRESS_TITLE,
  serviceText,
  settingsText,
  simulatedText,
  stressRows,
} from './plan-rows.ts';

export function planPage(facts: PlanFacts): string {
  const {request, result, measured} = facts;
  const {best, policy} = result;
  const {sentences, factors} = outcomeOf(facts);
  return page({
    title: `Plan: ${callOf(request)}`,
    lead: sentences.join(' '),
    sections: [
      ...(factors.length === 0 ? [] : [listOf(factors)]),
      factList([
        ['objective', objectiveText(request)],
        ...(measured === undefined ? [] : [['measured', measuredText(measured)] as const]),
        ['service', serviceText(request)],
      ]),
      ...(best === null ? [] : planSections(best, facts)),
      ...(policy === null ? [] : [heading('Policy'), html`<pre>${JSON.stringify(policy, null, 2)}</pre>\n`]),
      heading('Conventions'),
      listOf(conventions(facts)),
    ],
    footer: `Made by steadfetch ${VERSION}: the closed forms predict every plan, and the engine itself confirms the best one in the simulator.`,
  });
}

function planSections(best: Plan, facts: PlanFacts): Html[] {
  const {simulated, reasons, stress, policy} = facts.result;
  return [
    heading(policy !== null ? 'The best plan' : 'The nearest plan'),
    paragraph(`${settingsText(best)}.`),
    tableOf(numberRows(best, facts)),
    ...(simulated === null ? [] : [paragraph(simulatedText(simulated))]),
    ...(reasons.length === 0
      ? []
      : [
          heading('Why'),
          factList(reasons.map(({setting, value, because}) => [`${setting}, ${value}`, because] as const)),
        ]),
    heading('Alternatives'),
    ...frontSection(best, facts),
    heading(STRESS_TITLE),
    tableOf(stressRows(stress)),
  ];
}

const listOf = (texts: readonly string[]): Html => html`<ul>${texts.map(itemOf)}</ul>\n`;
const itemOf = (text: string): Html => html`<li>${text}</li>\n`;

const tableOf = ([columns = [], ...rows]: Rows): Html => table({columns, rows});

/** The chart and the table number the plans alike. */
function frontSection(best: Plan, facts: PlanFacts): Html[] {
  const {result} = facts;
  const plans = result.front.some(plan => isSame(plan, best)) ? result.front : [best, ...result.front];
  const names = plans.map((plan, index) => `${index + 1}${isSame(plan, best) ? `, ${bestWord(result)}` : ''}`);
  const [columns = [], ...rows] = frontRows(plans);
  return [
    paragraph(`${frontTitle(result)}.`),
    ...frontFigure(plans, best, facts),
    table({columns: ['plan', ...columns], rows: rows.map((row, index) => [names[index]!, ...row])}),
  ];
}

const bestWord = ({policy}: PlanFacts['result']): string => (policy !== null ? 'best' : 'nearest');

const isSame = (a: Plan, b: Plan): boolean =>
  (['attempts', 'attemptTimeoutMs', 'baseMs', 'jitter', 'hedgeMs'] as const).every(key => a[key] === b[key]);

/** No chart where no plan has a p95. */
function frontFigure(plans: readonly Plan[], best: Plan, {request, result}: PlanFacts): Html[] {
  const {
    latencyMs: {p95},
    successRatio,
  } = request.objective;
  const shown = plans.filter(plan => Number.isFinite(plan.quantile(0.95)));
  if (shown.length === 0) return [];
  const attempts = [...new Set(shown.map(plan => plan.attempts))].sort((a, b) => a - b);
  const loads = shown.map(({meanAttempts}) => meanAttempts);
  const [least, most] = [Math.min(...loads), Math.max(...loads)];
  const points = shown.map(
    (plan): ScatterPoint => ({
      x: plan.quantile(0.95),
      y: 100 * plan.successRatio,
      series: attempts.indexOf(plan.attempts),
      size: most === least ? 0.5 : (plan.meanAttempts - least) / (most - least),
      label: String(plans.indexOf(plan) + 1),
      isMarked: isSame(plan, best),
    }),
  );
  const all: (Limit | false)[] = [
    p95 !== undefined && {axis: 'x', value: p95, label: `objective: ${formatMs(p95)}`},
    successRatio !== undefined && {
      axis: 'y',
      value: 100 * successRatio,
      label: `objective: ${formatShare(successRatio)}`,
    },
  ];
  const limits = all.filter(limit => limit !== false).filter(limit => isNear(limit, points));
  return [
    scatterFigure(
      {
        title: 'Success against p95: better plans are higher and further left',
        description:
          'Each plan by its share of calls that succeed and its p95 of all calls. The table has the numbers.',
      },
      {
        x: {name: 'p95 of all calls, ms'},
        y: {name: '% succeed'},
        series: attempts.map(each => `${each} ${each === 1 ? 'attempt' : 'attempts'}`),
        points,
        limits,
      },
    ),
    paragraph(
      [
        `The ring marks the ${bestWord(result)} plan, and a larger point makes more attempts per call.`,
        ...(limits.length === 0 ? [] : ['A dashed line is a limit of the objective.']),
        ...(shown.length === plans.length ? [] : ['Plans without a p95 are in the table alone.']),
      ].join(' '),
    ),
  ];
}

/** Whether there is room for a limit beside the points: a far one would crowd them together. */
function isNear({axis, value}: Limit, points: readonly ScatterPoint[]): boolean {
  const values = points.map(point => point[axis]);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(most - least, 0.02 * most);
  return value >= least - room && value <= most + room;
}
