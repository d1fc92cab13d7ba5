/**
 * The fetch by which a client sends: the one that was given, or the global one of the moment, so that a test double which replaces that later
 * gets the requests. Where the global one is a fetch of this package, such as the client's own, it is the one that was there before.
 */
import type {PolicyHandle} from '../client/policy-handle.ts';
import {SteadfetchError} from '../core/errors.ts';
import {isSafeMethod} from '../decide/idempotency.ts';
import {watchRedirects} from '../transport/redirects.ts';
import {latestSend, type NestedSend, runSend} from './nested-sends.ts';
import {hasSameCredentials, isPassedOn, methodOf, type SentRequest} from './sent-request.ts';

type Fetch = typeof globalThis.fetch;

/** What createFetch made. Every copy of this package in the process writes into the same set. */
const made = sharedSet(Symbol.for('steadfetch.fetches'));

const {fetch: loaded}: {readonly fetch: Fetch | undefined} = globalThis;
/** Cannot lead back to a client; undefined where it was replaced before this module was loaded. Its name and its length are those of few functions. */
const RUNTIMES = loaded?.name === 'fetch' && loaded.length === 1 && !made.has(loaded) ? loaded : undefined;

/** How often the sending of a request may lead back to its client. A body that is wrapped each time doubles each time. */
const MOST_NESTED = 8;

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

  readonly #send: Fetch = (input, init) => {
    const current = globalThis.fetch;
    return this.#sendBy(this.#given ?? (made.has(current) ? this.#first : current), input, init);
  };

  readonly #sendByFirst: Fetch = (input, init) => this.#sendBy(this.#first, input, init);

  #sendBy(by: Fetch | undefined, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
    if (by === undefined) throw new TypeError(NO_FETCH);
    if (by === RUNTIMES) return by(input, init);
    watchRedirects();
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
   * How a new call sends its attempts; or the answer to a request that a call of this client already sends, and that a function passes on to this
   * client. The policy applies to that call.
   *
   * @throws SteadfetchError with code FETCH_LOOP where requests would lead back here without end.
   */
  route(input: RequestInfo | URL, init: RequestInit | undefined): Fetch | Promise<Response> {
    const current = globalThis.fetch;
    // A port calls its client itself, unless it may have read that as the global fetch.
    const below = current === this.#first ? (this.#given ?? current) : this.#first;
    const request = {input, init};
    const latest = latestSend(init);
    let nested = 0;
    let route = this.#send;
    let found: NestedSend | undefined;
    for (let send = latest; send; send = send.outer) {
      if (send.client !== this) continue;
      // The global function has run for this request. It would run again for what it sends then, such as a report of each call, without end.
      if (send.passedOn && send.by === current) route = this.#sendByFirst;
      if (!send.hasEnded && ++nested === MOST_NESTED) throw loopError();
      if (found || (send.hasEnded && !send.passedOn)) continue;
      if (isPassedOn(send, request, send.by !== below, this.#handle.plans.keyHeaders)) found = send;
    }
    // Not that of a client between, which decides itself whether to send again.
    const before = found === latest && !found?.mayRepeat ? found?.passedOn : undefined;
    if (before && hasSameCredentials(before, request))
      // The same answer once more, without its body: that has one reader.
      return before.answer.then(response => new Response(null, response));
    return !found || found.hasEnded ? route : passOn(found, request, this.#sendBy(below, input, init));
  }
}

/** Sends by a fetch that may lead back to the client. Apart, because a closure costs each call of the function that has it. */
function sendNoted(client: Sender, by: Fetch, input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const latest = latestSend(init);
  const send: NestedSend = {client, input, init, by, outer: latest?.hasEnded ? latest.outer : latest};
  return runSend(send, async () => by(input, init)).finally(() => {
    send.hasEnded = true;
  });
}

/** Notes that the same request gets the same outcome: the function runs for the call, too, and the policy decides whether to send again. */
async function passOn(send: NestedSend, request: SentRequest, answer: Promise<Response>): Promise<Response> {
  send.passedOn ??= {...request, answer};
  const response = await answer;
  // After those, a function sends it with a new token. What only reads may be polled.
  if (response.status < 408 && (isSafeMethod(methodOf(send)) || REFUSED_CREDENTIALS.has(response.status)))
    send.mayRepeat = true;
  return response;
}

const REFUSED_CREDENTIALS: ReadonlySet<number> = new Set([401, 403, 407]);

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
