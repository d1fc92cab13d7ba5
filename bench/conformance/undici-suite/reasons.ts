/** Why a test of undici's fails with steadfetch's fetch and passes with undici's. A failure that is not listed fails the command. */
import type {Reason} from '../suite-comparison.ts';

export const reasons: readonly Reason[] = [
  {
    cause:
      'By design: the body of a request that is never sent is cancelled in the next turn of the event loop, since Node 24 throws where an iterable ends in the turn in which it is cancelled. The test looks in the same turn.',
    tests: ['client-fetch.js › pre aborted with readable request body'],
  },
  {
    cause:
      'By design: a detached ArrayBuffer is refused. Web IDL takes it for an empty one, and a POST whose bytes are gone is a mistake of the caller.',
    tests: ['issue-4789.js › transferred buffers and extractBody works'],
  },
];
