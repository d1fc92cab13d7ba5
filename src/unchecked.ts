/**
 * `steadfetch/core` for policies that a build or a test has validated already. Policies are not validated at run time, so the
 * validator and its messages stay out of a bundle. Imports no OpenTelemetry.
 *
 * @module
 */
import type {PolicySource} from './client/plan.ts';
import {type PolicyArgument, PolicyHandle} from './client/policy-handle.ts';
import type {HandlePorts, Ports} from './client/ports.ts';
import type {Random} from './core/random.ts';
import {randomOf} from './core/random-of.ts';
import {useUsual} from './features/use.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import {LocalGuards, type SharedGuards} from './guards/guard-factory.ts';
import type {KyPorts} from './ky/ports.ts';
import {optionsUnder} from './ky/resilience.ts';
import type {JsonPolicy} from './policy/json-policy.ts';
import {mergeLayers, mergeOverrides} from './policy/layers.ts';
import type {PolicyInput} from './policy/types.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {
  AttemptRequest,
  ClassifyInput,
  MovedRequest,
  Ports,
  Reclassification,
  Translation,
} from './client/ports.ts';
export {RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {KyPorts} from './ky/ports.ts';
export type {CallOverrides, Policy, PolicyInput} from './policy/types.ts';

const unchecked: PolicySource = {resolve: (input = {}) => mergeLayers(input), resolveCall: mergeOverrides};

/**
 * Resolves a policy like `definePolicy` of `steadfetch`, with presets, layers and defaults, but does not validate it.
 *
 * @param input  A policy that `definePolicy` of `steadfetch`, `loadPolicy` or `retry-lint` has accepted. The behavior of an invalid
 *   policy, and of invalid overrides of a call, is undefined.
 * @param random Random numbers for the open times of breakers. Default: `Math.random`.
 * @param guards Guards whose state several processes share, such as those of `redisGuards`. Default: guards of this process.
 */
export function definePolicy<Json>(
  input?: PolicyInput | JsonPolicy<Json>,
  random?: Random,
  guards?: SharedGuards,
): PolicyHandle;
export function definePolicy(input?: PolicyInput, random?: Random, guards?: SharedGuards): PolicyHandle {
  useUsual();
  return new PolicyHandle(input, unchecked, guards?.factory ?? new LocalGuards(randomOf(random)));
}

/** `createFetch` of `steadfetch/core`, for a policy that was validated before. */
export function createFetch<Json>(policy?: PolicyArgument<Json>, ports?: Ports): ResilientFetch;
export function createFetch(policy?: PolicyInput | PolicyHandle, ports: Ports = {}): ResilientFetch {
  return fetchUnder(handleOf(policy, ports), ports);
}

/** `resilience` of `steadfetch/core`, for a policy that was validated before. */
export function resilience<Json>(policy?: PolicyArgument<Json>, ports?: KyPorts): ReturnType<typeof optionsUnder>;
export function resilience(policy?: PolicyInput | PolicyHandle, ports: KyPorts = {}): ReturnType<typeof optionsUnder> {
  return optionsUnder(handleOf(policy, ports), ports);
}

const handleOf = (policy: PolicyInput | PolicyHandle | undefined, {random, guards}: HandlePorts): PolicyHandle =>
  policy instanceof PolicyHandle ? policy : definePolicy(policy, random, guards);
