/** The endpoints of a plan, compiled: which of them a URL addresses, and what that URL is at another. */
import type {Endpoint, Failover, Policy} from '../policy/types.ts';
import {warmsUp} from './readiness.ts';
import {pageOrigin} from './target.ts';

/** A reason to go to another endpoint. */
export type FailoverCause = Failover['on'][number];

/** Where an attempt is sent, if not where the URL of its call says. */
export interface Destination {
  /** With every secret in its query. */
  readonly url: string;
  /** Whether the caller's own credentials may go there. */
  readonly takesCredentials: boolean;
}

export class Endpoints {
  readonly all: readonly Endpoint[];
  /** Some of them have a `readyPath`. */
  readonly anyWarmsUp: boolean;
  readonly settings: Failover;
  readonly #causes: ReadonlySet<FailoverCause>;
  readonly #byOrigin: ReadonlyMap<string, Endpoint>;
  #sticky: {readonly endpoint: Endpoint; readonly until: number} | null = null;

  constructor(all: readonly Endpoint[], settings: Failover) {
    this.all = all;
    this.anyWarmsUp = all.some(warmsUp);
    this.settings = settings;
    this.#causes = new Set(settings.on);
    this.#byOrigin = new Map(all.map(endpoint => [endpoint.origin, endpoint]));
  }

  /** Null where the policy has none, or one alone that does not warm up. */
  static of({endpoints, failover}: Policy): Endpoints | null {
    if (endpoints === null) return null;
    return endpoints.length > 1 || endpoints.some(warmsUp) ? new Endpoints(endpoints, failover) : null;
  }

  /** A call can go nowhere else. */
  get isAlone(): boolean {
    return this.all.length === 1;
  }

  movesOn(cause: FailoverCause): boolean {
    return this.#causes.has(cause);
  }

  at(origin: string): Endpoint | null {
    return this.#byOrigin.get(origin) ?? null;
  }

  /** The endpoint that a URL leads to; null where it leads elsewhere. */
  addressedBy(url: string, origin: string): Endpoint | null {
    const endpoint = this.at(origin);
    return endpoint !== null && pathBelow(endpoint, absolute(url).pathname) !== null ? endpoint : null;
  }

  /**
   * The URL of the same resource at another endpoint.
   *
   * @param from The endpoint that the URL leads to.
   */
  urlAt(to: Endpoint, url: string, from: Endpoint): string {
    const {pathname, search} = absolute(url);
    return `${to.origin}${to.basePath}${pathBelow(from, pathname)}${search}`;
  }

  /** A call was answered by this endpoint after it had moved there. */
  stickTo(endpoint: Endpoint, now: number): void {
    const {stickyMs} = this.settings;
    if (stickyMs > 0) this.#sticky = {endpoint, until: now + stickyMs};
  }

  /** The endpoint at which calls stay for a while; null if there is none. */
  stickyAt(now: number): Endpoint | null {
    return this.#sticky !== null && now < this.#sticky.until ? this.#sticky.endpoint : null;
  }
}

/** In a browser a call may name its path alone. */
const absolute = (url: string): URL => new URL(url, pageOrigin);

/** The part of a path below the endpoint's base path; null where it is not below. */
function pathBelow({basePath}: Endpoint, pathname: string): string | null {
  if (!pathname.startsWith(basePath)) return null;
  const below = pathname.slice(basePath.length);
  return below === '' || below.startsWith('/') ? below : null;
}
