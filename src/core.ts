/**
 * `steadfetch` without OpenTelemetry. Observers are set through the `observer` port.
 *
 * @module
 */

export {type CallReport, reportOf} from './call/report.ts';
export type {PolicyArgument, PolicyHandle, PolicySnapshot} from './client/policy-handle.ts';
export type {
  AttemptRequest,
  ClassifyInput,
  MovedRequest,
  Ports,
  Reclassification,
  Translation,
  WeighedRequest,
} from './client/ports.ts';
export type {AttemptKind, BreakerState, CallResult, CallView} from './core/call-view.ts';
export {
  type ErrorCode,
  InvalidPolicyError,
  type PolicyProblem,
  RejectedError,
  type RejectionCode,
  SteadfetchError,
  TimeoutError,
} from './core/errors.ts';
export type * from './core/events.ts';
export type {
  BreakerListener,
  EndpointChange,
  EndpointListener,
  GuardSnapshot,
  GuardsView,
  QuotaSnapshot,
  StoreListener,
} from './core/guard-snapshot.ts';
export type {
  AttemptEndpoint,
  AttemptObserver,
  AttemptStart,
  BodyEnd,
  BodyObserver,
  CallEventFacts,
  CallEventName,
  CallObserver,
  HeaderBag,
  Observer,
  RpcEnd,
} from './core/observer.ts';
export type {FailureKind, Outcome, StreamError} from './core/outcome.ts';
export {type Ids, type Random, SystemIds, seededRandom} from './core/random.ts';
export type {Clock} from './core/timer.ts';
export type {AskedTokens} from './decide/asked-tokens.ts';
export type {Classification, Sent} from './decide/classification.ts';
export type {Refusal} from './decide/may-retry.ts';
export type {HintSource, ServerHint} from './decide/server-hint.ts';
export {definePolicy} from './features/usual.ts';
export {createFetch} from './fetch/create-fetch.ts';
export type {PerCallInit, ResilientFetch, ResilientInit} from './fetch/fetch-under.ts';
export type {SharedGuards} from './guards/guard-factory.ts';
export type {KyPorts} from './ky/ports.ts';
export {resilience} from './ky/resilience.ts';
export {presets} from './policy/presets.ts';
export type * from './policy/types.ts';
