/**
 * A client in the simulation: the engine with the policy, whose requests go to the model of a service. Nothing of HTTP is built: a request is
 * an object, a response is the answer of the service, and how it is read is what the engine reads HTTP by.
 */
import type {ErrorRead} from '../body/read-error.ts';
import type {ResponseBodies} from '../body/response-bodies.ts';
import {beginCall} from '../call/begin.ts';
import {runCall} from '../call/call.ts';
import type {CallContext} from '../call/context.ts';
import {Client} from '../client/client.ts';
import type {PolicySource} from '../client/plan.ts';
import {PolicyHandle} from '../client/policy-handle.ts';
import type {WeighedRequest} from '../client/ports.ts';
import type {TimeoutError} from '../core/errors.ts';
import type {Listener} from '../core/events.ts';
import type {HeaderBag} from '../core/observer.ts';
import type {AttemptResponse, Outcome} from '../core/outcome.ts';
import type {Ids, Random} from '../core/random.ts';
import type {Clock} from '../core/timer.ts';
import {parsedText} from '../core/unknown-value.ts';
import {httpAnswers} from '../decide/answers-http.ts';
import type {AskedTokens} from '../decide/asked-tokens.ts';
import {STANDARD_KEY_HEADER} from '../decide/idempotency.ts';
import type {GuardFactory} from '../guards/guard-factory.ts';
import type {Caller, Transport, TransportRequest} from '../transport/transport.ts';
import type {Directory, ReachedService} from './directory.ts';
import type {Exchange, HeaderList, Reply, ServiceAnswer, ServiceRequest, StreamEvent} from './service/service.ts';
import {SlowBody} from './slow-body.ts';
import {SimulatedStream} from './stream.ts';

/** A response, as the engine reads it: the answer of the service itself, or an object with a stream behind it. */
export interface SimulatedResponse extends AttemptResponse {
  readonly headers: HeaderList;
  readonly body: string | null;
  readonly stream?: SimulatedStream;
  readonly slowBody?: SlowBody;
}

export type EndedCall = CallContext<SimulatedResponse>;

/** Notified of calls and of the attempts that they send. */
export interface CallListener {
  /** @param isMove Whether the attempt goes to another service than the one before. */
  sent(isMove: boolean): void;
  ended(call: EndedCall, outcome: Outcome<SimulatedResponse>): void;
}

/** What the clients of one policy share. */
export interface ClientSetup {
  readonly clock: Clock;
  readonly random: Random;
  readonly directory: Directory;
  readonly source: PolicySource;
  readonly guards: GuardFactory;
  readonly on: Listener | undefined;
}

/** One client: its guards are its own. */
export class SimulatedClient {
  /** From 0. */
  readonly number: number;
  readonly handle: PolicyHandle;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly #client: Client<SimulatedResponse>;
  readonly #keyed: HeaderBag;

  constructor(number: number, {clock, random, directory, source, guards, on}: ClientSetup) {
    this.number = number;
    this.clock = clock;
    this.directory = directory;
    this.handle = new PolicyHandle(undefined, source, guards);
    const weigh = ({bodyText}: WeighedRequest): AskedTokens => tokensIn(bodyText);
    this.#client = new Client<SimulatedResponse>(
      this.handle,
      {clock, random, ids: NO_IDS, observer: null, weigh, ...(on && {on})},
      httpAnswers,
    );
    this.#keyed = new KeyHeader(this.handle.policy.idempotency?.header ?? STANDARD_KEY_HEADER);
  }

  /** Begins a call. The listener may be notified of its end before this method returns. */
  begin(request: ServiceRequest, listener: CallListener): void {
    const call = beginCall(this.#client, request.method, this.directory.urlOf(request), undefined);
    const simulated = new SimulatedCall(this, call, request, request.key ? this.#keyed : NO_HEADERS, listener);
    runCall(call, simulated, simulated, call.startedAt);
  }
}

/** One call: how the engine sends its attempts, and who is told of its end. */
class SimulatedCall implements Transport<SimulatedResponse>, Caller<SimulatedResponse> {
  readonly bodies: ResponseBodies<SimulatedResponse> = simulatedBodies;
  readonly callerSignal = null;
  readonly replayable = true;
  readonly headerNames: readonly string[] = NO_NAMES;
  readonly client: SimulatedClient;
  readonly request: ServiceRequest;
  readonly headers: HeaderBag;
  readonly listener: CallListener;
  readonly #call: EndedCall;
  #last: ReachedService | null = null;

  constructor(
    client: SimulatedClient,
    call: EndedCall,
    request: ServiceRequest,
    headers: HeaderBag,
    listener: CallListener,
  ) {
    this.client = client;
    this.#call = call;
    this.request = request;
    this.headers = headers;
    this.listener = listener;
  }

  get bodyText(): string | undefined {
    return this.request.bodyText;
  }

  next(_isAbortable: boolean, url: string | null): TransportRequest<SimulatedResponse> {
    return new SimulatedAttempt(this, this.client.directory.at(url ?? this.#call.rawUrl));
  }

  sentTo(reached: ReachedService): void {
    this.listener.sent(this.#last !== null && this.#last !== reached);
    this.#last = reached;
  }

  timeoutError(error: TimeoutError): unknown {
    return error;
  }

  settle(outcome: Outcome<SimulatedResponse>): void {
    this.listener.ended(this.#call, outcome);
  }
}

/** One request on its way, and what becomes of it. */
class SimulatedAttempt implements TransportRequest<SimulatedResponse>, Reply {
  readonly signal = undefined;
  readonly #call: SimulatedCall;
  readonly #reached: ReachedService;
  #exchange: Exchange | null = null;
  #resolve: ((response: SimulatedResponse) => void) | null = null;
  #reject: ((error: unknown) => void) | null = null;
  #stream: SimulatedStream | null = null;

  constructor(call: SimulatedCall, reached: ReachedService) {
    this.#call = call;
    this.#reached = reached;
  }

  get headers(): HeaderBag {
    return this.#call.headers;
  }

  send(): Promise<SimulatedResponse> {
    const {client, request} = this.#call;
    this.#call.sentTo(this.#reached);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#exchange = this.#reached.service.arrive(request, client.number, this);
    });
  }

  abort(): void {
    this.#exchange?.leave();
  }

  answer(answer: ServiceAnswer, bodyMs = 0): void {
    const {client, request} = this.#call;
    const isSlow = bodyMs > 0 && request.method !== 'HEAD';
    if (!answer.isStream && !isSlow) return this.#resolve!(answer);
    const {status, headers, body} = answer;
    if (isSlow) return this.#resolve!({status, headers, body, slowBody: new SlowBody(client.clock, bodyMs)});
    this.#stream = new SimulatedStream(this.#reached.streamErrorStatus);
    this.#resolve!({status, headers, body, stream: this.#stream});
  }

  event(event: StreamEvent): void {
    this.#stream?.push(event);
  }

  broke(how: 'refused' | 'reset'): void {
    this.#reject!(how === 'refused' ? REFUSED : RESET);
  }
}

const simulatedBodies: ResponseBodies<SimulatedResponse> = {
  track: ({slowBody}, listener) => slowBody?.read(listener) ?? false,
  hold: () => null,
  readError: ({body}, {maxBytes}: ErrorRead) =>
    body === null || body.length > maxBytes ? undefined : parsedText(body),
  readAhead: ({stream}, beginning) => stream?.readAhead(beginning) ?? null,
  discard() {},
};

/** As Node's fetch reports them. Frozen, so that the engine attaches no report: one error serves all attempts. */
const REFUSED: Error = failed('connect ECONNREFUSED', 'ECONNREFUSED', 'connect');
const RESET: Error = failed('read ECONNRESET', 'ECONNRESET', 'read');

function failed(message: string, code: string, syscall: string): Error {
  const cause = Object.freeze(Object.assign(new Error(message), {code, syscall}));
  return Object.freeze(new TypeError('fetch failed', {cause}));
}

/** The service does not read the ids of a simulated call. */
const NO_IDS: Ids = {correlationId: () => 'simulated', requestId: () => 'simulated', idempotencyKey: () => 'simulated'};

/** The headers of a request whose caller sets none. What the engine writes is not read, so that all attempts share one. */
const NO_HEADERS: HeaderBag = {get: () => null, has: () => false, set() {}, delete() {}};

/** The headers of a request whose caller sets an idempotency key. */
class KeyHeader implements HeaderBag {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name.toLowerCase();
  }

  get(name: string): string | null {
    return this.has(name) ? 'simulated' : null;
  }

  has(name: string): boolean {
    return name.toLowerCase() === this.#name;
  }

  set(): void {}

  delete(): void {}
}

const NO_NAMES: readonly string[] = [];

/** The body of a request that names its tokens; `max_tokens` is what the engine reads. */
export const bodyTextOf = ({inputTokens, outputTokens}: AskedTokens): string | undefined =>
  inputTokens || outputTokens ? JSON.stringify({max_tokens: outputTokens, inputTokens}) : undefined;

function tokensIn(bodyText: string | undefined): AskedTokens {
  if (bodyText === undefined) return {inputTokens: 0, outputTokens: 0};
  const {max_tokens: outputTokens, inputTokens} = JSON.parse(bodyText) as {max_tokens: number; inputTokens: number};
  return {inputTokens, outputTokens};
}
