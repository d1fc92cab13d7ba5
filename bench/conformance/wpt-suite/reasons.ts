/** Why a test of fetch/api fails with steadfetch's fetch and passes with Node's. A failure that is not listed fails the command. */
import type {Reason} from '../suite-comparison.ts';

export const reasons: readonly Reason[] = [
  {
    cause:
      'By design: the body of a request that is never sent is cancelled in the next turn of the event loop, since Node 24 throws where an iterable ends in the turn in which it is cancelled. The test looks in the same turn.',
    tests: ['abort/general.any.js › Readable stream synchronously cancels with AbortError if aborted before reading'],
  },
  {
    cause:
      'By design of the default policy: a 425 is retried once (RFC 8470 asks the client to send the request again after the handshake). The Fetch standard leaves that to TLS early data, of which a fetch in JavaScript knows nothing.',
    tests: ['basic/http-response-code.any.js › Fetch on 425 response should not be retried for non TLS early data.'],
  },
];
