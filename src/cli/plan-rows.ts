/** The sentences and numbers of a plan, as text: what its report and its page show. */

import type {Factor, Infeasible} from '../plan/binding.ts';
import type {Plan} from '../plan/evaluate.ts';
import {formatMs, formatNumber, formatShare} from '../plan/format.ts';
import type {Measurements} from '../plan/measurements/measurements.ts';
import {missClause} from '../plan/reasons.ts';
import type {PlanRequest} from '../plan/request.ts';
import type {MissedObjective, Simulated} from '../plan/simulated.ts';
import type {Stress} from '../plan/stress.ts';
import type {MeasuredSource, PlanFacts} from './plan-facts.ts';

export const count = (value: number): string => value.toLocaleString('en');

/** `POST /predict` */
export const callOf = ({call}: PlanRequest): string => `${call.method} ${call.path ?? 'on every path'}`;

export function objectiveText({objective}: PlanRequest): string {
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
  return wanted.join(', ');
}

export function measuredText({name, measurements, isInterrupted}: MeasuredSource): string {
  const {succeeded, failed, unsent, timedOut, count: all} = measurements;
  const parts = [
    `${count(succeeded.length)} succeeded`,
    `${count(failed.length)} failed`,
    ...(unsent.length > 0 ? [`${count(unsent.length)} were not sent`] : []),
    `${count(timedOut)} timed out`,
  ];
  const from = `${count(all)} attempts from ${name}${isInterrupted ? ', as far as it was read' : ''}`;
  const notes = readingNotes(measurements).map(note => ` ${note}`);
  return `${from}: ${parts.join(', ')}.${notes.join('')} Objectives are judged by the worst service that these leave possible, with 95 % confidence.`;
}

/** What the records do not say, and what was taken instead. */
export function readingNotes(measurements: Measurements): string[] {
  const {skipped, withoutStatus, isUnsaid, unitless, untimed, failed, unsent} = measurements;
  const isAlone = [failed, unsent].some(each => each.length > 0 && each.every(Number.isNaN));
  const others = isAlone ? 'after the median of the answers' : 'as fast as the others';
  return [
    ...(skipped > 0
      ? [`${count(skipped)} records without a usable duration were left out, as if they were like the others.`]
      : []),
    ...(untimed > 0 ? [`${count(untimed)} failed without a duration: taken to fail ${others}.`] : []),
    ...(withoutStatus > 0 ? [`${count(withoutStatus)} without a status count as failed.`] : []),
    ...(isUnsaid ? ['No status or error says how the attempts ended: all count as answered.'] : []),
    ...(unitless === undefined ? [] : [`"${unitless}" says no unit: taken as milliseconds.`]),
  ];
}

export function serviceText({service: {quantiles, failures, hangRatio}}: PlanRequest): string {
  const latencies = Object.entries(quantiles).map(([name, ms]) => `${name} ${formatMs(ms as number)}`);
  const failing = failures.map(
    ({ratio, afterMs, isUnsent}) =>
      `${formatShare(ratio)} ${isUnsent ? 'are not sent' : 'fail'} after ${formatMs(afterMs)}`,
  );
  const hanging = hangRatio > 0 ? [`${formatShare(hangRatio)} never answer`] : [];
  const rest = [...failing, ...hanging];
  return `One attempt: ${latencies.join(', ')}; ${rest.length > 0 ? rest.join(', ') : 'none fails'}.`;
}

/** Whether there is a plan, and where none is, what can be reached and which factor binds. */
export interface Outcome {
  readonly sentences: readonly string[];
  /** What would be reached if one circumstance changed, the binding one first. */
  readonly factors: readonly string[];
}

export function outcomeOf(facts: Pick<PlanFacts, 'request' | 'result' | 'needed'>): Outcome {
  const {sentences, factors} = judgedOutcome(facts);
  return {sentences: [...tooFewSentences(facts), ...sentences], factors};
}

/** The sentences for measured shares that would do, if only chance were not in the way. */
function tooFewSentences({needed}: Pick<PlanFacts, 'needed'>): string[] {
  if (needed === undefined) return [];
  const enough = Number.isFinite(needed) ? `about ${count(needed)} attempts` : 'more than a million attempts';
  return [
    'Too few measurements: a plan meets every objective if the measured shares are the true ones, and none does in the worst case that they leave possible.',
    `Measure ${enough}, or set a lower objective.`,
  ];
}

function judgedOutcome({request, result}: Pick<PlanFacts, 'request' | 'result'>): Outcome {
  const {infeasible, feasible, searched, best, refuted, policy} = result;
  if (infeasible === null) return {sentences: feasibleSentences(feasible, searched, refuted), factors: []};
  if (policy !== null)
    return {
      sentences: [
        `By the formulas, none of ${count(searched)} plans meets every objective.`,
        'The simulator confirms one of those that come nearest.',
      ],
      factors: [],
    };
  return infeasibleOutcome(infeasible, searched, request, best);
}

function feasibleSentences(feasible: number, searched: number, refuted: number): string[] {
  const found = `${count(feasible)} of ${count(searched)} plans meet every objective`;
  if (refuted === 0) return [`${found}.`];
  return [
    `${found} by the formulas.`,
    `The simulator refutes the ${refuted === 1 ? 'one' : refuted} that it ran, so there is no policy.`,
  ];
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

function infeasibleOutcome(
  {missed, factors}: Infeasible,
  searched: number,
  request: PlanRequest,
  best: Plan | null,
): Outcome {
  const sentences = ['No plan meets every objective.'];
  if (best === null) sentences.push('Even one attempt per call is more than the limits of load allow.');
  for (const miss of missed) sentences.push(`Best of the ${count(searched)} plans compared: ${missClause(miss)}.`);
  const name = missed[0]?.name ?? 'success';
  const show = (value: number): string =>
    name === 'success' ? `${formatShare(value)} succeed` : `${name} is ${formatMs(Math.ceil(value))}`;
  const [binding] = factors;
  if (binding !== undefined) sentences.push(bindingText(binding, request, best));
  return {
    sentences,
    factors: factors.map(
      ({name: factor, reached, isEnough}) =>
        `${FACTORS[factor]}: ${show(reached)}${isEnough ? ', and every objective is met' : ''}.`,
    ),
  };
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

export function settingsText(plan: Plan): string {
  if (plan.attempts === 1) return '1 attempt, no retry';
  const hedge = plan.hedgeMs === null ? 'no hedge' : `a hedge after ${formatMs(plan.hedgeMs)}`;
  return `${plan.attempts} attempts of ${formatMs(plan.attemptTimeoutMs!)} each, backoff from ${formatMs(plan.baseMs)} doubling with ${plan.jitter} jitter, ${hedge}`;
}

/** A table: the first row names the columns, and the first cell of each other row names the row. */
export type Rows = readonly (readonly string[])[];

/** The numbers of the best plan: predicted, simulated where it was simulated, and what they have to be. */
export function numberRows(plan: Plan, {request: {objective}, result: {simulated}}: PlanFacts): Rows {
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
  return simulated === null ? rows.map(([name, predicted, , objective]) => [name!, predicted!, objective!]) : rows;
}

export function simulatedText({calls, missed, isConfirmed, isInterrupted}: Simulated): string {
  const ran = `Simulated: ${count(calls)} calls of the engine itself${isInterrupted ? ', until it was interrupted' : ''}.`;
  return isConfirmed ? ran : `${ran} They do not reach the objective in ${missed.map(missedName).join(' and ')}.`;
}

const missedName = (name: MissedObjective): string => (name === 'capacity' ? 'load' : name);

export const frontTitle = ({infeasible}: PlanFacts['result']): string =>
  `Pareto front of the plans that ${infeasible === null ? 'meet every objective' : 'keep the limits of load'}: none is better in every column`;

/** A row for each plan. */
export function frontRows(plans: readonly Plan[]): Rows {
  const columns = ['try', 'timeout', 'base', 'jitter', 'hedge', 'succeed', 'p95', 'load', 'paid', 'worst'];
  const rows = plans.map(plan => [
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
  return [columns, ...rows];
}

export const STRESS_TITLE = 'If the service is worse than assumed';

const STRESSES: Readonly<Record<Stress['name'], string>> = {
  slower: 'answers take 20 % longer',
  'more-hangs': 'twice as many hang',
  outages: 'half of the failures in outages',
  'half-fail': 'half of the attempts fail',
  'all-fail': 'every attempt fails',
};

export function stressRows(stress: readonly Stress[]): Rows {
  const rows = stress.map(({name, successRatio, p95Ms, meanAttempts}) => [
    STRESSES[name],
    formatShare(successRatio),
    formatMs(Math.ceil(p95Ms)),
    formatNumber(meanAttempts),
  ]);
  return [['', 'succeed', 'p95', 'load'], ...rows];
}

/** How the numbers are meant. */
export function conventions({request: {objective}, result: {best, simulated}}: PlanFacts): string[] {
  const base = best === null || best.attempts === 1 ? '' : `, from ${formatMs(best.baseMs)} before the first retry`;
  return [
    'p50, p95 and p99 are over all calls: a failed call counts as slower than every latency.',
    `The base is the longest wait before the first retry: retry k waits at most base x 2^(k-1)${base}; full jitter waits between 0 and that.`,
    `A retry or a hedge is sent only if 50 ms of the ${formatMs(objective.deadlineMs)} are left. Load is attempts per call, hedges included; paid are those that the server may have worked for; worst is the requests of one call if every attempt fails.`,
    'Attempts fail independently, the breaker is closed, and the default retry budget applies in steady state. An outage is worse: see the last rows.',
    `Predicted shares are within 0.1 points of the engine; within 1 point where the budget refuses retries, and up to 10 points too low where it refuses hedges.${simulated === null ? '' : ' The nearest plans are simulated in any case.'}`,
  ];
}
