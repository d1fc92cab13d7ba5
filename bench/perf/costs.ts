/** What was measured of the subjects of one group. */
import {aboveFloor} from './statistics.ts';

/**
 * What is measured in each process: CPU µs a call; heap bytes that a call allocates, keeps while it waits, or leaves behind; µs until the
 * first content of a stream.
 */
export type Quantity = 'cpu' | 'allocated' | 'pending' | 'left' | 'content';

/** One figure for each subject and quantity. */
export class Costs {
  readonly #figures = new Map<string, number>();

  set(subject: string, quantity: Quantity, figure: number): void {
    this.#figures.set(`${quantity} ${subject}`, figure);
  }

  of(subject: string, quantity: Quantity = 'cpu'): number {
    const figure = this.#figures.get(`${quantity} ${subject}`);
    if (figure === undefined) throw new Error(`No ${quantity} was measured of: ${subject}`);
    return figure;
  }

  /** CPU time as a multiple of another subject's. */
  ratio(subject: string, base: string): number {
    return this.of(subject) / this.of(base);
  }

  /** CPU time above the floor, in parts of the base. */
  above(subject: string, floor: string, base: string): number {
    return aboveFloor(this.of(subject), this.of(floor), this.of(base));
  }
}
