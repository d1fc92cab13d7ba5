/** What follows from the calls of both sides. */
import {expect} from 'chai';
import fc from 'fast-check';
import {type MeasuredCall, measurementOf, percentilesOf, type SideCalls} from '../../src/measure/measurement.ts';

const call = (pair: number, given: Partial<MeasuredCall> = {}): MeasuredCall => ({
  pair,
  startedAtMs: pair * 100,
  durationMs: 10,
  ok: true,
  status: 200,
  failure: null,
  message: null,
  requests: 1,
  waitedMs: 0,
  ...given,
});
const failed = (pair: number, failure = '503', given: Partial<MeasuredCall> = {}): MeasuredCall =>
  call(pair, {ok: false, status: 503, failure, ...given});

const side = (...calls: MeasuredCall[]): SideCalls => ({calls, cutOff: 0, attempts: new Map()});
const measured = (plain: SideCalls, policy: SideCalls, count = 4) =>
  measurementOf(
    {
      target: 'GET https://api.example.com/',
      policyName: 'default',
      count,
      ratePerSecond: 5,
      timeoutMs: 30_000,
      startedAt: '2026-01-01T00:00:00.000Z',
      durationMs: 1000,
    },
    plain,
    policy,
  );

describe('percentilesOf', () => {
  it('takes the nearest rank', () => {
    const values = Array.from({length: 200}, (_, index) => 200 - index);
    expect(percentilesOf(values)).to.deep.equal({p50: 100, p90: 180, p95: 190, p99: 198});
    expect(percentilesOf([7])).to.deep.equal({p50: 7, p90: 7, p95: 7, p99: 7});
    expect(percentilesOf([])).to.equal(null);
  });

  it('has so many values at or below each percentile, and no fewer', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), {minLength: 1, maxLength: 300}), values => {
        const {p90} = percentilesOf(values)!;
        expect(values.filter(value => value <= p90!).length).to.be.at.least(0.9 * values.length);
        expect(values.filter(value => value < p90!).length).to.be.below(0.9 * values.length);
      }),
    );
  });
});

describe('measurementOf', () => {
  it('counts a failed call as infinitely slow among all calls, and leaves it out among the successful ones', () => {
    const {plain} = measured(side(call(0), call(1, {durationMs: 30}), failed(2), call(3, {durationMs: 20})), side());
    expect(plain.latencyMs).to.deep.equal({p50: 20, p90: null, p95: null, p99: null});
    expect(plain.succeededLatencyMs).to.deep.equal({p50: 20, p90: 30, p95: 30, p99: 30});
  });

  it('bounds the percentiles by what so many calls can show', () => {
    const ends = Array.from({length: 100}, (_, pair) =>
      pair < 93 ? call(pair, {durationMs: pair + 1}) : failed(pair),
    );
    const {plain} = measured(side(...ends), side());
    expect(plain.latencyIntervalsMs).to.deep.equal({
      p50: {low: 40, high: 61},
      p90: {low: 84, high: null},
      p95: {low: 90, high: null},
      p99: {low: null, high: null},
    });
    expect(plain.succeededLatencyIntervalsMs!.p50).to.deep.equal({low: 37, high: 57});
  });

  it('counts requests, retries and what became of them', () => {
    const {policy} = measured(
      side(),
      side(
        call(0),
        call(1, {requests: 3}),
        failed(2, '503, attempts-exhausted', {requests: 3}),
        failed(3, 'circuit open', {requests: 0}),
      ),
    );
    expect(policy).to.deep.include({requests: 7, retried: 2, retriedAndSucceeded: 1, succeeded: 2, successRatio: 0.5});
    expect(policy.failures).to.deep.equal([
      {failure: '503, attempts-exhausted', calls: 1, message: null},
      {failure: 'circuit open', calls: 1, message: null},
    ]);
  });

  it('compares pairs of which both calls ended', () => {
    const {difference, isComplete} = measured(
      side(call(0), failed(1), failed(2), call(3)),
      side(call(3), call(1), failed(0)),
    );
    expect(difference).to.deep.include({
      pairs: {bothSucceeded: 1, onlyFirst: 1, onlySecond: 1, bothFailed: 0},
      ratio: 0,
      isMoreThanChance: false,
    });
    expect(isComplete).to.equal(false);
  });

  it('says that a difference is more than chance if its interval leaves out 0, in either direction', () => {
    const good = side(...Array.from({length: 20}, (_, pair) => call(pair)));
    const bad = side(...Array.from({length: 20}, (_, pair) => (pair % 2 === 0 ? call(pair) : failed(pair))));
    expect(measured(bad, good, 20).difference).to.deep.include({ratio: 0.5, isMoreThanChance: true});
    expect(measured(good, bad, 20).difference).to.deep.include({ratio: -0.5, isMoreThanChance: true});
    expect(measured(good, good, 20).difference).to.deep.include({ratio: 0, isMoreThanChance: false});
  });

  it('has neither ratios nor percentiles without calls', () => {
    const {plain, difference} = measured(side(), side());
    expect(plain).to.deep.include({successRatio: null, interval: null, latencyMs: null, succeededLatencyMs: null});
    expect(difference).to.equal(null);
  });

  it('survives JSON unchanged', () => {
    const measurement = measured(side(call(0), failed(1)), side(call(0), call(1)), 2);
    expect(JSON.parse(JSON.stringify(measurement))).to.deep.equal(measurement);
  });
});
