/**
 * The fetch by which a client sends: the one that was given, or the global one of the moment, so that a test double which replaces that later
 * gets the requests. Where the global one is a fetch of this package, such as the client's own, it is the one that was there before.
 */
import {SteadfetchError} from '../core/errors.ts';
import {currentSend, type NestedSend, runSend} from './nested-sends.ts';

type Fetch = typeof globalThis.fetch;

/** What createFetch made. Every copy of this package in the process writes into the same set. */
const made = sharedSet(Symbol.for('steadfetch.fetches'));

/** Cannot lead back to a client; undefined where it was replaced before this module was loaded. */
const RUNTIMES: Fetch | undefined = isRuntimes(globalThis.fetch) ? globalThis.fetch : undefined;

/** By its name and its length, which few functions of users have. */
function isRuntimes(fetch: Fetch | undefined): boolean {
  return fetch?.name === 'fetch' && fetch.length === 1 && !made.has(fetch);
}

/** A function below a client may call it for a token, and that call may lead to another one. */
const MOST_NESTED = 8;

export class Sender {
  readonly #given: Fetch | undefined;
  /** The global fetch when the client was made. */
  readonly #first: Fetch | undefined = globalThis.fetch;

  constructor(given: Fetch | undefined) {
    this.#given = given;
  }

  readonly send: Fetch = (input, init) => {
    const current = globalThis.fetch;
    const by = this.#given ?? (made.has(current) ? this.#first : current);
    if (by === undefined) throw new TypeError(NO_FETCH);
    if (by === RUNTIMES || current === RUNTIMES || made.has(by)) return by(input, init);
    return sendNoted(this, by, input, init);
  };

  /**
   * The fetch for a request that a call of this client already sends, by a function that leads back here; null for other requests. The policy
   * applies to that call.
   *
   * @throws SteadfetchError with code FETCH_LOOP where requests would lead back here without end.
   */
  fetchBelow(method: string, url: string, signal: AbortSignal | null): Fetch | null {
    let nested = 0;
    for (let send = currentSend(signal); send !== undefined; send = send.outer) {
      if (send.client !== this) continue;
      if (isSame(send, method, url)) return this.#fetchOtherThan(send.by);
      if (++nested === MOST_NESTED) throw loopError();
    }
    return null;
  }

  #fetchOtherThan(by: Fetch): Fetch {
    if (this.#first === undefined || this.#first === by) throw loopError();
    return this.#first;
  }
}

/** Sends by a fetch that may lead back to the client. Apart, because a closure costs each call of the function that has it. */
function sendNoted(client: Sender, by: Fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const request = typeof input === 'object' && !(input instanceof URL) ? input : undefined;
  const method = (init?.method ?? request?.method ?? 'GET').toUpperCase();
  const signal = init?.signal ?? null;
  const send = {client, method, url: request?.url ?? String(input), by, outer: currentSend(signal)};
  return runSend(send, signal, () => by(input, init));
}

/** Notes that a function is a client's, so that no client sends by it only because it is the global fetch. */
export const noteMade = (fetch: object): void => void made.add(fetch);

const NO_FETCH =
  'There is no fetch to send by: globalThis.fetch was not defined when createFetch was called. Pass one, as the port fetch.';

const loopError = (): SteadfetchError =>
  new SteadfetchError(
    'FETCH_LOOP',
    'The request was not sent, because the fetch below this one calls this one again. Pass the fetch to send by, as in createFetch(policy, {fetch: globalThis.fetch}), before globalThis.fetch is replaced.',
  );

const isSame = (send: NestedSend, method: string, url: string): boolean =>
  send.method === method && (send.url === url || absolute(send.url) === absolute(url));

function absolute(url: string): string {
  const {location} = globalThis as {location?: {readonly href: string}};
  return URL.parse(url, location?.href)?.href ?? url;
}

function sharedSet(key: symbol): WeakSet<object> {
  const place = globalThis as {[key]?: WeakSet<object>};
  const set = place[key] ?? new WeakSet();
  // Returns false where the global object is frozen: then each copy of the package has a set of its own.
  Reflect.defineProperty(globalThis, key, {value: set});
  return set;
}
