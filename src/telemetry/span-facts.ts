/** What the spans of calls and of attempts have in common. */
import {type Attributes, type Span, SpanStatusCode} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {CallEventFacts} from '../core/observer.ts';
import type {Outcome} from '../core/outcome.ts';
import {redactText} from '../decide/redact.ts';
import * as names from './attributes.ts';
import {errorType} from './error-type.ts';
import {knownMethod} from './http-method.ts';
import {placeAttributes} from './server-place.ts';

/** Low in cardinality: the method, and the route's template where there is one; never the path. */
export function spanName({method, template}: CallView): string {
  const known = knownMethod(method) ?? 'HTTP';
  return template === undefined ? known : `${known} ${template}`;
}

/** What samplers may want to know. */
export function requestAttributes({method, template, origin}: CallView): Attributes {
  const place = placeAttributes(origin);
  const known = knownMethod(method);
  const attributes: Attributes = {[names.HTTP_REQUEST_METHOD]: known ?? '_OTHER'};
  if (known === undefined) attributes[names.HTTP_REQUEST_METHOD_ORIGINAL] = method;
  if (template !== undefined) attributes[names.URL_TEMPLATE] = template;
  if (place[names.SERVER_PORT] !== undefined) {
    attributes[names.SERVER_ADDRESS] = place[names.SERVER_ADDRESS];
    attributes[names.SERVER_PORT] = place[names.SERVER_PORT];
  }
  return attributes;
}

/** Redacted, and absolute: in a browser a call may name its path alone. */
export const fullUrl = ({url, origin}: CallView): string => (/^\/(?!\/)/.test(url) ? origin + url : url);

export function eventAttributes({attempt, reason, waitMs, waitSource}: CallEventFacts): Attributes {
  const attributes: Attributes = {};
  if (attempt !== undefined) attributes[names.ATTEMPT_NUMBER] = attempt;
  if (reason !== undefined) attributes[names.REASON] = tellable(reason);
  if (waitMs !== undefined) attributes[names.WAIT] = waitMs / 1000;
  if (waitSource !== undefined) attributes[names.WAIT_SOURCE] = waitSource;
  return attributes;
}

export const resendsOf = ({attempts, hedges}: CallView): number => Math.max(0, attempts - 1 - hedges);

/** No description: what it was can be inferred from error.type, and messages carry URLs with secrets. */
export function describeEnd(span: Span, outcome: Outcome): void {
  if (outcome.kind === 'response') span.setAttribute(names.HTTP_RESPONSE_STATUS_CODE, outcome.status);
  const type = errorType(outcome);
  if (type !== undefined) fail(span, type);
}

export function fail(span: Span, type: string): void {
  span.setAttribute(names.ERROR_TYPE, type);
  span.setStatus({code: SpanStatusCode.ERROR});
}

/** A reason may be of the user's own making, by `classify`. */
export const tellable = (reason: string): string => redactText(reason.slice(0, LONGEST_REASON));
const LONGEST_REASON = 300;
