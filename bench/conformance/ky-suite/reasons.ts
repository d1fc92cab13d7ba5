/** Why a test of ky's fails where no run shows it. Read in the test, and tried by hand; a test that is in no list stops the script. */

export interface Reason {
  readonly cause: string;
  readonly tests: readonly string[];
}

export const reasons: readonly Reason[] = [
  {
    cause: 'With ky alone too: ky 2.1.0 calls parseJson for empty bodies, and these tests are of an older commit.',
    tests: [
      'main › .json() with 204 response does not call parseJson',
      'main › .json() with empty body does not call parseJson',
      'main › .json(schema) with 204 response does not call parseJson before validation',
      'main › .json(schema) with empty body does not call parseJson before validation',
      'main › parseJson option with response.json() does not run on empty body',
    ],
  },
  {
    cause: 'By design of ky: it copies `json` as soon as there is any init hook, and steadfetch is one.',
    tests: ['hooks › custom stringifyJson receives cyclic json unchanged when init hooks are absent'],
  },
  {
    cause:
      'By design: a Retry-After that the call has no time for ends it at once, with the answer. ky waits until the time is over, and throws a TimeoutError in its place.',
    tests: ['retry › Retry-After delay is bounded by totalTimeout budget'],
  },
  {
    cause:
      'By design: a Retry-After longer than `retryAfter.maxMs` ends the call at once, with the answer. These ask for 54 years, of which ky would wait the 25 days that a timer can hold.',
    tests: [
      'retry › Retry-After number is treated as delay seconds, not timestamp',
      'retry › X-RateLimit-Retry-After number is treated as delay seconds, not timestamp',
    ],
  },
  {
    cause:
      "By design: an instant is read by the clock of the server that names it (its Date header). The test sets the client's clock only.",
    tests: ['retry › RateLimit-Reset with time since epoch'],
  },
  {
    cause: 'By design: a retry waits for its backoff, also under `Retry-After: 0`.',
    tests: ['retry › respect Retry-After: 0 and retry immediately'],
  },
  {
    cause:
      'By design: the response of an attempt that is retried is discarded unread. ky reads and parses it first, for the data of an error that no caller receives.',
    tests: ['main › parseJson option receives context after retry'],
  },
  {
    cause:
      'By design: a time limit that fires late, because the process was busy, first lets in the answer that has arrived. The tests have limits of 1 and 50 ms and answers after 100 and 200 ms, and the suite starts all of its tests at once.',
    tests: [
      'hooks › beforeError receives request and options for TimeoutError',
      'hooks › init hook can modify timeout',
    ],
  },
  {
    cause:
      "Of the harness: the test replaces the clock by one that jumps at its fourth reading, and counts ky's readings.",
    tests: ['retry › totalTimeout is rechecked after per-attempt HTTPError body timeout'],
  },
];
