/** The endpoints of a plan, compiled: which of them a URL addresses, and what that URL is at another. */
import {isHarmlessHeader} from '../decide/credentials.ts';
import {looksSecret} from '../decide/secret-name.ts';
import {siteOf} from '../decide/site.ts';
import type {Endpoint, Failover, Policy} from '../policy/types.ts';
import {refuseEjection} from './ejection-port.ts';
import {refuseReadyPaths, warmsUp} from './ready-port.ts';
import {pageOrigin} from './target.ts';

/** A reason to go to another endpoint. */
export type FailoverCause = Failover['on'][number];

export class Endpoints {
  readonly all: readonly Endpoint[];
  /** Some of them have a `readyPath`. */
  readonly anyWarmsUp: boolean;
  readonly settings: Failover;
  readonly #causes: ReadonlySet<FailoverCause>;
  readonly #byOrigin: ReadonlyMap<string, Endpoint>;
  readonly #sites: ReadonlyMap<Endpoint, string>;
  /** Headers that the policy lets go everywhere, in lower case. */
  readonly #headers: ReadonlySet<string>;
  readonly #query: ReadonlySet<string>;
  #sticky: {readonly endpoint: Endpoint; readonly until: number} | null = null;

  /** @throws SteadfetchError with code INVALID_POLICY if an endpoint has a `readyPath`, before `useReadyPaths`, or endpoints are ejected, before `useEjection`. */
  constructor(all: readonly Endpoint[], policy: Policy) {
    const {failover, idempotency, correlation, deadlineHeader, attemptHeader} = policy;
    this.all = all;
    this.anyWarmsUp = all.some(warmsUp);
    if (this.anyWarmsUp) refuseReadyPaths();
    refuseEjection(failover.ejection);
    this.settings = failover;
    this.#causes = new Set(failover.on);
    this.#byOrigin = new Map(all.map(endpoint => [endpoint.origin, endpoint]));
    this.#sites = new Map(all.map(endpoint => [endpoint, siteOf(endpoint.origin)]));
    const own = [idempotency?.header, correlation?.header, correlation?.requestIdHeader, deadlineHeader, attemptHeader];
    this.#headers = new Set([...failover.headers, ...own.filter(name => name != null)].map(name => name.toLowerCase()));
    this.#query = new Set(failover.query);
  }

  /** Null where the policy has none, or one alone that does not warm up. */
  static of(policy: Policy): Endpoints | null {
    const {endpoints} = policy;
    if (endpoints === null) return null;
    return endpoints.length > 1 || endpoints.some(warmsUp) ? new Endpoints(endpoints, policy) : null;
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

  isSameSite(from: Endpoint, to: Endpoint): boolean {
    return this.#sites.get(from) === this.#sites.get(to);
  }

  /**
   * Whether a header of the caller may be sent to an endpoint that the caller did not address.
   *
   * @param isSameSite Whether both endpoints are of one site.
   */
  mayCarry(header: string, isSameSite: boolean): boolean {
    const name = header.toLowerCase();
    if (this.settings.sharedCredentials || this.#headers.has(name) || isHarmlessHeader(name)) return true;
    return isSameSite && !looksSecret(name);
  }

  /** The same for a parameter of the query. */
  mayQuery(name: string, isSameSite: boolean): boolean {
    if (this.settings.sharedCredentials || this.#query.has(name)) return true;
    return (isSameSite || this.#query.has('*')) && !looksSecret(name);
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
