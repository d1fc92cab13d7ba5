/** What `steadfetch plan` predicts, for random objectives and services, against the engine in the simulator. */
import {expect} from 'chai';
import {seededRandom} from '../../src/core/random.ts';
import {lognormalLatency, statedQuantiles} from '../../src/plan/latency.ts';
import {plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import {simulatePlan} from '../../src/plan/simulated.ts';
import {defaultSpace} from '../../src/plan/space.ts';

const REQUESTS = 30;
const random = seededRandom(15);
const between = (low: number, high: number): number => low + (high - low) * random();
/** Evenly by order of magnitude. */
const about = (low: number, high: number): number => Math.exp(between(Math.log(low), Math.log(high)));
const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

function randomRequest(): PlanRequest {
  const [medianMs, sigma] = [about(20, 1000), between(0.2, 1)];
  const latency = lognormalLatency(medianMs, sigma);
  const limitMs = Math.round(medianMs * Math.exp(1.645 * sigma) * between(1, 4));
  const successRatio = oneOf([0.9, 0.95, 0.99, 0.995, 0.999]);
  const deadlineMs = Math.round(limitMs * between(1, 3));
  const maxAmplification = oneOf([2, 3, 4, 5]);
  const failures = [
    {ratio: about(0.002, 0.2), afterMs: Math.round(about(1, medianMs)), isUnsent: false},
    {ratio: about(0.002, 0.05), afterMs: 0, isUnsent: true},
  ];
  return {
    objective: {latencyMs: {p95: limitMs}, successRatio, deadlineMs, maxAmplification, otherAttempts: 1},
    service: {
      latency,
      quantiles: statedQuantiles(latency),
      failures: failures.slice(0, oneOf([0, 1, 1, 2])),
      hangRatio: oneOf([0, about(0.001, 0.05)]),
    },
    call: {
      name: 'random',
      method: 'POST',
      path: '/random',
      repeat: oneOf(['declared', 'declared', 'never']),
      perSecond: about(2, 500),
    },
    space: defaultSpace(latency, deadlineMs, maxAmplification),
  };
}

describe(`${REQUESTS} random plans: predicted success within 0.01, P95 within 5 % of the simulator`, () => {
  for (const request of Array.from({length: REQUESTS}, randomRequest)) {
    const {objective, call, service} = request;
    const failing = service.failures.reduce((sum, {ratio}) => sum + ratio, service.hangRatio);
    const title = `${call.perSecond!.toFixed(0)} calls a second, ${(failing * 100).toFixed(1)} % of the attempts fail, P95 within ${objective.latencyMs.p95} ms, ${objective.successRatio} succeed`;
    it(title, async () => {
      const best = plan(request).best!;
      const simulated = (await simulatePlan(best, request))!;
      expect(simulated.successRatio).to.be.closeTo(best.successRatio, 0.01);
      expect(simulated.meanAttempts).to.be.closeTo(best.meanAttempts, 0.05);
      // Where hardly more than 95 % succeed, chance moves the percentile far. The share has to agree.
      const p95 = best.quantile(0.95);
      const isNear = Math.abs(p95 - simulated.p95Ms) <= 0.05 * simulated.p95Ms;
      const isSameShare =
        Math.abs(best.successRatio - 0.95) < 0.01 || Math.abs(best.cdf(simulated.p95Ms) - 0.95) < 0.003;
      expect(isNear || p95 === simulated.p95Ms || isSameShare, `${p95} ms predicted, ${simulated.p95Ms}`).to.equal(
        true,
      );
    });
  }
});
