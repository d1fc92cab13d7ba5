/** What a breaker needs to open, and how long it then stays open. */

import type {Breaker} from '../../src/policy/types.ts';
import type {Scope} from '../model/scope.ts';
import {sayMs, sayNumber} from '../rules/say.ts';
import {resendsOf} from '../rules/sends.ts';
import {type Block, table, text} from './blocks.ts';

export function breakerBlocks({policy}: Scope): Block[] {
  const {breaker, objective} = policy;
  if (breaker === null) return [text('There is no breaker.')];
  const rps = objective?.assume?.rps;
  return [
    ...(breaker.kind === 'ratio' ? windowBlocks(breaker, rps, resendsOf(policy) + 1) : []),
    ...openBlocks(breaker),
  ];
}

function windowBlocks(
  {windowMs, minCalls}: Extract<Breaker, {kind: 'ratio'}>,
  rps: number | undefined,
  sends: number,
): Block[] {
  if (rps === undefined)
    return [
      text(`It needs ${minCalls} attempts in ${sayMs(windowMs)}: ${sayNumber((minCalls * 1000) / windowMs)} a second.`),
    ];
  const held = (rps * windowMs) / 1000;
  const rows = [
    ['needed to open', sayNumber(minCalls)],
    [`${sayNumber(rps)} calls a second, sent once`, sayNumber(held)],
    ...(sends > 1 && Number.isFinite(sends) ? [[`each sent ${sends} times`, sayNumber(held * sends)]] : []),
  ];
  return [table([`in ${sayMs(windowMs)}`, 'attempts'], rows)];
}

function openBlocks({openMs, maxOpenMs, probes}: Breaker): Block[] {
  const times = [openMs];
  while (times.length < 5 && times.at(-1)! < maxOpenMs) times.push(Math.min(maxOpenMs, times.at(-1)! * 2));
  const rows = times.map((ms, index) => [
    index === 0 ? 'first' : `after ${index} failed ${index === 1 ? 'probe' : 'probes'}`,
    sayMs(ms),
  ]);
  const closing =
    probes === 0
      ? 'No probe is let through, so it never closes.'
      : `Then ${probes} ${probes === 1 ? 'probe has' : 'probes have'} to succeed.`;
  return [table(['opens', 'for, give or take 10 %'], rows), text(closing)];
}
