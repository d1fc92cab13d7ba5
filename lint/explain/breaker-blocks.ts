/** What a breaker needs to open, and how long it then stays open. */

import {attemptsAtRatio, failedProbesToOpen, tripRule} from '../../src/policy/trip-rule.ts';
import type {Breaker, RatioBreaker} from '../../src/policy/types.ts';
import {formatCount, formatMs, formatNumber, formatShare} from '../analysis/format.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {attemptsUntilRun} from '../math/runs.ts';
import type {Scope} from '../model/scope.ts';
import {type Block, table, text} from './blocks.ts';

/** How often failures that come by chance open a breaker that counts failures in a row. */
export function runBlocks({policy}: Scope): Block[] {
  const {breaker, objective} = policy;
  if (breaker?.kind !== 'consecutive') return [];
  const {failures} = breaker;
  const rps = objective?.assume?.rps ?? 0;
  const rows = FAILURES.map(failureRatio => {
    const attempts = attemptsUntilRun(failures, failureRatio);
    const time = rps === 0 ? [] : [attempts > MANY ? 'hardly ever' : `${formatNumber(Math.ceil(attempts / rps))} s`];
    return [formatShare(failureRatio), attempts > MANY ? 'hardly ever' : formatNumber(Math.round(attempts)), ...time];
  });
  const run = failures === 1 ? 'one fails' : `${failures} in a row fail`;
  return [
    table(['attempts that fail', 'attempts until it opens', ...(rps === 0 ? [] : ['that is, after'])], rows),
    text(`If attempts fail by chance alone, it takes so many on average until ${run}.`),
  ];
}

const FAILURES = [0.01, 0.05, 0.1, 0.3];
/** More attempts than any client makes. */
const MANY = 1e12;

export function breakerBlocks({policy}: Scope): Block[] {
  const {breaker, objective} = policy;
  if (breaker === null) return [text('There is no breaker.')];
  const rps = objective?.assume?.rps;
  return [
    ...(breaker.kind === 'ratio' ? windowBlocks(breaker, rps, retriesOf(policy) + 1) : []),
    ...openBlocks(breaker),
  ];
}

function windowBlocks(breaker: RatioBreaker, rps: number | undefined, sends: number): Block[] {
  const {windowMs, failureRatio} = breaker;
  const rule = tripRule(breaker);
  const {least} = rule;
  const share = `${formatNumber(failureRatio * 100)} %`;
  const atRatio = attemptsAtRatio(rule);
  const ifMixed = atRatio > least ? ` where all fail, ${atRatio} where ${share} do` : '';
  if (rps === undefined)
    return [
      text(
        `It needs ${formatCount(least, 'attempt')} in ${formatMs(windowMs)}${ifMixed}: ${formatNumber((least * 1000) / windowMs)} a second at the least.`,
      ),
    ];
  const held = (rps * windowMs) / 1000;
  const rows = [
    [atRatio > least ? 'needed to open, where all fail' : 'needed to open', formatNumber(least)],
    ...(atRatio > least ? [[`needed to open, where ${share} fail`, formatNumber(atRatio)]] : []),
    [`${formatNumber(rps)} calls a second, sent once`, formatNumber(held)],
    ...(sends > 1 && Number.isFinite(sends) ? [[`each sent ${sends} times`, formatNumber(held * sends)]] : []),
  ];
  return [table([`in ${formatMs(windowMs)}`, 'attempts'], rows)];
}

function openBlocks(breaker: Breaker): Block[] {
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
    formatMs(ms),
  ]);
  return [table(['opens', 'for, give or take 10 %'], rows), text(closing(breaker))];
}

function closing(breaker: Breaker): string {
  const {probes} = breaker;
  if (probes === 0) return 'No probe is let through, so it never closes.';
  const toOpen = failedProbesToOpen(breaker);
  return `Then ${probes} ${probes === 1 ? 'probe is' : 'probes are'} let through: ${toOpen} that ${toOpen === 1 ? 'fails' : 'fail'} open it again, ${probes - toOpen + 1} that succeed close it.`;
}
