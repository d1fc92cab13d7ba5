/** Measurements that were never made. */
import {type MeasuredCall, type Measurement, measurementOf, type SideCalls} from '../../src/measure/measurement.ts';

export const call = (pair: number, durationMs: number, failure: string | null = null): MeasuredCall => ({
  pair,
  startedAtMs: pair * 100,
  durationMs,
  ok: failure === null,
  status: failure === null ? 200 : null,
  failure,
  message: null,
  requests: 1,
  waitedMs: 0,
});

/** So many calls that succeed, and then so many that fail. */
export const calls = (succeeded: number, failed: number, failure = '503'): MeasuredCall[] =>
  Array.from({length: succeeded + failed}, (_, pair) => call(pair, 10 + pair, pair < succeeded ? null : failure));

export const measured = (
  plain: Partial<SideCalls>,
  policy: Partial<SideCalls>,
  target = 'GET http://x/',
): Measurement => {
  const count = Math.max(plain.calls?.length ?? 0, policy.calls?.length ?? 0);
  return measurementOf(
    {
      target,
      policyName: 'default',
      count,
      ratePerSecond: 5,
      timeoutMs: 30_000,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 20_300,
    },
    {calls: [], cutOff: 0, attempts: new Map(), ...plain},
    {calls: [], cutOff: 0, attempts: new Map(), ...policy},
  );
};
