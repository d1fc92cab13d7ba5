/** The policy of a plan is valid, and retry-lint has nothing to report, not even under `strict`. */

import {expect} from 'chai';
import fc from 'fast-check';
import {lintText} from '../../lint/lint.ts';
import {seededRandom} from '../../src/core/random.ts';
import {quantileOf} from '../../src/math/attempt-latency.ts';
import {lognormalLatency, measuredLatency, statedQuantiles} from '../../src/plan/latency.ts';
import {plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import {resolvePolicy} from '../../src/policy/resolve.ts';
import {checkPolicy} from '../../src/policy/validate.ts';
import {runs} from '../support/runs.ts';
import {predictRequest} from './requests.ts';

async function codesOf(policy: unknown): Promise<string[]> {
  const text = JSON.stringify(policy, null, 2);
  const report = await lintText({path: 'p.json', files: {'p.json': text}, config: {preset: 'strict'}});
  return report.findings.map(({code, message}) => `${code}: ${message}`);
}

describe('the policy of a plan', () => {
  it('is a route with the settings, the objective and the assumed traffic', () => {
    const {policy} = plan(predictRequest({call: {perSecond: 50, instances: 2}}));
    expect(policy).to.deep.equal({
      $schema: './node_modules/steadfetch/schema/policy.schema.json',
      version: 1,
      name: 'predict',
      routes: [
        {
          match: {methods: ['POST'], path: '/predict'},
          name: 'predict',
          idempotentMethods: ['POST'],
          maxAttempts: 3,
          attemptTimeoutMs: 600,
          deadlineMs: 800,
          backoff: {kind: 'exponential', baseMs: 25, factor: 2, jitter: 'full'},
          objective: {
            latencyMs: {p95: 800},
            successRatio: 0.99,
            instances: 2,
            assume: {
              rps: 50,
              latencyMs: {p50: 180, p95: 409.7, p99: 576},
              failureRatio: 0.05,
              failureLatencyMs: 20,
              hangRatio: 0.01,
            },
          },
        },
      ],
    });
  });

  it('has a key where the server deduplicates, and no route for GET on every path', () => {
    const keyed = plan(predictRequest({call: {repeat: 'key'}})).policy!;
    expect(keyed.routes![0]).to.deep.include({idempotency: {methods: ['POST']}});
    expect(keyed.routes![0]).not.to.have.property('idempotentMethods');
    const {path: _, ...call} = predictRequest().call;
    const every: PlanRequest = {...predictRequest(), call: {...call, method: 'GET', repeat: 'idempotent-method'}};
    const get = plan(every).policy!;
    expect(get).to.include({maxAttempts: 3, attemptTimeoutMs: 600, deadlineMs: 800});
    expect(get).not.to.have.property('routes');
  });

  it('states only what its jitter uses', () => {
    const {policy} = plan(predictRequest({space: {jitters: ['decorrelated']}, objective: {successRatio: 0.98}}));
    expect(policy!.routes![0]!.backoff).not.to.have.property('factor');
  });

  it('is valid and clean, whatever is asked for', async () => {
    const share = (most: number) => fc.double({min: 0, max: most, noNaN: true});
    const COUNT = runs(20, 60);
    let planned = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          success: fc.double({min: 0.9, max: 0.999, noNaN: true}),
          deadlineMs: fc.integer({min: 500, max: 20_000}),
          failures: share(0.1),
          afterMs: fc.integer({min: 0, max: 300}),
          hangRatio: share(0.02),
          repeat: fc.constantFrom('declared', 'key', 'never'),
          maxAmplification: fc.integer({min: 1, max: 5}),
          hedges: fc.constantFrom<(number | null)[]>([null], [450], [null, 450, 600]),
          perSecond: fc.constantFrom(undefined, 0.1, 50),
        }),
        async ({success, deadlineMs, failures, afterMs, hangRatio, repeat, maxAmplification, hedges, perSecond}) => {
          const request = predictRequest({
            objective: {latencyMs: {p95: deadlineMs}, successRatio: success, deadlineMs, maxAmplification},
            service: {failures: [{ratio: failures, afterMs, isUnsent: false}], hangRatio},
            call: {repeat, ...(perSecond === undefined ? {} : {perSecond})},
            space: {hedges},
          });
          const {policy} = plan(request);
          if (policy === null) return;
          planned++;
          expect(checkPolicy(policy)).to.deep.equal([]);
          resolvePolicy(policy);
          expect(await codesOf(policy)).to.deep.equal([]);
        },
      ),
      {numRuns: COUNT, seed: 20_261_126},
    );
    expect(planned).to.be.above(0.4 * COUNT);
  }).timeout(240_000);

  it('leaves time for a retry after a timeout, where the deadline is little longer than the slowest answers', async () => {
    const random = seededRandom(20_261_201);
    const counts = {clean: 0, warned: 0};
    for (let at = 0; at < runs(30, 150); at++) {
      const medianMs = Math.round(20 * Math.exp(3 * random()));
      const latency = lognormalLatency(medianMs, 0.3 + 0.7 * random());
      const deadlineMs = Math.round(quantileOf(latency, 0.97 + 0.028 * random()) + 40 * random());
      const {policy} = plan(
        predictRequest({
          objective: {latencyMs: {p95: deadlineMs}, successRatio: 0.95, deadlineMs},
          service: {
            latency,
            quantiles: statedQuantiles(latency),
            failures: [{ratio: 0.02 + 0.1 * random(), afterMs: Math.round(medianMs / 3), isUnsent: false}],
            hangRatio: 0.005 * random(),
          },
        }),
      );
      if (policy === null || policy.routes![0]!.maxAttempts === 1) continue;
      const codes = await codesOf(policy);
      counts[codes.length === 0 ? 'clean' : 'warned']++;
      // Where only a longer timeout meets the objective, retries follow failures alone.
      for (const code of codes) expect(code).to.match(/^RL303: .*: after timeouts, attempt/);
    }
    expect(counts.clean).to.be.above(3 * counts.warned);
    expect(counts.clean).to.be.above(runs(10, 50));
  }).timeout(120_000);

  it('is clean for measured latencies that three quantiles do not describe', async () => {
    // Two modes: nine of ten answers come from a cache.
    const values = Array.from({length: 5000}, (_, index) =>
      index % 10 === 0 ? 300 + (index % 400) : 10 + (index % 37),
    );
    const latency = measuredLatency(values);
    const {policy} = plan(predictRequest({service: {latency, quantiles: statedQuantiles(latency)}}));
    expect(await codesOf(policy)).to.deep.equal([]);
  });
});
