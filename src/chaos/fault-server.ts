/** A scenario as a real HTTP server: the model of its service, on real time, answers the requests of any client. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {SteadfetchError} from '../core/errors.ts';
import {CallbackTimer} from '../core/timer.ts';
import {randomStreams} from '../simulate/random-streams.ts';
import type {Scenario, ScenarioInput} from '../simulate/scenario/types.ts';
import {type ServiceCounts, ServiceModel} from '../simulate/service/model.ts';
import {successBody} from './bodies.ts';
import {type FaultServerCounts, ResponseCounts} from './counts.ts';
import {EndableClock} from './endable-clock.ts';
import {HttpListener} from './http-listener.ts';
import {HttpReply, type ReplySettings} from './http-reply.ts';
import {type CheckedOptions, checkedOptions, type FaultServerOptions} from './options.ts';
import {MAX_BODY_BYTES, RequestReader} from './request-reader.ts';
import {readServedScenario} from './served-scenario.ts';

/** A server that runs. */
export interface FaultServer {
  /** Where it is: `http://127.0.0.1:49152`, without a slash at its end. */
  readonly url: string;
  /** What it has served so far, or until it was closed. */
  counts(): FaultServerCounts;
  /**
   * Ends it, with every connection, request and timer. Harmless when it has ended.
   *
   * @throws SteadfetchError of code FAULT_SERVER where another process took its port while the scenario refused connections.
   */
  close(): Promise<void>;
}

/** `[Symbol.asyncDispose]`, for `await using`, where the types of the program know that symbol. */
type AsyncDisposal = SymbolConstructor extends {readonly asyncDispose: infer Dispose extends symbol}
  ? {readonly [Key in Dispose]: () => Promise<void>}
  : object;

/**
 * Starts a server that answers as a scenario says: statuses with their hints, resets, hangs, event streams with errors and pings, quotas,
 * capacity and outages, by the model that `simulate` uses. It plays the service; the requests come from your client. For Node.
 *
 * @param scenario The name of a scenario, such as `outage`, or one of your own without layers, see schema/scenario.schema.json.
 * @param options  Address, seed, and how responses look.
 * @throws InvalidScenarioError naming each wrong field; SteadfetchError of code FAULT_SERVER; the error of Node where it cannot listen.
 *
 * @example
 * const server = await faultServer('outage');
 * const response = await fetch(`${server.url}/predict`);
 * await server.close();
 */
export async function faultServer(
  scenario: ScenarioInput | string,
  options: FaultServerOptions = {},
): Promise<FaultServer & AsyncDisposal> {
  return startServer(readServedScenario(scenario), options);
}

/** @param onFailure Told at once of the failure that `close` reports. */
export async function startServer(
  scenario: Scenario,
  options: FaultServerOptions,
  onFailure: (error: SteadfetchError) => void = () => {},
): Promise<FaultServer & AsyncDisposal> {
  const server = new ScenarioServer(scenario, checkedOptions(options), onFailure);
  await server.start();
  return server;
}

class ScenarioServer implements FaultServer {
  url = '';
  readonly #scenario: Scenario;
  readonly #options: CheckedOptions;
  readonly #clock: EndableClock;
  readonly #listener: HttpListener;
  readonly #reader: RequestReader;
  readonly #counts = new ResponseCounts();
  readonly #replies: ReplySettings;
  /** Fires when the scenario may begin or cease to refuse connections. */
  readonly #refusals = new CallbackTimer(() => this.#followRefusals());
  /** Null before the time of the scenario begins. */
  #running: {readonly model: ServiceModel; readonly startedAt: number} | null = null;
  /** Null while it runs. Those of the end: that connections break then is not what their clients did. */
  #lastCounts: FaultServerCounts | null = null;
  #failure: SteadfetchError | null = null;
  #closed: Promise<void> | null = null;

  constructor(scenario: Scenario, options: CheckedOptions, onFailure: (error: SteadfetchError) => void) {
    this.#scenario = scenario;
    this.#options = options;
    this.#clock = new EndableClock(options.clock);
    this.#reader = new RequestReader(scenario);
    this.#listener = new HttpListener(
      options,
      (request, response) => void this.#receive(request, response),
      error => {
        const message = 'Another process took the port of the fault server while the scenario refused connections.';
        this.#failure = new SteadfetchError('FAULT_SERVER', message, error);
        onFailure(this.#failure);
      },
    );
    this.#replies = {
      clock: this.#clock,
      counts: this.#counts,
      streamErrorStatus: scenario.service.stream?.errorStatus ?? 500,
      bodyMs: options.bodyMs,
      keepsConnections: () => !this.#listener.refuses,
    };
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.url = this.#listener.url;
    if (this.#options.timeFrom === 'start') this.#begin();
  }

  counts(): FaultServerCounts {
    if (this.#lastCounts !== null) return this.#lastCounts;
    const {received, processed, refused}: ServiceCounts = this.#running?.model ?? NOTHING;
    const {broken, streamErrors, abandoned, waiting, statuses} = this.#counts;
    const atMs = this.#running === null ? null : this.#clock.now() - this.#running.startedAt;
    return {atMs, received, processed, refused, statuses, broken, streamErrors, abandoned, waiting};
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#lastCounts = this.counts();
    this.#clock.end();
    await this.#listener.end();
    if (this.#failure !== null) throw this.#failure;
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {}); // The client has gone.
    const {model} = this.#begin();
    const read = await this.#reader.read(incoming).catch(() => 'left' as const);
    if (read === 'left') return;
    if (read === 'too large') return refuseBody(response);
    const {request, client} = read;
    const reply = new HttpReply(response, this.#options.body ?? successBody(request), this.#replies);
    reply.exchange = model.arrive(request, client, reply);
  }

  /** Begins the time of the scenario, if it has not begun. */
  #begin(): {readonly model: ServiceModel} {
    if (this.#running !== null) return this.#running;
    const random = randomStreams(this.#options.seed ?? this.#scenario.seed);
    const model = new ServiceModel(this.#scenario.service, this.#clock, {
      latency: random('latency'),
      faults: random('faults'),
      outages: random('outages'),
    });
    this.#running = {model, startedAt: this.#clock.now()};
    this.#followRefusals();
    return this.#running;
  }

  #followRefusals(): void {
    const {areRefused, forMs} = this.#running!.model.connections();
    this.#listener.refuse(areRefused);
    this.#clock.arm(this.#refusals, Math.ceil(forMs)); // A rounding error would be a timer that fires without end.
  }
}

const NOTHING: ServiceCounts = {received: 0, processed: 0, refused: 0, inFlight: 0};

function refuseBody(response: ServerResponse): void {
  response
    .writeHead(413, {'content-type': 'text/plain'})
    .end(`A body may have ${MAX_BODY_BYTES / 2 ** 20} MiB where the scenario counts tokens.\n`);
}
