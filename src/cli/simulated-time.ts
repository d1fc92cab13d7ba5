/** How far simulations are. */
import type {Clock} from '../core/timer.ts';
import type {ProgressSource} from './progress.ts';
import type {ProgressView} from './progress-state.ts';

/** The time left is not estimated from less. */
const SHORTEST_MS = 2000;

/** How much of the time of all simulations is simulated. */
export class SimulatedTime implements ProgressSource {
  readonly #clock: Clock;
  readonly #totalMs: number;
  readonly #start: number;
  #reachedMs = 0;

  constructor(clock: Clock, totalMs: number) {
    this.#clock = clock;
    this.#totalMs = totalMs;
    this.#start = clock.now();
  }

  /** @param simulatedMs Of all simulations. */
  reach(simulatedMs: number): void {
    this.#reachedMs = simulatedMs;
  }

  get view(): ProgressView {
    const [total, finished] = [this.#totalMs, this.#reachedMs].map(ms => Math.round(ms / 1000)) as [number, number];
    const passedMs = this.#clock.now() - this.#start;
    const isKnown = passedMs >= SHORTEST_MS && this.#reachedMs > 0;
    const leftMs = isKnown ? (passedMs * (this.#totalMs - this.#reachedMs)) / this.#reachedMs : null;
    return {unit: 's of simulated time', total, finished, failed: 0, failing: null, waiting: {for: 'the rest', leftMs}};
  }
}
