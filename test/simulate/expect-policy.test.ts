/** `expectPolicy`: conditions on a policy, as tests of users have them. */
import {expect} from 'chai';
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
});
