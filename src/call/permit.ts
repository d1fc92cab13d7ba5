/** What admits one attempt: the breaker's ticket and a place under the concurrency limit. Each is given back once. */
import {type Breaker, type Ticket, UNGUARDED} from '../guards/breaker.ts';
import type {ConcurrencyLimit} from '../guards/concurrency.ts';
import type {Health} from '../guards/trip.ts';

export class Permit {
  readonly #breaker: Breaker | null;
  #ticket: Ticket;
  #place: ConcurrencyLimit | null;

  constructor(breaker: Breaker | null, ticket: Ticket, place: ConcurrencyLimit | null) {
    this.#breaker = breaker;
    this.#ticket = ticket;
    this.#place = place;
  }

  /** Tells the breaker how the attempt ended. */
  record(health: Health, now: number): void {
    this.#breaker?.record(this.#ticket, health, now);
    this.#ticket = UNGUARDED;
  }

  /** Frees the place: after the breaker has been told, because the next call in line asks the breaker. */
  release(): void {
    this.#place?.exit();
    this.#place = null;
  }
}
