/** Which arithmetic explains which rule. */

import {longestWaits} from '../../src/math/schedule.ts';
import {retriesOf} from '../analysis/retryability.ts';
import {attemptBlocks} from './attempt-table.ts';
import {breakerBlocks, lineBlocks, runBlocks} from './breaker-blocks.ts';
import {cutBlocks} from './cut-blocks.ts';
import type {Arithmetic} from './explain-with.ts';
import {hedgeBlocks} from './hedge-blocks.ts';
import {instanceBlocks} from './instance-blocks.ts';
import {attemptsBlocks, budgetBlocks, burstBlocks, layersBlocks} from './load-blocks.ts';
import {placesBlocks, queueBlocks} from './places-blocks.ts';
import {predictionBlocks} from './prediction-blocks.ts';
import {triggerBlocks} from './trigger-blocks.ts';

/** Exported for what is loaded late with the arithmetics. */
export {attemptBlocks, attemptTable} from './attempt-table.ts';

const bursts: Arithmetic = scope => [
  ...burstBlocks(scope, longestWaits(scope.policy.backoff, Math.min(retriesOf(scope.policy), 5), false)),
  ...attemptBlocks(scope),
];

const BY_RULE: Readonly<Record<string, Arithmetic>> = {
  RL101: scope => [...triggerBlocks(scope), ...attemptBlocks(scope)],
  RL102: triggerBlocks,
  RL104: triggerBlocks,
  RL201: scope => [...attemptsBlocks(scope), ...attemptBlocks(scope)],
  RL203: bursts,
  RL204: attemptBlocks,
  RL206: attemptBlocks,
  RL207: budgetBlocks,
  RL208: budgetBlocks,
  RL209: layersBlocks,
  RL210: attemptBlocks,
  RL212: breakerBlocks,
  RL213: breakerBlocks,
  RL215: hedgeBlocks,
  RL216: scope => [...runBlocks(scope), ...breakerBlocks(scope)],
  RL217: scope => [...placesBlocks(scope), ...queueBlocks(scope), ...lineBlocks(scope)],
  RL218: scope => [...instanceBlocks(scope), ...budgetBlocks(scope)],
  RL301: attemptBlocks,
  RL302: attemptBlocks,
  RL303: attemptBlocks,
  RL304: attemptBlocks,
  RL309: scope => [...predictionBlocks(scope), ...attemptBlocks(scope)],
  RL310: cutBlocks,
  RL408: scope => [...triggerBlocks(scope), ...attemptBlocks(scope)],
};

/** @returns undefined for a rule without arithmetic. */
export const arithmeticOf = (code: string): Arithmetic | undefined =>
  Object.hasOwn(BY_RULE, code) ? BY_RULE[code] : undefined;
