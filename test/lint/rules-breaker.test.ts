/** Breakers whose calls wait for the end of an outage, and those whose calls do not: findings, held against the simulator. */

import {expect} from 'chai';
import {applyEdits} from '../../lint/edit/text-edit.ts';
import type {Finding} from '../../lint/finding.ts';
import {lintText} from '../../lint/lint.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import type {BreakerInput, PolicyInput} from '../../src/policy/types.ts';
import {simulate} from '../../src/simulate/simulate.ts';

const RULES = ['RL212', 'RL213', 'RL216', 'RL217', 'RL304', 'RL401', 'RL405', 'RL413', 'RL602'];

async function findings(policy: PolicyInput): Promise<readonly Finding[]> {
  const report = await lintText({path: 'policy.json', files: {'policy.json': JSON.stringify(policy, null, 2)}});
  return report.findings.filter(({code}) => RULES.includes(code));
}

const said = async (policy: PolicyInput): Promise<string[]> =>
  (await findings(policy)).map(({code, severity, pointer}) => `${code} ${severity} ${pointer}`);

/** What each fix and each suggestion makes of the policy. */
async function mended(policy: PolicyInput): Promise<PolicyInput[]> {
  const remedies = (await findings(policy)).flatMap(({fix, suggestions}) => [...(fix ? [fix] : []), ...suggestions]);
  return remedies.map(({edits}) => JSON.parse(applyEdits(JSON.stringify(policy, null, 2), edits)));
}

/** Percent of the calls that succeed while all requests fail for 20 s of a minute. */
async function answered(policy: PolicyInput, medianMs = 80): Promise<number> {
  const {successRatio} = await simulate(policy, {
    durationMs: 60_000,
    traffic: {perSecond: 100, clients: 10},
    service: {
      latencyMs: {kind: 'lognormal', medianMs, sigma: 0.5},
      faults: [{kind: 'status', ratio: 1, fromMs: 20_000, toMs: 40_000, status: 503, afterMs: 10}],
    },
  });
  return successRatio * 100;
}

describe('a breaker that is written without its kind', () => {
  const over = (...breakers: readonly BreakerInput[]): PolicyInput => {
    const [top, route] = breakers;
    return {breaker: top, routes: [{match: {path: '/a'}, name: 'a', breaker: route}]};
  };

  it('has the kind that knows its fields, for rules as for the client', async () => {
    expect(await said({breaker: {openMs: 100}})).to.deep.equal(['RL213 warning breaker.openMs']);
    expect(await said({breaker: {failures: 2, openMs: 1000}})).to.deep.equal(['RL216 warning breaker.failures']);
    expect(await said({breaker: {failures: 2}})).to.deep.equal(['RL216 info breaker.failures']);
  });

  it('takes nothing from a layer of another kind', async () => {
    // The route has the scope of a new ratio breaker, and no name that is missing.
    const policy = over({scope: 'route'}, {minCalls: 30});
    expect((await said({...policy, routes: [{...policy.routes![0]!, name: undefined}]})).join()).not.to.contain(
      'RL419',
    );
    expect(await said(over({failures: 2}, {openMs: 2000}))).to.deep.equal(['RL216 info breaker.failures']);
  });

  it('keeps its meaning under each fix', async () => {
    for (const breaker of [
      {openMs: 100},
      {minCalls: 1},
      {probes: 0},
      {failureRatio: 1},
      {failures: 2, openMs: 1000},
      {failures: 2},
    ]) {
      const {kind} = resolvePolicy({breaker}).policy.breaker!;
      const policies = await mended({breaker} as PolicyInput);
      expect(policies, JSON.stringify(breaker)).to.have.length.of.at.least(1);
      for (const policy of policies) expect(resolvePolicy(policy).policy.breaker!.kind).to.equal(kind);
    }
  });

  it('is corrected where one of its fields is misspelt', async () => {
    const {findings: found} = await lintText({path: 'p.json', files: {'p.json': '{"breaker": {"opnMs": 2000}}'}});
    expect(found.map(({fix}) => fix?.title)).to.deep.equal(['Rename it to openMs']);
  });
});

describe('RL213 on a breaker whose calls do not wait', () => {
  for (const kind of ['ratio', 'consecutive'] as const)
    it(`says what kind "${kind}" answers in an outage, as the simulator has it`, async () => {
      const [finding] = await findings({breaker: {kind}});
      expect(finding).to.include({severity: 'info', pointer: 'breaker.kind'});
      const numbers = [...finding!.message.matchAll(/[\d.]+(?= %)/g)].map(([number]) => Number(number));
      const policies: PolicyInput[] = [{breaker: {kind}}, {breaker: null}, {}];
      expect(numbers).to.have.length(policies.length);
      for (const [index, policy] of policies.entries()) {
        const {successRatio} = await simulate(policy, 'outage');
        expect(numbers[index]).to.be.closeTo(successRatio * 100, 0.6);
      }
    });

  it('suggests a kind that answers more', async () => {
    for (const deadlineMs of [3000, 30_000])
      for (const openMs of [1000, 5000]) {
        const policy: PolicyInput = {
          deadlineMs,
          attemptTimeoutMs: 900,
          breaker: {kind: 'consecutive', openMs, scope: 'route'},
        };
        const [better] = await mended(policy);
        expect(better!.breaker).to.deep.equal({kind: 'adaptive', scope: 'route'});
        expect(await answered(better!)).to.be.above(await answered(policy));
      }
  });

  it('is silent where the kind is not written, a call has no time to wait, or another endpoint takes it', async () => {
    const endpoints = ['a', 'b'].map(name => ({name, origin: `https://${name}.example`}));
    expect(await said({breaker: {openMs: 5000}})).to.be.empty;
    expect(await said({deadlineMs: 2999, attemptTimeoutMs: 800, breaker: {kind: 'ratio'}})).to.be.empty;
    expect(await said({breaker: {kind: 'ratio', openMs: 60_000}, endpoints})).to.be.empty;
    expect(await said({breaker: {kind: 'ratio'}, objective: {assume: {rps: 0.05}}})).not.to.contain(
      'RL213 info breaker.kind',
    );
    expect(await said({breaker: {}})).to.be.empty;
  });

  it('says of an open time above the deadline that all calls of it are lost', async () => {
    const open = (openMs: number): PolicyInput => ({breaker: {openMs}});
    expect(await said(open(30_001))).to.deep.equal(['RL213 info breaker.openMs']);
    expect(await said(open(30_000))).to.be.empty;
    expect(await answered(open(31_000))).to.be.below((await answered({breaker: null})) - 20);
  });

  it('is silent where the breaker never closes, which is an error', async () => {
    const breaker: BreakerInput = {kind: 'consecutive', openMs: 45_000, probes: 0};
    expect((await said({breaker})).filter(each => each.startsWith('RL213'))).to.deep.equal([
      'RL213 error breaker.probes',
    ]);
  });
});

describe('RL213 on probes that are rare', () => {
  /** Calls that fail beside those of an outage of 2 s, in seconds of the traffic. */
  const lostSeconds = async (breaker: BreakerInput): Promise<number> => {
    const {calls, succeeded} = await simulate(
      {breaker},
      {
        durationMs: 400_000,
        traffic: {perSecond: 20, clients: 4},
        service: {
          latencyMs: {kind: 'lognormal', medianMs: 80, sigma: 0.5},
          faults: [{kind: 'status', ratio: 1, fromMs: 20_000, toMs: 22_000, status: 503, afterMs: 10}],
        },
      },
    );
    return (calls - succeeded) / 20 - 2;
  };

  it('loses as many calls as by open times that are as long, and none by the defaults', async () => {
    for (const ms of [60_000, 300_000]) {
      const adaptive = await lostSeconds({kind: 'adaptive', minProbeMs: ms, maxProbeMs: ms});
      const consecutive = await lostSeconds({kind: 'consecutive', openMs: ms});
      expect(adaptive).to.be.closeTo(consecutive, 0.1 * consecutive);
      expect(adaptive).to.be.closeTo(ms / 1000, 0.1 * (ms / 1000));
    }
    expect(await lostSeconds({kind: 'adaptive'})).to.be.below(0);
    expect(await lostSeconds({kind: 'adaptive', maxProbeMs: 300_000})).to.be.below(0);
  });

  it('says as much of both', async () => {
    for (const [ms, severity] of [
      [30_000, undefined],
      [30_001, 'info'],
      [300_000, 'info'],
      [300_001, 'warning'],
    ] as const) {
      const found = async (breaker: BreakerInput) => (await findings({breaker})).filter(({code}) => code === 'RL213');
      const [fixed] = await found({openMs: ms});
      const [adaptive] = await found({kind: 'adaptive', minProbeMs: ms, maxProbeMs: ms});
      expect([fixed?.severity, adaptive?.severity]).to.deep.equal([severity, severity]);
    }
  });
});

describe('RL304 on a wait for the end of an outage', () => {
  const waiting = (maxWaitMs: number, more: PolicyInput = {}): PolicyInput => ({
    deadlineMs: 10_000,
    attemptTimeoutMs: 3000,
    breaker: {maxWaitMs},
    ...more,
  });

  it('reports one that leaves an attempt less than its time', async () => {
    expect(await said(waiting(7000))).to.be.empty;
    expect(await said(waiting(7001))).to.deep.equal(['RL304 info breaker.maxWaitMs']);
    // An attempt has at most half of the deadline.
    expect(await said(waiting(5000, {attemptTimeoutMs: 9000}))).to.be.empty;
    expect(await said(waiting(5001, {attemptTimeoutMs: 9000}))).to.deep.equal(['RL304 info breaker.maxWaitMs']);
    expect(await said(waiting(20_000, {attemptTimeoutMs: null}))).to.deep.equal(['RL304 info breaker.maxWaitMs']);
    expect(await said(waiting(20_000, {deadlineMs: null}))).to.be.empty;
    expect(await said({...waiting(20_000), breaker: {maxWaitMs: 20_000, queue: 0}})).not.to.contain(
      'RL304 info breaker.maxWaitMs',
    );
  });

  it('says how long calls wait, and fixes it without a change of what is answered', async () => {
    const [finding] = await findings(waiting(10_000));
    expect(finding!.message).to.contain('the longest wait is 6950 ms, which leaves an attempt 3050 ms of the deadline');
    const [fixed] = await mended(waiting(10_000));
    expect(fixed!.breaker).to.deep.equal({maxWaitMs: 6950});
    expect(await answered(fixed!, 400)).to.be.closeTo(await answered(waiting(10_000), 400), 0.5);
  });

  it('says that none waits where the deadline is too short', async () => {
    const [finding] = await findings({deadlineMs: 90, attemptTimeoutMs: 40, breaker: {maxWaitMs: 400}});
    expect(finding!.message).to.contain('none waits, because the deadline of 90 ms leaves time for an attempt only');
    expect(finding!.fix).to.equal(undefined);
  });

  it('looks at what the file sets last: not at a preset, the default, or the deadline of a route', async () => {
    const short = {deadlineMs: 60_000, attemptTimeoutMs: 10_000};
    expect(await said({extends: ['steadfetch:batch'], ...short})).to.be.empty;
    expect(await said({deadlineMs: 1000, attemptTimeoutMs: 300})).to.be.empty;
    const route = {match: {path: '/a'}, name: 'a', deadlineMs: 5000, attemptTimeoutMs: 1000};
    expect(await said(waiting(7000, {routes: [route]}))).to.be.empty;
    expect(await said(waiting(7000, {routes: [{...route, breaker: {maxWaitMs: 6000}}]}))).to.deep.equal([
      'RL304 info routes[0].breaker.maxWaitMs',
    ]);
  });
});

describe('the queue of a breaker', () => {
  const traffic = (queue: number, maxWaitMs = 3000, rps = 100): PolicyInput => ({
    breaker: {queue, maxWaitMs},
    objective: {assume: {rps}},
  });

  it('holds the calls that may wait', async () => {
    expect(await said(traffic(300))).to.be.empty;
    expect(await said(traffic(299))).to.deep.equal(['RL217 warning breaker.queue']);
    expect(await said({objective: {assume: {rps: 3334}}})).to.deep.equal(['RL217 info objective']);
    expect(await said({objective: {assume: {rps: 3333}}})).to.be.empty;
    // The deadline leaves 6.95 s for waits.
    const short = {deadlineMs: 9000, attemptTimeoutMs: 2000};
    expect(await said({...traffic(694, 7000), ...short})).to.deep.equal(['RL217 warning breaker.queue']);
    expect(await said({...traffic(695, 7000), ...short})).to.be.empty;
    // Calls wait for the answer to the last probe, too.
    const slow = (queue: number): PolicyInput => ({
      ...traffic(queue),
      objective: {assume: {rps: 100, latencyMs: {p50: 500}}},
    });
    expect(await said(slow(349))).to.deep.equal(['RL217 warning breaker.queue']);
    expect(await said(slow(350))).to.be.empty;
    expect(await mended(traffic(100))).to.deep.equal([traffic(390)]);
  });

  it('loses calls where it is shorter', async () => {
    // Ten clients, each with a tenth of the calls.
    const [all, half, none] = await Promise.all(
      [39, 15, 0].map(queue => answered({breaker: {queue, maxWaitMs: 3000}})),
    );
    expect(all! - half!).to.be.above(1);
    expect(half! - none!).to.be.above(1);
  });

  it('is not 0 where calls may wait', async () => {
    expect(await said({breaker: {queue: 0}})).to.deep.equal(['RL217 warning breaker.queue']);
    expect(await said({breaker: {queue: 0, maxWaitMs: 0}})).to.deep.equal(['RL405 warning breaker.queue']);
    expect(await said({breaker: {queue: 0, maxAgeMs: 5000}})).to.include('RL405 warning breaker.maxAgeMs');
  });

  it('fits into memory', async () => {
    const long = (rps?: number): PolicyInput => ({
      deadlineMs: 120_000,
      breaker: {maxWaitMs: 60_000, queue: 500_000},
      ...(rps && {objective: {assume: {rps}}}),
    });
    expect(await said(long())).to.deep.equal(['RL413 warning breaker.queue']);
    expect(await said(long(4000))).to.deep.equal(['RL413 warning breaker.queue']);
    expect(await said(long(1000))).to.be.empty;
    expect(await said({breaker: {queue: 1_000_000}})).to.be.empty;
    expect(await said({extends: ['steadfetch:batch']})).to.be.empty;
  });
});

describe('failures that open a breaker', () => {
  it('are those of several calls, unless a preset or the default says so', async () => {
    const one = {maxAttempts: 4, deadlineMs: 60_000} as const;
    expect(await said({...one, breaker: {failures: 4}})).to.deep.equal(['RL216 info breaker.failures']);
    expect(await said({...one, breaker: {failures: 5}})).to.be.empty;
    expect(await said({maxAttempts: 1, breaker: {failures: 1}})).to.be.empty;
    expect(await mended({...one, breaker: {failures: 4}})).to.deep.equal([{...one, breaker: {failures: 8}}]);
  });

  it('come in less than ten seconds of an outage', async () => {
    const many = (failures: number, rps: number, kind?: 'consecutive'): PolicyInput => ({
      breaker: kind ? {kind, failures} : {failures},
      objective: {assume: {rps}},
    });
    expect(await said(many(601, 20))).to.deep.equal(['RL212 warning breaker.failures']);
    expect(await said(many(601, 21))).to.be.empty;
    expect(await said(many(200, 0.2))).to.be.empty;
    expect(await said(many(601, 20, 'consecutive'))).to.include('RL212 warning breaker.failures');
    const [better] = await mended(many(2000, 10));
    const requests = async ({breaker}: PolicyInput): Promise<number> =>
      (await simulate({breaker}, 'outage')).requestsPerCall;
    expect(await requests(better!)).to.be.below((await requests(many(2000, 10))) - 0.1);
  });
});

describe('waits in seconds', () => {
  it('are taken for a slip, unless the call is short', async () => {
    expect(await said({breaker: {maxWaitMs: 3}})).to.deep.equal(['RL602 warning breaker.maxWaitMs']);
    expect(await said({breaker: {maxAgeMs: 30}})).to.deep.equal(['RL602 warning breaker.maxAgeMs']);
    expect(await said({deadlineMs: 200, attemptTimeoutMs: 50, breaker: {maxWaitMs: 90}})).to.be.empty;
    expect(await said({breaker: {maxWaitMs: 0}})).to.be.empty;
  });

  it('contradict each other where the shortest time between probes is above the longest', async () => {
    expect(await said({breaker: {minProbeMs: 3000}})).to.deep.equal(['RL401 error breaker.minProbeMs']);
    expect(await said({breaker: {maxProbeMs: 50}})).to.deep.equal(['RL401 error breaker.maxProbeMs']);
    expect(await said({breaker: {openMs: 9000, maxOpenMs: 8000}})).to.deep.equal(['RL401 error breaker.openMs']);
  });
});
