/**
 * The fetch by which a client sends: the one that was given, or the global one of the moment, so that a test double which replaces that later
 * gets the requests. Where the global one is a fetch of this package, such as the client's own, it is the one that was there before.
 */
import type {PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {type NestedSend, runningSend, runSend} from './nested-sends.ts';
import {isPassedOn} from './sent-request.ts';

type Fetch = typeof globalThis.fetch;

/** What createFetch made. Every copy of this package in the process writes into the same set. */
const made = sharedSet(Symbol.for('steadfetch.fetches'));

/** Cannot lead back to a client; undefined where it was replaced before this module was loaded. */
const RUNTIMES: Fetch | undefined = isRuntimes(globalThis.fetch) ? globalThis.fetch : undefined;

/** By its name and its length, which few functions of users have. */
function isRuntimes(fetch: Fetch | undefined): boolean {
  return fetch?.name === 'fetch' && fetch.length === 1 && !made.has(fetch);
}

/** How often the sending of a request may lead back to its client: a function that calls for a token, and that call for another one. */
const MOST_NESTED = 50;

export class Sender {
  readonly #given: Fetch | undefined;
  readonly #handle: PolicyHandle;
  /** The global fetch when the client was made. */
  readonly #first: Fetch | undefined = globalThis.fetch;
  /** How many requests the port is called for at the moment, each from within the one before. */
  #nested = 0;

  constructor(given: Fetch | undefined, handle: PolicyHandle) {
    this.#given = given;
    this.#handle = handle;
  }

  readonly send: Fetch = (input, init) => {
    const current = globalThis.fetch;
    return this.#sendBy(this.#given ?? (made.has(current) ? this.#first : current), input, init);
  };

  #sendBy(by: Fetch | undefined, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (by === undefined) throw new TypeError(NO_FETCH);
    if (by === RUNTIMES || made.has(by)) return by(input, init);
    if (globalThis.fetch !== RUNTIMES) return sendNoted(this, by, input, init);
    // Nothing but a reference of the port leads back. What it calls before it returns is found, which costs no promise.
    if (this.#nested === MOST_NESTED) throw loopError();
    this.#nested++;
    try {
      return by(input, init);
    } finally {
      this.#nested--;
    }
  }

  /**
   * Sends a request that a call of this client already sends, by a function that leads back here; null for other requests. The policy applies
   * to that call.
   *
   * @throws SteadfetchError with code FETCH_LOOP where requests would lead back here without end.
   */
  passOn(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> | null {
    // A port calls its client itself, unless it may have read that as the global fetch.
    const below = globalThis.fetch === this.#first ? (this.#given ?? this.#first) : this.#first;
    let nested = 0;
    let found = false;
    for (let send = runningSend(init); send !== undefined; send = send.outer) {
      if (send.client !== this || send.hasEnded) continue;
      if (++nested === MOST_NESTED) throw loopError();
      found ||= isPassedOn(send, {input, init}, send.by !== below, this.#handle.plans.keyHeaders);
    }
    return found ? this.#sendBy(below, input, init) : null;
  }
}

/** Sends by a fetch that may lead back to the client. Apart, because a closure costs each call of the function that has it. */
function sendNoted(client: Sender, by: Fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const send: NestedSend = {client, input, init, by, outer: runningSend(init), hasEnded: false};
  return runSend(send, async () => by(input, init)).finally(() => {
    send.hasEnded = true;
  });
}

/** Notes that a function is a client's, so that no client sends by it only because it is the global fetch. */
export const noteMade = (fetch: object): void => void made.add(fetch);

const NO_FETCH = 'There is no fetch. Pass one, as the port fetch.';

const loopError = (): SteadfetchError =>
  new SteadfetchError('FETCH_LOOP', 'The fetch below calls this one again. Pass one, as the port fetch.');

function sharedSet(key: symbol): WeakSet<object> {
  const place = globalThis as {[key]?: WeakSet<object>};
  const set = place[key] ?? new WeakSet();
  // Returns false where the global object is frozen: then each copy of the package has a set of its own.
  Reflect.defineProperty(globalThis, key, {value: set});
  return set;
}
