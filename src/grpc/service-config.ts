/**
 * A policy as a gRPC service config, for clients that retry without steadfetch: those of Go and Java, and grpc-js itself.
 *
 * A service config has no attempt timeout, no breaker, no key and no choice of jitter, and it retries the listed codes whatever the method
 * does. A warning names each part of the policy that the config cannot express.
 *
 * @see gRFC A6; grpc/service_config/service_config.proto
 */

import type {Plan, Plans} from '../client/plan.ts';
import type {PolicyArgument, PolicyHandle} from '../client/policy-handle.ts';
import {CODE_NAMES, type CodeName} from '../decide/grpc-codes.ts';
import {handleOf} from '../features/usual.ts';
import type {PolicyInput} from '../policy/types.ts';
import {type RetryThrottling, throttlingOf} from './retry-throttling.ts';
import {type BackoffConfig, backoffConfig, duration} from './service-config-backoff.ts';

/** `retryPolicy` of a service config. Durations are texts such as `0.1s`. */
export interface RetryPolicyConfig extends BackoffConfig {
  /** Attempts in all, the first one counted. gRPC allows 2 to 5. */
  readonly maxAttempts: number;
  /** Names of the codes that are retried. */
  readonly retryableStatusCodes: readonly CodeName[];
}

/** `hedgingPolicy` of a service config. Durations are texts such as `0.1s`. */
export interface HedgingPolicyConfig {
  /** Attempts in all, hedges counted. gRPC allows 2 to 5. */
  readonly maxAttempts: number;
  /** The delay before each further attempt. */
  readonly hedgingDelay: string;
  /** Names of the codes after which other attempts go on. */
  readonly nonFatalStatusCodes: readonly CodeName[];
}

/** How to call some methods. */
export interface MethodConfigEntry {
  /** The methods. `{}` stands for every method. */
  readonly name: readonly {readonly service?: string; readonly method?: string}[];
  /** The deadline of a call, as a text such as `30s`. */
  readonly timeout?: string;
  /** How to retry. Excludes `hedgingPolicy`. */
  readonly retryPolicy?: RetryPolicyConfig;
  /** How to hedge. Excludes `retryPolicy`. */
  readonly hedgingPolicy?: HedgingPolicyConfig;
}

/** A service config as gRPC defines it. */
export interface ServiceConfigJson {
  /** Entries for methods. The most specific name applies. */
  readonly methodConfig: readonly MethodConfigEntry[];
  /** The retry budget. */
  readonly retryThrottling?: RetryThrottling;
}

/** The config, and what it lacks. */
export interface ServiceConfigResult {
  /** Plain data. grpc-js takes it as JSON text in the channel option `grpc.service_config`. */
  readonly config: ServiceConfigJson;
  /** Parts of the policy that the config cannot express, one sentence each. */
  readonly warnings: readonly string[];
}

/** gRPC clients make at most this many attempts, whatever the config says. */
const MOST_ATTEMPTS = 5;
/** A name that no service has: a pattern that matches it matches every name. */
const ANY = '~';
/** The config does not know which methods have streams. */
const BOUNDS_STREAMS =
  'timeout: gRPC bounds every call by it to its end, also streams of responses and of requests. ' +
  'deadlineMs bounds a stream to its headers at most; a route with deadlineMs null has no timeout.';
const METHOD_PATH = /^\/([\w.]+)\/([\w]+|\*)$/;

/**
 * Writes the service config that is closest to a policy.
 *
 * @param policy Plain data, see docs/policy.md, or a handle of `definePolicy`. Default: every field has its default.
 * @param origin The origin of the channel. Routes for other origins are left out.
 * @throws InvalidPolicyError naming each wrong field.
 *
 * @example
 * const {config, warnings} = toServiceConfig(policy);
 * new Greeter(address, credentials, {'grpc.service_config': JSON.stringify(config)});
 */
export function toServiceConfig<Json>(policy?: PolicyArgument<Json>, origin?: string): ServiceConfigResult;
export function toServiceConfig(policy?: PolicyInput | PolicyHandle, origin = ''): ServiceConfigResult {
  const {plans} = handleOf(policy);
  const warnings: string[] = [];
  const planOf = (service: string, method: string): Plan =>
    plans.for('POST', origin, `/${service}/${method}`, undefined).plan;
  const general = planOf(ANY, ANY);
  const names = new Map<Plan, {service?: string; method?: string}[]>([[general, [{}]]]);
  for (const {service, method} of placesIn(plans, warnings)) {
    const plan = planOf(service, method ?? ANY);
    names.set(plan, [...(names.get(plan) ?? []), method === undefined ? {service} : {service, method}]);
  }
  for (const plan of plans.all) if (!names.has(plan) && plan.template !== undefined) warnUnreached(plan, warnings);
  const methodConfig = [...names].map(([plan, name]) => methodConfigOf(plan, name, warnings));
  for (const plan of names.keys()) warnOfBudget(plan, general, warnings);
  const retryThrottling = throttlingOf(general.policy.budget, warnings);
  if (methodConfig.some(({timeout}) => timeout !== undefined)) warnings.push(BOUNDS_STREAMS);
  return {config: {methodConfig, ...(retryThrottling === null ? {} : {retryThrottling})}, warnings};
}

/** Services and methods that routes name, most general first, each once. */
function placesIn(plans: Plans, warnings: string[]): {service: string; method: string | undefined}[] {
  const found = new Map<string, {service: string; method: string | undefined}>();
  for (const {template, name} of plans.all) {
    const [, service, method] = METHOD_PATH.exec(template ?? '') ?? [];
    if (service !== undefined) found.set(template!, {service, method: method === '*' ? undefined : method});
    else if (template !== undefined && template !== '/**' && /^\/[^/]*\/[^/]*$/.test(template))
      warnings.push(`Route ${name}: ${template} is neither a service nor a method, and is left out.`);
  }
  return [...found.values()].sort((a, b) => Number(a.method !== undefined) - Number(b.method !== undefined));
}

function warnUnreached({name, template}: Plan, warnings: string[]): void {
  if (METHOD_PATH.test(template!))
    warnings.push(
      `Route ${name}: no call of this channel is matched by it (its origin, its methods or a route before it).`,
    );
}

function methodConfigOf(plan: Plan, name: MethodConfigEntry['name'], warnings: string[]): MethodConfigEntry {
  const {deadlineMs} = plan;
  const timed = deadlineMs === Number.POSITIVE_INFINITY ? {} : {timeout: duration(deadlineMs)};
  return {name, ...timed, ...retries(plan, warnings)};
}

/** gRPC knows retries or hedges for a method, not both. */
function retries(plan: Plan, warnings: string[]): Pick<MethodConfigEntry, 'retryPolicy' | 'hedgingPolicy'> {
  const maxAttempts = attemptsOf(plan, warnings);
  const codes = codesOf(plan, warnings);
  if (maxAttempts < 2) return {};
  const {hedge, backoff} = plan.policy;
  if (hedge !== null && mayRepeat(plan)) {
    const {delayMs} = hedge;
    if (delayMs !== undefined && delayMs !== null) {
      warnings.push(
        `${plan.name}: hedge.maxLoadRatio has no counterpart, so every slow call is hedged, with up to ${maxAttempts} requests at a time; the policy sends 2.`,
      );
      return {hedgingPolicy: {maxAttempts, hedgingDelay: duration(delayMs), nonFatalStatusCodes: codes}};
    }
    warnings.push(`${plan.name}: hedge.quantile has no counterpart, for a hedging delay is fixed; written as retries.`);
  }
  if (codes.length === 0) return {};
  return {retryPolicy: {maxAttempts, ...backoffConfig(backoff, plan.name, warnings), retryableStatusCodes: codes}};
}

function attemptsOf({maxAttempts, name}: Plan, warnings: string[]): number {
  if (maxAttempts <= MOST_ATTEMPTS) return maxAttempts;
  const said = maxAttempts === Number.POSITIVE_INFINITY ? '"unlimited"' : maxAttempts;
  warnings.push(`${name}: maxAttempts ${said} becomes ${MOST_ATTEMPTS}, the most that gRPC clients make.`);
  return MOST_ATTEMPTS;
}

/**
 * A client made by this config repeats each of them, whatever the server may have done, so only what this client would repeat in any case.
 * It does not distinguish the kinds of UNAVAILABLE: the connection may have broken after the server acted.
 */
function codesOf(plan: Plan, warnings: string[]): CodeName[] {
  const listed = CODE_NAMES.filter(name => plan.transients.code(name));
  if (mayRepeat(plan) || plan.maxAttempts < 2) return listed;
  if (listed.length > 0)
    warnings.push(
      `${plan.name}: no retries, because after ${listed.join(', ')} the server may have acted; ` +
        'if these methods may run twice, declare it by idempotentMethods: ["POST"].',
    );
  return [];
}

const mayRepeat = ({idempotentMethods}: Plan): boolean => idempotentMethods.has('POST');

function warnOfBudget(plan: Plan, general: Plan, warnings: string[]): void {
  if (JSON.stringify(plan.policy.budget) !== JSON.stringify(general.policy.budget))
    warnings.push(`${plan.name}: its own budget has no counterpart, for retryThrottling is one for all methods.`);
}
