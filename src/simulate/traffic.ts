/** When calls begin: arrivals are made one at a time, so that ten million of them need no more memory than one. */
import type {Random} from '../core/random.ts';
import {type Clock, Timer} from '../core/timer.ts';
import type {Traffic} from './scenario/types.ts';
import {exponential} from './service/latency.ts';
import type {ServiceRequest} from './service/service.ts';
import {bodyTextOf} from './simulated-client.ts';

/** Begins one call. @param ended Called when it has ended. */
export type BeginCall = (client: number, request: ServiceRequest, ended: () => void) => void;

/** Random numbers for the traffic, apart from all others: every policy meets the same calls. */
export interface TrafficRandom {
  readonly arrivals: Random;
  readonly requests: Random;
}

/** Starts the traffic of a scenario. */
export function startTraffic(
  traffic: Traffic,
  durationMs: number,
  clock: Clock,
  random: TrafficRandom,
  begin: BeginCall,
): void {
  const rates = new Rates(traffic, clock.now() + durationMs);
  const requests = new RequestMix(traffic, random.requests);
  if (traffic.arrivals !== 'closed-loop')
    new OpenTraffic(traffic, rates, requests, clock, random.arrivals, begin).start();
  else
    for (let client = 0; client < traffic.clients; client++)
      new SerialClient(client, traffic.clients, rates, requests, clock, random.arrivals, begin).start();
}

/** The rate of all clients together, by time. */
class Rates {
  readonly endsAt: number;
  readonly #perMs: number;
  readonly #phases: Traffic['phases'];

  constructor({perSecond, phases}: Traffic, endsAt: number) {
    this.endsAt = endsAt;
    this.#perMs = perSecond / 1000;
    this.#phases = phases.toReversed();
  }

  /** Calls per ms. */
  at(now: number): number {
    const phase = this.#phases.find(({fromMs, toMs}) => now >= fromMs && now < toMs);
    return phase === undefined ? this.#perMs : phase.perSecond / 1000;
  }

  /** When the rate may change next, at the end of the traffic at the latest. */
  changeAfter(now: number): number {
    let next = this.endsAt;
    for (const {fromMs, toMs} of this.#phases) for (const at of [fromMs, toMs]) if (at > now && at < next) next = at;
    return next;
  }

  /**
   * When the next call begins, if calls come at random: the time to it is exponential, and where the rate changes before, it is drawn anew
   * from there, because what was waited so far says nothing. Infinity: after the end.
   */
  nextAfter(now: number, share: number, random: Random): number {
    for (let from = now; from < this.endsAt; ) {
      const perMs = this.at(from) * share;
      const at = perMs > 0 ? from + exponential(1 / perMs, random) : Number.POSITIVE_INFINITY;
      const changesAt = this.changeAfter(from);
      if (at < changesAt) return at;
      from = changesAt;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** Picks what a call asks for, by the shares. */
class RequestMix {
  readonly #requests: readonly {readonly request: ServiceRequest; readonly upTo: number}[];
  readonly #random: Random;

  constructor({requests}: Traffic, random: Random) {
    const total = requests.reduce((sum, {share}) => sum + share, 0);
    let upTo = 0;
    this.#requests = requests.map(({share, ...request}) => {
      upTo += share / total;
      return {request: {...request, bodyText: bodyTextOf(request)}, upTo};
    });
    this.#random = random;
  }

  pick(): ServiceRequest {
    const requests = this.#requests;
    if (requests.length === 1) return requests[0]!.request;
    const at = this.#random();
    return (requests.find(({upTo}) => at < upTo) ?? requests.at(-1)!).request;
  }
}

/** Calls that do not wait for each other. One timer for all clients: of a random arrival each client is the origin with equal chance. */
class OpenTraffic extends Timer {
  readonly #clients: number;
  readonly #isEven: boolean;
  readonly #rates: Rates;
  readonly #requests: RequestMix;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #begin: BeginCall;
  #count = 0;

  constructor(
    {clients, arrivals}: Traffic,
    rates: Rates,
    requests: RequestMix,
    clock: Clock,
    random: Random,
    begin: BeginCall,
  ) {
    super();
    this.#clients = clients;
    this.#isEven = arrivals === 'even';
    this.#rates = rates;
    this.#requests = requests;
    this.#clock = clock;
    this.#random = random;
    this.#begin = begin;
  }

  start(): void {
    this.#armNext(this.#clock.now());
  }

  override fire(): void {
    this.#armNext(this.#clock.now());
    const client = this.#isEven ? this.#count % this.#clients : Math.floor(this.#random() * this.#clients);
    this.#count++;
    this.#begin(client, this.#requests.pick(), nothing);
  }

  #armNext(now: number): void {
    const at = this.#isEven ? this.#evenAfter(now) : this.#rates.nextAfter(now, 1, this.#random);
    this.#clock.arm(this, at - now);
  }

  /** When the rate, summed up over time, has come to one call more. Infinity: after the end. */
  #evenAfter(now: number): number {
    let missing = 1;
    for (let from = now; from < this.#rates.endsAt; ) {
      const perMs = this.#rates.at(from);
      const at = perMs > 0 ? from + missing / perMs : Number.POSITIVE_INFINITY;
      const changesAt = this.#rates.changeAfter(from);
      if (at < changesAt) return at;
      missing = Math.max(0, missing - perMs * (changesAt - from));
      from = changesAt;
    }
    return Number.POSITIVE_INFINITY;
  }
}

/** A client with one call at a time. It keeps to its share of the rate as long as its calls are short enough. */
class SerialClient extends Timer {
  readonly #number: number;
  readonly #share: number;
  readonly #rates: Rates;
  readonly #requests: RequestMix;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #begin: BeginCall;
  #startedAt: number;

  constructor(
    number: number,
    clients: number,
    rates: Rates,
    requests: RequestMix,
    clock: Clock,
    random: Random,
    begin: BeginCall,
  ) {
    super();
    this.#number = number;
    this.#share = 1 / clients;
    this.#rates = rates;
    this.#requests = requests;
    this.#clock = clock;
    this.#random = random;
    this.#begin = begin;
    this.#startedAt = clock.now();
  }

  start(): void {
    this.#armNext();
  }

  override fire(): void {
    this.#startedAt = this.#clock.now();
    this.#begin(this.#number, this.#requests.pick(), () => this.#armNext());
  }

  /** Counted from the start of the last call: a call that took longer is followed at once. */
  #armNext(): void {
    const now = this.#clock.now();
    const at = Math.max(now, this.#rates.nextAfter(this.#startedAt, this.#share, this.#random));
    if (at < this.#rates.endsAt) this.#clock.arm(this, at - now);
  }
}

const nothing = (): void => {};
