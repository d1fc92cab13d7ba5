/**
 * The transport of a batch: one call of the engine, whose attempts send the items of a chunk that have no result yet.
 *
 * The items of an answered request are classified one by one. Those that succeeded, or failed permanently, leave the chunk. If others may
 * be retried, the engine gets the outcome with the longest wait, and its decision applies to all of them.
 */

import type {ResponseBodies} from '../body/response-bodies.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {noteInner, noteOwn} from '../call/inner-report.ts';
import type {AbortSource} from '../core/abort-source.ts';
import {type Awaitable, isPromise} from '../core/awaitable.ts';
import type {TimeoutError} from '../core/errors.ts';
import {answered, type Outcome} from '../core/outcome.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import {harmless} from '../decide/classification.ts';
import {formatKey, isSafeMethod, needsKey} from '../decide/idempotency.ts';
import type {Redirected} from '../decide/redirected.ts';
import {Answer, answerBodies, answerOf, answerOfError} from '../transport/answer.ts';
import {followedRedirect, noteCall} from '../transport/followed-redirects.ts';
import {HeaderRecord} from '../transport/header-record.ts';
import type {Transport, TransportRequest} from '../transport/transport.ts';
import type {Counters} from './counters.ts';
import {DRAINED, type Drain} from './drain.ts';
import {type Entry, requestKey} from './entry.ts';
import {itemClassification} from './failure.ts';
import type {Memory} from './memory.ts';
import {redirectOf} from './redirect.ts';
import {RequestContext, type SendTarget} from './send-context.ts';
import {failedSend, sortChunk} from './sort-chunk.ts';
import type {ChunkSender, Send} from './types.ts';

/** The parts that all transports of a batch share. */
export interface Sender<Item> {
  /** Keeps the notes on items that may be sent once only. */
  readonly memory: Pick<Memory, 'sending'>;
  readonly send: Send<Item, unknown> | ChunkSender<Item, unknown>;
  readonly runId: string;
  /** Whether `send` sends to the URL of its context. */
  readonly movable: boolean;
  readonly drain: Drain;
  readonly counters: Counters;
  /** The tokens of an item. */
  weigh(item: Item): AskedTokens;
  /** The server did not act on these items, so their intents in the journal are withdrawn. */
  unacted(entries: readonly Entry<Item>[]): void;
  /** Ends the batch. */
  failed(error: unknown): void;
}

export class ChunkTransport<Item> implements Transport<Answer> {
  readonly bodies: ResponseBodies<Answer> = answerBodies;
  readonly callerSignal = null;
  readonly stop: AbortSource;
  readonly replayable = true;
  readonly isBounded = true;
  /** Items without a result. */
  open: readonly Entry<Item>[];
  /** Requests sent. */
  requests = 0;
  readonly #sender: Sender<Item>;
  readonly #requestsBefore: number;
  #call!: CallContext<Answer>;

  /** @param requestsBefore Of earlier calls for the same items. */
  constructor(sender: Sender<Item>, entries: readonly Entry<Item>[], requestsBefore: number) {
    this.#sender = sender;
    this.#requestsBefore = requestsBefore;
    this.open = entries;
    this.stop = sender.drain.signal;
  }

  /** Those of the items that the next request carries. */
  get tokens(): AskedTokens {
    const each = this.open.map(({item}) => this.#sender.weigh(item));
    const sum = (key: keyof AskedTokens): number => each.reduce((total, tokens) => total + (tokens[key] ?? 0), 0);
    return {inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens')};
  }

  /** Resolves when the call is over. */
  run(call: CallContext<Answer>): Promise<Outcome<Answer>> {
    this.#call = call;
    return new Promise(resolve => {
      const settle = (outcome: Outcome<Answer>): void => {
        noteOwn(outcome.error);
        resolve(outcome);
      };
      runCall(call, this, {settle}, call.startedAt);
    });
  }

  get headerNames(): readonly string[] | undefined {
    return this.confinement === undefined ? [] : undefined;
  }

  get confinement(): string | undefined {
    const {method, plan} = this.#call;
    if (!this.#sender.movable) return 'its batch is not movable';
    if (isSafeMethod(method) || plan.policy.failover.sharedKeys) return undefined;
    return 'another run may have sent it there, and failover.sharedKeys is not set';
  }

  next(_isAbortable: boolean, url: string | null): TransportRequest<Answer> {
    const {failover, guards, rawUrl} = this.#call;
    const target = {url: url ?? rawUrl, endpoint: failover?.endpointOf(guards).name};
    const headers = new HeaderRecord({});
    this.#putKey(headers);
    const controller = new AbortController();
    const {signal} = controller;
    return {
      headers,
      signal,
      ready: () => this.#note(),
      send: () => this.#send(headers, target, signal),
      abort: reason => controller.abort(reason),
    };
  }

  /**
   * Notes items that must not be sent twice in the journal before they are sent. If the process is killed, only this note shows that they
   * were sent.
   */
  #note(): Promise<void> | undefined {
    if (this.#call.mayRepeat) return undefined;
    const entries = this.open.filter(entry => !entry.isNoted);
    if (entries.length === 0) return undefined;
    const noted = this.#sender.memory.sending(entries.map(({key}) => key));
    if (!isPromise(noted)) return undefined;
    for (const entry of entries) entry.isNoted = true;
    return this.#noted(noted);
  }

  async #noted(noted: PromiseLike<void>): Promise<void> {
    try {
      await noted;
    } catch (error) {
      this.#sender.failed(error);
    }
    if (this.#sender.drain.begun) throw DRAINED;
  }

  redirected({response, error}: Outcome<Answer>, redirectsBefore: number): Redirected {
    // A `sendChunk` may send a request for each item, all with the same id: which of them was redirected is not known, so none is sent again.
    return followedRedirect(response === null ? error : response.origin, this.#call.correlationId, redirectsBefore);
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  /** Sets the key if the policy states that the server deduplicates. The engine treats it like a key of the caller. */
  #putKey(headers: HeaderRecord): void {
    const {method, plan} = this.#call;
    const {idempotency} = plan.policy;
    if (!needsKey(idempotency, method)) return;
    headers.set(idempotency.header, formatKey(requestKey(this.open, this.#sender.runId), idempotency.format));
  }

  /** One function, and no promise where none is needed: on a fast server they are what a batch costs. */
  async #send(headers: HeaderRecord, target: SendTarget, signal: AbortSignal): Promise<Answer> {
    const {counters} = this.#sender;
    const {clock} = this.#call.client;
    const attempt = this.#count();
    this.#putKey(headers); // The engine wrote the key of its first attempt, which may have carried more items.
    counters.sent(attempt > 1, target.endpoint);
    noteCall(this.#call.correlationId);
    const entries = this.open;
    const sentAt = clock.now();
    try {
      const said = await this.#ask(entries, headers.values, target, signal, attempt);
      noteInner(said);
      const found = answerOf(said);
      const answer = found instanceof Answer ? found : await found;
      const redirect = redirectOf(answer, target.url);
      if (redirect !== undefined) throw redirect;
      // The answer of an attempt that timed out, or was slower than another, is ignored.
      if (answer.status >= 400) this.#unnote(answered(answer), signal);
      const sorted = answer.status >= 400 || signal.aborted ? answer : this.#take(entries, answer);
      return sorted instanceof Answer ? sorted : await sorted;
    } catch (error) {
      noteInner(error);
      const carried = answerOfError(error);
      this.#unnote(carried === undefined ? failedSend(error) : answered(carried), signal);
      if (carried === undefined) throw error;
      return carried;
    } finally {
      counters.answered(clock.now() - sentAt);
    }
  }

  /** Withdraws the note of an attempt that certainly had no effect on the server, because its items may wait for a retry now. */
  #unnote(outcome: Outcome<Answer>, signal: AbortSignal): void {
    if (signal.aborted) return;
    const {transient, sent} = itemClassification(this.#call, outcome);
    if (!harmless(sent)) return;
    for (const entry of this.open) entry.unclear--;
    if (transient) this.#sender.unacted(this.open);
  }

  /** @returns Which request this is, of all that carry these items. */
  #count(): number {
    for (const entry of this.open) {
      entry.attempts++;
      entry.unclear++;
      entry.last = null;
    }
    return this.#requestsBefore + ++this.requests;
  }

  #ask(
    entries: readonly Entry<Item>[],
    headers: Record<string, string>,
    target: SendTarget,
    signal: AbortSignal,
    attempt: number,
  ): unknown {
    const {send, runId} = this.#sender;
    const context = new RequestContext(entries, runId, headers, target, signal, attempt);
    if (typeof send === 'function') return send(entries[0]!.item, context);
    return send.sendChunk(
      entries.map(({item}) => item),
      context,
    );
  }

  #take(entries: readonly Entry<Item>[], answer: Answer): Awaitable<Answer> {
    if (typeof this.#sender.send !== 'function') return this.#sort(entries, answer);
    const [entry] = entries;
    entry!.outcome ??= {ok: true, value: answer.value, attempts: entry!.attempts};
    this.open = [];
    return answer;
  }

  async #sort(entries: readonly Entry<Item>[], answer: Answer): Promise<Answer> {
    const {open, patient} = await sortChunk(this.#call, entries, answer.value);
    this.open = open;
    if (!this.#call.mayRepeat) this.#sender.unacted(open);
    if (patient === null) return answer;
    if (patient.response === null) throw patient.error;
    return patient.response;
  }
}
