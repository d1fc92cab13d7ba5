/** One fault, met by a GET, by a POST, and by a POST with a key: how often each was sent, what was made of it, and what the caller got. */
import {type CallReport, createFetch, type PolicyInput, type ResilientFetch, reportOf} from '../../src/core.ts';
import {settle} from '../support/outcome.ts';

/** No waits, and nothing that one trial leaves to the next. */
const POLICY: PolicyInput = {
  backoff: {kind: 'constant', delayMs: 0, throttledBaseMs: 0, jitter: 'none'},
  attemptTimeoutMs: 2000,
  budget: null,
  breaker: null,
};

export const CALLERS = {
  GET: {},
  POST: {method: 'POST', body: 'work'},
  'POST with a key': {method: 'POST', body: 'work', headers: {'idempotency-key': 'one'}},
} as const;

export type Caller = keyof typeof CALLERS;

export interface Seen {
  /** What the last attempt was taken for: `ECONNRESET`. */
  readonly reason: string;
  /** `200`, or the name and code of what was thrown: `TypeError ECONNRESET`. */
  readonly got: string;
  readonly report: CallReport | undefined;
}

export async function meet(
  url: string,
  init: RequestInit = {},
  policy: PolicyInput = {},
  fetch?: typeof globalThis.fetch,
): Promise<Seen> {
  let reason = '';
  const client: ResilientFetch = createFetch(
    {...POLICY, ...policy},
    {
      ...(fetch === undefined ? {} : {fetch}),
      on: event => {
        if (event.type === 'attempt.end') reason = event.reason;
      },
    },
  );
  const {value, error, threw} = await settle(() => client(url, init));
  if (!threw) await value!.text().catch(() => {});
  return {reason, got: threw ? inWords(error) : String(value!.status), report: reportOf(threw ? error : value)};
}

/** The name of an error, and the code that it or its cause has. */
export function inWords(error: unknown): string {
  const {name, code, cause} = error as {name?: string; code?: unknown; cause?: {code?: unknown; message?: string}};
  const said = typeof code === 'string' ? code : (cause?.code ?? cause?.message ?? '');
  return `${name} ${said}`.trim();
}
