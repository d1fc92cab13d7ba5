import {formatNumber} from '../analysis/format.ts';
import type {Scope} from '../model/scope.ts';
import type {Draft, FixDraft, Rule} from '../rule.ts';
import {builtIn} from './built-in.ts';

export const extremeHoldLimit: Rule = builtIn('RL415', {
  needs: ['stream'],
  fields: ['stream', 'stream.commit', 'stream.holdBytes'],
  reads: ['concurrency'],

  *check(scope): Iterable<Draft> {
    const {stream} = scope.policy;
    if (stream?.commit !== 'content') return;
    const {holdBytes} = stream;
    if (holdBytes >= SMALL_BYTES && holdBytes <= LARGE_BYTES) return;
    const message =
      holdBytes < SMALL_BYTES
        ? `A stream is passed on after ${holdBytes} bytes without content, and announcements are often longer, so an error event after them is not retried. Hold at least ${SMALL_BYTES / 1024} KiB.`
        : `Up to ${formatNumber(holdBytes / LARGE_BYTES)} MiB of each stream are held before its first content: ${formatHeld(scope, holdBytes)}. Hold at most 1 MiB.`;
    yield {at: 'stream.holdBytes', message, fix: byDefault};
  },
});

const SMALL_BYTES = 4096;
/** 1 MiB. */
const LARGE_BYTES = 1_048_576;

const byDefault: FixDraft = {
  title: 'Set holdBytes to 65536, the default',
  changes: [{do: 'set', path: 'stream.holdBytes', value: 65_536}],
};

/** The memory that the calls in flight can hold; without a concurrency limit, that of 100 calls. */
function formatHeld({policy: {concurrency}}: Scope, holdBytes: number): string {
  const calls = concurrency?.max ?? 100;
  const held = formatNumber((calls * holdBytes) / LARGE_BYTES);
  return `${calls === 1 ? 'one call in flight holds' : `${calls} calls in flight hold`} ${held} MiB`;
}
