/** The transport of a function: each attempt runs it once. */
import type {ResponseBodies} from '../body/response-bodies.ts';
import type {CallContext} from '../call/context.ts';
import {noteInner} from '../call/inner-report.ts';
import type {Awaitable} from '../core/awaitable.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Outcome} from '../core/outcome.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import type {Redirected} from '../decide/redirected.ts';
import {Answer, answerBodies, answerOfError} from '../transport/answer.ts';
import {followedRedirect, noteCall} from '../transport/followed-redirects.ts';
import {HeaderRecord} from '../transport/header-record.ts';
import type {Transport, TransportRequest} from '../transport/transport.ts';

/** The second argument of the function. */
export interface FunctionContext {
  /** 1 for the first. */
  readonly attempt: number;
  /** The idempotency key of the call; undefined without one. */
  readonly key: string | undefined;
  /** Headers for the request that the function sends: correlation id, trace context, and the key. */
  readonly headers: Readonly<Record<string, string>>;
}

type Run = (signal: AbortSignal, context: FunctionContext) => Awaitable<unknown>;

export class FunctionTransport implements Transport<Answer> {
  readonly bodies: ResponseBodies<Answer> = answerBodies;
  readonly callerSignal: AbortSignal | null;
  readonly tokens: AskedTokens | undefined;
  readonly replayable = true;
  readonly #call: Pick<CallContext<Answer>, 'correlationId'>;
  readonly #run: Run;
  readonly #key: string | undefined;
  #attempts = 0;

  constructor(
    call: Pick<CallContext<Answer>, 'correlationId'>,
    run: Run,
    key: string | undefined,
    callerSignal: AbortSignal | null,
    tokens: AskedTokens | undefined,
  ) {
    this.#call = call;
    this.#run = run;
    this.#key = key;
    this.callerSignal = callerSignal;
    this.tokens = tokens;
  }

  next(): TransportRequest<Answer> {
    const headers = new HeaderRecord({});
    const controller = new AbortController();
    const {signal} = controller;
    const attempt = ++this.#attempts;
    return {
      headers,
      signal,
      send: () => this.#send(signal, {attempt, key: this.#key, headers: headers.values}),
      abort: reason => controller.abort(reason),
    };
  }

  async #send(signal: AbortSignal, context: FunctionContext): Promise<Answer> {
    noteCall(this.#call.correlationId);
    try {
      return new Answer(200, await this.#run(signal, context));
    } catch (error) {
      noteInner(error);
      const answer = answerOfError(error);
      if (answer === undefined) throw error;
      return answer;
    }
  }

  redirected({response, error}: Outcome<Answer>, redirectsBefore: number): Redirected {
    return followedRedirect(response === null ? error : response.origin, this.#call.correlationId, redirectsBefore);
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }
}
