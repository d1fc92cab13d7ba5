/** A quota as the service keeps it: how much it grants in a time, to all clients or to each. */
import type {ServiceQuota} from '../scenario/types.ts';
import {type HeaderEntry, ServiceAnswer, type ServiceRequest} from './service.ts';

/** What one account has used. */
class Account {
  /** What is left. */
  left: number;
  /** When that was last brought up to date, in ms since the start of the scenario. */
  at = 0;

  constructor(max: number) {
    this.left = max;
  }
}

export class RateQuota {
  readonly #policy: ServiceQuota;
  readonly #accounts = new Map<number, Account>();
  readonly #refusal: ServiceAnswer;

  constructor(policy: ServiceQuota) {
    this.#policy = policy;
    this.#refusal = new ServiceAnswer(policy.status);
  }

  /** Whether a request fits in now. */
  fits(request: ServiceRequest, client: number, atMs: number): boolean {
    return this.#upToDate(client, atMs).left >= this.#amountOf(request);
  }

  take(request: ServiceRequest, client: number, atMs: number): void {
    this.#upToDate(client, atMs).left -= this.#amountOf(request);
  }

  /** The answer to a request that does not fit. */
  refusal(request: ServiceRequest, client: number, atMs: number): ServiceAnswer {
    const {hints} = this.#policy;
    if (hints === 'none') return this.#refusal;
    const waitS = Math.ceil(this.#waitMs(request, client, atMs) / 1000);
    return this.#refusal.with([['retry-after', String(waitS)], ...this.hints(client, atMs)]);
  }

  /** What every response says of the quota. */
  hints(client: number, atMs: number): readonly HeaderEntry[] {
    const {hints, unit, max, perMs, kind} = this.#policy;
    if (hints !== 'rate-limit') return NO_HINTS;
    const {left} = this.#upToDate(client, atMs);
    const resetMs = kind === 'window' ? perMs - (atMs % perMs) : ((max - left) * perMs) / max;
    const what = unit === 'requests' ? 'requests' : 'tokens';
    return [
      [`x-ratelimit-limit-${what}`, String(max)],
      [`x-ratelimit-remaining-${what}`, String(Math.floor(left))],
      [`x-ratelimit-reset-${what}`, `${Math.ceil(resetMs)}ms`],
    ];
  }

  #waitMs(request: ServiceRequest, client: number, atMs: number): number {
    const {max, perMs, kind} = this.#policy;
    if (kind === 'window') return perMs - (atMs % perMs);
    const missing = this.#amountOf(request) - this.#upToDate(client, atMs).left;
    return (Math.min(missing, max) * perMs) / max;
  }

  #upToDate(client: number, atMs: number): Account {
    const {scope, max, perMs, kind} = this.#policy;
    const key = scope === 'client' ? client : 0;
    let account = this.#accounts.get(key);
    if (account === undefined) {
      account = new Account(max);
      this.#accounts.set(key, account);
    }
    if (kind === 'bucket') account.left = Math.min(max, account.left + ((atMs - account.at) * max) / perMs);
    else if (Math.floor(atMs / perMs) > Math.floor(account.at / perMs)) account.left = max;
    account.at = atMs;
    return account;
  }

  #amountOf({inputTokens, outputTokens}: ServiceRequest): number {
    switch (this.#policy.unit) {
      case 'requests':
        return 1;
      case 'inputTokens':
        return inputTokens;
      case 'outputTokens':
        return outputTokens;
      case 'tokens':
        return inputTokens + outputTokens;
    }
  }
}

const NO_HINTS: readonly HeaderEntry[] = [];
