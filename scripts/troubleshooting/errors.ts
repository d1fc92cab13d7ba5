/** What the page on troubleshooting says of each error code. The type keeps the list complete. */
import type {ErrorCode} from '../../src/core/errors.ts';

export interface Advice {
  /** The class, where the code has one of its own. */
  readonly type: string;
  readonly means: string;
  readonly remedy: string;
}

export const errors: Readonly<Record<ErrorCode, Advice>> = {
  INVALID_POLICY: {
    type: 'InvalidPolicyError',
    means:
      'The policy cannot run. `problems` has one entry for each wrong field, with its path. Thrown where the client is made. A feature that the entry point leaves out is refused by a `SteadfetchError` of this code, whose message names the function of `steadfetch/features` to call.',
    remedy:
      'Correct the fields that the message names. `npx retry-lint policy.json` finds the same mistakes before the program starts.',
  },
  INVALID_OVERRIDES: {
    type: 'InvalidPolicyError',
    means: 'The `resilience` option of one call is wrong. The call rejects, and nothing is sent.',
    remedy:
      'Correct the option. It takes the fields of a policy; `{resilience: {maxAttempts: 1}}` sends the call once.',
  },
  POLICY_FILE: {
    type: 'SteadfetchError',
    means:
      'A policy file is missing, is not readable, is not valid JSON or YAML, or extends itself. Thrown by `loadPolicy`.',
    remedy:
      'The message names the file, and the line and column of a syntax error. Paths in `extends` are relative to the file that has them.',
  },
  PEER_PACKAGE: {
    type: 'SteadfetchError',
    means:
      'A package that the entry point needs, such as ky, is too old. Where it is missing, the error is `ERR_MODULE_NOT_FOUND` of Node, except for `steadfetch/register` and `steadfetch/bullmq`.',
    remedy: 'Install the version that the message names ([all](installing.md)).',
  },
  ATTEMPT_TIMEOUT: {
    type: 'TimeoutError',
    means: 'One attempt took longer than `attemptTimeoutMs`, and the call was not retried. `limitMs` is the limit.',
    remedy:
      '`error.resilience.reason` says why there was no further attempt. Raise `attemptTimeoutMs` above the P99 of the server where healthy answers are cut off.',
  },
  DEADLINE_EXCEEDED: {
    type: 'TimeoutError',
    means: 'The whole call, its waits included, took longer than `deadlineMs`.',
    remedy:
      'Leave room for `maxAttempts` attempts and their waits in `deadlineMs`, or lower `attemptTimeoutMs`. retry-lint compares the three.',
  },
  CONTENT_TIMEOUT: {
    type: 'TimeoutError',
    means:
      'The headers of an event stream came, and no content within `stream.firstContentMs`. The server may have acted, so only calls that may be repeated are retried.',
    remedy: 'Raise `stream.firstContentMs` for a model that thinks for long without a word, or set it to null.',
  },
  IDLE_TIMEOUT: {
    type: 'TimeoutError',
    means:
      'While a response body was read as a stream, no chunk arrived for `idleTimeoutMs`. In an event stream under `stream`, comments and pings do not count. A part of the body was delivered, so the call is not retried.',
    remedy: 'Raise `idleTimeoutMs`, or set it to null, for a server that is silent for long on purpose.',
  },
  STREAM_ERROR: {
    type: 'SteadfetchError',
    means:
      'Only in hooks of ky: an event stream began with an error, such as `overloaded_error`, and the call is retried.',
    remedy: 'None is needed. If all attempts end like this, the caller gets the last stream as the server sent it.',
  },
  STREAM_INCOMPLETE: {
    type: 'SteadfetchError',
    means:
      'Under `stream`, an event stream ended without the [end mark](guides/streaming.md#commit-a-stream-by-its-first-content) of its format, which the message names. Before any content the call is retried as after a broken connection. After content the reader has every byte that came, and gets this error in place of the end.',
    remedy:
      'Take the text so far for a part of the answer, and send the call again if the whole is needed: the model is paid again. If it happens often, look for a proxy that cuts long responses.',
  },
  BODY_DROPPED: {
    type: 'SteadfetchError',
    means:
      'The body of a failed response was larger than 64 kB, or took longer than a second, so the rest was dropped while the call waited to retry; then the retry was refused. With a status of 400 or more, the body is its first 64 kB and a last line `[BODY_DROPPED: …]` (below undici, a compressed body is that line alone). With any other status, reading the body throws this error.',
    remedy: 'Rely on the status and the headers. The server should answer errors with short bodies.',
  },
  CIRCUIT_OPEN: {
    type: 'RejectedError',
    means:
      'The breaker of the origin is open, and the call could not wait for the recovery, or waited for as long as it may. Nothing was sent.',
    remedy:
      'Wait for `retryAfterMs`. `handle.snapshot()` shows the state of each breaker, and the event `breaker.changed` says when it opened.',
  },
  CONCURRENCY_LIMIT: {
    type: 'RejectedError',
    means: '`concurrency.max` attempts are in flight to the origin, and its queue is full. Nothing was sent.',
    remedy:
      'Send less at a time, raise `concurrency.max`, or allow waiting by `concurrency.queue`. A place is held until the headers arrive.',
  },
  ORIGIN_HELD: {
    type: 'RejectedError',
    means:
      'An earlier response asked all clients to wait (`Retry-After`), and `retryAfter.scope` is `"origin"`. Nothing was sent.',
    remedy: 'Wait for `retryAfterMs`. Under `retryAfter.scope: "call"` a hint concerns only the call that got it.',
  },
  QUOTA_WAIT: {
    type: 'RejectedError',
    means:
      'The `quota` has no room for the call within `quota.maxWaitMs`, or before its deadline. Nothing was sent. `retryAfterMs` says when it has.',
    remedy:
      'Send the call again after `retryAfterMs`, or allow a longer wait by `quota.maxWaitMs` and `deadlineMs`. `handle.snapshot()` shows what is left of each limit.',
  },
  QUOTA_QUEUE: {
    type: 'RejectedError',
    means: '`quota.queue` attempts wait for the `quota` of the origin already. Nothing was sent.',
    remedy: 'Send less at a time, or raise `quota.queue`. A batch reads its source no faster than it sends.',
  },
  QUOTA_TOO_LARGE: {
    type: 'RejectedError',
    means:
      'The call alone takes more than a whole limit of the `quota`: its estimated tokens are above `max`. Nothing was sent, and waiting does not help.',
    remedy:
      'Shorten the prompt, or lower its output limit (`max_tokens`). Where the estimate is wrong, count the tokens in the port `weigh`; where the limit is, correct `quota.limits`.',
  },
  NO_ENDPOINT: {
    type: 'RejectedError',
    means:
      'All `endpoints` of the call have an open circuit, asked for a pause, or are not ready (`readyPath`), and the first is free only after the deadline, or after `retryAfter.maxMs`. Nothing was sent.',
    remedy:
      'Send the call again after `retryAfterMs`. For an endpoint that warms up, the message says what its `readyPath` answered: give the call a `deadlineMs` that is longer than that takes.',
  },
  TRANSLATE_FAILED: {
    type: 'SteadfetchError',
    means:
      'The function `translate` threw, or returned what cannot be sent; or its `response` threw. The `cause` is the exception. The call is not retried. Nothing was sent, unless the message names `response`.',
    remedy: 'Correct the function. The message names the endpoint.',
  },
  FETCH_LOOP: {
    type: 'SteadfetchError',
    means:
      'The function in `globalThis.fetch`, or the port `fetch`, calls the fetch that sends by it, and so without end. This request was not sent.',
    remedy:
      'Make the client with the fetch that it is to send by, `createFetch(policy, {fetch: globalThis.fetch})`, before `globalThis.fetch` is replaced ([more](faq.md#can-it-replace-the-global-fetch)).',
  },
  MISDIRECTED: {
    type: 'SteadfetchError',
    means:
      'Below `undici.fetch` and a global dispatcher, the server answered 421 to a call that it may have acted on before, and fetch would send it again with another key ([why](semantics.md#below-undicifetch-and-a-global-dispatcher)).',
    remedy:
      'Find out whether the server has acted, as after any lost answer. Use `createFetch` or `undici.request` for such calls, or give the call a key of your own.',
  },
  INTERNAL: {
    type: 'SteadfetchError',
    means:
      'An exception in a step of the call that no other rule covers: a clock, a source of random numbers, a getter, or a defect of steadfetch.',
    remedy: 'Look at `cause`. If its stack shows only steadfetch, please report it as a defect.',
  },
  INVALID_BATCH: {
    type: 'SteadfetchError',
    means: 'The options of `runBatch` are wrong, or a journal belongs to a run with other settings or at another URL.',
    remedy: 'The message names the option, or both URLs. Resume with the settings and the URL of the first run.',
  },
  CHUNK_MISMATCH: {
    type: 'SteadfetchError',
    means:
      '`sendChunk` returned more or fewer results than the chunk has items, so results cannot be assigned to items.',
    remedy: 'Return one result for each item, in their order; an `Error` for an item that failed.',
  },
  JOURNAL_EXISTS: {
    type: 'SteadfetchError',
    means: 'The journal holds results of an earlier run, and `resume` is not set.',
    remedy: 'Set `resume: true` (`--resume`) to continue that run, or remove the file to begin a new one.',
  },
  JOURNAL_LOCKED: {
    type: 'SteadfetchError',
    means: 'Another process uses the journal. The message names the process.',
    remedy:
      'Wait for that process. The lock of a process that was killed is taken over; a lock of another machine has to be removed by hand.',
  },
  JOURNAL_DAMAGED: {
    type: 'SteadfetchError',
    means:
      'A line of the journal is not as it was written, or another program changed the file. The message names the line.',
    remedy: 'Restore the file, or remove the line: its item may then be sent again.',
  },
  JOURNAL_FILE: {
    type: 'SteadfetchError',
    means: 'The journal cannot be opened or written: no permission, no space, a directory, a symbolic link.',
    remedy: 'Name a regular file in a folder that the process may write to.',
  },
  INVALID_SCENARIO: {
    type: 'InvalidScenarioError',
    means:
      'A scenario of the simulator cannot run, or there is no scenario of that name. `problems` has one entry for each wrong field, with its path.',
    remedy: 'Correct the fields that the message names. `schema/scenario.schema.json` has them all.',
  },
  UNMET_EXPECTATION: {
    type: 'SteadfetchError',
    means:
      'A condition of `expectPolicy` is not met: in the simulated scenario the policy sends more, or succeeds less, than the test allows. The message has the numbers.',
    remedy:
      'Run `steadfetch simulate` with the same policy and scenario, and read why calls failed. Change the policy, or the condition.',
  },
  FAULT_SERVER: {
    type: 'SteadfetchError',
    means:
      'A `faultServer` cannot start with these options or in this runtime, or another process took its port while the scenario refused connections.',
    remedy:
      'The message names the option. In the other case, let the server choose a free port (`port: 0`), and start it again.',
  },
  IDEMPOTENCY_STORE: {
    type: 'SteadfetchError',
    means:
      'A store of `steadfetch/server` cannot keep another idempotency key, or what it has is damaged. The request was answered with 503, and its handler has not run.',
    remedy:
      'The message says which. A full `memoryStore` needs a larger `maxKeys` or a shorter `keepMs`; damaged rows were written by another program.',
  },
  LEASE_LOST: {
    type: 'SteadfetchError',
    means:
      'The handler of a request with an idempotency key ran longer than `maxRunMs`, or its lease could not be renewed. It is the reason of the signal that the handler gets.',
    remedy:
      'Stop the work when the signal aborts. Raise `maxRunMs` if the work needs more time; look at the store if renewals failed.',
  },
  TRANSACTION_ENDED: {
    type: 'SteadfetchError',
    means:
      'A handler used the transaction of `postgresTransactions` after it had ended: after the response, after `maxRunMs`, or in a stream of a request without a key. The statement was not sent.',
    remedy:
      'Await every statement before the response ends, and stop when `signal` aborts. Work that outlasts the response takes a connection of its own.',
  },
};
