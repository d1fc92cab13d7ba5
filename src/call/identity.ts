/** The names a call goes by: its correlation id, its idempotency key, and an id for each attempt. */
import type {HeaderBag} from '../core/observer.ts';
import {formatKey, needsKey, STANDARD_KEY_HEADER} from '../decide/idempotency.ts';
import type {CallState} from './state.ts';
import {mayCarryIds} from './target.ts';

/** Ids from outside end up in logs: nothing that could break a line or fill a disk. */
const VALID_ID = /^[A-Za-z0-9._:-]{1,128}$/;

export class Identity {
  /** The same on every attempt. Undefined where the policy has no correlation, and before the first attempt. */
  correlationId: string | undefined;
  /** An idempotency key is on the call, so a server can tell a resend from a second call. */
  keyed = false;
  readonly #call: CallState;
  readonly #idempotencyKey: string | undefined;
  #key: string | undefined;
  #keyHeader = STANDARD_KEY_HEADER;
  #isKnown = false;
  #sendsIds = false;
  #callerNamesRequests = false;

  /** The ids are those the call was given as its own, if any. */
  constructor(call: CallState, correlationId: string | undefined, idempotencyKey: string | undefined) {
    this.#call = call;
    this.correlationId = correlationId;
    this.#idempotencyKey = idempotencyKey;
  }

  /** Writes them onto an attempt. The first time, what the caller set is read, and wins. */
  label(headers: HeaderBag): void {
    const {engine, plan, deadlineAt} = this.#call;
    const {correlation, deadlineHeader} = plan.policy;
    if (!this.#isKnown) this.#read(headers);
    if (this.#key !== undefined) headers.set(this.#keyHeader, this.#key);
    if (correlation !== null && this.#sendsIds) {
      headers.set(correlation.header, this.correlationId!);
      if (correlation.requestIdHeader !== null && !this.#callerNamesRequests) {
        headers.set(correlation.requestIdHeader, engine.ids.requestId());
      }
    }
    if (deadlineHeader !== null && deadlineAt !== Number.POSITIVE_INFINITY) {
      headers.set(deadlineHeader, String(Math.max(0, Math.floor(deadlineAt - engine.clock.now()))));
    }
  }

  #read(headers: HeaderBag): void {
    this.#isKnown = true;
    this.#readKey(headers);
    const {engine, plan, origin} = this.#call;
    const {correlation} = plan.policy;
    if (correlation === null) return;
    const callers = headers.get(correlation.header);
    this.correlationId =
      callers !== null && VALID_ID.test(callers) ? callers : (this.correlationId ?? engine.ids.correlationId());
    this.#sendsIds = callers !== null || mayCarryIds(origin, correlation.sendTo);
    this.#callerNamesRequests = correlation.requestIdHeader !== null && headers.has(correlation.requestIdHeader);
  }

  #readKey(headers: HeaderBag): void {
    const {engine, plan, method} = this.#call;
    const {idempotency} = plan.policy;
    if (idempotency !== null) this.#keyHeader = idempotency.header;
    const callers = headers.get(this.#keyHeader);
    if (callers !== null && callers !== '') this.#key = callers;
    else if (this.#idempotencyKey !== undefined)
      this.#key = formatKey(this.#idempotencyKey, idempotency?.format ?? 'raw');
    else if (needsKey(idempotency, method)) this.#key = formatKey(engine.ids.idempotencyKey(), idempotency.format);
    this.keyed = this.#key !== undefined;
  }
}
