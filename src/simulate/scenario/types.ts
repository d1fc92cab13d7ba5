// Generated from schema/source/scenario.schema.json by schema/generate.ts. Do not edit.

import type {PolicyInput} from '../../policy/types.ts';

/** A scenario as it is written: fields with a default may be left out. */
export interface ScenarioInput {
  /** Where this schema is, for editors. Not read by the simulator. */
  readonly '$schema'?: string | undefined;
  /**
   * Version of the scenario format.
   *
   * Default: 1.
   */
  readonly version?: 1 | undefined;
  /**
   * Name of the scenario, for reports.
   *
   * Default: "scenario".
   */
  readonly name?: string | undefined;
  /**
   * What happens, in a sentence, for reports.
   *
   * Default: "".
   */
  readonly description?: string | undefined;
  /**
   * How long calls begin. Calls under way at that time are simulated to their end.
   *
   * Unit: ms.
   */
  readonly durationMs: number;
  /**
   * Seed of all random numbers. The same seed gives the same traffic and the same faults to every policy.
   *
   * Default: 1.
   */
  readonly seed?: number | undefined;
  /** When calls begin, from how many clients, and what they ask for. */
  readonly traffic: TrafficInput;
  /**
   * Services between the clients and the service, each of which calls the next one under a policy of its own. The
   * first one is called by the clients.
   *
   * Default: [].
   */
  readonly layers?: readonly ScenarioLayerInput[] | undefined;
  /**
   * How the service answers. A request is met, in this order, by outages, faults on arrival, quotas, load shedding
   * and capacity; then it is processed.
   */
  readonly service: ScenarioServiceInput;
  /**
   * Endpoints that answer the calls, the best one first. The endpoints of a policy are found here by name; the
   * others of the policy take the rest in order of their rank, and those beyond the list get a service of their
   * own that answers as `service` says. Calls of a policy without endpoints go to the first one. With layers, the
   * last of them calls the endpoints.
   *
   * Default: [].
   */
  readonly endpoints?: readonly ScenarioEndpointInput[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** A scenario with every default filled. */
export interface Scenario {
  /**
   * Version of the scenario format.
   *
   * Default: 1.
   */
  readonly version: 1;
  /**
   * Name of the scenario, for reports.
   *
   * Default: "scenario".
   */
  readonly name: string;
  /**
   * What happens, in a sentence, for reports.
   *
   * Default: "".
   */
  readonly description: string;
  /**
   * How long calls begin. Calls under way at that time are simulated to their end.
   *
   * Unit: ms.
   */
  readonly durationMs: number;
  /**
   * Seed of all random numbers. The same seed gives the same traffic and the same faults to every policy.
   *
   * Default: 1.
   */
  readonly seed: number;
  /** When calls begin, from how many clients, and what they ask for. */
  readonly traffic: Traffic;
  /**
   * Services between the clients and the service, each of which calls the next one under a policy of its own. The
   * first one is called by the clients.
   *
   * Default: [].
   */
  readonly layers: readonly ScenarioLayer[];
  /**
   * How the service answers. A request is met, in this order, by outages, faults on arrival, quotas, load shedding
   * and capacity; then it is processed.
   */
  readonly service: ScenarioService;
  /**
   * Endpoints that answer the calls, the best one first. The endpoints of a policy are found here by name; the
   * others of the policy take the rest in order of their rank, and those beyond the list get a service of their
   * own that answers as `service` says. Calls of a policy without endpoints go to the first one. With layers, the
   * last of them calls the endpoints.
   *
   * Default: [].
   */
  readonly endpoints: readonly ScenarioEndpoint[];
}

/** One of several endpoints, with a service of its own. */
export interface ScenarioEndpoint {
  /** Name of the endpoint, for reports and for the endpoints of a policy. */
  readonly name: string;
  /**
   * How this endpoint answers; null: as the `service` of the scenario says, on its own.
   *
   * Default: null.
   */
  readonly service: ScenarioService | null;
}

/** One of several endpoints, with a service of its own. */
export interface ScenarioEndpointInput {
  /** Name of the endpoint, for reports and for the endpoints of a policy. */
  readonly name: string;
  /**
   * How this endpoint answers; null: as the `service` of the scenario says, on its own.
   *
   * Default: null.
   */
  readonly service?: ScenarioServiceInput | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** When calls begin, from how many clients, and what they ask for. */
export interface Traffic {
  /**
   * Calls that all clients together begin in a second, outside of the phases.
   *
   * Unit: calls a second.
   */
  readonly perSecond: number;
  /**
   * How the calls are spread over time.
   *
   * - poisson: at random, independent of each other and of the answers
   * - even: at equal distances
   * - closed-loop: at random, but a client begins no call before its last one has ended
   *
   * Default: "poisson".
   */
  readonly arrivals: 'poisson' | 'even' | 'closed-loop';
  /**
   * Number of clients. Each has a budget, a breaker and all other guards of its own.
   *
   * Default: 1.
   */
  readonly clients: number;
  /**
   * Times with another rate. Where two overlap, the later one in the list counts.
   *
   * Default: [].
   */
  readonly phases: readonly Phase[];
  /**
   * What the calls ask for; each call picks one by its share.
   *
   * Default:
   * [{"share":1,"method":"GET","url":"https://service.example/","inputTokens":0,"outputTokens":0,"key":false}].
   */
  readonly requests: readonly ScenarioRequest[];
}

/** When calls begin, from how many clients, and what they ask for. */
export interface TrafficInput {
  /**
   * Calls that all clients together begin in a second, outside of the phases.
   *
   * Unit: calls a second.
   */
  readonly perSecond: number;
  /**
   * How the calls are spread over time.
   *
   * - poisson: at random, independent of each other and of the answers
   * - even: at equal distances
   * - closed-loop: at random, but a client begins no call before its last one has ended
   *
   * Default: "poisson".
   */
  readonly arrivals?: 'poisson' | 'even' | 'closed-loop' | undefined;
  /**
   * Number of clients. Each has a budget, a breaker and all other guards of its own.
   *
   * Default: 1.
   */
  readonly clients?: number | undefined;
  /**
   * Times with another rate. Where two overlap, the later one in the list counts.
   *
   * Default: [].
   */
  readonly phases?: readonly Phase[] | undefined;
  /**
   * What the calls ask for; each call picks one by its share.
   *
   * Default:
   * [{"share":1,"method":"GET","url":"https://service.example/","inputTokens":0,"outputTokens":0,"key":false}].
   */
  readonly requests?: readonly ScenarioRequestInput[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** A time in which calls begin at another rate. */
export interface Phase {
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario.
   *
   * Unit: ms.
   */
  readonly toMs: number;
  /**
   * Calls that all clients together begin in a second.
   *
   * Unit: calls a second.
   */
  readonly perSecond: number;
}

/** One kind of request. */
export interface ScenarioRequest {
  /**
   * How often the request occurs, relative to the shares of the others.
   *
   * Default: 1.
   */
  readonly share: number;
  /**
   * HTTP method, in upper case.
   *
   * Default: "GET".
   */
  readonly method: string;
  /**
   * URL, by which the routes of a policy are found and its guards are shared. A policy with endpoints calls the
   * resource at one of these; otherwise all URLs lead to the one service.
   *
   * Default: "https://service.example/".
   */
  readonly url: string;
  /**
   * Tokens of the prompt, for quotas.
   *
   * Default: 0.
   */
  readonly inputTokens: number;
  /**
   * Tokens that the request asks for, for quotas and for the time that the service generates.
   *
   * Default: 0.
   */
  readonly outputTokens: number;
  /**
   * Whether the caller sets an idempotency key itself.
   *
   * Default: false.
   */
  readonly key: boolean;
}

/** One kind of request. */
export interface ScenarioRequestInput {
  /**
   * How often the request occurs, relative to the shares of the others.
   *
   * Default: 1.
   */
  readonly share?: number | undefined;
  /**
   * HTTP method, in upper case.
   *
   * Default: "GET".
   */
  readonly method?: string | undefined;
  /**
   * URL, by which the routes of a policy are found and its guards are shared. A policy with endpoints calls the
   * resource at one of these; otherwise all URLs lead to the one service.
   *
   * Default: "https://service.example/".
   */
  readonly url?: string | undefined;
  /**
   * Tokens of the prompt, for quotas.
   *
   * Default: 0.
   */
  readonly inputTokens?: number | undefined;
  /**
   * Tokens that the request asks for, for quotas and for the time that the service generates.
   *
   * Default: 0.
   */
  readonly outputTokens?: number | undefined;
  /**
   * Whether the caller sets an idempotency key itself.
   *
   * Default: false.
   */
  readonly key?: boolean | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * A service that answers each of its calls by a call of its own to the next layer. It passes a response on; a
 * failure of the connection becomes a 502, a timeout a 504, and a rejection by its own guards a 503. A call goes
 * on when the client above has given up.
 */
export interface ScenarioLayer {
  /**
   * Name, for reports.
   *
   * Default: "layer".
   */
  readonly name: string;
  /**
   * Instances of the layer, each with guards of its own. A call comes to a random one.
   *
   * Default: 1.
   */
  readonly clients: number;
  /** Policy of the calls to the next layer, as in a policy file; `extends` takes presets only. */
  readonly policy: PolicyInput;
}

/**
 * A service that answers each of its calls by a call of its own to the next layer. It passes a response on; a
 * failure of the connection becomes a 502, a timeout a 504, and a rejection by its own guards a 503. A call goes
 * on when the client above has given up.
 */
export interface ScenarioLayerInput {
  /**
   * Name, for reports.
   *
   * Default: "layer".
   */
  readonly name?: string | undefined;
  /**
   * Instances of the layer, each with guards of its own. A call comes to a random one.
   *
   * Default: 1.
   */
  readonly clients?: number | undefined;
  /** Policy of the calls to the next layer, as in a policy file; `extends` takes presets only. */
  readonly policy: PolicyInput;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * How the service answers. A request is met, in this order, by outages, faults on arrival, quotas, load shedding
 * and capacity; then it is processed.
 */
export interface ScenarioService {
  /** How long the service processes a request. */
  readonly latencyMs: Latency;
  /**
   * What each request in processing adds to the time of the one that begins, itself included.
   *
   * Unit: ms. Default: 0.
   */
  readonly msPerConcurrent: number;
  /**
   * How long the body of a success takes after its headers, unless it is an event stream; null: it comes with the
   * headers.
   *
   * Default: null.
   */
  readonly bodyMs: Latency | null;
  /**
   * How long a request takes to the service, and a response back.
   *
   * Default: null.
   */
  readonly networkMs: Latency | null;
  /**
   * How fast the service generates the output that a request asks for. Generating comes after the processing; null
   * takes no time.
   *
   * Default: null.
   */
  readonly tokensPerSecond: number | null;
  /**
   * How many requests are processed at a time; null: any number.
   *
   * Default: null.
   */
  readonly capacity: Capacity | null;
  /**
   * Writes of one URL that overlap: the first one to end commits; null: they do not conflict.
   *
   * Default: null.
   */
  readonly contention: Contention | null;
  /**
   * Load that the service refuses at once, before any work.
   *
   * Default: null.
   */
  readonly shedding: Shedding | null;
  /**
   * What the service grants in a time. A request has to fit into all of them.
   *
   * Default: [].
   */
  readonly quotas: readonly ServiceQuota[];
  /**
   * Requests that fail or are slow, each by its ratio. The ratios of faults at the same time add up, to 1 at the
   * most: a request meets one of them.
   *
   * Default: [].
   */
  readonly faults: readonly Fault[];
  /**
   * Times in which every request fails.
   *
   * Default: null.
   */
  readonly outages: Outages | null;
  /**
   * Successful responses are event streams; null: they come whole.
   *
   * Default: null.
   */
  readonly stream: Streaming | null;
}

/**
 * How the service answers. A request is met, in this order, by outages, faults on arrival, quotas, load shedding
 * and capacity; then it is processed.
 */
export interface ScenarioServiceInput {
  /** How long the service processes a request. */
  readonly latencyMs: LatencyInput;
  /**
   * What each request in processing adds to the time of the one that begins, itself included.
   *
   * Unit: ms. Default: 0.
   */
  readonly msPerConcurrent?: number | undefined;
  /**
   * How long the body of a success takes after its headers, unless it is an event stream; null: it comes with the
   * headers.
   *
   * Default: null.
   */
  readonly bodyMs?: LatencyInput | null | undefined;
  /**
   * How long a request takes to the service, and a response back.
   *
   * Default: null.
   */
  readonly networkMs?: LatencyInput | null | undefined;
  /**
   * How fast the service generates the output that a request asks for. Generating comes after the processing; null
   * takes no time.
   *
   * Default: null.
   */
  readonly tokensPerSecond?: number | null | undefined;
  /**
   * How many requests are processed at a time; null: any number.
   *
   * Default: null.
   */
  readonly capacity?: CapacityInput | null | undefined;
  /**
   * Writes of one URL that overlap: the first one to end commits; null: they do not conflict.
   *
   * Default: null.
   */
  readonly contention?: ContentionInput | null | undefined;
  /**
   * Load that the service refuses at once, before any work.
   *
   * Default: null.
   */
  readonly shedding?: SheddingInput | null | undefined;
  /**
   * What the service grants in a time. A request has to fit into all of them.
   *
   * Default: [].
   */
  readonly quotas?: readonly ServiceQuotaInput[] | undefined;
  /**
   * Requests that fail or are slow, each by its ratio. The ratios of faults at the same time add up, to 1 at the
   * most: a request meets one of them.
   *
   * Default: [].
   */
  readonly faults?: readonly FaultInput[] | undefined;
  /**
   * Times in which every request fails.
   *
   * Default: null.
   */
  readonly outages?: OutagesInput | null | undefined;
  /**
   * Successful responses are event streams; null: they come whole.
   *
   * Default: null.
   */
  readonly stream?: StreamingInput | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** A law of durations. */
export type Latency = FixedLatency | NormalLatency | LognormalLatency | ExponentialLatency | ParetoLatency | QuantileLatency | CumulativeLatency;

/** A law of durations. */
export type LatencyInput = FixedLatencyInput | NormalLatency | LognormalLatency | ExponentialLatency | ParetoLatency | QuantileLatency | CumulativeLatency;

/** Always the same. */
export interface FixedLatency {
  /**
   * Always the same.
   *
   * Default: "fixed".
   */
  readonly kind: 'fixed';
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly ms: number;
}

/** Always the same. */
export interface FixedLatencyInput {
  /**
   * Always the same.
   *
   * Default: "fixed".
   */
  readonly kind?: 'fixed' | undefined;
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly ms: number;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** Normally distributed; below 0 the sign is dropped. */
export interface NormalLatency {
  /** Normally distributed; below 0 the sign is dropped. */
  readonly kind: 'normal';
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly meanMs: number;
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly sdMs: number;
}

/** Lognormal: the usual shape of a service that is well. */
export interface LognormalLatency {
  /** Lognormal: the usual shape of a service that is well. */
  readonly kind: 'lognormal';
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly medianMs: number;
  /** Standard deviation of the logarithm. P95 is the median times exp(1.645 sigma). */
  readonly sigma: number;
}

/** Exponentially distributed. */
export interface ExponentialLatency {
  /** Exponentially distributed. */
  readonly kind: 'exponential';
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly meanMs: number;
}

/** Pareto: a tail that falls off slowly. */
export interface ParetoLatency {
  /** Pareto: a tail that falls off slowly. */
  readonly kind: 'pareto';
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly minMs: number;
  /** Shape. The smaller, the longer the tail; at 1 or less the mean is infinite. */
  readonly shape: number;
}

/**
 * Measured quantiles, and the curve of steadfetch plan through them: lognormal between two of them, and beyond the
 * outer two.
 */
export interface QuantileLatency {
  /**
   * Measured quantiles, and the curve of steadfetch plan through them: lognormal between two of them, and beyond
   * the outer two.
   */
  readonly kind: 'quantiles';
  /**
   * Quantiles in ascending order. Next to the quantiles 0 and 1, the least and the most, the curve is a straight
   * line; beyond a step, as between hits and misses of a cache, the duration stays.
   */
  readonly points: readonly QuantilePoint[];
}

/** A quantile of durations. */
export interface QuantilePoint {
  /** Share of the requests that take no longer. */
  readonly quantile: number;
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly ms: number;
}

/** Cumulative shares, such as the buckets of a histogram, with straight lines between them. */
export interface CumulativeLatency {
  /** Cumulative shares, such as the buckets of a histogram, with straight lines between them. */
  readonly kind: 'cumulative';
  /**
   * In ascending order, to a share of 1; the first line begins at 0 ms. Of two points, the same ms is a duration
   * that many requests have, and the same share is a gap.
   */
  readonly points: readonly CumulativePoint[];
}

/** The share of the requests that take no longer. */
export interface CumulativePoint {
  /**
   * A duration.
   *
   * Unit: ms.
   */
  readonly ms: number;
  /** Share of the requests that take no longer. */
  readonly share: number;
}

/** Workers, and a line in front of them, first come, first served. */
export interface Capacity {
  /** Requests that are processed at a time. */
  readonly workers: number;
  /**
   * Requests that may wait; null: any number. A request that finds the line full is refused at once.
   *
   * Default: null.
   */
  readonly queue: number | null;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status: number;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers: readonly ScenarioHeader[];
  /**
   * Whether the service drops a request whose client has given up. Most servers do not: they finish the work,
   * although the client does not read the answer.
   *
   * Default: false.
   */
  readonly stopsAbandoned: boolean;
}

/** Workers, and a line in front of them, first come, first served. */
export interface CapacityInput {
  /** Requests that are processed at a time. */
  readonly workers: number;
  /**
   * Requests that may wait; null: any number. A request that finds the line full is refused at once.
   *
   * Default: null.
   */
  readonly queue?: number | null | undefined;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status?: number | undefined;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers?: readonly ScenarioHeader[] | undefined;
  /**
   * Whether the service drops a request whose client has given up. Most servers do not: they finish the work,
   * although the client does not read the answer.
   *
   * Default: false.
   */
  readonly stopsAbandoned?: boolean | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * A row with a version for each URL. A write (GET, HEAD, OPTIONS, QUERY and TRACE only read) reads the version
 * when its processing begins, and fails at the end if another write has committed meanwhile.
 */
export interface Contention {
  /**
   * Status of a conflict, such as 409 or 412.
   *
   * Default: 409.
   */
  readonly status: number;
}

/**
 * A row with a version for each URL. A write (GET, HEAD, OPTIONS, QUERY and TRACE only read) reads the version
 * when its processing begins, and fails at the end if another write has committed meanwhile.
 */
export interface ContentionInput {
  /**
   * Status of a conflict, such as 409 or 412.
   *
   * Default: 409.
   */
  readonly status?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** What is too much for the service. */
export interface Shedding {
  /**
   * Requests that may be in the service, those in the line included.
   *
   * Default: null.
   */
  readonly maxInFlight: number | null;
  /**
   * Requests that are admitted in a second, out of a bucket that holds as many.
   *
   * Default: null.
   */
  readonly perSecond: number | null;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status: number;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers: readonly ScenarioHeader[];
}

/** What is too much for the service. */
export interface SheddingInput {
  /**
   * Requests that may be in the service, those in the line included.
   *
   * Default: null.
   */
  readonly maxInFlight?: number | null | undefined;
  /**
   * Requests that are admitted in a second, out of a bucket that holds as many.
   *
   * Default: null.
   */
  readonly perSecond?: number | null | undefined;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status?: number | undefined;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers?: readonly ScenarioHeader[] | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** What the service grants in a time. */
export interface ServiceQuota {
  /**
   * What is counted.
   *
   * - requests: requests
   * - inputTokens: tokens of the prompts
   * - outputTokens: tokens that are asked for
   * - tokens: both together
   *
   * Default: "requests".
   */
  readonly unit: 'requests' | 'inputTokens' | 'outputTokens' | 'tokens';
  /** How much is granted. */
  readonly max: number;
  /**
   * In which time.
   *
   * Unit: ms.
   */
  readonly perMs: number;
  /**
   * How the quota comes back.
   *
   * - bucket: refills evenly, and holds no more than max
   * - window: begins anew at every multiple of perMs
   *
   * Default: "bucket".
   */
  readonly kind: 'bucket' | 'window';
  /**
   * Who shares the quota.
   *
   * - all: one quota for all clients together
   * - client: a quota for each client
   *
   * Default: "all".
   */
  readonly scope: 'all' | 'client';
  /**
   * What the service says about the quota.
   *
   * - none: a refusal says nothing of when to come back
   * - retry-after: a refusal has a Retry-After header, in whole seconds
   * - rate-limit: every response says in x-ratelimit headers what remains, and when it is reset
   *
   * Default: "retry-after".
   */
  readonly hints: 'none' | 'retry-after' | 'rate-limit';
  /**
   * Status of a refusal.
   *
   * Default: 429.
   */
  readonly status: number;
}

/** What the service grants in a time. */
export interface ServiceQuotaInput {
  /**
   * What is counted.
   *
   * - requests: requests
   * - inputTokens: tokens of the prompts
   * - outputTokens: tokens that are asked for
   * - tokens: both together
   *
   * Default: "requests".
   */
  readonly unit?: 'requests' | 'inputTokens' | 'outputTokens' | 'tokens' | undefined;
  /** How much is granted. */
  readonly max: number;
  /**
   * In which time.
   *
   * Unit: ms.
   */
  readonly perMs: number;
  /**
   * How the quota comes back.
   *
   * - bucket: refills evenly, and holds no more than max
   * - window: begins anew at every multiple of perMs
   *
   * Default: "bucket".
   */
  readonly kind?: 'bucket' | 'window' | undefined;
  /**
   * Who shares the quota.
   *
   * - all: one quota for all clients together
   * - client: a quota for each client
   *
   * Default: "all".
   */
  readonly scope?: 'all' | 'client' | undefined;
  /**
   * What the service says about the quota.
   *
   * - none: a refusal says nothing of when to come back
   * - retry-after: a refusal has a Retry-After header, in whole seconds
   * - rate-limit: every response says in x-ratelimit headers what remains, and when it is reset
   *
   * Default: "retry-after".
   */
  readonly hints?: 'none' | 'retry-after' | 'rate-limit' | undefined;
  /**
   * Status of a refusal.
   *
   * Default: 429.
   */
  readonly status?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** A header of a response. */
export interface ScenarioHeader {
  /** Name. */
  readonly name: string;
  /** Value. */
  readonly value: string;
}

/** Requests that fail, or that are slow. */
export type Fault = StatusFault | ResetFault | HangFault | RefusedFault | SlowFault;

/** Requests that fail, or that are slow. */
export type FaultInput = StatusFaultInput | ResetFaultInput | HangFaultInput | RefusedFaultInput | SlowFaultInput;

/** The service answers with an error. */
export interface StatusFault {
  /**
   * The service answers with an error.
   *
   * Default: "status".
   */
  readonly kind: 'status';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio: number;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs: number | null;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when: FaultWhen;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status: number;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers: readonly ScenarioHeader[];
  /**
   * Body of the response, for policies that read it (`refusals`); null: none.
   *
   * Default: null.
   */
  readonly body: string | null;
  /**
   * How long after the arrival the service answers, where `when` is `arrival`.
   *
   * Unit: ms. Default: 0.
   */
  readonly afterMs: number;
}

/** The service answers with an error. */
export interface StatusFaultInput {
  /**
   * The service answers with an error.
   *
   * Default: "status".
   */
  readonly kind?: 'status' | undefined;
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio?: number | undefined;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs?: number | undefined;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs?: number | null | undefined;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when?: FaultWhen | undefined;
  /**
   * Status of the response.
   *
   * Default: 503.
   */
  readonly status?: number | undefined;
  /**
   * Headers of the response, such as Retry-After.
   *
   * Default: [].
   */
  readonly headers?: readonly ScenarioHeader[] | undefined;
  /**
   * Body of the response, for policies that read it (`refusals`); null: none.
   *
   * Default: null.
   */
  readonly body?: string | null | undefined;
  /**
   * How long after the arrival the service answers, where `when` is `arrival`.
   *
   * Unit: ms. Default: 0.
   */
  readonly afterMs?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** The connection breaks. */
export interface ResetFault {
  /** The connection breaks. */
  readonly kind: 'reset';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio: number;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs: number | null;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when: FaultWhen;
}

/** The connection breaks. */
export interface ResetFaultInput {
  /** The connection breaks. */
  readonly kind: 'reset';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio?: number | undefined;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs?: number | undefined;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs?: number | null | undefined;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when?: FaultWhen | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** No answer ever comes. */
export interface HangFault {
  /** No answer ever comes. */
  readonly kind: 'hang';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio: number;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs: number | null;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when: FaultWhen;
}

/** No answer ever comes. */
export interface HangFaultInput {
  /** No answer ever comes. */
  readonly kind: 'hang';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio?: number | undefined;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs?: number | undefined;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs?: number | null | undefined;
  /**
   * When the request fails.
   *
   * - arrival: before the service has done anything
   * - processing: after the service has processed the request
   *
   * Default: "arrival".
   */
  readonly when?: FaultWhen | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** The connection is refused: the request is never sent. */
export interface RefusedFault {
  /** The connection is refused: the request is never sent. */
  readonly kind: 'refused';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio: number;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs: number | null;
  /**
   * How long the client tries to connect. A fault server that refuses every connection refuses at once.
   *
   * Unit: ms. Default: 0.
   */
  readonly afterMs: number;
}

/** The connection is refused: the request is never sent. */
export interface RefusedFaultInput {
  /** The connection is refused: the request is never sent. */
  readonly kind: 'refused';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio?: number | undefined;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs?: number | undefined;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs?: number | null | undefined;
  /**
   * How long the client tries to connect. A fault server that refuses every connection refuses at once.
   *
   * Unit: ms. Default: 0.
   */
  readonly afterMs?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** The service takes longer than usual, and answers. */
export interface SlowFault {
  /**
   * The service takes longer than usual, and answers. A request that was queued meets it if its work begins within
   * the time of the fault.
   */
  readonly kind: 'slow';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio: number;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs: number;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs: number | null;
  /**
   * How many times as long everything takes that the service does: processing, generating, the first content of a
   * stream, the body.
   *
   * Default: 1.
   */
  readonly factor: number;
  /**
   * How much longer the processing takes, after the factor; null: not longer.
   *
   * Default: null.
   */
  readonly addedMs: Latency | null;
}

/** The service takes longer than usual, and answers. */
export interface SlowFaultInput {
  /**
   * The service takes longer than usual, and answers. A request that was queued meets it if its work begins within
   * the time of the fault.
   */
  readonly kind: 'slow';
  /**
   * Share of the requests that fare so.
   *
   * Default: 1.
   */
  readonly ratio?: number | undefined;
  /**
   * Begin, from the start of the scenario.
   *
   * Unit: ms. Default: 0.
   */
  readonly fromMs?: number | undefined;
  /**
   * End, from the start of the scenario; null: the end of the scenario.
   *
   * Unit: ms. Default: null.
   */
  readonly toMs?: number | null | undefined;
  /**
   * How many times as long everything takes that the service does: processing, generating, the first content of a
   * stream, the body.
   *
   * Default: 1.
   */
  readonly factor?: number | undefined;
  /**
   * How much longer the processing takes, after the factor; null: not longer.
   *
   * Default: null.
   */
  readonly addedMs?: LatencyInput | null | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/**
 * When the request fails.
 *
 * - arrival: before the service has done anything
 * - processing: after the service has processed the request
 */
export type FaultWhen = 'arrival' | 'processing';

/** Times of random length in which every request fails. */
export interface Outages {
  /**
   * Mean time between two outages, exponentially distributed.
   *
   * Unit: ms.
   */
  readonly meanUpMs: number;
  /**
   * Mean length of an outage, exponentially distributed.
   *
   * Unit: ms.
   */
  readonly meanDownMs: number;
  /**
   * How requests fail: a status, or what happens to the connection.
   *
   * Default: 503.
   */
  readonly failure: number | 'refused' | 'reset' | 'hang';
}

/** Times of random length in which every request fails. */
export interface OutagesInput {
  /**
   * Mean time between two outages, exponentially distributed.
   *
   * Unit: ms.
   */
  readonly meanUpMs: number;
  /**
   * Mean length of an outage, exponentially distributed.
   *
   * Unit: ms.
   */
  readonly meanDownMs: number;
  /**
   * How requests fail: a status, or what happens to the connection.
   *
   * Default: 503.
   */
  readonly failure?: number | 'refused' | 'reset' | 'hang' | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}

/** What successful responses bring, and when. The headers come when the request is processed. */
export interface Streaming {
  /** From the headers to the first content. */
  readonly firstContentMs: Latency;
  /**
   * From the first content to the end, beside the time that `tokensPerSecond` takes; null: none.
   *
   * Default: null.
   */
  readonly contentMs: Latency | null;
  /**
   * How often a ping comes before the first content; null: never.
   *
   * Unit: ms. Default: null.
   */
  readonly pingEveryMs: number | null;
  /**
   * Share of the streams that bring an error in place of the first content.
   *
   * Default: 0.
   */
  readonly errorBeforeContentRatio: number;
  /**
   * Share of the streams that bring an error in place of the end.
   *
   * Default: 0.
   */
  readonly errorAfterContentRatio: number;
  /**
   * Status that the error of a stream stands for.
   *
   * Default: 529.
   */
  readonly errorStatus: number;
}

/** What successful responses bring, and when. The headers come when the request is processed. */
export interface StreamingInput {
  /** From the headers to the first content. */
  readonly firstContentMs: LatencyInput;
  /**
   * From the first content to the end, beside the time that `tokensPerSecond` takes; null: none.
   *
   * Default: null.
   */
  readonly contentMs?: LatencyInput | null | undefined;
  /**
   * How often a ping comes before the first content; null: never.
   *
   * Unit: ms. Default: null.
   */
  readonly pingEveryMs?: number | null | undefined;
  /**
   * Share of the streams that bring an error in place of the first content.
   *
   * Default: 0.
   */
  readonly errorBeforeContentRatio?: number | undefined;
  /**
   * Share of the streams that bring an error in place of the end.
   *
   * Default: 0.
   */
  readonly errorAfterContentRatio?: number | undefined;
  /**
   * Status that the error of a stream stands for.
   *
   * Default: 529.
   */
  readonly errorStatus?: number | undefined;
  /** Ignored by the engine: for notes and for other tools. */
  readonly [extension: `x-${string}`]: unknown;
}
