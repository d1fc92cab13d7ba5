/**
 * Sends the calls of a scenario through a guard, and notes each call. Calls, their times and the fates of the service come from the seed
 * alone: guards that run with one seed get the same calls in the same order, so that their outcomes can be compared call by call.
 */
import {createHash} from 'node:crypto';
import {type Random, seededRandom} from '../../src/core/random.ts';
import {SimulationClock} from '../../src/core/simulation-clock.ts';
import type {Clock} from '../../src/core/timer.ts';
import {randomStreams, serviceRandom} from '../../src/simulate/random-streams.ts';
import {readScenario} from '../../src/simulate/scenario/read.ts';
import type {ScenarioInput} from '../../src/simulate/scenario/types.ts';
import {ServiceModel} from '../../src/simulate/service/model.ts';
import type {Service, ServiceRequest} from '../../src/simulate/service/service.ts';
import {startTraffic} from '../../src/simulate/traffic.ts';

/** What clients are made in. */
export interface World {
  readonly clock: Clock;
  readonly random: Random;
  readonly service: Service;
  /** How long calls begin. */
  readonly durationMs: number;
  /** What is noted. */
  readonly trace: Trace;
}

/** One client: sends a call, and says how it ended. */
export type SendCall = (request: ServiceRequest, ended: (isSuccess: boolean, waitedMs: number) => void) => void;

/** Something that stands between callers and a service. */
export interface Guard {
  readonly name: string;
  /** Makes the clients of one run. Each has a guard of its own, as processes have. */
  clients(count: number, world: World): readonly SendCall[];
  /** How the clock runs. Default: its own way, which waits for promise jobs only. */
  run?(clock: SimulationClock): Promise<void>;
}

/** Every call of a run, in the order of their beginning. */
export class Trace {
  readonly client: number[] = [];
  readonly startedAt: number[] = [];
  /** NaN: the call has not ended. */
  readonly durationMs: number[] = [];
  readonly isSuccess: boolean[] = [];
  /** How long the call waited for the recovery of the service. */
  readonly waitedMs: number[] = [];
  /** When each request was sent, and by which client. */
  readonly requestAt: number[] = [];
  readonly requestClient: number[] = [];
  /** Calls of one client that were under way at once, and attempts of one client that waited at once. */
  mostInFlight = 0;
  mostWaiting = 0;
  /** When an attempt began to wait for the last time while a breaker was open. */
  lastWaitAt: number = -Infinity;
  opened = 0;
  /** Calls that were refused, and sent nothing. */
  refused = 0;

  get calls(): number {
    return this.client.length;
  }

  get successPercent(): number {
    return (100 * this.isSuccess.filter(Boolean).length) / this.calls;
  }

  /** Calls that began then. */
  callsBetween(fromMs: number, toMs: number): number {
    return this.startedAt.filter(at => at >= fromMs && at < toMs).length;
  }

  requestsBetween(fromMs: number, toMs: number): number {
    return this.requestAt.filter(at => at >= fromMs && at < toMs).length;
  }

  /** Calls that began then or later, and failed. */
  lostFrom(ms: number): number {
    return this.startedAt.filter((at, call) => at >= ms && !this.isSuccess[call]).length;
  }

  /** How long the calls took that failed, in ms, the shortest first. */
  failedMs(): Float64Array {
    return Float64Array.from(this.durationMs.filter((_, call) => !this.isSuccess[call])).sort();
  }
}

/**
 * The seeds for the runs of a cell, one after the other. They follow from its name, so that a run here and a run elsewhere judge a change alike;
 * with `SEEDS=fresh` in the environment they are new each time, which looks for what these seeds do not show.
 */
export function seedsOf(name: string): () => number {
  const first = createHash('sha256').update(name).digest().readUInt32LE();
  const random = process.env.SEEDS === 'fresh' ? Math.random : seededRandom(first);
  return () => Math.floor(random() * 2 ** 31);
}

export async function traceOf(guard: Guard, input: ScenarioInput, seed: number): Promise<Trace> {
  const scenario = readScenario(input);
  const clock = new SimulationClock();
  const random = randomStreams(seed);
  const trace = new Trace();
  const model = new ServiceModel(scenario.service, clock, serviceRandom(random));
  const service: Service = {
    arrive(request, client, reply) {
      trace.requestAt.push(clock.now());
      trace.requestClient.push(client);
      return model.arrive(request, client, reply);
    },
  };
  const world: World = {clock, random: random('engine'), service, durationMs: scenario.durationMs, trace};
  const clients = guard.clients(scenario.traffic.clients, world);
  const inFlight = clients.map(() => 0);
  startTraffic(
    scenario.traffic,
    scenario.durationMs,
    clock,
    {arrivals: random('arrivals'), requests: random('requests')},
    (client, request, ended) => {
      const startedAt = clock.now();
      const call = trace.client.push(client) - 1;
      trace.startedAt.push(startedAt);
      trace.durationMs.push(NaN);
      trace.isSuccess.push(false);
      trace.waitedMs.push(0);
      trace.mostInFlight = Math.max(trace.mostInFlight, ++inFlight[client]!);
      clients[client]!(request, (isSuccess, waitedMs) => {
        inFlight[client]!--;
        trace.durationMs[call] = clock.now() - startedAt;
        trace.isSuccess[call] = isSuccess;
        trace.waitedMs[call] = waitedMs;
        ended();
      });
    },
  );
  await (guard.run?.(clock) ?? clock.run());
  return trace;
}
