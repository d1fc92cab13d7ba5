/** Which attempts a deadline cuts. */

import {shortestMs} from '../../src/math/schedule.ts';
import {type TimelineEntry, timelineOf} from '../../src/math/timeline.ts';
import type {Scope} from '../model/scope.ts';
import {formatList} from './format.ts';
import {retriesOf} from './retryability.ts';

/** The attempts that the deadline cuts, if each takes its whole timeout. */
export function formatCuts({policy, words}: Scope, isThrottled: boolean): string {
  const entries = timelineOf(policy, retriesOf(policy) + 1, isThrottled);
  const short = entries.find(({cut}) => cut === 'short');
  const never = neverSent(entries);
  // With jitter, a call may wait less than it may.
  const always = neverSent(timelineOf(policy, retriesOf(policy) + 1, isThrottled, shortestMs));
  const sometimes = never.filter(attempt => !always.includes(attempt));
  const parts = [];
  if (short !== undefined)
    parts.push(`attempt ${short.attempt} is cut off after ${words.ms(short.endsAtMs - short.startsAtMs)}`);
  if (sometimes.length > 0) parts.push(`${attemptsText(sometimes)} may not be sent`);
  if (always.length > 0) parts.push(`${attemptsText(always)} ${always.length === 1 ? 'is' : 'are'} never sent`);
  return formatList(parts);
}

const neverSent = (entries: readonly TimelineEntry[]): number[] =>
  entries.filter(({cut}) => cut === 'never').map(({attempt}) => attempt);

/** `attempts 2 and 3` */
function attemptsText(attempts: readonly number[]): string {
  if (attempts.length === 1) return `attempt ${attempts[0]}`;
  return `attempts ${attempts.length < 4 ? formatList(attempts.map(String)) : `${attempts[0]} to ${attempts.at(-1)}`}`;
}
