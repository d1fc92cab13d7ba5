/** The last sentence of a summary: what to do. */
import type {TriageSummary} from '../triage/summary.ts';

/** "" for a log without a failure and without a sign of one. */
export function answerText({answer, failures, unread}: TriageSummary): string {
  const unreadLines = `${count(unread)} ${unread === 1 ? 'line' : 'lines'}`;
  if (failures === 0)
    return unread === 0
      ? ''
      : `No answer: ${unreadLines} ${unread === 1 ? 'has' : 'have'} a sign of a failure, and none was read.`;
  const {mayRetry, needKey, waitTooLong, mustNot, fix, longestWaitMs, longestAskedMs} = answer;
  const parts = [
    `${count(mayRetry)} of ${count(failures)} may be retried${longestWaitMs === null ? '' : `, the longest wait is ${duration(longestWaitMs)}`}`,
    needKey === 0 ? '' : `${count(needKey)} ${needKey === 1 ? 'needs' : 'need'} a key`,
    waitTooLong === 0
      ? ''
      : `${count(waitTooLong)} ${waitTooLong === 1 ? 'asks' : 'ask'} for a wait of ${waitTooLong === 1 ? '' : 'up to '}${duration(longestAskedMs ?? 0)}, more than the policy allows`,
    mustNot === 0
      ? ''
      : `${count(mustNot)} must not be retried${fix === 0 ? '' : ` (${count(fix)} ${fix === 1 ? 'needs' : 'need'} a fix)`}`,
  ];
  const told = `${parts.filter(part => part !== '').join('; ')}.`;
  return unread === 0
    ? told
    : `${told} ${unreadLines} with a sign of a failure ${unread === 1 ? 'was' : 'were'} not read.`;
}

const count = (value: number): string => value.toLocaleString('en');

const duration = (ms: number): string => (ms < 10_000 ? `${Math.ceil(ms)} ms` : `${Math.round(ms / 100) / 10} s`);
