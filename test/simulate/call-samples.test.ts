import {expect} from 'chai';
import {simulate} from '../../src/simulate.ts';

const policy = {
  maxAttempts: 2,
  deadlineMs: null,
  attemptTimeoutMs: 100,
  backoff: {kind: 'constant', delayMs: 50, jitter: 'none'},
  budget: null,
  breaker: null,
} as const;
const scenario = {
  durationMs: 4000,
  traffic: {perSecond: 10, arrivals: 'even'},
  service: {
    latencyMs: {ms: 20},
    faults: [
      {status: 503, afterMs: 5, fromMs: 1000, toMs: 2000},
      {kind: 'hang', fromMs: 2000, toMs: 3000},
    ],
  },
} as const;

describe('sampled calls', () => {
  it('are the first of each course, with the times of their attempts', async () => {
    const {samples} = await simulate(policy, scenario, {samples: true});
    const round = (ms: number): number => Math.round(ms);
    expect(
      samples.map(({atMs, attempts, succeeded, durationMs}) => [
        round(atMs),
        attempts.map(({fromMs, toMs, reason}) => `${round(fromMs)}–${round(toMs)} ${reason}`).join(', '),
        succeeded,
        round(durationMs),
      ]),
    ).to.deep.equal([
      [100, '0–20 success', true, 20],
      [1000, '0–5 503, 55–60 503', false, 60],
      [2000, '0–100 attempt timeout, 150–250 attempt timeout', false, 250],
      [2900, '0–100 attempt timeout, 150–170 success', true, 170],
    ]);
  });

  it('are not kept unless they are asked for', async () => {
    expect((await simulate(policy, scenario)).samples).to.deep.equal([]);
  });
});

describe('the distribution of a result', () => {
  it('has the percentiles from 1 to 99 of all calls, failed ones infinite', async () => {
    const {latencyMs} = await simulate(policy, scenario);
    expect(latencyMs.distribution).to.have.length(99);
    expect(latencyMs.distribution[49]).to.equal(latencyMs.all.p50);
    expect(latencyMs.distribution[94]).to.equal(latencyMs.all.p95);
    expect(latencyMs.distribution.at(-1)).to.equal(Number.POSITIVE_INFINITY);
  });
});

describe('the queues of a simulation', () => {
  it('are counted at the end of each interval', async () => {
    const {timeline} = await simulate(
      {...policy, attemptTimeoutMs: null, concurrency: {max: 1, queue: 100}},
      {durationMs: 1200, traffic: {perSecond: 100, arrivals: 'even'}, service: {latencyMs: {ms: 20}}},
    );
    // Twice as many calls as one at a time can be sent: half of those that came wait.
    expect(timeline[59]!.waiting).to.be.closeTo(30, 1);
    expect(timeline.at(-1)!.waiting).to.be.closeTo(60, 1);
  });
});
