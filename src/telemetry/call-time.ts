/**
 * Times of the spans of one call, in milliseconds since 1970.
 *
 * An SDK reads the wall clock, in whole milliseconds, at the start of each span and counts on from there, so an attempt can seem to
 * end after its call: Jaeger then warns of clock skew. Here one reading serves all spans of a call.
 */
import {systemClock} from '../core/system-clock.ts';

export class CallTime {
  readonly #offsetMs = systemClock.wall() - systemClock.now();

  now(): number {
    return this.#offsetMs + systemClock.now();
  }
}
