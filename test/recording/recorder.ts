/** Records everything that calls report: each event, each call of the observer, the end of the call, and its report. */
import {
  type CallObserver,
  type CallView,
  type HeaderBag,
  type Observer,
  type Outcome,
  reportOf,
  type SteadfetchEvent,
} from '../../src/core.ts';
import type {VirtualClock} from '../../src/testing.ts';

/** Headers that the engine writes, or a test. Others are a client's own. */
const HEADERS = ['idempotency-key', 'x-correlation-id', 'x-request-id', 'x-deadline-ms', 'x-token', 'x-own'];

/**
 * `all`: also the headers of each attempt, where no server notes them. `events`: no spans, headers and counts of the call, for scenes of
 * many calls.
 */
export type Detail = 'all' | 'spans' | 'events';

export class Recorder {
  /** A list for each call, in the order in which the calls began, and one for what belongs to no call. */
  readonly #calls = new Map<CallView | null, string[]>([[null, []]]);
  /** Of each call, at its last event. */
  readonly #numbers = new Map<CallView, Readonly<Record<string, unknown>>>();
  readonly #clock: VirtualClock;
  readonly #detail: Detail;

  constructor(clock: VirtualClock, detail: Detail) {
    this.#clock = clock;
    this.#detail = detail;
  }

  readonly on = (event: SteadfetchEvent): void => {
    const {type, ...facts} = event;
    if (!('call' in facts)) return this.#write(null, type, facts);
    const {call, ...rest} = facts;
    if (this.#detail === 'events') return this.#write(call, type, rest);
    this.#write(call, type, {...rest, ...this.#newsOf(call)});
  };

  readonly observer: Observer = {
    startCall: call => {
      if (this.#detail === 'events') return null;
      const {method, rpcMethod, url, template, policyName} = call;
      this.#write(call, 'span', {method, rpcMethod, url, template, policyName});
      return this.#callObserver(call);
    },
  };

  /** The numbers of the call that are others than at its event before. */
  #newsOf(call: CallView): Record<string, unknown> {
    const {attempts, hedges, waitedMs, queuedMs, keyed, outerRetries, paidAttempts} = call;
    const now: Record<string, unknown> = {attempts, hedges, waitedMs, queuedMs, keyed, outerRetries, paidAttempts};
    const before = this.#numbers.get(call) ?? USUAL;
    this.#numbers.set(call, now);
    return Object.fromEntries(Object.entries(now).filter(([name, value]) => before[name] !== value));
  }

  #callObserver(call: CallView): CallObserver {
    return {
      startAttempt: (_call, {number, kind, shadows, endpoint: at}, headers) => {
        const endpoint = at && `${at.name} ${at.url}`;
        const sent = this.#detail === 'all' ? headersOf(headers) : undefined;
        this.#write(call, 'span.attempt', {number, kind, shadows: shadows !== null, endpoint, sent});
        return {
          run: work => work(),
          end: (outcome, superseded, latencyMs) =>
            this.#write(call, 'span.attempt.end', {number, ...factsOf(outcome), superseded, latencyMs}),
          firstContent: afterMs => this.#write(call, 'span.first-content', {number, afterMs}),
          startBody: () => ({end: how => this.#write(call, 'span.body.end', {number, how})}),
        };
      },
      run: work => work(),
      event: (name, facts) => this.#write(call, `span.${name}`, facts),
      end: (_call, outcome, result, reason, durationMs) =>
        this.#write(call, 'span.end', {...factsOf(outcome), result, reason, durationMs}),
      closed: end => this.#write(call, 'span.closed', end),
    };
  }

  /** How one call ended for its caller, beside the other lines. */
  ended(name: string, what: string, answer: unknown): void {
    const report = reportOf(answer);
    const {attempts, endpoint} = report ?? {};
    this.#write(null, name, this.#detail === 'events' ? {what, attempts, endpoint} : {what, report});
  }

  /** A request as it arrives at a server. Its headers say which call it belongs to. */
  sent(number: number, to: string, headers: Readonly<Record<string, string>>, body: string | undefined): void {
    const {'x-correlation-id': call, ...others} = headers;
    this.note(`sent ${number}`, {to, call, ...(Object.keys(others).length > 0 && {headers: others}), body});
  }

  note(name: string, facts: unknown): void {
    this.#write(null, name, facts);
  }

  #write(call: CallView | null, what: string, facts: unknown): void {
    let lines = this.#calls.get(call);
    if (lines === undefined) {
      lines = [];
      this.#calls.set(call, lines);
    }
    lines.push(`${rounded(this.#clock.now())} ${what} ${textOf(facts)}`);
  }

  get lines(): string[] {
    return [...this.#calls.values()].flatMap((lines, index) =>
      [index === 0 ? 'beside the calls' : `call ${index}`, ...lines].map((line, at) => (at === 0 ? line : `  ${line}`)),
    );
  }
}

/** Values that are not written, because most lines have them. */
const USUAL: Readonly<Record<string, unknown>> = {
  reachedTransport: true,
  isLate: false,
  superseded: false,
  shadows: false,
  transient: false,
  keyed: false,
  hedges: 0,
  waitedMs: 0,
  queuedMs: 0,
  refusal: null,
  policyName: 'default',
};

/** JSON without the quotes of names, and without usual values. */
const textOf = (facts: unknown): string =>
  JSON.stringify(facts, (name, value) =>
    Object.hasOwn(USUAL, name) && USUAL[name] === value ? undefined : rounded(value),
  ).replace(/"(\w+)":/g, '$1:');

/** Sums of random times differ in their last bits from one version of Node to the next. Shares and tokens are below 10. */
function rounded(value: unknown): unknown {
  if (typeof value !== 'number') return value;
  const scale = Math.abs(value) < 10 ? 1000 : 10;
  return Math.round(value * scale) / scale;
}

function factsOf({kind, status, error, reachedTransport, isLate}: Outcome): object {
  return {kind, status, error: error === undefined ? undefined : nameOf(error), reachedTransport, isLate};
}

export function nameOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return `thrown: ${String(error)}`;
  const {code, name, message, details} = error as {
    readonly code?: unknown;
    readonly name?: string;
    readonly message?: string;
    readonly details?: string;
  };
  return [name, code, message ?? details].filter(part => part !== undefined).join(' ');
}

function headersOf(headers: HeaderBag): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const name of HEADERS) {
    const value = headers.get(name);
    if (value !== null) sent[name] = value;
  }
  return sent;
}
