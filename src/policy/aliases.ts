// Generated from schema/source/aliases.json by schema/generate.ts. Do not edit.
// biome-ignore-all format: laid out by its generator

/**
 * Names that other retry libraries use, without case, hyphens and underscores. To the left the field of ours, and what it is about.
 */
export const ALIASES: readonly (readonly [field: string, note: string, names: string])[] = [
  ['maxAttempts', 'which counts the first send too', 'retries retry retrylimit retrycount maxretry maxretries maxretryattempts numretries limit'],
  ['maxAttempts', 'which counts the first send', 'attempts numofattempts tries maxtries'],
  ['attemptTimeoutMs', 'which bounds one attempt, or deadlineMs, which bounds the whole call, both in milliseconds', 'timeout timeoutms requesttimeout'],
  ['attemptTimeoutMs', 'in milliseconds', 'attempttimeout pertrytimeout'],
  ['deadlineMs', 'which bounds the whole call, waits included, in milliseconds', 'totaltimeout totaltimeoutms deadline maxretrytime maxelapsedtime'],
  ['retryOn', 'a list of statuses, "network", "timeout" and gRPC code names', 'statuscodes retrystatuscodes retryablestatuscodes httpstatuscodes codes retrycondition shouldretry'],
  ['idempotentMethods', 'the methods that may be sent twice although the server may have acted', 'methods httpmethods retrymethods allowedmethods'],
  ['backoff.baseMs', 'in milliseconds', 'delay delayms retrydelay basedelay initialdelay initialinterval initialbackoff startingdelay mintimeout mindelay'],
  ['backoff.capMs', 'in milliseconds', 'maxtimeout maxdelay maxinterval maxbackoff backofflimit'],
  ['backoff.factor', '', 'multiplier backoffmultiplier backofffactor timemultiple exponent'],
  ['backoff.jitter', '"none", "full", "equal" or "decorrelated"', 'randomize'],
  ['backoff.kind', '"exponential", "linear", "constant" or "list"', 'strategy'],
  ['retryAfter.maxMs', 'in milliseconds', 'maxretryafter'],
  ['retryAfter.honor', '', 'respectretryafter honorretryafter'],
  ['breaker', '', 'circuitbreaker'],
  ['concurrency.max', '', 'bulkhead maxconcurrent maxconcurrency'],
  ['hedge', '', 'hedging'],
  ['idempotency', 'which says by which header this server deduplicates', 'idempotencykey'],
  ['kind', '', 'type'],
];
