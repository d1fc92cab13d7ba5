/** Policies as guards of the grid: the real engine on the clock of the simulation. */

import {useEverything} from '../../src/features/everything.ts';
import {useFixedBreakers} from '../../src/features.ts';
import {AdaptiveBreaker} from '../../src/guards/adaptive/adaptive-breaker.ts';
import type {CircuitBreaker} from '../../src/guards/breaker.ts';
import {LocalGuards} from '../../src/guards/guard-factory.ts';
import type {RecoveryWaiter} from '../../src/guards/recovery-line.ts';
import {presets} from '../../src/policy/presets.ts';
import {resolveOverrides, resolvePolicy} from '../../src/policy/resolve.ts';
import type {Breaker as BreakerPolicy, PolicyInput} from '../../src/policy/types.ts';
import {oneService} from '../../src/simulate/directory.ts';
import {SimulatedClient} from '../../src/simulate/simulated-client.ts';
import type {Guard, SendCall, Trace, World} from './run.ts';

useEverything();
useFixedBreakers();

/** Notes the lines of adaptive breakers. */
class WatchedBreaker extends AdaptiveBreaker {
  trace: Trace | null = null;

  override join(waiter: RecoveryWaiter, now: number): void {
    super.join(waiter, now);
    const trace = this.trace!;
    if (this.state() === 'open') trace.lastWaitAt = now;
    trace.mostWaiting = Math.max(trace.mostWaiting, this.waiting);
  }
}

class WatchedGuards extends LocalGuards {
  readonly #world: World;

  constructor(world: World) {
    super(world.random);
    this.#world = world;
  }

  override breaker(settings: BreakerPolicy, guarded: string): CircuitBreaker {
    if (settings.kind !== 'adaptive') return super.breaker(settings, guarded);
    const {random, trace} = this.#world;
    const breaker = new WatchedBreaker(settings, guarded, random);
    breaker.trace = trace;
    return breaker;
  }
}

export const policyGuard = (name: string, policy: PolicyInput): Guard => ({
  name,
  clients(count, world): SendCall[] {
    const {clock, random, service, trace} = world;
    const resolved = resolvePolicy(policy);
    const source = {resolve: () => resolved, resolveCall: resolveOverrides};
    const directory = oneService({service, streamErrorStatus: 500});
    return Array.from({length: count}, (_, number): SendCall => {
      const guards = new WatchedGuards(world);
      const client = new SimulatedClient(number, {clock, random, directory, source, guards, on: undefined});
      client.handle.registry.breakerListeners.add((_guarded, _from, to) => void (to === 'open' && trace.opened++));
      return (request, ended) =>
        client.begin(request, {
          sent() {},
          ended(call) {
            const isRefused = call.attempts === 0;
            if (isRefused) trace.refused++;
            // The state of retried calls is made when it is read.
            const waitedMs = call.retryStateIfAny?.recoveryMs ?? 0;
            ended(call.ending?.result === 'success', waitedMs);
          },
        });
    });
  },
});

const PRESETS = ['default', 'interactive', 'payments', 'llm', 'batch'] as const;
export type Preset = (typeof PRESETS)[number];

/** The preset, or with changes. */
export const presetGuard = (preset: Preset, changes: PolicyInput = {}): Guard =>
  policyGuard(preset, {extends: [`steadfetch:${preset}`], ...changes});

/** The time limits of a preset. */
export function limitsOf(preset: Preset): PolicyInput {
  const {deadlineMs, attemptTimeoutMs, idleTimeoutMs} = presets[`steadfetch:${preset}`]!;
  const limits = Object.entries({deadlineMs, attemptTimeoutMs, idleTimeoutMs});
  return Object.fromEntries(limits.filter(([, ms]) => ms !== undefined));
}

/** Sends each call once, under the same time limits as the preset. */
export const noPolicy = (preset: Preset): Guard =>
  policyGuard('no policy', {...limitsOf(preset), maxAttempts: 1, budget: null, breaker: null});
