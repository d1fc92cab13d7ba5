/** Reads fields of parsed JSON without trusting their types. */

export type Fields = Readonly<Record<string, unknown>>;

const NO_FIELDS: Fields = Object.freeze({});

/** An object's fields; none for everything else. */
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : NO_FIELDS);

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The first text among several fields. */
export function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

/** A whole number, also as its digits. */
export function wholeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** The status of a failed answer; undefined for every other value. */
export function failedStatus(...values: readonly unknown[]): number | undefined {
  return values.map(wholeOf).find(status => status !== undefined && status >= 400 && status <= 599);
}

/** Attempts are counted from 1, and nothing is sent a million times. */
export function attemptOf(value: unknown): number | undefined {
  const attempt = wholeOf(value);
  return attempt !== undefined && attempt >= 1 && attempt <= 1e6 ? attempt : undefined;
}

/** A time as logs write it: ms or s since 1970, or a date with its zone. */
export function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number' && value > 0) return value < 1e11 ? value * 1000 : value < 1e14 ? value : undefined;
  if (typeof value !== 'string' || value.length > 40) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

/** `POST`; undefined for what cannot be a method. */
export function methodOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z]{1,20}$/.test(value) ? value.toUpperCase() : undefined;
}

/** The trace of a `traceparent` header, or a trace id on its own. */
export function traceIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return /^(?:[0-9a-f]{2}-)?([0-9a-f]{32}|[0-9a-f]{16})(?:-|$)/i.exec(value)?.[1]?.toLowerCase();
}
