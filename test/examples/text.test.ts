import {expect} from 'chai';
import {type AttemptRecord, attemptLog} from '../../examples/before-after/attempt-log.ts';
import {AttemptRecorder} from '../../examples/before-after/attempt-recorder.ts';
import {percentile, type RunSummary, successText, table} from '../../examples/before-after/table.ts';
import type {SteadfetchEvent} from '../../src/core/events.ts';

describe('before-after: table', () => {
  const run = (name: string, facts: Partial<RunSummary>): RunSummary => ({
    name,
    calls: 200,
    succeeded: 200,
    latenciesMs: [14, 15, 16, 900],
    requests: 200,
    early: 0,
    duplicates: 0,
    chargedYetFailed: 0,
    ...facts,
  });

  it('sets the runs side by side', () => {
    const runs = [
      run('plain ky', {succeeded: 180, chargedYetFailed: 14}),
      run('naive loop', {succeeded: 195, requests: 518, early: 21, duplicates: 16}),
      run('steadfetch', {succeeded: 199, latenciesMs: [9.6]}),
    ];
    expect(table(runs).split('\n')).to.deep.equal([
      '            success    P50     P95     P99  requests  too early  charged, yet failed  charged twice',
      'plain ky     90.0 %  15 ms  900 ms  900 ms       200          0                   14              0',
      'naive loop   97.5 %  15 ms  900 ms  900 ms       518         21                    0             16',
      'steadfetch   99.5 %  10 ms   10 ms   10 ms       200          0                    0              0',
    ]);
  });

  for (const [values, percent, expected] of [
    [[15, 20, 35, 40, 50], 5, 15],
    [[50, 40, 35, 20, 15], 30, 20],
    [[15, 20, 35, 40, 50], 40, 20],
    [[15, 20, 35, 40, 50], 50, 35],
    [[15, 20, 35, 40, 50], 100, 50],
    [[7], 99, 7],
  ] as const) {
    it(`P${percent} of ${values.join(', ')} is ${expected}`, () => {
      expect(percentile(values, percent)).to.equal(expected);
    });
  }

  it('knows no percentile of nothing', () => {
    expect(percentile([], 50)).to.be.NaN;
  });

  it('does not round a failure away', () => {
    expect(successText({calls: 10_000, succeeded: 9999})).to.equal('99.9 %');
    expect(successText({calls: 400, succeeded: 400})).to.equal('100.0 %');
  });
});

const golden = [
  'correlation id  call            attempt  result      latency    wait  outcome  verdict',
  'c-1             POST /orders/1        1  ECONNRESET    10 ms   87 ms           resend: ECONNRESET, keyed; wait: backoff',
  'c-1                                   2  200           12 ms          success  done',
  'c-2             GET /items/2          1  429            3 ms  120 ms           resend: 429; wait: retry-after-ms',
  'c-2                                   2  503            4 ms          failure  stop: 2 attempts of 2 are used up',
];

const attempts: readonly AttemptRecord[] = (
  [
    ['c-1', 'POST', '/orders/1', 1, 'ECONNRESET', 10, 87, 'resend', 'ECONNRESET, keyed; wait: backoff', null],
    ['c-1', 'POST', '/orders/1', 2, '200', 12, null, 'done', '', 'success'],
    ['c-2', 'GET', '/items/2', 1, '429', 3, 120, 'resend', '429; wait: retry-after-ms', null],
    ['c-2', 'GET', '/items/2', 2, '503', 4, null, 'stop', '2 attempts of 2 are used up', 'failure'],
  ] as const
).map(([correlationId, method, path, attempt, result, latencyMs, waitMs, verdict, why, outcome]) => ({
  ...{correlationId, method, path, attempt, result, latencyMs, waitMs, verdict, why, outcome},
}));

describe('before-after: attempt log', () => {
  it('writes a line per attempt', () => {
    expect(attemptLog(attempts).split('\n')).to.deep.equal(golden);
  });

  it('has its records from the events of the calls', () => {
    const recorder = new AttemptRecorder();
    const view = {
      origin: 'http://h',
      template: undefined,
      rpcMethod: undefined,
      policyName: 'p',
      attempts: 0,
      hedges: 0,
      waitedMs: 0,
    };
    const first = {...view, method: 'POST', url: 'http://h/orders/1?run=r', correlationId: 'c-1', keyed: true};
    const second = {...view, method: 'GET', url: 'http://h/items/2', correlationId: 'c-2', keyed: false};
    const ended = {type: 'attempt.end', kind: 'initial', outcome: 'response', latencyMs: 10} as const;
    const planned = {type: 'retry.scheduled', attempt: 2} as const;
    const events: readonly SteadfetchEvent[] = [
      {...ended, call: first, attempt: 1, outcome: 'network', status: undefined, reason: 'ECONNRESET'},
      {...ended, call: second, attempt: 1, status: 429, latencyMs: 3, reason: '429'},
      {...planned, call: second, waitMs: 120, waitSource: 'retry-after-ms', retryAfterMs: 100, reason: '429'},
      {...planned, call: first, waitMs: 87, waitSource: 'backoff', retryAfterMs: undefined, reason: 'ECONNRESET'},
      {...ended, call: first, attempt: 2, status: 200, latencyMs: 12, reason: 'success'},
      {type: 'call.end', call: first, result: 'success', status: 200, durationMs: 109, reason: 'success'},
      {...ended, call: second, attempt: 2, status: 503, latencyMs: 4, reason: '503'},
      {
        type: 'call.end',
        call: second,
        result: 'failure',
        status: 503,
        durationMs: 127,
        reason: '2 attempts of 2 are used up',
      },
    ];
    for (const event of events) recorder.on(event);
    expect([...recorder.of(first.url), ...recorder.of(second.url)]).to.deep.equal(attempts);
    expect(recorder.of('http://h/none')).to.deep.equal([]);
  });
});
