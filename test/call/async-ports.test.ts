/** Functions that have to return at once, and return a promise in a program without types: what it rejects with must not end the process. */
import {expect} from 'chai';
import {runBatch} from '../../src/batch/run-batch.ts';
import type {PolicyInput, Ports} from '../../src/core.ts';
import {simulate} from '../../src/simulate.ts';
import {errorOf} from '../support/outcome.ts';
import {AT_ONCE} from '../support/policies.ts';
import {unhandledOf} from '../support/unhandled-of.ts';
import {virtually} from './world.ts';

const rejects = (async () => {
  throw new Error('a mistake of the user');
}) as () => never;

const ENDPOINTS: PolicyInput = {
  backoff: AT_ONCE,
  endpoints: [
    {name: 'a', origin: 'https://api.test'},
    {name: 'b', origin: 'https://spare.test'},
  ],
};

const PORTS: readonly (readonly [what: string, policy: PolicyInput, ports: Ports, end: string])[] = [
  ['random, for a wait', {}, {random: rejects}, '503 (attempts-exhausted)'],
  [
    'random, for a breaker',
    {maxAttempts: 1, breaker: {kind: 'consecutive', failures: 1}},
    {random: rejects},
    '503 (attempts-exhausted)',
  ],
  ['random, for an endpoint', ENDPOINTS, {random: rejects}, '503 (attempts-exhausted)'],
  ['translate', ENDPOINTS, {translate: rejects}, 'TRANSLATE_FAILED (not-transient)'],
];

describe('a function of the user that must return at once', () => {
  const {error} = console;
  before(() => {
    console.error = () => {}; // The first exception of each is reported there.
  });
  after(() => {
    console.error = error;
  });

  for (const [what, policy, ports, end] of PORTS)
    virtually(`and rejects does not end the process: ${what}`, async make => {
      const world = make(policy, ports);
      world.serve(503);
      const ends: string[] = [];
      expect(await unhandledOf(async () => ends.push(await world.run()))).to.deep.equal([]);
      expect(ends).to.deep.equal([end]);
      for (const wait of world.events) if (wait.type === 'retry.scheduled') expect(wait.waitMs).to.be.within(0, 1000);
    });

  it('names no items of a batch by promises, which would all be one item', async () => {
    const items = ['a', 'b'];
    const run = () => runBatch(items, async () => 1, {keyOf: (async (item: string) => item) as never});
    expect((await errorOf(run)).message).to.match(/keyOf\(\) must not return a promise/);
    const unhandled = await unhandledOf(() => errorOf(() => runBatch(items, async () => 1, {keyOf: rejects})));
    expect(unhandled).to.deep.equal([]);
  });

  it('may reject where it is only told: onProgress of a simulation', async () => {
    const scenario = {durationMs: 100_000, traffic: {perSecond: 200}, service: {latencyMs: {ms: 10}}};
    let told = 0;
    const onProgress = (): never => {
      told++;
      return rejects();
    };
    const run = () => simulate({}, scenario, {onProgress});
    expect(await unhandledOf(run)).to.deep.equal([]);
    expect(told).to.be.above(1);
  });
});
