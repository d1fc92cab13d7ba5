/** The page of a plan: the numbers, the reasons, and the alternatives with the best one marked. */
import {expect} from 'chai';
import type {PlanFacts} from '../../src/cli/plan-facts.ts';
import {planPage} from '../../src/cli/plan-page.ts';
import {Measurements} from '../../src/plan/measurements/measurements.ts';
import {plan} from '../../src/plan/plan.ts';
import type {PlanRequest} from '../../src/plan/request.ts';
import type {Simulated} from '../../src/plan/simulated.ts';
import {predictRequest} from '../plan/requests.ts';

const SMALL = {attemptTimeouts: [400, 600], bases: [25, 50], hedges: [null], jitters: ['full'] as const};
const SIMULATED: Simulated = {
  calls: 50_038,
  successRatio: 0.9904,
  p50Ms: 183,
  p95Ms: 439,
  p99Ms: 796,
  meanAttempts: 1.072,
  missed: [],
  isConfirmed: true,
  isInterrupted: false,
};

const factsOf = (request: PlanRequest, more: Partial<PlanFacts> = {}, simulated: Simulated | null = SIMULATED) =>
  ({
    request,
    result: {...plan(request), simulated, refuted: 0},
    measured: undefined,
    out: undefined,
    ...more,
  }) satisfies PlanFacts;

const textOf = (page: string): string =>
  page
    .replace(/<style>.*?<\/style>|<div class="chart.*?<\/div>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('planPage', () => {
  const request = predictRequest({space: SMALL});
  const page = planPage(factsOf(request));
  const text = textOf(page);

  it('puts the predicted, the simulated and the wanted numbers side by side', () => {
    expect(text)
      .to.include('predicted simulated objective')
      .and.include('succeed 99.07 % 99.04 % &gt;= 99 %')
      .and.include('p95 of all calls 435 ms 439 ms &lt;= 800 ms')
      .and.include('Simulated: 50,038 calls of the engine itself.');
  });

  it('has the objective, the service, and a reason for each setting', () => {
    expect(text)
      .to.include('Plan: POST /predict')
      .and.include('p95 within 800 ms, 99 % succeed, deadline 800 ms, at most 4 requests per call')
      .and.include('One attempt: p50 180 ms')
      .and.include('attempts, 3 With fewer and no hedge');
  });

  it('draws the Pareto front with the limits of the objective, and marks the best plan in chart and table', () => {
    expect(page).to.include('Success against p95').and.include('objective: 99 %').and.not.include('objective: 800 ms');
    expect(text).to.match(/ \d, best 3 600 25 full - 99\.07 % 435 ms 1\.072 1\.072 3 /);
    expect(page.match(/>\d, best</g)).to.have.length(1);
    expect(text).to.include('The ring marks the best plan');
  });

  it('has the best plan among the alternatives, even where the front leaves it out', () => {
    const facts = factsOf(request);
    const others = facts.result.front.filter(({attemptTimeoutMs}) => attemptTimeoutMs !== 600);
    expect(textOf(planPage({...facts, result: {...facts.result, front: others}}))).to.match(/ 1, best 3 600 25 full /);
  });

  it('ends with the policy', () => {
    expect(text).to.include('&quot;maxAttempts&quot;: 3');
  });

  it('names the binding factor and the nearest plan where no plan is good enough', () => {
    const facts = factsOf(predictRequest({space: SMALL, objective: {successRatio: 0.995}}), {}, null);
    const infeasible = planPage(facts);
    expect(textOf(infeasible))
      .to.include('No plan meets every objective. Best of the ')
      .and.include('Binding factor: 1 % of the attempts hang.')
      .and.include('The nearest plan')
      .and.not.include('Policy {');
    expect(infeasible).to.match(/>\d, nearest</);
  });

  it('has no chart where no alternative has a p95, and none at all where every load is too much', () => {
    const one = predictRequest({space: {...SMALL, attempts: [1]}});
    expect(planPage(factsOf(one, {}, null))).not.to.include('<figure>');
    const crowded = predictRequest({
      space: SMALL,
      objective: {capacity: {perSecond: 1, headroomRatio: 0.2, callsPerSecond: 100}},
    });
    expect(textOf(planPage(factsOf(crowded, {}, null)))).to.include('more than the limits of load allow');
  });

  it('says from which measurements it was made, and shows hostile names as text', () => {
    const measurements = new Measurements();
    measurements.add({durationMs: 5});
    const name = '<script>alert(1)</script>';
    const measured = planPage(factsOf(request, {measured: {name, measurements, isInterrupted: true}}));
    expect(textOf(measured)).to.include('1 attempts from &lt;script&gt;alert(1)&lt;/script&gt;, as far as it was read');
    expect(measured).not.to.match(/<script/i);
  });
});
