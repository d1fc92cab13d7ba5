/** Log lines of events that belong to no call: changes of what calls share. */
import type {SteadfetchEvent} from '../core/events.ts';
import {redactText} from '../decide/redact.ts';

export interface ChangeLine {
  /** The fields, for loggers that take some. */
  readonly fields: object;
  readonly sentence: string;
}

/** Undefined for the events of calls. */
export function changeLine(event: SteadfetchEvent): ChangeLine | undefined {
  switch (event.type) {
    case 'breaker.changed': {
      const {guarded, from, to} = event;
      return {fields: {breaker: guarded, from, to}, sentence: `the circuit of ${guarded} is ${to}`};
    }
    case 'endpoint.changed': {
      const {endpoint, isReady, reason} = event;
      return {fields: {endpoint, isReady}, sentence: `the endpoint ${endpoint} ${readiness(isReady, reason)}`};
    }
    case 'ejection.changed': {
      const {endpoint, ejectedMs, reason} = event;
      const state =
        ejectedMs === 0 ? 'is in rotation again' : `is ejected for ${Math.round(ejectedMs)} ms: ${redactText(reason)}`;
      return {fields: {endpoint, ejectedMs}, sentence: `the endpoint ${endpoint} ${state}`};
    }
    case 'store.changed': {
      const {isAvailable, reason} = event;
      const state = isAvailable ? 'answers again' : `does not answer: ${redactText(reason)}`;
      return {fields: {isAvailable}, sentence: `the store of shared guards ${state}`};
    }
    case 'quota.differs': {
      const {guarded, limits, others} = event;
      const sentence = `the quota of ${guarded} is ${limits} here, and ${others.join(', ')} in other processes`;
      return {fields: {guarded, limits, others}, sentence};
    }
    default:
      return undefined;
  }
}

function readiness(isReady: boolean, reason: string): string {
  if (!isReady) return `is not ready: ${redactText(reason)}`;
  return reason === '' ? 'is ready' : `counts as ready, although it answered ${reason}`;
}
