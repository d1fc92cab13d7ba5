/** Runs a scenario: the real engine on a virtual clock, against the model of a service. */

import {useReadyPaths} from '../call/ready-paths/use.ts';
import {Plans, type PolicySource} from '../client/plan.ts';
import {caught, complaintOf} from '../core/complaint.ts';
import type {Listener} from '../core/events.ts';
import type {Random} from '../core/random.ts';
import {SimulationClock} from '../core/simulation-clock.ts';
import type {Clock} from '../core/timer.ts';
import {useEverything} from '../features/everything.ts';
import {useEjection} from '../features/use.ts';
import {useFixedBreakers} from '../guards/fixed/use.ts';
import {type GuardFactory, LocalGuards} from '../guards/guard-factory.ts';
import type {JsonPolicy} from '../policy/json-policy.ts';
import {resolveOverrides, resolvePolicy} from '../policy/resolve.ts';
import type {PolicyInput} from '../policy/types.ts';
import {CallSamples} from './call-samples.ts';
import {type Directory, EndpointServices, oneService} from './directory.ts';
import {EndpointRecorder} from './endpoint-recorder.ts';
import {Layer} from './layer.ts';
import {QueueSampler} from './queue-sampler.ts';
import {randomStreams, serviceRandom, streamsOfServices} from './random-streams.ts';
import {INTERVALS, Recorder} from './recorder.ts';
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
  useEverything(); // Any policy can be simulated.
  useFixedBreakers();
  useReadyPaths();
  useEjection();
  const clock = new SimulationClock();
  const random = randomStreams(seed);
  const recorder = new Recorder(scenario, clock);
  const engineRandom = random('engine');
  const caller = scenario.layers.at(-1)?.policy ?? policy ?? NO_POLICY;
  const services = new EndpointServices(scenario, new Plans(undefined, sourceOf(caller)));
  const streams = streamsOfServices(random, services.all.length);
  const models = services.all.map(
    ({settings}, index) => new ServiceModel(settings, clock, serviceRandom(streams[index]!)),
  );
  const counted = models.map(model => countedBy(recorder, substitutes.service?.(clock, random('service')) ?? model));
  const endpoints =
    counted.length === 1
      ? []
      : counted.map(
          (service, index) =>
            new EndpointRecorder(services.all[index]!.name, service, INTERVALS, () => recorder.intervalNow),
        );
  let directory: Directory = services.directory(
    services.all.map(({settings: {stream}}, index) => ({
      service: endpoints[index] ?? counted[index]!,
      streamErrorStatus: stream?.errorStatus ?? 500,
    })),
  );
  const clientsOf = (input: PolicyInput, count: number, next: Directory, on?: Listener): SimulatedClient[] => {
    const source = sourceOf(input);
    const guards = substitutes.guards ?? (chance => new LocalGuards(chance));
    return Array.from(
      {length: count},
      (_, number) =>
        new SimulatedClient(number, {
          clock,
          random: engineRandom,
          directory: next,
          source,
          guards: guards(engineRandom),
          on,
        }),
    );
  };
  for (const layer of scenario.layers.toReversed())
    directory = oneService({
      service: new Layer(clientsOf(layer.policy, layer.clients, directory), random('layers')),
      streamErrorStatus: 500, // A layer passes on no stream.
    });
  const sampled = samples ? new CallSamples(clock) : undefined;
  const clients = clientsOf(policy ?? NO_POLICY, scenario.traffic.clients, directory, sampled?.listener);
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
  const complain = complaintOf('onProgress() threw; the simulation goes on');
  await clock.run(() => {
    if (onProgress !== undefined && ++timers % 10_000 === 0) caught(onProgress, clock.now(), complain);
    return signal?.aborted ?? false;
  });
  return recorder.result({
    policy: policy === null ? 'no policy' : clients[0]!.handle.policy.name,
    seed,
    interrupted: signal?.aborted ?? false,
    paidRequests: models.reduce((sum, {processed}) => sum + processed, 0),
    endpoints: endpoints.map((endpoint, index) => endpoint.result(models[index]!.processed)),
    samples: sampled?.calls ?? [],
  });
}

/** Compiled once for all clients. */
function sourceOf(input: PolicyInput): PolicySource {
  const resolved = resolvePolicy(input);
  return {resolve: () => resolved, resolveCall: resolveOverrides};
}

const countedBy = (recorder: Recorder, service: Service): Service => ({
  arrive(request, client, reply) {
    recorder.requested();
    return service.arrive(request, client, reply);
  },
});
