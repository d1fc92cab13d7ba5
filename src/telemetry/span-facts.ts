/** The attributes that the spans of calls and attempts share. */
import {type Attributes, type Span, SpanStatusCode} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {CallEventFacts} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import {redactText} from '../decide/redact.ts';
import * as names from './attributes.ts';
import {type Conventions, conventionsOf} from './conventions.ts';
import {errorType} from './error-type.ts';
import {placeAttributes} from './server-place.ts';

/** The attributes for samplers. */
export function requestAttributes(call: CallView): Attributes {
  const place = placeAttributes(call.origin);
  const attributes = conventionsOf(call).what(call);
  return Object.assign(attributes, place);
}

export function eventAttributes({attempt, reason, waitMs, waitSource, from, to}: CallEventFacts): Attributes {
  const attributes: Attributes = {};
  if (attempt !== undefined) attributes[names.ATTEMPT_NUMBER] = attempt;
  if (reason !== undefined) attributes[names.REASON] = tellable(reason);
  if (waitMs !== undefined) attributes[names.WAIT] = waitMs / 1000;
  if (waitSource !== undefined) attributes[names.WAIT_SOURCE] = waitSource;
  if (from !== undefined) attributes[names.ENDPOINT_BEFORE] = from;
  if (to !== undefined) attributes[names.ENDPOINT_NAME] = to;
  return attributes;
}

export const retriesOf = ({attempts, hedges}: CallView): number => Math.max(0, attempts - 1 - hedges);

/** No description: what it was can be inferred from error.type, and messages carry URLs with secrets. */
export function describeEnd(span: Span, outcome: Outcome, conventions: Conventions): void {
  span.setAttributes(conventions.end(outcome));
  const type = errorType(outcome, conventions);
  if (type !== undefined) fail(span, type);
}

export function fail(span: Span, type: string): void {
  span.setAttribute(names.ERROR_TYPE, type);
  span.setStatus({code: SpanStatusCode.ERROR});
}

/** A reason may be of the user's own making, by `classify`. */
export const tellable = (reason: string): string => redactText(reason).slice(0, LONGEST_REASON);
const LONGEST_REASON = 300;
