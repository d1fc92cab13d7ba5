/** Policies that were judged in words first: which of them an engineer on call would stop, and which not. */
import {expect} from 'chai';
import {lintText} from '../../lint/lint.ts';

const said = async (policy: object): Promise<string[]> => {
  const {findings} = await lintText({path: 'p.json', files: {'p.json': JSON.stringify(policy)}});
  return findings.map(({code, severity, pointer}) => `${code} ${severity} ${pointer}`);
};

describe('a policy with a defect', () => {
  for (const [title, finding, policy] of [
    ['a budget that pays for no retry after a failure', 'RL401 warning budget.capacity', {budget: {capacity: 5}}],
    ['a budget that pays for no throttled retry', 'RL401 warning budget.throttledCost', {budget: {throttledCost: 200}}],
    [
      '5 ms after a 429 without a hint',
      'RL211 warning backoff.throttledBaseMs',
      {backoff: {baseMs: 5, throttledBaseMs: 5}},
    ],
    [
      '10 ms after a 429 without a hint',
      'RL211 warning backoff.delayMs',
      {backoff: {kind: 'constant', delayMs: 10, throttledBaseMs: 0}},
    ],
    [
      'a breaker that one failure of five opens',
      'RL216 warning breaker.failureRatio',
      {breaker: {failureRatio: 0.01, minCalls: 5}},
    ],
    [
      'a breaker that opens at the assumed failures',
      'RL213 error breaker.failureRatio',
      {breaker: {failureRatio: 0.05, minCalls: 50}, objective: {assume: {failureRatio: 0.05, rps: 100}}},
    ],
    [
      'a breaker that opens by chance',
      'RL213 warning breaker.failureRatio',
      {breaker: {failureRatio: 0.1, minCalls: 50}, objective: {assume: {failureRatio: 0.05}}},
    ],
  ] as const) {
    it(`is reported: ${title}`, async () => expect(await said(policy)).to.include(finding));
  }
});

describe('a policy that is unusual and sound', () => {
  for (const [title, code, policy] of [
    ['a budget that pays for one retry of each kind', 'RL401', {budget: {capacity: 14}}],
    ['100 ms after a 429 without a hint', 'RL211', {backoff: {throttledBaseMs: 0}}],
    [
      'hints of 200 ms within a deadline of 400 ms',
      'RL210',
      {deadlineMs: 400, attemptTimeoutMs: 100, retryAfter: {maxMs: 200}},
    ],
    ['a breaker of 10 % that holds 1,000 attempts', 'RL216', {breaker: {failureRatio: 0.1, minCalls: 1000}}],
    [
      'a breaker at ten times the assumed failures',
      'RL213',
      {breaker: {failureRatio: 0.5, minCalls: 50}, objective: {assume: {failureRatio: 0.05}}},
    ],
  ] as const) {
    it(`has no finding of ${code}: ${title}`, async () =>
      expect((await said(policy)).filter(each => each.startsWith(code))).to.deep.equal([]));
  }

  it('fails no run where timeouts are not retried', async () => {
    expect(await said({retryOn: [429, 503, 'network'], attemptTimeoutMs: 1000})).to.deep.equal(['RL305 info retryOn']);
  });

  it('fails no run where one client without jitter has a call in ten seconds', async () => {
    const policy = {backoff: {jitter: 'none'}, objective: {instances: 1, assume: {rps: 0.01}}};
    expect(await said(policy)).to.deep.equal(['RL203 info backoff.jitter']);
    for (const objective of [{instances: 2, assume: {rps: 0.01}}, {instances: 1, assume: {rps: 5}}, {instances: 1}])
      expect(await said({...policy, objective})).to.include('RL203 error backoff.jitter');
  });
});
