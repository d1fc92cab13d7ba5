/** What the request of a call carries, and to which of its endpoints that may go: headers and query parameters of the caller. */
import type {Endpoints} from '../client/endpoints.ts';
import type {HeaderBag} from '../core/observer.ts';
import {parametersOf} from '../decide/credentials.ts';
import {looksSecret} from '../decide/secret-name.ts';
import type {Endpoint} from '../policy/types.ts';

/** Where a request may go. */
export interface Reach {
  readonly endpoints: readonly Endpoint[];
  /** Why it may go to no other than its own; null if it may. */
  readonly confinement: string | null;
}

/** Names of what a request carries. */
interface Names {
  /** In lower case. */
  readonly headerNames: readonly string[];
  /** The names of parameters that are not in the URL of the call. */
  readonly queryNames: readonly string[];
}

export class Carried {
  readonly #endpoints: Endpoints;
  readonly #addressed: Endpoint;
  readonly #url: string;
  /** Names of the headers with which the call began; null before. */
  #began: ReadonlySet<string> | null = null;
  /** The headers of the caller that may not go to every endpoint, by name. Null before the first attempt. */
  #bound: ReadonlyMap<string, string | null> | null = null;

  /** @param url Of the call, which leads to the addressed endpoint. */
  constructor(endpoints: Endpoints, addressed: Endpoint, url: string) {
    this.#endpoints = endpoints;
    this.#addressed = addressed;
    this.#url = url;
  }

  /** @param isPrepared Whether `prepareAttempt` writes what an endpoint needs: headers that may not go there are then left out. */
  reach(request: Names, isPrepared: boolean): Reach {
    this.#began ??= new Set(request.headerNames);
    const began = this.#began;
    // Later ones are those of a hook, or were written by us and by observers.
    const headerNames = request.headerNames.filter(name => began.has(name) || looksSecret(name));
    const own = {...request, headerNames};
    const {all} = this.#endpoints;
    const reasons = all.map(to =>
      to === this.#addressed ? null : this.#whyNot(own, this.#endpoints.isSameSite(this.#addressed, to), isPrepared),
    );
    const endpoints = all.filter((_, n) => reasons[n] === null);
    return {endpoints, confinement: endpoints.length > 1 ? null : (reasons.find(why => why !== null) ?? null)};
  }

  #whyNot({headerNames, queryNames}: Names, isSameSite: boolean, isPrepared: boolean): string | null {
    const {name} = this.#addressed;
    const mayQuery = (each: string): boolean => this.#endpoints.mayQuery(each, isSameSite);
    const inUrl = parametersOf(this.#url).filter(each => !mayQuery(each));
    const parameters = [...inUrl.map(each => this.#shown(each)), ...queryNames.filter(each => !mayQuery(each))];
    if (parameters.length > 0)
      return `its URL carries query parameters for ${name} (${parameters.join(', ')}) that failover.query does not name`;
    if (isPrepared) return null;
    const headers = headerNames.filter(each => each !== 'host' && !this.#endpoints.mayCarry(each, isSameSite));
    if (headers.length === 0) return null;
    return `it carries headers for ${name} (${headers.join(', ')}) that failover.headers does not name, and there is no prepareAttempt`;
  }

  /** A name without a value may be a secret itself. */
  #shown(parameter: string): string {
    return /^[\w.[\]$-]{1,40}$/.test(parameter) && this.#url.includes(`${parameter}=`) ? parameter : '…';
  }

  /** Writes the headers of the caller that may not go to every endpoint where they belong, and removes them elsewhere. */
  writeHeaders(endpoint: Endpoint, headers: HeaderBag, headerNames: readonly string[]): void {
    const isAddressed = endpoint === this.#addressed;
    const isSameSite = this.#endpoints.isSameSite(this.#addressed, endpoint);
    // Host is part of the address.
    const bound = headerNames.filter(name => name === 'host' || !this.#endpoints.mayCarry(name, false));
    this.#bound ??= new Map(bound.map(name => [name, headers.get(name)]));
    // A hook may have added some.
    for (const name of new Set([...this.#bound.keys(), ...bound])) {
      const value = this.#bound.get(name) ?? null;
      const mayGo = isAddressed || (name !== 'host' && this.#endpoints.mayCarry(name, isSameSite));
      if (!mayGo) headers.delete(name);
      else if (value !== null && !headers.has(name)) headers.set(name, value);
    }
  }
}
