/** The arithmetic of stated traffic: hedges, places, queues, lost answers, runs of failures and fleets. */

import {expect} from 'chai';
import {explainFile} from '../../../lint/explain/explain.ts';
import {renderText} from '../../../lint/explain/render.ts';
import {rules} from '../../../lint/rules/index.ts';
import type {PolicyInput} from '../../../src/policy/types.ts';

async function explained(code: string, policy: PolicyInput): Promise<string> {
  const rule = rules.find(rule => rule.code === code)!;
  const files = {'p.json': JSON.stringify(policy)};
  return renderText(await explainFile(rule, {path: 'p.json', files}), Number.POSITIVE_INFINITY);
}

const assume = {rps: 50, latencyMs: {p50: 180, p95: 410}};

describe('explaining stated traffic', () => {
  it('RL215 shows the share of attempts that are slower than a delay', async () => {
    expect(await explained('RL215', {hedge: {delayMs: 100}, objective: {assume}})).to.equal(
      [
        'The policy:',
        '',
        '  hedge after          attempts in flight then   calls hedged',
        '  100 ms, as written                      88 %            5 %',
        '  180 ms, the p50                         50 %            5 %',
        '  410 ms, the p95                          5 %            5 %',
        '',
        '  5 % of the calls may be hedged. If the whole server is slow, every attempt is due for a hedge, and the load is 105 % of the calls.',
      ].join('\n'),
    );
    expect(await explained('RL215', {})).to.contain('The policy has no hedge.');
    expect(await explained('RL215', {hedge: {delayMs: 100}})).not.to.contain('in flight then');
  });

  it('RL309 says how long a failed attempt is assumed to take', async () => {
    const policy = (failureLatencyMs?: number): PolicyInput => ({
      deadlineMs: 800,
      objective: {
        latencyMs: {p95: 800},
        assume: {...assume, failureRatio: 0.05, ...(failureLatencyMs === undefined ? {} : {failureLatencyMs})},
      },
    });
    expect(await explained('RL309', policy())).to.contain('5 % of the attempts fail at once');
    expect(await explained('RL309', policy(20))).to.contain('5 % of the attempts fail after 20 ms');
  });

  it('RL216 shows after how many attempts random failures are consecutive', async () => {
    const breaker = {kind: 'consecutive', failures: 3} as const;
    expect(await explained('RL216', {breaker, objective: {assume}})).to.match(/10 % +1110 +23 s\n/);
    expect(await explained('RL216', {breaker: {kind: 'consecutive', failures: 1_000_000}})).to.contain('rarely');
    expect(await explained('RL216', {})).not.to.contain('until it opens');
  });

  it('RL213 shows when an adaptive breaker opens and probes, and how many calls wait', async () => {
    const shown = await explained('RL213', {objective: {assume: {rps: 50}}});
    for (const row of [/few +8\n/, /1 % +8\n/, /10 % +13\n/, /30 % +23\n/, /50 % +40\n/, /90 % +200\n/])
      expect(shown).to.match(row);
    for (const row of [/0 ms +100 ms/, /3000 ms +375 ms/, /10000 ms +1000 ms/]) expect(shown).to.match(row);
    // A probe for fifty calls is enough.
    expect(shown).not.to.contain('30000 ms  ');
    expect(shown).to.contain('calls that began in the first 33000 ms of an outage wait for up to 3000 ms');
    expect(shown).to.contain('50 calls per second · 3000 ms = 150 in the line, which holds 10000.');
    const all = await explained('RL213', {breaker: {maxAgeMs: null}});
    expect(all).to.contain('all calls wait for up to 3000 ms. The line holds 10000.');
    // The deadline leaves an attempt its time.
    const short = {deadlineMs: 5000, attemptTimeoutMs: 1000, breaker: {maxWaitMs: 9000, maxAgeMs: null}};
    expect(await explained('RL213', short)).to.contain('all calls wait for up to 3950 ms.');
    expect(await explained('RL213', {breaker: {maxWaitMs: 0}})).to.contain('none may wait');
    expect(await explained('RL217', {breaker: {kind: 'ratio'}})).not.to.contain('wait for up to');
  });

  it('RL217 shows how many calls a higher limit refuses', async () => {
    const policy = (instances: number): PolicyInput => ({concurrency: {max: 8}, objective: {instances, assume}});
    const shown = await explained('RL217', policy(20));
    expect(shown).to.contain('50 calls per second · 204 ms on average = 10.2 attempts in flight');
    expect(shown).to.match(/8, as written +128 % +34\.8 %/);
    expect(shown).to.contain('20 processes each have this limit: up to 160 attempts reach the server.');
    expect(await explained('RL217', policy(1))).not.to.contain('processes');
    expect(await explained('RL217', {})).to.contain('The policy has no concurrency limit.');
    expect(await explained('RL217', {concurrency: {}})).to.contain('To compute this, set p50');
    const unknown = {concurrency: {}, objective: {assume: {latencyMs: {p50: 180}}}};
    expect(await explained('RL217', unknown)).to.contain('set objective.assume.rps');
  });

  it('RL218 shows one process beside all of them', async () => {
    const shown = await explained('RL218', {objective: {instances: 500, assume: {rps: 0.02}}});
    expect(shown).to.match(/retries from a full bucket +7 +3500\n/);
    expect(shown).to.match(/retries per second, by refill +0\.017 +8\.33\n/);
    expect(await explained('RL218', {})).to.contain('objective.instances is not set.');
  });

  it('RL310 shows what lost responses cost', async () => {
    const shown = await explained('RL310', {attemptTimeoutMs: 150, objective: {assume}});
    expect(shown).to.match(/150 ms, as written +64\.2 % +2\.05 +73\.5 %/);
    expect(shown).to.contain('with up to 3 attempts');
    const once = await explained('RL310', {attemptTimeoutMs: 150, maxAttempts: 1, objective: {assume}});
    expect(once).to.match(/150 ms, as written +64\.2 % +1 +35\.8 %/);
    expect(await explained('RL310', {})).to.contain('To compute the lost responses');
  });

  it('RL217 shows the waits of a queue', async () => {
    const policy = {deadlineMs: 2000, attemptTimeoutMs: 600, concurrency: {max: 4, queue: 40}, objective: {assume}};
    expect(await explained('RL217', policy)).to.match(/40 +2031 ms +6000 ms/);
    expect(await explained('RL217', {...policy, attemptTimeoutMs: null, deadlineMs: null})).to.contain('unlimited');
    expect(await explained('RL217', {})).to.contain('The policy has no queue.');
  });
});
