/** Scenarios are checked and filled before anything runs. */
import {readdirSync, readFileSync} from 'node:fs';
import {Ajv} from 'ajv';
import {expect} from 'chai';
import {InvalidScenarioError, readScenario, scenarioNames} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';

const root = new URL('../../schema/', import.meta.url);
const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

const LEAST: ScenarioInput = {durationMs: 1000, traffic: {perSecond: 1}, service: {latencyMs: {ms: 10}}};

function problemsOf(scenario: unknown): string[] {
  try {
    readScenario(scenario as ScenarioInput);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidScenarioError)) throw error;
    return error.problems.map(({path, message}) => `${path} ${message}`);
  }
}

const TWICE = [
  {quantile: 0.5, ms: 9},
  {quantile: 0.5, ms: 9},
];

describe('readScenario', () => {
  it('fills the defaults of every object', () => {
    const {traffic, service, layers, seed, name} = readScenario({
      ...LEAST,
      service: {latencyMs: {ms: 10}, faults: [{status: 500}], capacity: {workers: 2}},
    });
    expect({seed, name, layers}).to.deep.equal({seed: 1, name: 'scenario', layers: []});
    expect(traffic.requests[0]).to.deep.include({method: 'GET', key: false, share: 1});
    expect(service.latencyMs).to.deep.equal({kind: 'fixed', ms: 10});
    expect(service.faults[0]).to.deep.include({kind: 'status', ratio: 1, fromMs: 0, toMs: null, when: 'arrival'});
    expect(service.capacity).to.deep.equal({workers: 2, queue: null, status: 503, headers: [], stopsAbandoned: false});
  });

  for (const [title, change, expected] of [
    [
      'a missing field',
      {durationMs: undefined},
      ['durationMs is missing; it must be a whole number from 1 to 604800000'],
    ],
    [
      'a misspelt field',
      {traffic: {perSecond: 1, client: 3}},
      [
        'traffic.client is not a field of traffic (its fields: perSecond, arrivals, clients, phases, requests); did you mean "clients"?',
      ],
    ],
    [
      'a wrong value deep inside',
      {service: {latencyMs: {ms: 1}, faults: [{kind: 'reset', when: 'never'}]}},
      ['service.faults[0].when must be "arrival" or "processing", got "never"'],
    ],
    [
      'an unknown kind',
      {service: {latencyMs: {kind: 'gamma'}}},
      [
        'service.latencyMs.kind must be "fixed", "normal", "lognormal", "exponential", "pareto", "quantiles" or "cumulative", got "gamma"',
      ],
    ],
    [
      'two endpoints of one name',
      {endpoints: [{name: 'eu'}, {name: 'eu'}]},
      ['endpoints[1].name must not be "eu": another endpoint has that name'],
    ],
    [
      'faults of an endpoint that add up to more than all requests',
      {endpoints: [{name: 'eu', service: {latencyMs: {ms: 1}, faults: [{ratio: 0.7}, {ratio: 0.4, fromMs: 5}]}}]},
      ['endpoints[0].service.faults have ratios that add up to 1.1 at 5 ms, and 1 is the most'],
    ],
    [
      'a phase that ends before it begins',
      {traffic: {perSecond: 1, phases: [{fromMs: 10, toMs: 10, perSecond: 2}]}},
      ['traffic.phases[0].toMs must be after fromMs (10), got 10'],
    ],
    [
      'faults that are more than all requests',
      {service: {latencyMs: {ms: 1}, faults: [{ratio: 0.6}, {kind: 'hang', ratio: 0.6, fromMs: 5}]}},
      ['service.faults have ratios that add up to 1.2 at 5 ms, and 1 is the most'],
    ],
    [
      'a slow fault that slows nothing down',
      {service: {latencyMs: {ms: 1}, faults: [{kind: 'slow', ratio: 0.5}]}},
      ['service.faults[0] must have a factor above 1 or addedMs: without them nothing is slow'],
    ],
    [
      'a slow fault that would make requests faster',
      {service: {latencyMs: {ms: 1}, faults: [{kind: 'slow', factor: 0.5, when: 'processing'}]}},
      [
        'service.faults[0].factor must be a number from 1 to 1000000, got 0.5',
        'service.faults[0].when is not a field of service.faults[0] kind "slow" (its fields: kind, ratio, fromMs, toMs, factor, addedMs)',
      ],
    ],
    [
      'laws out of order in a slow fault and in the body',
      {
        service: {
          latencyMs: {ms: 1},
          bodyMs: {kind: 'quantiles', points: TWICE},
          faults: [{kind: 'slow', addedMs: {kind: 'quantiles', points: TWICE}}],
        },
      },
      [
        'service.bodyMs.points must be in ascending order, by quantile and by ms',
        'service.faults[0].addedMs.points must be in ascending order, by quantile and by ms',
      ],
    ],
    [
      'cumulative shares that fall, or that leave requests out',
      {
        service: {
          latencyMs: {
            kind: 'cumulative',
            points: [
              {ms: 5, share: 0.9},
              {ms: 9, share: 0.8},
              {ms: 10, share: 1},
            ],
          },
          bodyMs: {kind: 'cumulative', points: [{ms: 5, share: 0.9}]},
        },
      },
      [
        'service.latencyMs.points must be in ascending order, by ms and by share, and end with a share of 1',
        'service.bodyMs.points must be in ascending order, by ms and by share, and end with a share of 1',
      ],
    ],
    [
      'quantiles out of order',
      {
        service: {
          latencyMs: {
            kind: 'quantiles',
            points: [
              {quantile: 0.5, ms: 9},
              {quantile: 0.9, ms: 8},
            ],
          },
        },
      },
      ['service.latencyMs.points must be in ascending order, by quantile and by ms'],
    ],
    [
      'a wrong policy of a layer',
      {layers: [{policy: {maxAttempts: 0}}]},
      ['layers[0].policy.maxAttempts must be a whole number of at least 1, "unlimited" or null, got 0'],
    ],
    [
      'no request that occurs',
      {traffic: {perSecond: 1, requests: [{share: 0}]}},
      ['traffic.requests must have a request with a share above 0'],
    ],
  ] as const)
    it(`refuses ${title}`, () => expect(problemsOf({...LEAST, ...change})).to.deep.equal(expected));

  it('names the scenario that a misspelt name is close to', () => {
    expect(problemsOf('outge')).to.deep.equal([' "outge" is not the name of a scenario; did you mean "outage"?']);
  });

  it('ignores fields that begin with x-', () => expect(problemsOf({...LEAST, 'x-note': 'mine'})).to.deep.equal([]));
});

describe('the scenarios with a name', () => {
  const validate = new Ajv({strict: false}).compile(read('scenario.schema.json') as object);

  it('are the files of schema/scenarios', () => {
    const files = readdirSync(new URL('scenarios/', root)).map(file => file.replace('.json', ''));
    expect(files.sort()).to.deep.equal([...scenarioNames].sort());
  });

  for (const name of scenarioNames) {
    it(`${name} fits the published schema, and has its own name and a sentence`, () => {
      const scenario = read(`scenarios/${name}.json`) as ScenarioInput;
      expect(validate(scenario), JSON.stringify(validate.errors)).to.equal(true);
      expect(readScenario(name).name).to.equal(name);
      expect(scenario.description).to.match(/^[A-Z].+\.$/);
    });
  }
});
