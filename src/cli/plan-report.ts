/** A plan for people, in 80 columns. */

import type {Factor, Infeasible} from '../plan/binding.ts';
import type {Plan} from '../plan/evaluate.ts';
import {formatMs, formatNumber, formatShare} from '../plan/format.ts';
import {missClause, type Reason} from '../plan/reasons.ts';
import type {PlanRequest} from '../plan/request.ts';
import type {Simulated} from '../plan/simulated.ts';
import type {Stress} from '../plan/stress.ts';
import type {MeasuredSource, PlanFacts} from './plan-facts.ts';
import {wrap} from './wrap.ts';

export function planReport(facts: PlanFacts): string {
  const {request, result, measured, out} = facts;
  const {best, searched, feasible, reasons, front, stress, infeasible} = result;
  const blocks = [
    [...wrapped(titleOf(request), '')],
    [...(measured === undefined ? [] : wrapped(measuredText(measured), '')), ...wrapped(serviceText(request), '')],
    infeasible === null
      ? [`${count(feasible)} of ${count(searched)} plans meet every objective. The best:`]
      : infeasibleBlock(infeasible, request, best),
  ];
  if (best !== null) {
    blocks.push(numbersBlock(best, facts));
    if (reasons.length > 0) blocks.push(['Why', ...reasons.flatMap(reasonLines)]);
    blocks.push(frontBlock(front, infeasible === null));
    blocks.push(stressBlock(stress));
  }
  blocks.push(['Conventions', ...conventions(request, best).flatMap(text => wrapped(text, '  '))]);
  if (infeasible === null) {
    const where =
      out === undefined
        ? 'The option --out policy.json writes the plan as a policy file.'
        : `Policy: ${out === '-' ? 'standard output' : out}`;
    blocks.push([where]);
  }
  return `${blocks.map(lines => lines.join('\n')).join('\n\n')}\n`;
}

const count = (value: number): string => value.toLocaleString('en');

function titleOf({call, objective}: PlanRequest): string {
  const {latencyMs, successRatio, deadlineMs, maxAmplification, capacity} = objective;
  const wanted = [
    ...Object.entries(latencyMs).map(([name, ms]) => `${name} within ${formatMs(ms)}`),
    ...(successRatio === undefined ? [] : [`${formatShare(successRatio)} succeed`]),
    `deadline ${formatMs(deadlineMs)}`,
    `at most ${maxAmplification} requests per call`,
    ...(capacity === undefined
      ? []
      : [
          `${formatNumber(capacity.callsPerSecond)} calls/s on ${formatNumber(capacity.perSecond)} requests/s with ${formatShare(capacity.headroomRatio)} free`,
        ]),
  ];
  return `Plan for ${call.method} ${call.path ?? 'on every path'}: ${wanted.join(', ')}.`;
}

function measuredText({name, measurements, isInterrupted}: MeasuredSource): string {
  const {succeeded, failed, unsent, timedOut, skipped, count: all} = measurements;
  const parts = [
    `${count(succeeded.length)} succeeded`,
    `${count(failed.length)} failed`,
    ...(unsent.length > 0 ? [`${count(unsent.length)} were not sent`] : []),
    `${count(timedOut)} timed out`,
  ];
  const left = skipped > 0 ? ` ${count(skipped)} records without a duration were skipped.` : '';
  return `${count(all)} attempts from ${name}${isInterrupted ? ', as far as it was read' : ''}: ${parts.join(', ')}.${left}`;
}

function serviceText({service: {quantiles, failures, hangRatio}}: PlanRequest): string {
  const latencies = Object.entries(quantiles).map(([name, ms]) => `${name} ${formatMs(ms as number)}`);
  const failing = failures.map(
    ({ratio, afterMs, isUnsent}) =>
      `${formatShare(ratio)} ${isUnsent ? 'are not sent' : 'fail'} after ${formatMs(afterMs)}`,
  );
  const hanging = hangRatio > 0 ? [`${formatShare(hangRatio)} never answer`] : [];
  const rest = [...failing, ...hanging];
  return `One attempt: ${latencies.join(', ')}; ${rest.length > 0 ? rest.join(', ') : 'none fails'}.`;
}

const FACTORS: Readonly<Record<Factor['name'], string>> = {
  hangs: 'If no attempt hung',
  failures: 'If no attempt failed',
  latency: 'If answers came in half of the time',
  deadline: 'With twice the deadline',
  amplification: 'With one attempt more',
  repeat: 'If the server deduplicated by Idempotency-Key (--key)',
  capacity: 'With unlimited capacity',
};

function infeasibleBlock({missed, factors}: Infeasible, request: PlanRequest, best: Plan | null): string[] {
  const [first] = missed;
  const lines = ['No plan meets every objective.'];
  if (best === null) lines.push(...wrapped('Even one attempt per call is more than the limits of load allow.', ''));
  for (const miss of missed) lines.push(...wrapped(`Best value reachable: ${missClause(miss)}.`, ''));
  const name = first?.name ?? 'success';
  const show = (value: number): string =>
    name === 'success' ? `${formatShare(value)} succeed` : `${name} is ${formatMs(Math.ceil(value))}`;
  const [binding] = factors;
  if (binding !== undefined) lines.push(...wrapped(bindingText(binding, request, best), ''));
  for (const factor of factors) {
    const enough = factor.isEnough ? ', and every objective is met' : '';
    lines.push(...wrapped(`${FACTORS[factor.name]}: ${show(factor.reached)}${enough}.`, '  '));
  }
  return [...lines, ...(best === null ? [] : ['', 'The nearest plan:'])];
}

function bindingText({name}: Factor, {service, objective, call}: PlanRequest, best: Plan | null): string {
  const deadline = formatMs(objective.deadlineMs);
  const texts: Readonly<Record<Factor['name'], string>> = {
    hangs: `Binding factor: ${formatShare(service.hangRatio)} of the attempts hang. Each uses up its whole timeout${best?.attemptTimeoutMs ? `, ${formatMs(best.attemptTimeoutMs)} of the ${deadline}` : ''}.`,
    failures: `Binding factor: the attempts that fail, ${formatShare(service.failures.reduce((sum, {ratio}) => sum + ratio, 0))} of them.`,
    latency: `Binding factor: the latency of the service, with a p99 of ${formatMs(service.quantiles.p99 ?? Number.POSITIVE_INFINITY)} and ${deadline} per call.`,
    deadline: `Binding factor: the deadline of ${deadline}.`,
    amplification: `Binding factor: at most ${objective.maxAmplification} requests per call.`,
    repeat: `Binding factor: ${call.method} may not be sent twice, because the server may have acted.`,
    capacity: 'Binding factor: the capacity of the service.',
  };
  return texts[name];
}

function numbersBlock(plan: Plan, {request: {objective}, result: {simulated}}: PlanFacts): string[] {
  const {latencyMs, successRatio} = objective;
  const ceiled = (ms: number | undefined): string => (ms === undefined ? '' : formatMs(Math.ceil(ms)));
  const limit = (ms: number | undefined): string => (ms === undefined ? '' : `<= ${formatMs(ms)}`);
  const shareOf = (ratio: number | undefined): string => (ratio === undefined ? '' : formatShare(ratio));
  const mean = simulated === null ? '' : formatNumber(simulated.meanAttempts);
  const wanted = successRatio === undefined ? '' : `>= ${formatShare(successRatio)}`;
  const rows = [
    ['', 'predicted', 'simulated', 'objective'],
    ['succeed', formatShare(plan.successRatio), shareOf(simulated?.successRatio), wanted],
    ['p50 of all calls', ceiled(plan.quantile(0.5)), ceiled(simulated?.p50Ms), limit(latencyMs.p50)],
    ['p95 of all calls', ceiled(plan.quantile(0.95)), ceiled(simulated?.p95Ms), limit(latencyMs.p95)],
    ['p99 of all calls', ceiled(plan.quantile(0.99)), ceiled(simulated?.p99Ms), limit(latencyMs.p99)],
    ['p95 of successful calls', ceiled(plan.quantile(0.95 * plan.successRatio)), '', ''],
    ['slowest call', formatMs(plan.worstMs), '', limit(objective.deadlineMs)],
    ['attempts per call', formatNumber(plan.meanAttempts), mean, ''],
    ['  that may be paid for', formatNumber(plan.paidAttempts), '', ''],
    ['  if every attempt fails', formatNumber(plan.amplification), '', `<= ${objective.maxAmplification}`],
    ['retries the budget grants', formatShare(plan.grantedRatio), '', ''],
  ];
  const shown =
    simulated === null ? rows.map(([name, predicted, , objective]) => [name!, predicted!, objective!]) : rows;
  return [
    ...settingLines(plan),
    '',
    ...table(shown),
    ...(simulated === null ? [] : wrapped(simulatedText(simulated), '  ')),
  ];
}

function simulatedText({calls, isConfirmed, isInterrupted}: Simulated): string {
  const ran = `Simulated: ${count(calls)} calls of the engine itself${isInterrupted ? ', until it was interrupted' : ''}.`;
  return isConfirmed ? ran : `${ran} The simulator does not reach the objective, so trust its numbers.`;
}

function settingLines(plan: Plan): string[] {
  if (plan.attempts === 1) return ['  1 attempt, no retry'];
  const hedge = plan.hedgeMs === null ? 'no hedge' : `a hedge after ${formatMs(plan.hedgeMs)}`;
  return wrapped(
    `${plan.attempts} attempts of ${formatMs(plan.attemptTimeoutMs!)} each, backoff from ${formatMs(plan.baseMs)} doubling with ${plan.jitter} jitter, ${hedge}`,
    '  ',
  );
}

const reasonLines = ({setting, value, because}: Reason): string[] => wrapped(`${setting}, ${value}: ${because}`, '  ');

/** More rows are in the output of --json. */
const MOST_ROWS = 8;

function frontBlock(front: readonly Plan[], isFeasible: boolean): string[] {
  const shown = spread(front, MOST_ROWS);
  const of = isFeasible ? 'meet every objective' : 'keep the limits of load';
  const rows = shown.map(plan => [
    String(plan.attempts),
    plan.attemptTimeoutMs === null ? '-' : String(plan.attemptTimeoutMs),
    plan.attempts === 1 ? '-' : String(plan.baseMs),
    plan.attempts === 1 ? '-' : plan.jitter,
    plan.hedgeMs === null ? '-' : String(plan.hedgeMs),
    formatShare(plan.successRatio),
    formatMs(Math.ceil(plan.quantile(0.95))),
    formatNumber(plan.meanAttempts),
    formatNumber(plan.paidAttempts),
    String(plan.amplification),
  ]);
  return [
    ...wrapped(
      `Pareto front of the plans that ${of}: none is better in every column (${shown.length} of ${front.length} shown)`,
      '',
    ),
    ...table(
      [['try', 'timeout', 'base', 'jitter', 'hedge', 'succeed', 'p95', 'load', 'paid', 'worst'], ...rows],
      'right',
    ),
  ];
}

/** The first, the last, and evenly between. */
function spread<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({length: most}, (_, index) => items[Math.round((index * (items.length - 1)) / (most - 1))]!);
}

const STRESSES: Readonly<Record<Stress['name'], string>> = {
  slower: 'answers take 20 % longer',
  'more-hangs': 'twice as many hang',
  outages: 'half of the failures in outages',
  'half-fail': 'half of the attempts fail',
  'all-fail': 'every attempt fails',
};

function stressBlock(stress: readonly Stress[]): string[] {
  const rows = stress.map(({name, successRatio, p95Ms, meanAttempts}) => [
    STRESSES[name],
    formatShare(successRatio),
    formatMs(Math.ceil(p95Ms)),
    formatNumber(meanAttempts),
  ]);
  return ['If the service is worse than assumed', ...table([['', 'succeed', 'p95', 'load'], ...rows])];
}

/** How the numbers are meant. */
export function conventions({objective}: PlanRequest, best: Plan | null): string[] {
  const base = best === null || best.attempts === 1 ? '' : `, from ${formatMs(best.baseMs)} before the first retry`;
  return [
    'p50, p95 and p99 are over all calls: a failed call counts as slower than every latency.',
    `The base is the longest wait before the first retry: retry k waits at most base x 2^(k-1)${base}; full jitter waits between 0 and that.`,
    `A retry or a hedge is sent only if 50 ms of the ${formatMs(objective.deadlineMs)} are left. Load is attempts per call, hedges included; paid are those that the server may have worked for; worst is the requests of one call if every attempt fails.`,
    'Attempts fail independently, the breaker is closed, and the default retry budget applies in steady state. An outage is worse: see the last rows.',
  ];
}

/** Columns with two spaces between; the first is aligned left, the others right. */
function table(rows: readonly (readonly string[])[], first: 'left' | 'right' = 'left'): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map(row => row[column]!.length)));
  return rows.map(row =>
    `  ${row.map((cell, column) => (column === 0 && first === 'left' ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ')}`.trimEnd(),
  );
}

/** The following lines are indented by two more columns. */
const wrapped = (text: string, indent: string): string[] =>
  wrap(text, {first: indent, rest: indent === '' ? '' : `${indent}  `});
