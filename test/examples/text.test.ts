import {expect} from 'chai';
import {type AttemptRecord, attemptLog} from '../../examples/before-after/attempt-log.ts';
import {AttemptRecorder} from '../../examples/before-after/attempt-recorder.ts';
import {tooBusy} from '../../examples/before-after/machine.ts';
import {legend, percentile, type RunSummary, successText, table} from '../../examples/before-after/table.ts';
import type {SteadfetchEvent} from '../../src/core/events.ts';

describe('before-after: table', () => {
  const run = (name: string, facts: Partial<RunSummary>): RunSummary => ({
    name,
    calls: 200,
    succeeded: 200,
    latenciesMs: [14, 15, 16, 900],
    requests: 200,
    keyed: 0,
    early: 0,
    duplicates: 0,
    chargedYetFailed: 0,
    ...facts,
  });

  it('sets the runs side by side', () => {
    const runs = [
      run('plain ky', {succeeded: 180, chargedYetFailed: 14}),
      run('naive loop', {succeeded: 195, requests: 518, early: 21, duplicates: 16}),
      run('steadfetch', {succeeded: 199, latenciesMs: [9.6], keyed: 80}),
    ];
    expect(table(runs).split('\n')).to.deep.equal([
      '                                          sends    too  charged,  charged',
      '            success  P50  P95  P99  sent  a key  early    failed    twice',
      'plain ky     90.0 %   15  900  900   200     no      0        14        0',
      'naive loop   97.5 %   15  900  900   518     no     21         0       16',
      'steadfetch   99.5 %   10   10   10   200    yes      0         0        0',
    ]);
  });

  it('fits 80 columns, and so does its legend', () => {
    const slow = {latenciesMs: [99_999], requests: 1200, early: 999, chargedYetFailed: 155, duplicates: 155, keyed: 1};
    for (const line of [...table([run('naive loop', slow)]).split('\n'), ...legend])
      expect(line.length, line).to.be.at.most(80);
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
  'POST /orders/1  c-1, with an idempotency key',
  '  1  ECONNRESET  10 ms  again in 87 ms (backoff)',
  '  2  200         12 ms  success',
  'GET /items/2  c-2',
  '  1  429          3 ms  again in 120 ms (retry-after-ms)',
  '  2  503          4 ms  failure: all 2 attempts are used (503)',
];

const order = {correlationId: 'c-1', method: 'POST', path: '/orders/1', keyed: true};
const item = {correlationId: 'c-2', method: 'GET', path: '/items/2', keyed: false};
const attempts: readonly AttemptRecord[] = [
  {...order, attempt: 1, result: 'ECONNRESET', failed: true, latencyMs: 10, next: 'again in 87 ms (backoff)'},
  {...order, attempt: 2, result: '200', failed: false, latencyMs: 12, next: 'success'},
  {...item, attempt: 1, result: '429', failed: true, latencyMs: 3, next: 'again in 120 ms (retry-after-ms)'},
  {...item, attempt: 2, result: '503', failed: true, latencyMs: 4, next: 'failure: all 2 attempts are used (503)'},
];

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
      queuedMs: 0,
    };
    const first = {...view, method: 'POST', url: 'http://h/orders/1?run=r', correlationId: 'c-1', keyed: true};
    const second = {...view, method: 'GET', url: 'http://h/items/2', correlationId: 'c-2', keyed: false};
    const ended = {
      type: 'attempt.end',
      endpoint: undefined,
      kind: 'initial',
      outcome: 'response',
      latencyMs: 10,
      transient: true,
      sent: 'maybe-processed',
    } as const;
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
        reason: 'all 2 attempts are used (503)',
      },
    ];
    for (const event of events) recorder.on(event);
    expect([...recorder.of('/orders/1'), ...recorder.of('/items/2')]).to.deep.equal(attempts);
    expect(recorder.of('/none')).to.deep.equal([]);
  });
});

describe('before-after: the machine', () => {
  it('has its time where the loop is busy for most of it, and turns are short', () => {
    expect(tooBusy({utilization: 0.8, longestMs: 1000})).to.equal(null);
  });

  for (const [what, time] of [
    ['had work all the time', {utilization: 0.97, longestMs: 178}],
    ['stood still for longer than an attempt may take', {utilization: 0.4, longestMs: 4000}],
  ] as const) {
    it(`was too busy where the process ${what}`, () => {
      const said = tooBusy(time);
      expect(said).to.contain(`${Math.round(100 * time.utilization)} % of the time`);
      expect(said).to.contain(`${time.longestMs} ms`);
    });
  }
});
