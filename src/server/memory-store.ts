/** Idempotency keys in the memory of one process. */
import {SteadfetchError} from '../core/errors.ts';
import {systemClock} from '../core/system-clock.ts';
import type {Clock} from '../core/timer.ts';
import type {Claim, ClaimResult, IdempotencyStore, StoredResponse} from './store.ts';

/** The limits of a `memoryStore`. */
export interface MemoryStoreOptions {
  /** The most keys at once, expired ones not counted. Default: 10,000. */
  readonly maxKeys?: number;
  /** The most bytes of stored bodies, expired ones not counted. A response that does not fit is sent, and its body is not kept. Default: 64 MiB. */
  readonly maxBytes?: number;
  /** Time. Default: the system clock. */
  readonly clock?: Pick<Clock, 'now'>;
}

interface Entry {
  readonly fingerprint: string;
  readonly token: string;
  readonly state: 'running' | 'completed' | 'unknown';
  readonly leaseUntil: number;
  readonly expiresAt: number;
  readonly response: StoredResponse | null;
}

/**
 * A store in the memory of this process, for tests and for servers of one process that may forget everything when they restart. With `maxKeys` keys it refuses new ones instead of
 * forgetting old ones, because a forgotten key permits a second effect.
 */
export function memoryStore(options: MemoryStoreOptions = {}): IdempotencyStore {
  return new MemoryStore(options);
}

class MemoryStore implements IdempotencyStore {
  readonly #maxKeys: number;
  readonly #maxBytes: number;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** No entry expires before this time. */
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor({maxKeys = 10_000, maxBytes = 64 * 2 ** 20, clock = systemClock}: MemoryStoreOptions) {
    this.#maxKeys = maxKeys;
    this.#maxBytes = maxBytes;
    this.#clock = clock;
  }

  async claim({key, fingerprint, token, leaseMs, keepMs, afterLoss}: Claim): Promise<ClaimResult> {
    const now = this.#clock.now();
    const entry = this.#at(key, now);
    if (entry !== undefined) {
      if (entry.fingerprint !== fingerprint) return {state: 'mismatch'};
      if (entry.response !== null) return {state: 'completed', response: entry.response};
      const leaseLeftMs = entry.state === 'running' ? entry.leaseUntil - now : 0;
      const isOwn = entry.state === 'running' && entry.token === token;
      if (leaseLeftMs > 0 && !isOwn) return {state: 'running', leaseLeftMs};
      if (afterLoss === 'refuse' && !isOwn) return {state: 'unknown'};
    } else {
      this.#makeRoom(now);
    }
    const expiresAt = now + keepMs;
    this.#set(key, {fingerprint, token, state: 'running', leaseUntil: now + leaseMs, expiresAt, response: null});
    return {state: 'claimed'};
  }

  async renew(key: string, token: string, leaseMs: number): Promise<boolean> {
    const now = this.#clock.now();
    return this.#change(key, token, now, entry => ({...entry, leaseUntil: now + leaseMs}));
  }

  async complete(key: string, token: string, response: StoredResponse, keepMs: number): Promise<boolean> {
    const now = this.#clock.now();
    const entry = this.#at(key, now);
    // A run that did not learn that its response was stored stores it again.
    if (entry === undefined || entry.token !== token || entry.state === 'unknown') return false;
    const most = this.#maxBytes - sizeOf(response) + sizeOf(entry.response);
    if (this.#bytes > most) this.#sweep(now);
    const kept = this.#bytes <= most ? response : {...response, body: null};
    this.#set(key, {...entry, state: 'completed', response: kept, expiresAt: now + keepMs});
    return true;
  }

  async abandon(key: string, token: string): Promise<boolean> {
    return this.#change(key, token, this.#clock.now(), entry => ({...entry, state: 'unknown'}));
  }

  async release(key: string, token: string): Promise<boolean> {
    return this.#change(key, token, this.#clock.now(), () => null);
  }

  #at(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > now) return entry;
    this.#delete(key);
    return undefined;
  }

  #change(key: string, token: string, now: number, change: (entry: Entry) => Entry | null): boolean {
    const entry = this.#at(key, now);
    if (entry?.state !== 'running' || entry.token !== token) return false;
    const changed = change(entry);
    if (changed === null) this.#delete(key);
    else this.#set(key, changed);
    return true;
  }

  #set(key: string, entry: Entry): void {
    this.#delete(key);
    this.#entries.set(key, entry);
    this.#bytes += sizeOf(entry.response);
    this.#nextExpiry = Math.min(this.#nextExpiry, entry.expiresAt);
  }

  #delete(key: string): void {
    this.#bytes -= sizeOf(this.#entries.get(key)?.response ?? null);
    this.#entries.delete(key);
  }

  #makeRoom(now: number): void {
    if (this.#entries.size < this.#maxKeys) return;
    this.#sweep(now);
    if (this.#entries.size >= this.#maxKeys)
      throw new SteadfetchError(
        'IDEMPOTENCY_STORE',
        `The store has its limit of ${this.#maxKeys} idempotency keys, and none has expired. Raise maxKeys or lower keepMs.`,
      );
  }

  /** Forgets what has expired. */
  #sweep(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const [key, {expiresAt}] of this.#entries)
      if (expiresAt <= now) this.#delete(key);
      else this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
  }
}

const sizeOf = (response: StoredResponse | null): number => response?.body?.byteLength ?? 0;
