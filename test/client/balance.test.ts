import {expect} from 'chai';
import {choose} from '../../src/client/balance.ts';
import {seededRandom} from '../../src/core.ts';
import {EndpointLoad} from '../../src/guards/endpoint-load.ts';
import type {Failover} from '../../src/policy/types.ts';

interface Facts {
  readonly name: string;
  readonly weight?: number;
  readonly pending?: number;
  /** Of its last answer. */
  readonly tookMs?: number | undefined;
  /** Failures, and fast answers, before it. */
  readonly failed?: number;
  readonly answered?: number;
}

const choiceOf = ({name, weight = 1, pending = 0, tookMs, failed = 0, answered = 0}: Facts) => {
  const load = new EndpointLoad({pending});
  for (let n = 0; n < failed; n++) load.failed(0, 0);
  for (let n = 0; n < answered; n++) load.answered(0, 0);
  if (tookMs !== undefined) load.answered(tookMs, 0);
  return {name, endpoint: {weight}, guards: {load}};
};

/** How often each is chosen in 3000 times, in percent. */
function shares(balance: Failover['balance'], ...facts: readonly Facts[]): Record<string, number> {
  const choices = facts.map(choiceOf);
  const random = seededRandom(1);
  const counts: Record<string, number> = Object.fromEntries(facts.map(({name}) => [name, 0]));
  for (let n = 0; n < 3000; n++) counts[choose(balance, choices, random, 0).name]!++;
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Math.round(count / 30)]));
}

const about = (found: Record<string, number>, expected: Record<string, number>): void => {
  expect(found).to.have.all.keys(expected);
  for (const [name, share] of Object.entries(expected)) expect(found[name], name).to.be.closeTo(share, 3);
};

describe('choose', () => {
  for (const balance of ['weighted', 'least-pending', 'p2c-ewma'] as const) {
    it(`${balance}: takes the only one`, () => {
      about(shares(balance, {name: 'a', pending: 9, failed: 9}), {a: 100});
    });

    it(`${balance}: gives equal endpoints equal shares, before the first answer and after it`, () => {
      for (const tookMs of [undefined, 20])
        about(shares(balance, {name: 'a', tookMs}, {name: 'b', tookMs}, {name: 'c', tookMs}), {a: 33, b: 33, c: 33});
    });
  }

  it('weighted: shares by weight, whatever is in flight', () => {
    about(shares('weighted', {name: 'a', weight: 3, pending: 50}, {name: 'b'}), {a: 75, b: 25});
  });

  it('takes the last one where rounding leaves a rest', () => {
    const choices = [choiceOf({name: 'a'}), choiceOf({name: 'b'})];
    expect(choose('weighted', choices, () => 1, 0).name).to.equal('b');
  });

  describe('least-pending', () => {
    for (const [title, a, b, expected] of [
      ['takes the one with fewer in flight', {pending: 2}, {pending: 1}, {a: 0, b: 100}],
      ['divides by the weight', {pending: 2, weight: 3}, {pending: 1}, {a: 100, b: 0}],
      ['breaks ties at random, by weight', {pending: 6, weight: 3}, {pending: 2}, {a: 75, b: 25}],
      ['shares by weight where nothing is in flight', {weight: 3}, {}, {a: 75, b: 25}],
      [
        'is not drawn to an endpoint that is idle because it fails at once',
        {failed: 49},
        {pending: 40},
        {a: 0, b: 100},
      ],
      ['counts failures to expect as in flight', {pending: 1, failed: 4}, {pending: 4}, {a: 0, b: 100}],
      ['breaks ties for the one that fails less often', {answered: 3, failed: 1}, {}, {a: 44, b: 56}],
    ] as const)
      it(title, () => about(shares('least-pending', {name: 'a', ...a}, {name: 'b', ...b}), expected));
  });

  describe('p2c-ewma', () => {
    for (const [title, a, b, expected] of [
      ['takes the faster one', {tookMs: 20}, {tookMs: 30}, {a: 100, b: 0}],
      [
        'takes the slower one where four times as many are in flight',
        {tookMs: 20, pending: 8},
        {tookMs: 40, pending: 1},
        {a: 0, b: 100},
      ],
      [
        'knows that a heavier one bears more',
        {tookMs: 20, pending: 7, weight: 4},
        {tookMs: 20, pending: 2},
        {a: 100, b: 0},
      ],
      ['takes the one that fails less often', {tookMs: 20, failed: 4}, {tookMs: 40}, {a: 0, b: 100}],
      ['takes a new one for as fast as the fastest', {}, {tookMs: 20, pending: 1}, {a: 100, b: 0}],
      ['does not rush at a new one', {pending: 1}, {tookMs: 20}, {a: 0, b: 100}],
    ] as const)
      it(title, () => about(shares('p2c-ewma', {name: 'a', ...a}, {name: 'b', ...b}), expected));

    // envoyproxy/envoy#14859: two draws of the same one made the busiest of two the choice in a quarter of the cases.
    it('draws two different ones, so the worst of three is never chosen', () => {
      about(shares('p2c-ewma', {name: 'a', tookMs: 20}, {name: 'b', tookMs: 30}, {name: 'c', tookMs: 40}), {
        a: 67,
        b: 33,
        c: 0,
      });
    });
  });
});
