/** What a user gets to see of a call. */
import type {CallReport} from '../../src/call/report.ts';

/** An error of any adapter, as tests look at it. */
export interface Caught extends Error {
  readonly resilience?: CallReport;
  readonly response?: Response;
  readonly request?: Request;
  readonly code?: string;
  readonly cause?: unknown;
}

export interface Settled<T> {
  value?: T;
  error?: unknown;
  threw: boolean;
}

/** The value, or the thrown thing, of a call. A synchronous throw counts as a rejection. */
export async function settle<T>(call: () => T | Promise<T>): Promise<Settled<T>> {
  try {
    return {value: await call(), threw: false};
  } catch (error) {
    return {error, threw: true};
  }
}

/** The error of a call that has to fail. */
export async function errorOf(call: () => unknown): Promise<Caught> {
  const {error, threw} = await settle(call);
  if (!threw) throw new Error('The call succeeded, and should have failed.');
  return error as Caught;
}

/** In a word or two. */
export async function seenBy(call: () => unknown): Promise<string> {
  const {value, error, threw} = await settle(call);
  if (!threw) return value instanceof Response ? `Response ${value.status}` : (JSON.stringify(value) ?? 'undefined');
  if (!(error instanceof Error)) return `throws ${JSON.stringify(error)}`;
  const {response} = error as {response?: Response};
  return `throws ${error.name}${response === undefined ? '' : ` ${response.status}`}`;
}
