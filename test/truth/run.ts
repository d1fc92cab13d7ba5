/** Runs a scenario that is written in a test, with what takes the place of guards or of the service. */
import {type Budget, REFUSED, type Receipt} from '../../src/guards/budget.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import type {SimulationResult} from '../../src/simulate/result.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {runScenario, type Substitutes} from '../../src/simulate/simulate.ts';

export function run(
  policy: PolicyInput,
  scenario: ScenarioInput,
  seed = 1,
  substitutes: Substitutes = {},
): Promise<SimulationResult> {
  return runScenario(policy, readScenario(scenario), {seed}, substitutes);
}

/** No guard, no time limit and no wait: what the sources have beside their own rule. */
export const BARE: PolicyInput = {
  deadlineMs: null,
  attemptTimeoutMs: null,
  idleTimeoutMs: null,
  backoff: {kind: 'constant', delayMs: 0, jitter: 'none'},
  budget: null,
  breaker: null,
};

/** A budget of a source's own rule. It takes the place of the budget of a policy, so the policy needs one. */
export abstract class RuleBudget implements Budget {
  callStarted(_now: number): void {}
  firstTrySucceeded(_now: number): void {}
  attemptFailed(_now: number): void {}
  retrySucceeded(_receipt: Receipt, _now: number): void {}
  giveBack(_receipt: Receipt, _now: number): void {}

  withdraw(): Receipt {
    return this.mayRetry() ? 0 : REFUSED;
  }

  remaining(): number {
    return 1;
  }

  protected abstract mayRetry(): boolean;
}

/** Guards of which the budget follows another rule. Each client gets a budget of its own. */
export const guardsWith = (make: () => Budget): Substitutes => ({
  guards: random =>
    new (class extends LocalGuards {
      override budget(): Budget {
        return make();
      }
    })(random),
});
