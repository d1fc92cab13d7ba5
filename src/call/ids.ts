/** The names a call goes by: its correlation id, its idempotency key, and an id for each attempt. */

import type {EngineParts} from '../client/client.ts';
import type {Plan} from '../client/plan.ts';
import {mayCarryIds} from '../client/target.ts';
import type {HeaderBag} from '../core/observer.ts';
import {formatKey, needsKey, STANDARD_KEY_HEADER} from '../decide/idempotency.ts';

/** Ids from outside end up in logs: nothing that could break a line or fill a disk. */
const VALID_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Which ids of ours go along; unknown before the first attempt. */
type Sends = 'unknown' | 'none' | 'correlation' | 'correlation and request';

/** What goes by names. A base of the call, not a part of it: an object less for each. */
export abstract class Identified {
  abstract readonly engine: EngineParts;
  abstract readonly plan: Plan;
  abstract readonly method: string;
  abstract readonly origin: string;
  abstract readonly deadlineAt: number;
  /** The same on every attempt. Undefined where the policy has no correlation, and before the first attempt. */
  correlationId: string | undefined;
  #key: string | undefined;
  #sends: Sends = 'unknown';

  /** The ids are those the call was given as its own, if any. */
  constructor(correlationId: string | undefined, idempotencyKey: string | undefined) {
    this.correlationId = correlationId;
    this.#key = idempotencyKey;
  }

  /** An idempotency key is on the call, so a server can tell a resend from a second call. */
  get keyed(): boolean {
    return this.#key !== undefined && this.#sends !== 'unknown';
  }

  /** Writes them onto an attempt. The first time, what the caller set is read, and wins. */
  label(headers: HeaderBag): void {
    const {engine, plan, deadlineAt} = this;
    const {correlation, idempotency, deadlineHeader} = plan.policy;
    const keyHeader = idempotency?.header ?? STANDARD_KEY_HEADER;
    if (this.#sends === 'unknown') {
      this.#key = keyOf(this, this.#key, headers.get(keyHeader));
      this.#sends = idsOf(this, headers);
    }
    if (this.#key !== undefined) headers.set(keyHeader, this.#key);
    if (this.#sends !== 'none') headers.set(correlation!.header, this.correlationId!);
    if (this.#sends === 'correlation and request') headers.set(correlation!.requestIdHeader!, engine.ids.requestId());
    if (deadlineHeader !== null && deadlineAt !== Number.POSITIVE_INFINITY) {
      headers.set(deadlineHeader, String(Math.max(0, Math.floor(deadlineAt - engine.clock.now()))));
    }
  }
}

/** Which ids go along, by the policy and by what the caller set; the correlation id is known from here on. */
function idsOf(call: Identified, headers: HeaderBag): Sends {
  const {engine, plan, origin} = call;
  const {correlation} = plan.policy;
  if (correlation === null) return 'none';
  const {header, requestIdHeader, sendTo} = correlation;
  const callers = headers.get(header);
  if (callers !== null && VALID_ID.test(callers)) call.correlationId = callers;
  else call.correlationId ??= engine.ids.correlationId();
  if (callers === null && !mayCarryIds(origin, sendTo)) return 'none';
  return requestIdHeader === null || headers.has(requestIdHeader) ? 'correlation' : 'correlation and request';
}

/** @param given Of the call's overrides. @param callers In the caller's own headers. */
function keyOf(
  {engine, plan, method}: Identified,
  given: string | undefined,
  callers: string | null,
): string | undefined {
  const {idempotency} = plan.policy;
  if (callers !== null && callers !== '') return callers;
  if (given !== undefined) return formatKey(given, idempotency?.format ?? 'raw');
  return needsKey(idempotency, method) ? formatKey(engine.ids.idempotencyKey(), idempotency.format) : undefined;
}
