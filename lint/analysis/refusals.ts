/** Statuses and codes that a retry does not change. */

/** Their meaning, as a clause. */
const REFUSALS: Readonly<Record<string, string>> = {
  400: 'the request is malformed',
  401: 'the credentials are missing or wrong',
  403: 'the caller is not allowed to do this',
  404: 'the resource does not exist',
  405: 'the method is not allowed here',
  410: 'the resource is gone',
  413: 'the body is too large',
  422: 'the content is wrong',
  501: 'the server does not support this',
  505: 'the server does not support this version of HTTP',
  511: 'the network requires a login',
  525: 'the certificate of the origin is wrong',
  526: 'the certificate of the origin is wrong',
  ABORTED: 'the transaction must start again from its read',
  ALREADY_EXISTS: 'the resource exists already',
  CANCELLED: 'the caller cancelled the call',
  DATA_LOSS: 'data is lost',
  FAILED_PRECONDITION: 'the system is not in the required state',
  INVALID_ARGUMENT: 'the request is malformed',
  NOT_FOUND: 'the resource does not exist',
  OUT_OF_RANGE: 'the value is out of range',
  PERMISSION_DENIED: 'the caller is not allowed to do this',
  UNAUTHENTICATED: 'the credentials are missing or wrong',
  UNIMPLEMENTED: 'the server does not support this',
};

/** Result of a retry, where it is not the same response. */
const OUTCOMES: Readonly<Record<string, string>> = {
  ABORTED: 'only a new transaction can succeed',
  CANCELLED: 'the caller does not wait for a response',
};

/** Transient 4xx: too early, misdirected, locked or too many. */
const PASSING: ReadonlySet<unknown> = new Set([408, 409, 421, 423, 424, 425, 429]);

export const isRefusal = (trigger: unknown): boolean =>
  Object.hasOwn(REFUSALS, String(trigger)) ||
  (typeof trigger === 'number' && trigger >= 400 && trigger < 500 && !PASSING.has(trigger));

/** `the request is malformed: a retry gets the same response`. */
export const meaningOf = (refusal: unknown): string =>
  `${REFUSALS[String(refusal)] ?? 'the request is wrong'}: ${OUTCOMES[String(refusal)] ?? 'a retry gets the same response'}`;
