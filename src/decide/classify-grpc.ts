/**
 * Classifies a gRPC status.
 *
 * A connection that breaks after the server has acted is UNAVAILABLE, like one that could not be made. So the server certainly did not act
 * only if the client knows that it never connected, or that HTTP/2 refused the stream. Once a response has begun, nothing is retried.
 *
 * @see gRFC A6; AIP-194; grpc/doc/statuscodes.md
 */
import type {AnswerContext} from './answers.ts';
import {type Classification, final, green, listed, red, SUCCESS, unlisted, yellow} from './classification.ts';
import {codeName} from './grpc-codes.ts';
import {type GrpcAnswer, grpcHint, stops} from './grpc-hint.ts';

const UNAVAILABLE = yellow('UNAVAILABLE');
const NOT_SENT = green('UNAVAILABLE', 'not-sent');
const REFUSED = green('UNAVAILABLE', 'not-processed');
/** Without a hint, this code can also mean a message that is too large, or a quota that resets tomorrow. */
const EXHAUSTED = red('RESOURCE_EXHAUSTED', 'maybe-processed', {throttled: true});
const THROTTLED = green('RESOURCE_EXHAUSTED', 'not-processed', {throttled: true});
const REFRESH = green('UNAUTHENTICATED', 'not-processed', {once: true});
const SERVER_SAID_NO = final('the server said not to retry');

export function classifyGrpc(answer: GrpcAnswer, {transients, refreshes}: AnswerContext): Classification {
  if (answer.status === 0) return SUCCESS;
  const name = codeName(answer.status);
  if (answer.committed) return final(`${name} after the response had begun`);
  if (stops(answer)) return SERVER_SAID_NO;
  switch (name) {
    case 'UNAVAILABLE':
      return transients.code(name) ? unavailable(answer) : unlisted(unavailable(answer));
    case 'RESOURCE_EXHAUSTED':
      if (grpcHint(answer) !== null) return THROTTLED;
      return transients.code(name) ? listed(EXHAUSTED) : EXHAUSTED;
    case 'UNAUTHENTICATED':
      if (refreshes) return REFRESH;
  }
  // The server may have acted on any other status that the policy lists.
  const found = red(name, 'maybe-processed');
  return transients.code(name) ? listed(found) : found;
}

function unavailable({sent}: GrpcAnswer): Classification {
  if (sent === 'not-sent') return NOT_SENT;
  return sent === 'not-processed' ? REFUSED : UNAVAILABLE;
}
