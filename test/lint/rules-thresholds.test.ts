/** The numbers of rules: the last value about which a rule is silent, and the first that it reports. */

import {expect} from 'chai';
import {checkOf, lastingCode} from '../../lint/check-of.ts';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import type {PolicyInput} from '../../src/policy/types.ts';

const textOf = (policy: PolicyInput): string => JSON.stringify(policy, null, 2);

/** @param code Of a rule, or of a retired one that is part of another. */
async function findings(code: string, policy: PolicyInput): Promise<readonly Finding[]> {
  const report = await lintText({path: 'policy.json', files: {'policy.json': textOf(policy)}});
  return report.findings.filter(finding => lastingCode(checkOf(finding)!) === code);
}

/** The policies that the fix and the suggestions of the first finding make. */
async function remedied(code: string, policy: PolicyInput): Promise<PolicyInput[]> {
  const [finding] = await findings(code, policy);
  const remedies = [...(finding!.fix === undefined ? [] : [finding!.fix]), ...finding!.suggestions];
  return remedies.map(({edits}) => JSON.parse(applyEdits(textOf(policy), edits)) as PolicyInput);
}

const queueing = (maxMs: number, maxWaitMs: number): PolicyInput => ({
  deadlineMs: 3_600_000,
  quota: {limits: [{unit: 'requests', max: 1, perMs: 1000}], queue: 10, maxWaitMs},
  retryAfter: {maxMs},
});
const loading = (deadlineMs: number): PolicyInput => ({
  extends: ['steadfetch:llm'],
  deadlineMs,
  endpoints: [{name: 'gpu', origin: 'https://gpu.test', readyPath: '/health'}],
});
const breaking = (minCalls: number, rps: number, windowMs = 10_000): PolicyInput => ({
  maxAttempts: 1,
  breaker: {kind: 'ratio', minCalls, windowMs, failureRatio: 0.5},
  objective: {assume: {rps}},
});
const repeating = (count: number, settings: PolicyInput): PolicyInput =>
  ({routes: Array.from({length: count}, (_, n) => ({match: {path: `/${n}`}, ...settings}))}) as PolicyInput;
const bucket = (capacity: number, instances: number, rps: number): PolicyInput => ({
  maxAttempts: 2,
  budget: {kind: 'token-bucket', capacity, refillPerMinute: 0, retryCost: 1},
  objective: {instances, assume: {rps}},
});
const three = {maxAttempts: 2, deadlineMs: 9000, attemptTimeoutMs: 900};

/** A rule, what is compared, and policies: silent, reported. */
const EDGES: readonly [code: string, what: string, silent: PolicyInput, reported: PolicyInput][] = [
  ['RL210', 'a Retry-After of 1 s', queueing(1000, 60_000), queueing(999, 60_000)],
  ['RL318', 'a Retry-After of 1 s', queueing(999, 60_000), queueing(1000, 60_000)],
  ['RL318', 'a wait ten times as long', queueing(6001, 60_000), queueing(6000, 60_000)],
  ['RL317', 'two minutes', loading(120_001), loading(120_000)],
  ['RL212', 'attempts in the window', breaking(20, 2), breaking(21, 2)],
  ['RL601', 'three routes beside the first', repeating(3, three), repeating(4, three)],
  ['RL601', 'three values', repeating(4, {maxAttempts: 2, deadlineMs: 9000}), repeating(4, three)],
  ['RL218', 'a hundred retries', bucket(33, 3, 0.5), bucket(34, 3, 0.5)],
  ['RL218', 'a minute of retries', bucket(59, 2, 1), bucket(60, 2, 1)],
  ['RL218', 'a thousand retries', bucket(499, 2, 50), bucket(500, 2, 50)],
  ['RL218', 'the calls of five seconds', bucket(500, 2, 101), bucket(500, 2, 100)],
];

describe('the threshold of a rule', () => {
  for (const [code, what, silent, reported] of EDGES)
    it(`${code}: ${what}`, async () => {
      expect(await findings(code, silent), 'silent').to.be.empty;
      expect(await findings(code, reported), 'reported').to.have.length(1);
    });

  it('RL318 raises the limit to the wait, but not above a minute', async () => {
    const maxMs = async (waitMs: number): Promise<unknown> =>
      (await remedied('RL318', queueing(2000, waitMs))).map(policy => policy.retryAfter?.maxMs);
    expect(await maxMs(30_000)).to.deep.equal([30_000]);
    expect(await maxMs(90_000)).to.deep.equal([60_000]);
  });

  it('RL212 suggests half of the first attempts in a window, and no number below five', async () => {
    const minCalls = async (rps: number): Promise<unknown> =>
      (await remedied('RL212', breaking(100, rps))).map(({breaker}) => (breaker as {minCalls: number}).minCalls);
    expect(await minCalls(3)).to.deep.equal([15]);
    expect(await minCalls(1)).to.deep.equal([5]);
    expect(await minCalls(0.9)).to.deep.equal([]);
  });

  it('RL218 suggests a share of the calls in a window of at least twenty, of a day at the most', async () => {
    const budget = async (rps: number, instances = 2): Promise<unknown> =>
      (await remedied('RL218', bucket(100_000, instances, rps))).at(-1)!.budget;
    expect(await budget(2)).to.deep.equal({kind: 'ratio', ratio: 0.1});
    expect(await budget(1.9)).to.deep.equal({kind: 'ratio', ratio: 0.1, windowMs: 11_000});
    expect(await budget(0.0001, 2000)).to.deep.equal({kind: 'ratio', ratio: 0.1, windowMs: 86_400_000});
  });
});
