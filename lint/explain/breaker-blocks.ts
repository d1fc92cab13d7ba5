/** The conditions under which a breaker opens, and how long it stays open. */

import {
  attemptsAtRatio,
  failedProbesToOpen,
  failuresToOpen,
  type OpenTimeBreaker,
  probeGapMs,
  tripRule,
} from '../../src/policy/trip-rule.ts';
import type {AdaptiveBreaker, RatioBreaker} from '../../src/policy/types.ts';
import {formatCount, formatNumber, formatShare} from '../analysis/format.ts';
import {recoveryLine} from '../analysis/recovery-line.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {attemptsUntilRun, learnedRun} from '../analysis/runs.ts';
import type {Words} from '../dialects/words.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

/** How often random failures open a breaker that counts consecutive failures. */
export function runBlocks({policy}: Scope): Block[] {
  const {breaker, objective} = policy;
  if (breaker?.kind !== 'consecutive') return [];
  const {failures} = breaker;
  const rps = objective?.assume?.rps ?? 0;
  const rows = FAILURES.map(failureRatio => {
    const attempts = attemptsUntilRun(failures, failureRatio);
    const time = rps === 0 ? [] : [attempts > MANY ? 'rarely' : `${formatNumber(Math.ceil(attempts / rps))} s`];
    return [formatShare(failureRatio), attempts > MANY ? 'rarely' : formatNumber(Math.round(attempts)), ...time];
  });
  const run = failures === 1 ? 'one fails' : `${failures} in a row fail`;
  return [
    table(['attempts that fail', 'attempts until it opens', ...(rps === 0 ? [] : ['time until it opens'])], rows),
    text(`Average number of attempts until ${run}, if attempts fail at random.`),
  ];
}

const FAILURES = [0.01, 0.05, 0.1, 0.3];
/** Above this number of attempts the breaker practically never opens. */
const MANY = 1e12;

export function breakerBlocks(scope: Scope): Block[] {
  const {policy, words} = scope;
  const {breaker, objective} = policy;
  if (breaker === null) return [text('There is no breaker.')];
  const rps = objective?.assume?.rps;
  if (breaker.kind === 'adaptive') return [...adaptiveBlocks(breaker, rps, words), ...lineBlocks(scope)];
  return [
    ...(breaker.kind === 'ratio' ? windowBlocks(breaker, rps, retriesOf(policy) + 1, words) : []),
    ...openBlocks(breaker, words),
  ];
}

function windowBlocks(breaker: RatioBreaker, rps: number | undefined, attempts: number, words: Words): Block[] {
  const {windowMs, failureRatio} = breaker;
  const rule = tripRule(breaker);
  const {least} = rule;
  const share = `${formatNumber(failureRatio * 100)} %`;
  const atRatio = attemptsAtRatio(rule);
  const ifMixed = atRatio > least ? ` if all fail, ${atRatio} if ${share} fail` : '';
  if (rps === undefined)
    return [
      text(
        `The breaker needs ${formatCount(least, 'attempt')} in ${words.ms(windowMs)}${ifMixed}: at least ${formatNumber((least * 1000) / windowMs)} per second.`,
      ),
    ];
  const held = (rps * windowMs) / 1000;
  const rows = [
    [atRatio > least ? 'needed to open if all fail' : 'needed to open', formatNumber(least)],
    ...(atRatio > least ? [[`needed to open if ${share} fail`, formatNumber(atRatio)]] : []),
    [`${formatCount(rps, 'call')} per second, 1 attempt each`, formatNumber(held)],
    ...(attempts > 1 && Number.isFinite(attempts)
      ? [[`the same, ${attempts} attempts each`, formatNumber(held * attempts)]]
      : []),
  ];
  return [table([`in ${words.ms(windowMs)}`, 'attempts'], rows)];
}

/** When an adaptive breaker opens, and when it sends a probe. */
function adaptiveBlocks(breaker: AdaptiveBreaker, rps: number | undefined, words: Words): Block[] {
  const {failures} = breaker;
  const runs = LEARNED.map(share => [formatShare(share), formatNumber(failuresToOpen(failures, learnedRun(share)))]);
  const gaps = AGES.map(ms => [words.ms(ms), words.ms(probeGapMs(breaker, ms, rps ? 1000 / rps : Infinity))]);
  return [
    table(['attempts that fail', 'failures in a row that open it'], [['few', formatNumber(failures)], ...runs]),
    text(
      'The breaker learns how long runs of failures are, and opens at a length that chance reaches once in a million.',
    ),
    table(
      ['open for', 'next probe after (± 20 %)'],
      gaps.filter(([, gap], index) => gap !== gaps[index - 1]?.[1]),
    ),
  ];
}

const LEARNED = [0.01, 0.1, 0.3, 0.5, 0.9];
const AGES = [0, 1000, 3000, 10_000, 30_000, 60_000, 600_000, 3_600_000];

/** How long calls wait for the end of an outage, and how many. */
export function lineBlocks({policy, words}: Scope): Block[] {
  const {breaker, objective} = policy;
  if (breaker?.kind !== 'adaptive') return [];
  const {maxAgeMs} = breaker;
  const rps = objective?.assume?.rps;
  const {queue, waitMs, most} = recoveryLine(policy, rps ?? 0);
  if (waitMs === 0 || queue === 0) return [text('While the breaker is open, calls fail at once: none may wait.')];
  const which = maxAgeMs === null ? 'all calls' : `calls that began in the first ${words.ms(maxAgeMs)} of an outage`;
  const waits = `While the breaker is open, ${which} wait for up to ${words.ms(waitMs)}${maxAgeMs === null ? '' : ', and later ones fail at once'}.`;
  const holds = formatNumber(queue);
  if (rps === undefined) return [text(`${waits} The line holds ${holds}.`)];
  return [
    text(
      `${waits} ${formatCount(rps, 'call')} per second · ${words.ms(waitMs)} = ${formatNumber(most)} in the line, which holds ${holds}.`,
    ),
  ];
}

function openBlocks(breaker: OpenTimeBreaker, words: Words): Block[] {
  const {openMs, maxOpenMs} = breaker;
  const longestMs = maxOpenMs ?? openMs;
  const times = [openMs];
  while (times.length < 5 && times.at(-1)! < longestMs) times.push(Math.min(longestMs, times.at(-1)! * 2));
  const rows = times.map((ms, index) => [
    times.length === 1
      ? 'each time'
      : index === 0
        ? 'first'
        : `after probing ${index === 1 ? 'once' : `${index} times`}`,
    words.ms(ms),
  ]);
  return [table(['opens', 'for (± 10 %)'], rows), text(closing(breaker, words))];
}

function closing(breaker: OpenTimeBreaker, words: Words): string {
  const {probes} = breaker;
  if (probes === 0) return `${words.key('breaker.probes')} is 0, so the breaker never closes.`;
  const toOpen = failedProbesToOpen(breaker);
  return `Then the breaker allows ${probes} ${probes === 1 ? 'probe' : 'probes'}: ${toOpen} ${toOpen === 1 ? 'failure opens' : 'failures open'} it again, ${probes - toOpen + 1} ${probes - toOpen === 0 ? 'success closes' : 'successes close'} it.`;
}
