/**
 * What the files that `steadfetch compile` writes import: the engine without the validator, the defaults and the presets, and guards one by one, so that a
 * bundle has those which the policy names. Programs import the written file.
 *
 * @module
 */
import type {PolicyHandle} from './client/policy-handle.ts';
import type {Ports} from './client/ports.ts';
import type {CompiledParts} from './features/compiled.ts';
import {refuseGuards} from './features/refuse-guards.ts';
import {fetchUnder, type ResilientFetch} from './fetch/fetch-under.ts';
import {AdaptiveBreaker} from './guards/adaptive/adaptive-breaker.ts';
import {RatioBudget} from './guards/ratio-budget.ts';
import {TokenBucket} from './guards/token-bucket.ts';

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {Ports} from './client/ports.ts';
export {RejectedError, SteadfetchError, TimeoutError} from './core/errors.ts';
export type {Random} from './core/random.ts';
export {
  type CompiledParts,
  type CompiledPlan,
  type CompiledRoute,
  compiledPolicy,
  useOverrides,
} from './features/compiled.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {SharedGuards} from './guards/guard-factory.ts';
export {compileMatch} from './policy/routes.ts';
export type {CallOverrides, Policy} from './policy/types.ts';

/** Makes a `fetch` that follows a compiled policy. */
export function compiledFetch(policy: PolicyHandle, ports: Ports): ResilientFetch {
  refuseGuards(policy, ports);
  return fetchUnder(policy, ports);
}

/** Budgets of kind `token-bucket`. */
export const tokenBucket: NonNullable<CompiledParts['tokenBucket']> = settings => new TokenBucket(settings);

/** Budgets of kind `ratio`. */
export const ratioBudget: NonNullable<CompiledParts['ratioBudget']> = settings => new RatioBudget(settings);

/** Breakers of kind `adaptive`. */
export const adaptiveBreaker: NonNullable<CompiledParts['adaptiveBreaker']> = (settings, guarded, random) =>
  new AdaptiveBreaker(settings, guarded, random);
