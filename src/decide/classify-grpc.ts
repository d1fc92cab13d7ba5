/**
 * What a gRPC status says about sending again.
 *
 * gRPC's own convention decides what may have been acted on: UNAVAILABLE is sent again by every client that retries, whatever
 * the method does, as long as no response has begun. After that nothing is.
 *
 * @see gRFC A6; AIP-194; grpc/doc/statuscodes.md
 */
import type {AnswerContext} from './answers.ts';
import {codeName} from './grpc-codes.ts';
import {type GrpcAnswer, grpcHint, stops} from './grpc-hint.ts';
import {green, listed, red, SUCCESS, unlisted, type Verdict} from './verdict.ts';

const UNAVAILABLE = green('UNAVAILABLE', 'not-processed');
/** Bare, it is also said of a message that is too large, or of a quota that comes back tomorrow. */
const EXHAUSTED = red('RESOURCE_EXHAUSTED', 'maybe-processed', {throttled: true});
const THROTTLED = green('RESOURCE_EXHAUSTED', 'not-processed', {throttled: true});
const REFRESH = green('UNAUTHENTICATED', 'not-processed', {once: true});
const SERVER_SAID_NO = red('the server said not to retry', 'maybe-processed', {final: true});

export function classifyGrpc(answer: GrpcAnswer, {transients, refreshes}: AnswerContext): Verdict {
  if (answer.status === 0) return SUCCESS;
  const name = codeName(answer.status);
  if (answer.committed) return red(`${name} after the response had begun`, 'maybe-processed', {final: true});
  if (stops(answer)) return SERVER_SAID_NO;
  switch (name) {
    case 'UNAVAILABLE':
      return transients.code(name) ? UNAVAILABLE : unlisted(UNAVAILABLE);
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
