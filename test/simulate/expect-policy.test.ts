/** `expectPolicy`: conditions on a policy, as tests of users have them. */
import {expect} from 'chai';
import fc from 'fast-check';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {expectPolicy, type SteadfetchError} from '../../src/testing.ts';

const POLICY: PolicyInput = {
  name: 'two',
  maxAttempts: 2,
  backoff: {kind: 'constant', delayMs: 10, jitter: 'none'},
  budget: null,
  breaker: null,
};

/** 99 calls, of which 30 fail, each after two requests. */
const SCENARIO: ScenarioInput = {
  name: 'trouble',
  durationMs: 10_000,
  traffic: {perSecond: 10, arrivals: 'even'},
  service: {latencyMs: {ms: 20}, faults: [{status: 503, fromMs: 5000, toMs: 8000}]},
};

async function messageOf(condition: Promise<void>): Promise<string> {
  try {
    await condition;
    return 'met';
  } catch (error) {
    expect((error as SteadfetchError).code).to.equal('UNMET_EXPECTATION');
    return (error as SteadfetchError).message;
  }
}

describe('expectPolicy', () => {
  const trouble = expectPolicy(POLICY).under(SCENARIO);

  for (const [name, met, unmet, message] of [
    [
      'toSendAtMost',
      () => trouble.toSendAtMost(1.31),
      () => trouble.toSendAtMost(1.3),
      'requests per call is 1.303, and has to be at most 1.3',
    ],
    [
      'toSucceedAtLeast',
      () => trouble.toSucceedAtLeast(0.69),
      () => trouble.toSucceedAtLeast(0.7),
      'success is 0.69697, and has to be at least 0.7',
    ],
    [
      'toPayAtMost',
      () => trouble.toPayAtMost(0.7),
      () => trouble.toPayAtMost(0.5),
      'paid requests per call is 0.69697, and has to be at most 0.5',
    ],
    [
      'toRecoverWithin',
      () => trouble.toRecoverWithin(0),
      () =>
        expectPolicy({...POLICY, breaker: {openMs: 60_000, maxOpenMs: null}})
          .under(SCENARIO)
          .toRecoverWithin(1000),
      'the recovery in ms is infinite, and has to be at most 1000',
    ],
    [
      'toAnswerWithin',
      () => trouble.toAnswerWithin({p50: 21}),
      () => trouble.toAnswerWithin({p50: 21, p99: 800}),
      'p99 in ms is infinite, and has to be at most 800',
    ],
  ] as const)
    it(`${name} accepts what is met, and says what is not with the numbers`, async () => {
      expect(await messageOf(met())).to.equal('met');
      expect(await messageOf(unmet())).to.equal(`two in trouble (seed 1): ${message}.`);
    });

  it('rejects for a wrong policy, and for an unknown scenario', async () => {
    for (const [expectation, code] of [
      [expectPolicy({maxAttempts: 0}).under(SCENARIO), 'INVALID_POLICY'],
      [expectPolicy(POLICY).under('none'), 'INVALID_SCENARIO'],
    ] as const) {
      const error = await expectation.toSendAtMost(1).then(
        () => null,
        (thrown: SteadfetchError) => thrown,
      );
      expect(error?.code).to.equal(code);
    }
  });

  it('rejects limits that nothing can meet or break', async () => {
    const rejected = async (condition: Promise<void>): Promise<string> =>
      condition.then(
        () => 'met',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    for (const limit of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      expect(await rejected(trouble.toSendAtMost(limit))).to.equal(
        `RangeError: toSendAtMost takes a number from 0, got ${limit}.`,
      );
      for (const condition of [
        trouble.toPayAtMost(limit),
        trouble.toRecoverWithin(limit),
        trouble.toAnswerWithin({p95: limit}),
        trouble.toSucceedAtLeast(limit),
      ])
        expect(await rejected(condition)).to.match(/^RangeError: /);
    }
    expect(await rejected(trouble.toSucceedAtLeast(97))).to.equal(
      'RangeError: toSucceedAtLeast takes a share of the calls from 0 to 1, got 97.',
    );
    expect(await rejected(trouble.toAnswerWithin({}))).to.match(/^RangeError: toAnswerWithin takes one of p50, /);
    const unknown = {p97: 800} as object;
    expect(await rejected(trouble.toAnswerWithin(unknown))).to.match(
      /^RangeError: toAnswerWithin knows .*, got "p97"\.$/,
    );
  });

  it('is not met by a scenario without calls, nor by a recovery from nothing', async () => {
    const idle = expectPolicy(POLICY).under({...SCENARIO, name: 'idle', traffic: {perSecond: 0}});
    for (const condition of [idle.toSendAtMost(9), idle.toSucceedAtLeast(0), idle.toAnswerWithin({p50: 9e9})])
      expect(await messageOf(condition)).to.equal(
        'two in idle (seed 1): no call began, so there is nothing to expect of calls.',
      );
    const steady = expectPolicy(POLICY).under({...SCENARIO, name: 'well', service: {latencyMs: {ms: 1}}});
    expect(await messageOf(steady.toRecoverWithin(9e9))).to.equal(
      'two in well (seed 1): the scenario has no trouble that ends, so there is nothing to recover from.',
    );
  });

  it('compares any limit as a number', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({min: 0, max: 3, noNaN: true}), async most => {
        // 99 calls, 30 of which are sent twice.
        expect((await messageOf(trouble.toSendAtMost(most))) === 'met').to.equal(129 / 99 <= most);
      }),
    );
  });
});
