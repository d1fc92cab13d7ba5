/** The verdicts of `plan` on random objectives, against a Monte Carlo that shares no code with the formulas or the engine. */
import {expect} from 'chai';
import {type Random, seededRandom} from '../../src/core/random.ts';
import {quantileOf} from '../../src/math/attempt-latency.ts';
import {Evaluation, type Plan} from '../../src/plan/evaluate.ts';
import {lognormalLatency, statedQuantiles} from '../../src/plan/latency.ts';
import {plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import {search} from '../../src/plan/search.ts';
import {candidatesOf, defaultSpace} from '../../src/plan/space.ts';
import {runs} from '../support/runs.ts';
import {runTrial} from './monte-carlo.ts';

const CALLS = 12_000;
const OBJECTIVES = runs(60, 300);
const SHARES = {p50: 0.5, p95: 0.95, p99: 0.99} as const;

interface Case {
  readonly request: PlanRequest;
  readonly medianMs: number;
  readonly sigma: number;
}

/** A random objective that is neither trivial nor absurd. */
function caseOf(seed: number, isHedged: boolean): Case {
  const random = seededRandom(seed);
  const between = (low: number, high: number): number => low + (high - low) * random();
  /** Evenly by order of magnitude. */
  const about = (low: number, high: number): number => Math.exp(between(Math.log(low), Math.log(high)));
  const oneOf = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
  const [medianMs, sigma] = [about(10, 1000), between(0.2, 1)];
  const latency = lognormalLatency(medianMs, sigma);
  const limitMs = Math.round(Math.max(60, medianMs * Math.exp(1.645 * sigma) * between(1, 3)));
  const deadlineMs = Math.round(limitMs * between(1, 2));
  const maxAmplification = oneOf([2, 3, 4, 5]);
  const failures = [
    {ratio: about(0.005, 0.2), afterMs: Math.round(about(1, medianMs)), isUnsent: false},
    {ratio: about(0.002, 0.05), afterMs: 0, isUnsent: true},
  ].slice(0, oneOf([0, 1, 1, 2]));
  const space = defaultSpace(latency, deadlineMs, maxAmplification);
  const hedges = [oneOf([0.5, 0.75]), oneOf([0.9, 0.95])].map(share => Math.round(quantileOf(latency, share)));
  return {
    medianMs,
    sigma,
    request: {
      objective: {
        latencyMs: {p95: limitMs},
        successRatio: oneOf([0.9, 0.95, 0.99, 0.995, 0.999]),
        deadlineMs,
        maxAmplification,
        otherAttempts: 1,
      },
      service: {latency, quantiles: statedQuantiles(latency), failures, hangRatio: oneOf([0, about(0.001, 0.05)])},
      call: {name: 'random', method: 'POST', path: '/random', repeat: 'declared', perSecond: about(2, 500)},
      space: {...space, hedges: isHedged ? hedges : [null]},
    },
  };
}

/** By how much a plan exceeds its objectives in the Monte Carlo, in standard errors beyond the uncertainty of the formulas; at worst. */
function excessOf(found: Plan, {request, medianMs, sigma}: Case, seed: number): {least: number; most: number} {
  const {objective, service, call} = request;
  const {endings} = runTrial(
    {
      ...found,
      attemptTimeoutMs: found.attemptTimeoutMs ?? Number.POSITIVE_INFINITY,
      deadlineMs: objective.deadlineMs,
      maxLoadRatio: found.hedgeLimit,
      perSecond: call.perSecond!,
      failures: service.failures,
      hangRatio: service.hangRatio,
      latency: random =>
        medianMs * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
    },
    CALLS,
    seededRandom(seed),
  );
  const within = (ms: number): number => endings.reduce((count, each) => count + Number(each <= ms), 0) / CALLS;
  const wanted: readonly (readonly [number, number])[] = [
    [Number.MAX_VALUE, objective.successRatio ?? 0],
    ...(['p50', 'p95', 'p99'] as const).flatMap(name =>
      objective.latencyMs[name] === undefined ? [] : [[objective.latencyMs[name], SHARES[name]] as const],
    ),
  ];
  const margins = wanted.map(([ms, share]) => {
    const reached = within(ms);
    const error = Math.sqrt(Math.max(reached * (1 - reached), share * (1 - share)) / CALLS);
    return {above: (reached - share - found.uncertainty) / error, below: (reached - share + found.uncertainty) / error};
  });
  return {
    least: Math.min(...margins.map(({below}) => below)),
    most: Math.min(...margins.map(({above}) => above)),
  };
}

/** Of so many objectives, chance takes one beyond four standard errors in a hundred runs. */
const ERRORS = 4;
/** Rejected plans that are run: those that come nearest by the formulas, and some of those with the most attempts. */
const NEAREST = 2;
const OTHERS = 3;

function rejectedOf({request}: Case, random: Random): Plan[] {
  const {space, objective} = request;
  const all = candidatesOf(space, objective.deadlineMs, true);
  const most = all.filter(({attempts}) => attempts === Math.max(...space.attempts));
  const evaluation = new Evaluation(request);
  const others = Array.from({length: OTHERS}, () => most[Math.floor(random() * most.length)]!);
  return [...search(request).allowed.slice(0, NEAREST), ...others.map(each => evaluation.plan(each))];
}

for (const isHedged of [true, false])
  describe(`the verdicts on ${OBJECTIVES} random objectives ${isHedged ? 'with' : 'without'} hedges`, () => {
    const first = isHedged ? 1000 : 5000;
    it('none is wrong beyond its uncertainty', () => {
      const wrong: string[] = [];
      const counts = {met: 0, impossible: 0};
      for (let seed = first; seed < first + OBJECTIVES; seed++) {
        const found = caseOf(seed, isHedged);
        const {best, feasible} = plan(found.request);
        if (feasible > 0) {
          counts.met++;
          const {least} = excessOf(best!, found, seed);
          if (least < -ERRORS) wrong.push(`${seed}: the best plan misses its objective by ${-least} standard errors`);
          continue;
        }
        counts.impossible++;
        for (const rejected of rejectedOf(found, seededRandom(seed))) {
          const {most} = excessOf(rejected, found, seed);
          if (most > ERRORS) wrong.push(`${seed}: a rejected plan meets every objective by ${most} standard errors`);
        }
      }
      expect(wrong).to.deep.equal([]);
      expect(Math.min(counts.met, counts.impossible), 'both verdicts occur').to.be.above(OBJECTIVES / 10);
    }).timeout(300_000);
  });
