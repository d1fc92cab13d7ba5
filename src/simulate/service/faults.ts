/** Which requests fail or are slow, and how: single ones by their ratio, all of them during an outage. */
import type {Random} from '../../core/random.ts';
import type {Fault, Outages} from '../scenario/types.ts';
import {type Draw, drawOf, exponential} from './latency.ts';
import {type HeaderEntry, ServiceAnswer} from './service.ts';

/** How one request fails. */
export interface Failure {
  readonly how: ServiceAnswer | 'refused' | 'reset' | 'hang';
  /** Whether the service processes the request first. */
  readonly afterProcessing: boolean;
  /** How long after the arrival, in ms, where it is not processed. */
  readonly afterMs: number;
}

/** How much longer one request takes. */
export class Slowness {
  /** The factor of everything that the service does. */
  readonly factor: number;
  readonly #added: Draw | null;

  constructor(factor: number, added: Draw | null) {
    this.factor = factor;
    this.#added = added;
  }

  /** How long the processing takes. @param usualMs How long it takes otherwise. */
  processingMs(usualMs: number): number {
    return this.factor * usualMs + (this.#added?.() ?? 0);
  }
}

/** The slowness of a request that meets no fault. */
export const USUAL: Slowness = new Slowness(1, null);

/** Picks what a request meets by one random number, so that the ratios of all faults at a time add up, and a request meets one of them. */
export class Faults {
  readonly #faults: readonly {readonly fault: Fault; readonly effect: Failure | Slowness}[];
  readonly #random: Random;

  /** @param random Picks the fault, and draws what a slow one adds. */
  constructor(faults: readonly Fault[], random: {readonly faults: Random; readonly latency: Random}) {
    this.#faults = faults.map(fault => ({fault, effect: effectOf(fault, random.latency)}));
    this.#random = random.faults;
  }

  /** The number by which the faults of one request are picked, from 0 to 1. */
  draw(): number {
    return this.#faults.length === 0 ? 1 : this.#random();
  }

  /** @param atMs Since the start of the scenario. Null: the request meets no fault then. */
  at(atMs: number, draw: number): Failure | Slowness | null {
    let left = draw;
    for (const {fault, effect} of this.#faults) {
      if (!isActive(fault, atMs)) continue;
      left -= fault.ratio;
      if (left < 0) return effect;
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

function effectOf(fault: Fault, random: Random): Failure | Slowness {
  if (fault.kind !== 'slow') return failureOf(fault);
  return new Slowness(fault.factor, fault.addedMs && drawOf(fault.addedMs, random));
}

function failureOf(fault: Exclude<Fault, {readonly kind: 'slow'}>): Failure {
  const afterProcessing = fault.kind !== 'refused' && fault.when === 'processing';
  if (fault.kind !== 'status')
    return {how: fault.kind, afterProcessing, afterMs: fault.kind === 'refused' ? fault.afterMs : 0};
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
