/** The calls of a scenario, made by real clients to a real server, at the times at which the simulation makes them. */
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {SimulationClock} from '../../src/core/simulation-clock.ts';
import {systemClock} from '../../src/core/system-clock.ts';
import {sleep} from '../../src/core/timer.ts';
import {createFetch} from '../../src/core.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {randomStreams} from '../../src/simulate/random-streams.ts';
import type {Scenario} from '../../src/simulate/scenario/types.ts';
import type {ServiceRequest} from '../../src/simulate/service/service.ts';
import {NO_POLICY} from '../../src/simulate/simulate.ts';
import {startTraffic} from '../../src/simulate/traffic.ts';

export interface RealResult {
  readonly calls: number;
  readonly successRatio: number;
  readonly requestsPerCall: number;
  /** Requests by the origin to which they were sent. */
  readonly requestsAt: ReadonlyMap<string, number>;
  /** From the start of a call to the end of its body, in ms: 99 % of the calls that succeeded took at most so long. */
  readonly p99Ms: number;
  /** The longest time for which this process did nothing, in ms. */
  readonly lateMs: number;
}

/** @param url Where the server is, without a path. */
export async function realTraffic(policy: PolicyInput | null, scenario: Scenario, url: string): Promise<RealResult> {
  const {traffic, seed} = scenario;
  const random = randomStreams(seed);
  const engineRandom = random('engine');
  const requestsAt = new Map<string, number>();
  const counted: typeof fetch = (input, init) => {
    const {origin} = new URL(input instanceof Request ? input.url : input);
    requestsAt.set(origin, (requestsAt.get(origin) ?? 0) + 1);
    return fetch(input, init);
  };
  const clients = Array.from({length: traffic.clients}, () =>
    createFetch(policy ?? NO_POLICY, {fetch: counted, random: engineRandom, observer: null}),
  );
  const calls: Promise<number>[] = [];
  const arrivals = await arrivalsOf(scenario, random);
  const delay = monitorEventLoopDelay({resolution: 10});
  delay.enable();
  const startedAt = systemClock.now();
  for (const {atMs, client, request} of arrivals) {
    await sleep(systemClock, Math.max(0, startedAt + atMs - systemClock.now()));
    calls.push(latencyOf(clients[client]!, url, request));
  }
  const results = await Promise.all(calls);
  delay.disable();
  const successful = results.filter(Number.isFinite).sort((a, b) => a - b);
  return {
    calls: results.length,
    successRatio: successful.length / results.length,
    requestsPerCall: [...requestsAt.values()].reduce((sum, count) => sum + count, 0) / results.length,
    requestsAt,
    p99Ms: successful[Math.ceil(0.99 * successful.length) - 1]!,
    lateMs: delay.max / 1e6 - 10,
  };
}

/** In ms; Infinity where it failed. As the simulation counts, a stream that breaks is a failed call. */
async function latencyOf(client: typeof fetch, url: string, request: ServiceRequest): Promise<number> {
  const startedAt = systemClock.now();
  try {
    const {method, inputTokens, outputTokens} = request;
    const body = inputTokens + outputTokens === 0 ? {} : {body: bodyOf(inputTokens, outputTokens)};
    const response = await client(url + new URL(request.url).pathname, {method, ...body});
    const text = await response.text();
    const succeeded = response.ok && !text.includes('event: error');
    return succeeded ? systemClock.now() - startedAt : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Four bytes for each token of the prompt, as the server estimates. */
function bodyOf(inputTokens: number, outputTokens: number): string {
  const body = (content: string): string => JSON.stringify({max_tokens: outputTokens, messages: [{content}]});
  return body('word '.repeat(inputTokens).slice(0, 4 * inputTokens - body('').length));
}

export interface Arrival {
  readonly atMs: number;
  readonly client: number;
  readonly request: ServiceRequest;
}

/** When calls begin. Found in simulated time, because each arrival is counted from the one before: real timers would add up their delays. */
export async function arrivalsOf(scenario: Scenario, random: ReturnType<typeof randomStreams>): Promise<Arrival[]> {
  const clock = new SimulationClock();
  const arrivals: Arrival[] = [];
  startTraffic(
    scenario.traffic,
    scenario.durationMs,
    clock,
    {arrivals: random('arrivals'), requests: random('requests')},
    (client, request) => arrivals.push({atMs: clock.now(), client, request}),
  );
  await clock.run();
  return arrivals;
}
