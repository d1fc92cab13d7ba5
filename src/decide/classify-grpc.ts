/**
 * What a gRPC status says about sending again.
 *
 * A connection that breaks after the server has acted is UNAVAILABLE, as is one that could not be made. The server did not act only
 * where the client itself knows that it never connected, or that HTTP/2 refused the stream. Once a response has begun, nothing is sent again.
 *
 * @see gRFC A6; AIP-194; grpc/doc/statuscodes.md
 */
import type {AnswerContext} from './answers.ts';
import {type Classification, green, listed, red, SUCCESS, unlisted, yellow} from './classification.ts';
import {codeName} from './grpc-codes.ts';
import {type GrpcAnswer, grpcHint, stops} from './grpc-hint.ts';

const UNAVAILABLE = yellow('UNAVAILABLE');
const NOT_SENT = green('UNAVAILABLE', 'not-sent');
const REFUSED = green('UNAVAILABLE', 'not-processed');
/** Bare, it is also said of a message that is too large, or of a quota that comes back tomorrow. */
const EXHAUSTED = red('RESOURCE_EXHAUSTED', 'maybe-processed', {throttled: true});
const THROTTLED = green('RESOURCE_EXHAUSTED', 'not-processed', {throttled: true});
const REFRESH = green('UNAUTHENTICATED', 'not-processed', {once: true});
const SERVER_SAID_NO = red('the server said not to retry', 'maybe-processed', {final: true});

export function classifyGrpc(answer: GrpcAnswer, {transients, refreshes}: AnswerContext): Classification {
  if (answer.status === 0) return SUCCESS;
  const name = codeName(answer.status);
  if (answer.committed) return red(`${name} after the response had begun`, 'maybe-processed', {final: true});
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
  // Whatever else the policy names may well have been acted on.
  const found = red(name, 'maybe-processed');
  return transients.code(name) ? listed(found) : found;
}

function unavailable({sent}: GrpcAnswer): Classification {
  if (sent === 'not-sent') return NOT_SENT;
  return sent === 'not-processed' ? REFUSED : UNAVAILABLE;
}
