/** What the page on troubleshooting says of each refusal. The type keeps the list complete. */
import type {Refusal} from '../../src/decide/may-retry.ts';

export interface RefusalAdvice {
  /** The `reason` of a report, for an example. */
  readonly example: string;
  readonly means: string;
  readonly remedy: string;
}

export const refusals: Readonly<Record<Refusal, RefusalAdvice>> = {
  'not-transient': {
    example: '404 is not transient',
    means:
      'The failure would come again (a 404, a bad certificate, an abort, an account without credit), or `retryOn` does not list it.',
    remedy:
      'Correct the request. If this server answers a temporary failure so, add the status to `retryOn`, or decide in the `classify` port.',
  },
  'may-have-acted': {
    example: 'POST without an idempotency key, and the server may have acted (503)',
    means: 'The failure is transient, but the server may have done the work, and a second POST could do it twice.',
    remedy:
      'State [why a second request is harmless](guides/idempotency.md#what-it-does): `idempotency: {}`, or POST in `idempotentMethods` of that route. Otherwise look up on the server what happened.',
  },
  'attempts-exhausted': {
    example: 'all 3 attempts are used (503)',
    means: 'Each of the `maxAttempts` attempts failed. Hedges count as attempts.',
    remedy: 'Treat the call as failed. More attempts help against rare failures only.',
  },
  'paid-timeout': {
    example: 'the server may have done the work before the timeout, and a retry is paid for again (attempt timeout)',
    means: 'The policy has `paid`, and the attempt timed out after it was sent: a model may have generated its answer.',
    remedy:
      'Give the attempt more time (`attemptTimeoutMs`), ask for less output, or stream the answer. `paid: {afterTimeout: true}` pays for a retry.',
  },
  'paid-attempts-exhausted': {
    example: '2 attempts may have to be paid for, and maxPaidAttempts is 2 (503)',
    means:
      'So many attempts of the call may have been worked for that one more is not allowed. Refused connections and 429s do not count.',
    remedy: 'Treat the call as failed, or raise `paid.maxPaidAttempts` if an answer is worth the price.',
  },
  'body-not-replayable': {
    example: 'the request body is a stream, or larger than 1048576 bytes (503)',
    means:
      'A retry needs the request body again, and it was not kept. Or it is the stream of a `Request`, and was still coming when the retry was due ([the order of the steps](semantics.md#the-order-of-the-steps)).',
    remedy: 'Send a string, a buffer or a Blob, and raise `replayLimitBytes` for larger ones.',
  },
  'retried-once': {
    example: 'sent again once after 401, and once is enough',
    means: 'A 401 (with `prepareAttempt`), 421 or 425 is retried once. The retry failed in the same way.',
    remedy: 'For a 401, check that `prepareAttempt` gets a new token when `previousStatus` is 401.',
  },
  'hint-too-long': {
    example: 'the server asks for 120000 ms, more than the 60000 ms that retryAfter.maxMs allows (429)',
    means: 'The server asked for a longer wait than the policy allows. A hint is never shortened.',
    remedy:
      'Schedule the call for later: `retryAfterMs` of the report says when. Raise `retryAfter.maxMs` where a program may wait that long.',
  },
  deadline: {
    example: 'the next attempt could not end within the deadline of 1000 ms (503)',
    means:
      'After the wait, less than 50 ms of `deadlineMs` would be left. The call ends at once instead of waiting in vain.',
    remedy: 'Raise `deadlineMs`, or shorten the waits (`backoff`) and the attempts (`attemptTimeoutMs`).',
  },
  nested: {
    example: 'the client above retries (x-stainless-retry-count), so this is sent once (503)',
    means:
      'A header of the call shows that the client above retries, and the policy leaves retries to that client (`nested: "yield"`); or it is a retry of that client, of a call to a model endpoint that was given up already.',
    remedy: 'To let the policy retry, switch the retries of that client off, and set `nested: "observe"`.',
  },
  'breaker-open': {
    example: 'the circuit of https://shop.example is open',
    means: 'The circuit breaker opened, so a retry would be refused.',
    remedy: 'See CIRCUIT_OPEN above.',
  },
  'no-endpoint': {
    example: 'no endpoint of this call is free in time',
    means:
      'The circuits of all endpoints are open, all asked for a pause, or none is ready, for longer than the call can wait.',
    remedy: 'See NO_ENDPOINT above.',
  },
  'quota-exceeded': {
    example: 'the quota of https://api.example has no room in time (429)',
    means: 'The quota has no room for the retry before the deadline of the call, or within `quota.maxWaitMs`.',
    remedy: 'See QUOTA_WAIT above.',
  },
  'concurrency-limit': {
    example: 'the concurrency limit of 50 is reached',
    means: 'There is no place for the retry among the attempts in flight, nor in the queue.',
    remedy: 'See CONCURRENCY_LIMIT above.',
  },
  'budget-exhausted': {
    example: 'the retry budget of https://shop.example is exhausted (503)',
    means:
      'Recent retries to this origin have used up the budget that all calls of the policy share, so retries pause while first attempts go on.',
    remedy:
      'During an outage most retries only add load. In normal traffic, look for the cause of the failures first; `budget` sets the size, and `budget: null` switches it off.',
  },
  'retries-disabled': {
    example: 'retries are switched off (503)',
    means: '`handle.disableRetries()` was called.',
    remedy: 'Call `handle.enableRetries()` when the incident is over.',
  },
};
