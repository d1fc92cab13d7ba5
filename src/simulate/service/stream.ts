/** The events of an event stream, and when each comes. */
import type {Random} from '../../core/random.ts';
import type {Streaming} from '../scenario/types.ts';
import {type Draw, drawOf} from './latency.ts';
import type {StreamEvent} from './service.ts';

export interface ScheduledEvent {
  readonly event: StreamEvent;
  /** After the event before, or after the headers, in ms. */
  readonly afterMs: number;
}

export class EventSchedule {
  readonly #settings: Streaming;
  readonly #random: Random;
  readonly #firstContent: Draw;
  readonly #content: Draw | null;

  constructor(settings: Streaming, {latency, faults}: {readonly latency: Random; readonly faults: Random}) {
    this.#settings = settings;
    this.#random = faults;
    this.#firstContent = drawOf(settings.firstContentMs, latency);
    this.#content = settings.contentMs && drawOf(settings.contentMs, latency);
  }

  /**
   * The events of one stream.
   *
   * @param generatingMs From the first content to the end, beside `contentMs`.
   * @param factor       How many times as long all of it takes.
   */
  *eventsOf(generatingMs: number, factor: number): Generator<ScheduledEvent, void, void> {
    const {pingEveryMs, errorBeforeContentRatio, errorAfterContentRatio} = this.#settings;
    const fate = this.#random();
    let untilContentMs = factor * this.#firstContent();
    while (pingEveryMs !== null && untilContentMs > pingEveryMs) {
      yield {event: 'ping', afterMs: pingEveryMs};
      untilContentMs -= pingEveryMs;
    }
    if (fate < errorBeforeContentRatio) return yield {event: 'error', afterMs: untilContentMs};
    yield {event: 'content', afterMs: untilContentMs};
    const isBroken = fate < errorBeforeContentRatio + errorAfterContentRatio;
    yield {event: isBroken ? 'error' : 'end', afterMs: factor * (generatingMs + (this.#content?.() ?? 0))};
  }
}
