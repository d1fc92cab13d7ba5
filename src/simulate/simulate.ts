/** Runs a scenario: the real engine on a virtual clock, against the model of a service. */
import type {PolicySource} from '../client/plan.ts';
import type {Listener} from '../core/events.ts';
import type {Random} from '../core/random.ts';
import {SimulationClock} from '../core/simulation-clock.ts';
import type {Clock} from '../core/timer.ts';
import {type GuardFactory, LocalGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import {CallSamples} from './call-samples.ts';
import {Layer} from './layer.ts';
import {QueueSampler} from './queue-sampler.ts';
import {randomStreams} from './random-streams.ts';
import {Recorder} from './recorder.ts';
import type {SimulationResult} from './result.ts';
import {readScenario} from './scenario/read.ts';
import type {Scenario, ScenarioInput} from './scenario/types.ts';
import {ServiceModel} from './service/model.ts';
import type {Service} from './service/service.ts';
import {SimulatedClient} from './simulated-client.ts';
import {startTraffic} from './traffic.ts';

export interface SimulateOptions {
  /** Default: that of the scenario. */
  readonly seed?: number;
  /** Ends the simulation early; the result has what was found until then. */
  readonly signal?: AbortSignal;
  /** Whether the result has a few calls, attempt by attempt. Default: false. */
  readonly samples?: boolean;
  /** Called now and then with the simulated time, in ms since the start of the scenario. */
  readonly onProgress?: (simulatedMs: number) => void;
}

/** What stands in for "no policy": the request is sent once, and only the limits of Node's fetch end it. */
export const NO_POLICY: PolicyInput = {
  name: 'no-policy',
  maxAttempts: 1,
  deadlineMs: null,
  attemptTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  budget: null,
  breaker: null,
};

/**
 * Simulates a policy: what its calls come to in a scenario. The engine that decides is the one that runs in production; only time, chance
 * and the service are made up.
 *
 * @param policy   Plain data, see docs/policy.md; null: each call is sent once, without a policy.
 * @param scenario The name of a scenario, such as `outage`, or one of your own, see schema/scenario.schema.json.
 * @param options  Seed, signal and progress.
 * @throws InvalidPolicyError, InvalidScenarioError naming each wrong field.
 *
 * @example
 * const {successRatio, requestsPerCall} = await simulate(policy, 'outage');
 */
export function simulate<Json>(
  policy: PolicyInput | JsonPolicy<Json> | null,
  scenario: ScenarioInput | string,
  options?: SimulateOptions,
): Promise<SimulationResult>;
export async function simulate(
  policy: PolicyInput | null,
  scenario: ScenarioInput | string,
  options: SimulateOptions = {},
): Promise<SimulationResult> {
  return runScenario(policy, readScenario(scenario), options);
}

/** What can take the place of a part of the simulation. */
export interface Substitutes {
  /** Makes the guards of one client. */
  guards?(random: Random): GuardFactory;
  /** Makes the service. */
  service?(clock: Clock, random: Random): Service;
}

export async function runScenario(
  policy: PolicyInput | null,
  scenario: Scenario,
  {seed = scenario.seed, signal, samples = false, onProgress}: SimulateOptions,
  substitutes: Substitutes = {},
): Promise<SimulationResult> {
  const clock = new SimulationClock();
  const random = randomStreams(seed);
  const recorder = new Recorder(scenario, clock);
  const engineRandom = random('engine');
  const model = new ServiceModel(scenario.service, clock, {
    latency: random('latency'),
    faults: random('faults'),
    outages: random('outages'),
  });
  let service: Service = counted(substitutes.service?.(clock, random('service')) ?? model, recorder);
  const clientsOf = (input: PolicyInput, count: number, next: Service, on?: Listener): SimulatedClient[] => {
    const source = sourceOf(input);
    const guards = substitutes.guards ?? (chance => new LocalGuards(chance));
    const streamErrorStatus = scenario.service.stream?.errorStatus ?? 500;
    return Array.from(
      {length: count},
      (_, number) =>
        new SimulatedClient(number, {
          clock,
          random: engineRandom,
          service: next,
          source,
          guards: guards(engineRandom),
          streamErrorStatus,
          on,
        }),
    );
  };
  for (const layer of scenario.layers.toReversed())
    service = new Layer(clientsOf(layer.policy, layer.clients, service), random('layers'));
  const sampled = samples ? new CallSamples(clock) : undefined;
  const clients = clientsOf(policy ?? NO_POLICY, scenario.traffic.clients, service, sampled?.listener);
  new QueueSampler(clients, recorder, clock).start(scenario.durationMs);
  for (const {handle} of clients)
    handle.registry.breakerListeners.add((_guarded, from, to) => recorder.breakerChanged(from, to));
  startTraffic(
    scenario.traffic,
    scenario.durationMs,
    clock,
    {arrivals: random('arrivals'), requests: random('requests')},
    (client, request, ended) => clients[client]!.begin(request, recorder.began(ended)),
  );
  let timers = 0;
  await clock.run(() => {
    if (onProgress !== undefined && ++timers % 10_000 === 0) onProgress(clock.now());
    return signal?.aborted ?? false;
  });
  return recorder.result({
    policy: policy === null ? 'no policy' : clients[0]!.handle.policy.name,
    seed,
    interrupted: signal?.aborted ?? false,
    paidRequests: model.processed,
    samples: sampled?.calls ?? [],
  });
}

/** Compiled once for all clients. */
function sourceOf(input: PolicyInput): PolicySource {
  const resolved = resolvePolicy(input);
  return {resolve: () => resolved, resolveCall: resolveOverrides};
}

function counted(service: Service, recorder: Recorder): Service {
  return {
    arrive(request, client, reply) {
      recorder.requested();
      return service.arrive(request, client, reply);
    },
  };
}
