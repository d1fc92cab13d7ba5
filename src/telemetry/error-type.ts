/** `error.type`: a closed list, so that spans and metrics stay low in cardinality whatever is thrown. */
import type {Outcome} from '../core/outcome.ts';
import {isTransientCode} from '../decide/classify-failure.ts';
import {readFailure} from '../decide/failure-facts.ts';
import {type Conventions, httpConventions} from './conventions.ts';

/** Beside those that are transient. */
const KNOWN_CODES = new Set([
  'ERR_INVALID_URL',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UND_ERR_HEADERS_OVERFLOW',
]);
const KNOWN_NAMES = new Set([
  'TypeError',
  'RangeError',
  'SyntaxError',
  'TimeoutError',
  'NetworkError',
  'ForceRetryError',
  'InvalidPolicyError',
]);

/** Undefined for a success, and for an abort by the caller, which is not an error. */
export function errorType(outcome: Outcome, conventions: Conventions = httpConventions): string | undefined {
  switch (outcome.kind) {
    case 'response':
      return conventions.failureType(outcome.status);
    case 'aborted':
    case 'stopped':
      return undefined;
    case 'attempt-timeout':
    case 'content-timeout':
      return 'timeout';
    case 'deadline':
      return 'deadline_exceeded';
    case 'rejected':
      return rejectedType(outcome.error);
    default:
      return thrownType(outcome.error);
  }
}

function rejectedType(error: unknown): string {
  return (error as {code?: string}).code === 'CIRCUIT_OPEN' ? 'circuit_open' : 'rate_limited';
}

/** Errors may be of anyone's making, with getters that throw: that must not end a call in another way. */
function thrownType(error: unknown): string {
  try {
    const {name, cause} = (error ?? {}) as {name?: unknown; cause?: unknown};
    const code = readFailure(error).codes[0] ?? readFailure(cause).codes[0]; // ky wraps what fetch threw once more.
    if (code !== undefined && (isTransientCode(code) || KNOWN_CODES.has(code))) return code;
    return typeof name === 'string' && KNOWN_NAMES.has(name) ? name : '_OTHER';
  } catch {
    return '_OTHER';
  }
}
