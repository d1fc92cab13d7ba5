/**
 * Chooses where the attempts of a call go that has several endpoints.
 *
 * The guards of an endpoint are those of its origin, so an open breaker, a held origin or an empty quota is its cooldown: such an endpoint is
 * passed over without a send. Unless its endpoints share their state, a call that a server may have acted on stays where that server is, and
 * one that its caller may repeat stays where its URL says: the call before may have been acted on there.
 */
import {choose} from '../client/balance.ts';
import type {Client} from '../client/client.ts';
import type {Endpoints, FailoverCause} from '../client/endpoints.ts';
import type {Plan} from '../client/plan.ts';
import type {Readiness} from '../client/ready-port.ts';
import {inRotation} from '../client/rotation.ts';
import {PROBING_MS} from '../core/limits.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {AttemptResponse, Outcome, Sent} from '../core/outcome.ts';
import {type Classification, harmless} from '../decide/classification.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import type {HedgeLoad} from '../guards/hedge-load.ts';
import type {Guards} from '../guards/origin-guards.ts';
import type {Outage} from '../guards/outage.ts';
import type {Amounts} from '../guards/quota-amounts.ts';
import type {Endpoint} from '../policy/types.ts';
import {Carried} from './carried.ts';
import {causeOf} from './failover-cause.ts';

/** An endpoint, and when it is free. */
export interface Place {
  readonly endpoint: Endpoint;
  readonly guards: Guards;
  /** 0: it is free, or has to be asked whether it is ready. */
  readonly freeInMs: number;
  /** Until its breaker and the pauses that it asked for let the call through; 0 if they do. The queues of its quota and of its concurrency limit come after. */
  readonly closedMs: number;
  /** Whether its breaker is open, or waits for its probes. */
  readonly isOpen: boolean;
  /** Whether it is taken only where no other one is free. */
  readonly isAvoided: boolean;
  /** Null where `failover.on` does not list `down`. */
  readonly outage: Outage | null;
  /** Null unless the endpoint is not ready, or has to be asked. */
  readonly readiness: Readiness | null;
}

/** The client of a call, as far as it finds the guards of an endpoint. */
export type GuardSource = Pick<
  Client<AttemptResponse>,
  'guardsFor' | 'random' | 'prepareAttempt' | 'readinessOf' | 'notifyEjection'
> & {
  readonly translate: unknown;
};

/** The request of a call, as far as it may have to stay at one endpoint. */
export interface MovableRequest {
  /** As in `Transport`. Undefined: the request cannot be sent elsewhere. */
  readonly headerNames?: readonly string[] | undefined;
  /** As in `Transport`. */
  readonly queryNames?: readonly string[];
  /** As in `Transport`. */
  readonly isReadable?: boolean;
  /** As in `Transport`. */
  readonly confinement?: string | undefined;
  /** As in `Transport`. Undefined: endpoints cannot be asked whether they are ready, and count as ready. */
  readonly ask?: unknown;
}

const UNSHARED = 'failover.sharedKeys is not set';

export class Failover {
  /** The endpoint that the URL of the call leads to. */
  readonly addressed: Endpoint;
  /** Whose quota the call uses, where each account has one. */
  account = '';
  readonly #endpoints: Endpoints;
  readonly #plan: Plan;
  readonly #client: GuardSource;
  readonly #method: string;
  readonly #url: string;
  readonly #tried = new Set<Endpoint>();
  /** When this call asks the endpoint of an origin again, whatever `failover.on` says. */
  readonly #pausedUntil = new Map<string, number>();
  /** Origins whose shared limits this call has asked in vain. */
  readonly #denied = new Set<string>();
  /** The endpoints to which the headers and the query of the caller may go. */
  #reachable: readonly Endpoint[];
  /** Whether endpoints with a `readyPath` are asked. */
  #asks = false;
  /** The endpoint at which it is this call's turn; null where none has a line. */
  #turnAt: Endpoint | null = null;
  /** The last failure is none that another endpoint helps against. */
  #stays = false;
  /** Why the call may not leave its endpoint any more; null while it may. */
  #confinement: string | null = null;
  readonly #carried: Carried;

  /** Null where the URL of the call leads to none of its endpoints. */
  static of(client: GuardSource, plan: Plan, method: string, url: string, origin: string): Failover | null {
    const addressed = plan.endpoints?.addressedBy(url, origin);
    return addressed ? new Failover(client, plan, addressed, method, url) : null;
  }

  private constructor(client: GuardSource, plan: Plan, addressed: Endpoint, method: string, url: string) {
    const endpoints = plan.endpoints!;
    this.#client = client;
    this.#plan = plan;
    this.#endpoints = endpoints;
    this.#reachable = endpoints.all;
    this.addressed = addressed;
    this.#method = method;
    this.#url = url;
    this.#carried = new Carried(endpoints, addressed, url);
  }

  /** Why the call may not leave its endpoint; null while it may. */
  get confinement(): string | null {
    return this.#confinement;
  }

  get isConfined(): boolean {
    return this.#endpoints.isAlone || this.#confinement !== null || this.#stays;
  }

  mayPassOver(cause: FailoverCause): boolean {
    return !this.isConfined && this.#endpoints.movesOn(cause);
  }

  /** The URL for an attempt at the endpoint of these guards; null where that is the call's own. */
  urlAt(guards: Guards): string | null {
    const endpoint = this.endpointOf(guards);
    return endpoint === this.addressed ? null : this.#endpoints.urlAt(endpoint, this.#url, this.addressed);
  }

  /** @param guards Those of an endpoint of this call. */
  endpointOf({origin}: Guards): Endpoint {
    return this.#endpoints.at(origin)!;
  }

  // What a request and its failures allow.

  /**
   * Called before each attempt: what its request carries may not go to every endpoint.
   *
   * @param bringsKey Whether it has an idempotency key of the caller's own.
   */
  confineBy(request: MovableRequest, bringsKey: boolean): void {
    const {headerNames, isReadable, confinement, ask} = request;
    this.#asks = this.#endpoints.anyWarmsUp && ask !== undefined;
    if (this.#confinement !== null || this.#endpoints.isAlone) return;
    if (headerNames === undefined) this.#confinement = confinement ?? 'its client sends it only where its URL says';
    // A call before this one, in this process or in another, may have been acted on where the URL says.
    else if (!this.mayRunTwice && (bringsKey || this.#plan.idempotentMethods.has(this.#method)))
      this.#confinement = `its caller may repeat it, and ${UNSHARED}`;
    else if (this.#client.translate !== null && !isReadable)
      this.#confinement = 'its body is a stream, which translate cannot be given';
    else {
      const names = {headerNames, queryNames: request.queryNames ?? []};
      const reach = this.#carried.reach(names, this.#client.prepareAttempt !== null);
      this.#reachable = reach.endpoints;
      this.#confinement = reach.confinement;
    }
  }

  /**
   * An attempt failed.
   *
   * @param at     The guards of its endpoint.
   * @param hintMs The pause that the endpoint asked for; 0 if for none.
   */
  failed(at: Guards, outcome: Outcome, found: Classification, hintMs: number, now: number): void {
    const cause = causeOf(outcome, found);
    this.#stays = cause === null || !this.#endpoints.movesOn(cause);
    if (hintMs > 0) this.pause(at, now + hintMs);
    this.noteActed(at, found.sent);
  }

  /** An attempt failed, whether or not the call goes on from it: a hedge may decide that. */
  noteActed(at: Guards, sent: Sent): void {
    if (!harmless(sent) && !this.mayRunTwice)
      this.#confinement ??= `${this.endpointOf(at).name} may have acted on it, and ${UNSHARED}`;
  }

  /** This call does not ask the endpoint again before that time. */
  pause({origin}: Guards, until: number): void {
    this.#pausedUntil.set(origin, until);
  }

  /** Whether two endpoints may act on the call. That it may be repeated at all is asked elsewhere. */
  get mayRunTwice(): boolean {
    return isSafeMethod(this.#method) || this.#endpoints.settings.sharedKeys || this.#endpoints.isAlone;
  }

  /** The endpoint answered with success. A hook of ky can retry the call all the same, and then at the same endpoint. */
  succeeded(at: Guards, now: number): void {
    if (this.#tried.size > 1) this.#endpoints.stickTo(this.endpointOf(at), now);
    this.noteActed(at, 'processed');
  }

  // The choice.

  /**
   * The endpoint for the next attempt: one that is free, else the one that is free first.
   *
   * @param at The guards of the endpoint at which the call is, and stays if it has to.
   */
  choose(at: Guards, amounts: Amounts, isRetry: boolean, now: number): Place {
    if (this.isConfined) return this.#placeAt(this.endpointOf(at), amounts, isRetry, now);
    return this.#first(this.#placesAt(null, amounts, isRetry, now), now);
  }

  /** Another endpoint than that of these guards which is free, at best one that this call has not tried; null if there is none. */
  another(than: Guards, amounts: Amounts, now: number): Place | null {
    if (this.isConfined) return null;
    const others = this.#placesAt(than, amounts, true, now).filter(({guards}) => guards.origin !== than.origin);
    if (others.length === 0) return null;
    const free = this.#first(others, now);
    // If both are down, a call leaves the one that failed.
    const isNoBetter = free.isAvoided && !this.#avoids(than, now);
    return free.freeInMs === 0 && !isNoBetter ? free : null;
  }

  /** Null where the endpoint has no `readyPath`, or cannot be asked. */
  readinessAt(endpoint: Endpoint): Readiness | null {
    return this.#asks ? this.#client.readinessOf(endpoint) : null;
  }

  /**
   * A limit that the endpoint of these guards shares with other processes has nothing for the call, as it was asked. The call does not ask
   * there again before it is sent.
   *
   * @returns Whether the call is to go to another endpoint, which is free.
   */
  passesOver(at: Guards, cause: FailoverCause, amounts: Amounts, now: number): boolean {
    if (!this.mayPassOver(cause)) return false;
    this.#denied.add(at.origin);
    return this.another(at, amounts, now) !== null;
  }

  /** It is this call's turn at an endpoint that has just become ready. */
  release(endpoint: Endpoint): void {
    this.#turnAt = endpoint;
  }

  /** The next attempt goes there. */
  enter({endpoint}: Place, now: number): void {
    if (this.#turnAt !== endpoint) this.readinessAt(endpoint)?.entered(now);
    this.#turnAt = null;
  }

  /** The endpoints of a better or the same rank, which were passed over for this one. */
  passedOver({endpoint}: Place): readonly Endpoint[] {
    if (!this.#asks || this.isConfined) return [];
    return this.#reachable.filter(other => other !== endpoint && other.rank <= endpoint.rank);
  }

  /** How hedges do at the other endpoints of this call. */
  hedgesBeside(guards: Guards, now: number): HedgeLoad[] {
    return this.#endpoints.all.flatMap(({origin}) =>
      origin === guards.origin ? [] : (this.#client.guardsFor(origin, this.#plan, now).hedge ?? []),
    );
  }

  hasTried({endpoint}: Place): boolean {
    return this.#tried.has(endpoint);
  }

  /** Whether a step from one endpoint to another is worth telling: the call failed at the first, or passes over it. */
  isFailover(from: Endpoint, to: Endpoint): boolean {
    return from !== to && (this.#tried.size > 0 || from.rank < to.rank);
  }

  #first(places: readonly Place[], now: number): Place {
    const free = places.filter(place => place.freeInMs === 0);
    if (free.length === 0) return places.reduce((first, place) => (place.freeInMs < first.freeInMs ? place : first));
    const up = free.filter(({isAvoided}) => !isAvoided);
    const usable = up.length > 0 ? up : free;
    const untried = usable.filter(place => !this.hasTried(place));
    const open = untried.length > 0 ? untried : usable;
    const sticky = this.#endpoints.stickyAt(now);
    const stuck = open.find(({endpoint}) => endpoint === sticky);
    if (stuck !== undefined) return stuck;
    const rank = Math.min(...open.map(({endpoint}) => endpoint.rank));
    const equals = open.filter(({endpoint}) => endpoint.rank === rank);
    return choose(this.#endpoints.settings.balance, equals, this.#client.random, now);
  }

  /**
   * The endpoints in rotation.
   *
   * @param but The guards of one that is not needed, unless it is compared with the others.
   */
  #placesAt(but: Guards | null, amounts: Amounts, isRetry: boolean, now: number): readonly Place[] {
    const {ejection} = this.#endpoints.settings;
    const all = this.#reachable;
    const asked = ejection.maxEjectedShare === 0 ? all.filter(({origin}) => origin !== but?.origin) : all;
    const places = asked.map(endpoint => this.#placeAt(endpoint, amounts, isRetry, now));
    return inRotation(places, ejection, this.#client.random, now, this.#client.notifyEjection);
  }

  #placeAt(endpoint: Endpoint, amounts: Amounts, isRetry: boolean, now: number): Place {
    const guards = this.#client.guardsFor(endpoint.origin, this.#plan, now);
    const {breaker, hold, concurrency} = guards;
    const quota = guards.accounts?.of(this.account) ?? guards.quota;
    const isOpen = breaker?.refuses(now) ?? false;
    const isHeld = hold?.holds(now) ?? false;
    const closed = [(this.#pausedUntil.get(endpoint.origin) ?? now) - now];
    if (isOpen && this.#endpoints.movesOn('breaker-open'))
      closed.push(breaker!.retryAfterMs(now) || PROBING_MS * (0.5 + this.#client.random()));
    if (isHeld && this.#endpoints.movesOn('held')) closed.push(hold!.leftMs(now));
    const closedMs = Math.max(0, ...closed);
    const busy = [closedMs];
    const isDenied = this.#denied.has(endpoint.origin);
    if (quota !== null && this.#endpoints.movesOn('quota'))
      busy.push(isDenied ? quota.waitMs(amounts, isRetry, now) : quota.knownWaitMs(amounts, isRetry, now));
    const hasPlace = isDenied ? concurrency?.hasPlace : concurrency?.mayHavePlace;
    if (hasPlace === false && this.#endpoints.movesOn('overloaded')) busy.push(PROBING_MS);
    const isAsked = !isOpen && !isHeld && closedMs === 0 && this.#turnAt !== endpoint;
    const readiness = isAsked ? this.readinessAt(endpoint) : null;
    const state = readiness?.stateAt(now) ?? 'ready';
    // Before its first answer an endpoint is chosen as if it were ready, and asked; while it is not, others come first.
    if (state === 'away') busy.push(readiness!.pauseMs(now) + 1);
    if (state === 'starting') busy.push(1); // It is this call's turn soon.
    const freeInMs = Math.max(...busy);
    const isAvoided = this.#avoids(guards, now);
    const outage = this.#endpoints.movesOn('down') ? guards.load!.outage : null;
    return {
      endpoint,
      guards,
      freeInMs,
      closedMs,
      isOpen,
      isAvoided,
      outage,
      readiness: state === 'ready' ? null : readiness,
    };
  }

  /** Whether the endpoint is down, or asked another call for a pause, which this one need not keep. */
  #avoids({load}: Guards, now: number): boolean {
    const isDown = this.#endpoints.movesOn('down') && load!.outage.refuses(now);
    return isDown || (this.#endpoints.movesOn('held') && load!.isPaused(now));
  }

  // The request of an attempt.

  /** Writes the headers of the caller that may not go to every endpoint where they belong, and removes them elsewhere. */
  writeHeaders(guards: Guards, headers: HeaderBag, {headerNames}: MovableRequest): void {
    const endpoint = this.endpointOf(guards);
    this.#tried.add(endpoint);
    this.#denied.clear();
    if (headerNames !== undefined) this.#carried.writeHeaders(endpoint, headers, headerNames);
  }
}
