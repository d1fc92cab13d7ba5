/** Log records of calls and breakers. Each carries the ids of its trace through its context. */
import type {Attributes, Context, Logger} from '@opentelemetry/api';
import type {CallView} from '../core/call-view.ts';
import type {CallEventFacts, CallEventName} from '../core/observer.ts';
import * as names from './attributes.ts';
import {isEnabled} from './registered.ts';
import {eventAttributes, requestAttributes, tellable} from './span-facts.ts';
import type {BreakerChange} from './watched-guards.ts';

const DEBUG = 5;
const WARN = 13;

/** A call will be sent again (DEBUG), or should have been and is not (WARN). */
export function logCallEvent(
  logger: Logger,
  context: Context,
  call: CallView,
  name: CallEventName,
  facts: CallEventFacts,
): void {
  const {attempt, reason = '', waitMs = 0} = facts;
  if (name === 'retry.scheduled') {
    const body = `${call.rpcMethod ?? call.method} ${call.origin} is sent again in ${Math.round(waitMs)} ms, as attempt ${attempt}: ${tellable(reason)}`;
    emit(logger, context, 'steadfetch.retry.scheduled', DEBUG, body, () => callAttributes(call, facts));
  }
  if (name === 'retry.abandoned') {
    const body = `${call.rpcMethod ?? call.method} ${call.origin} is not sent again after ${call.attempts} attempts: ${tellable(reason)}`;
    emit(logger, context, 'steadfetch.retry.exhausted', WARN, body, () => callAttributes(call, facts));
  }
}

/** A breaker changed its state (WARN). */
export function logBreakerChange(logger: Logger, context: Context, {policyName, name, from, to}: BreakerChange): void {
  const body = `The circuit of ${name} is ${to.replace('_', '-')}; it was ${from.replace('_', '-')}.`;
  emit(logger, context, 'steadfetch.circuit_breaker.state_change', WARN, body, () => ({
    [names.POLICY_NAME]: policyName,
    [names.BREAKER_NAME]: name,
    [names.BREAKER_FROM]: from,
    [names.BREAKER_TO]: to,
  }));
}

function emit(
  logger: Logger,
  context: Context,
  eventName: string,
  severityNumber: number,
  body: string,
  attributes: () => Attributes,
): void {
  if (!isEnabled(logger, {context, severityNumber, eventName})) return;
  const severityText = severityNumber === DEBUG ? 'DEBUG' : 'WARN';
  logger.emit({eventName, severityNumber, severityText, body, context, attributes: attributes()});
}

function callAttributes(call: CallView, facts: CallEventFacts): Attributes {
  const attributes = {...requestAttributes(call), ...eventAttributes(facts), [names.POLICY_NAME]: call.policyName};
  return call.correlationId === undefined ? attributes : {...attributes, [names.CALL_ID]: call.correlationId};
}
