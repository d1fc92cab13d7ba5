/** Which requests fail, and how: single ones by their ratio, all of them during an outage. */
import type {Random} from '../../core/random.ts';
import type {Fault, Outages} from '../scenario/types.ts';
import {exponential} from './latency.ts';
import {type HeaderEntry, ServiceAnswer} from './service.ts';

/** How one request fails. */
export interface Failure {
  readonly how: ServiceAnswer | 'refused' | 'reset' | 'hang';
  /** Whether the service processes the request first. */
  readonly afterProcessing: boolean;
  /** How long after the arrival, in ms, where it is not processed. */
  readonly afterMs: number;
}

/** Picks the failure of a request by one random number, so that the ratios of all faults at a time add up. */
export class Faults {
  readonly #faults: readonly {readonly fault: Fault; readonly failure: Failure}[];
  readonly #random: Random;

  constructor(faults: readonly Fault[], random: Random) {
    this.#faults = faults.map(fault => ({fault, failure: failureOf(fault)}));
    this.#random = random;
  }

  /** @param atMs Since the start of the scenario. Null: the request does not fail. */
  pick(atMs: number): Failure | null {
    if (this.#faults.length === 0) return null;
    let left = this.#random();
    for (const {fault, failure} of this.#faults) {
      if (!isActive(fault, atMs)) continue;
      left -= fault.ratio;
      if (left < 0) return failure;
    }
    return null;
  }

  /** Whether every request is refused its connection. */
  refuseAll(atMs: number): boolean {
    const refusing = this.#faults.filter(({fault}) => fault.kind === 'refused' && isActive(fault, atMs));
    return refusing.reduce((sum, {fault}) => sum + fault.ratio, 0) > 1 - 1e-9;
  }

  /** When a fault begins or ends next; Infinity: never. */
  changeAfter(atMs: number): number {
    const changes = this.#faults.flatMap(({fault: {fromMs, toMs}}) => [fromMs, toMs ?? Number.POSITIVE_INFINITY]);
    return Math.min(...changes.filter(change => change > atMs), Number.POSITIVE_INFINITY);
  }
}

const isActive = ({fromMs, toMs}: Fault, atMs: number): boolean =>
  atMs >= fromMs && atMs < (toMs ?? Number.POSITIVE_INFINITY);

function failureOf(fault: Fault): Failure {
  const afterProcessing = fault.kind !== 'refused' && fault.when === 'processing';
  if (fault.kind !== 'status') return {how: fault.kind, afterProcessing, afterMs: 0};
  const headers = fault.headers.map(({name, value}): HeaderEntry => [name, value]);
  const how = new ServiceAnswer(fault.status, headers, fault.body);
  return {how, afterProcessing, afterMs: fault.afterMs};
}

/** Turns up and down, each for a random time. Asked in the order of time. */
export class OutageProcess {
  readonly #outages: Outages;
  readonly #random: Random;
  readonly #failure: Failure;
  #isDown = false;
  /** When it changes next, since the start of the scenario. */
  #changesAtMs: number;

  constructor(outages: Outages, random: Random) {
    const {failure} = outages;
    this.#outages = outages;
    this.#random = random;
    this.#failure = {
      how: typeof failure === 'number' ? new ServiceAnswer(failure) : failure,
      afterProcessing: false,
      afterMs: 0,
    };
    this.#changesAtMs = exponential(outages.meanUpMs, random);
  }

  /** When the service goes down or up next, by the last answer of `failureAt`. */
  get changesAtMs(): number {
    return this.#changesAtMs;
  }

  /** Null: the service is up. */
  failureAt(atMs: number): Failure | null {
    while (atMs >= this.#changesAtMs) {
      this.#isDown = !this.#isDown;
      const {meanUpMs, meanDownMs} = this.#outages;
      this.#changesAtMs += exponential(this.#isDown ? meanDownMs : meanUpMs, this.#random);
    }
    return this.#isDown ? this.#failure : null;
  }
}
