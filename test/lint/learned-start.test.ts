/** What RL217 says of the first seconds of a learned quota, beside calls of the engine on a virtual clock. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';
import {createFetch} from '../../src/core.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {ScriptedFetch, sleep, VirtualClock} from '../../src/testing.ts';

const SECONDS = 6;

/** Calls that the quota refuses while they come evenly. */
async function refusedOf(policy: PolicyInput, rps: number): Promise<number> {
  const clock = new VirtualClock();
  const fetch = createFetch(policy, {clock, fetch: new ScriptedFetch(clock, [200], 40).fetch});
  let refused = 0;
  const call = async (index: number): Promise<void> => {
    await sleep(clock, (index * 1000) / rps);
    await fetch('https://server.example/').catch(() => refused++);
  };
  await clock.run(() => Promise.all(Array.from({length: rps * SECONDS}, (_, index) => call(index))));
  return refused;
}

describe('a learned rate that starts below the traffic', () => {
  for (const [title, rps, severity, policy] of [
    ['refuses calls whose deadline is near', 200, 'warning', {deadlineMs: 1000, attemptTimeoutMs: 400, quota: {}}],
    ['refuses calls that find its queue full', 200, 'warning', {quota: {queue: 50}}],
    ['refuses calls that may not wait', 60, 'warning', {quota: {startPerSecond: 2, maxWaitMs: 500}}],
    ['lets calls wait that have time', 200, 'info', {quota: {}}],
    ['is nothing where the traffic is near', 30, undefined, {quota: {}}],
  ] as const)
    it(title, async () => {
      const files = {'p.json': JSON.stringify({...policy, maxAttempts: 1, objective: {assume: {rps}}})};
      const {findings} = await lintText({path: 'p.json', files});
      expect(findings.find(({code}) => code === 'RL217')?.severity).to.equal(severity);
      expect((await refusedOf(policy, rps)) > 0).to.equal(severity === 'warning');
    });
});
