/** A service of a scenario behind a port: the model, on real time, answers the requests of any client. */
import type {IncomingMessage, ServerResponse} from 'node:http';
import {SteadfetchError} from '../core/errors.ts';
import {CallbackTimer, type Clock} from '../core/timer.ts';
import {type RandomStreams, serviceRandom} from '../simulate/random-streams.ts';
import type {NamedService} from '../simulate/scenario/services.ts';
import type {Traffic} from '../simulate/scenario/types.ts';
import {type ServiceCounts, ServiceModel} from '../simulate/service/model.ts';
import {Line} from './bandwidth.ts';
import {successBody} from './bodies.ts';
import {type FaultServerCounts, ResponseCounts} from './counts.ts';
import {HttpListener} from './http-listener.ts';
import {HttpReply, type ReplySettings} from './http-reply.ts';
import type {CheckedOptions} from './options.ts';
import {MAX_BODY_BYTES, RequestReader} from './request-reader.ts';

/** What the services of one server share. */
export interface PortSetup {
  readonly options: CheckedOptions;
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** Begins the time of the scenario, if it has not begun. */
  beginTime(): void;
  /** Told at once of the failure with which `end` rejects. */
  onFailure(error: SteadfetchError): void;
}

export class ServicePort {
  readonly name: string;
  url = '';
  readonly #service: NamedService;
  readonly #setup: PortSetup;
  readonly #random: RandomStreams;
  readonly #listener: HttpListener;
  readonly #reader: RequestReader;
  readonly #counts = new ResponseCounts();
  readonly #replies: ReplySettings;
  /** Fires when the service may begin or cease to refuse connections. */
  readonly #refusals = new CallbackTimer(() => this.#followRefusals());
  /** Null before the time of the scenario begins. */
  #model: ServiceModel | null = null;
  #startedAt = 0;
  /** Null while it runs. Those of the end: that connections break then is not what their clients did. */
  #lastCounts: FaultServerCounts | null = null;
  #failure: SteadfetchError | null = null;

  /** @param port 0: any free one. */
  constructor(service: NamedService, port: number, random: RandomStreams, setup: PortSetup) {
    const {options, clock, traffic, onFailure} = setup;
    this.name = service.name;
    this.#service = service;
    this.#setup = setup;
    this.#random = random;
    this.#reader = new RequestReader(traffic, service.settings);
    this.#listener = new HttpListener(
      {port, host: options.host},
      (request, response) => void this.#receive(request, response),
      error => {
        const message = 'Another process took the port of the fault server while the scenario refused connections.';
        this.#failure = new SteadfetchError('FAULT_SERVER', message, error);
        onFailure(this.#failure);
      },
    );
    const {bandwidth, totalBandwidth} = options;
    const shared = totalBandwidth === undefined ? [] : [new Line(totalBandwidth)];
    this.#replies = {
      clock,
      counts: this.#counts,
      streamErrorStatus: service.settings.stream?.errorStatus ?? 500,
      bodyMs: options.bodyMs,
      lines: () => (bandwidth === undefined ? shared : [...shared, new Line(bandwidth)]),
      keepsConnections: () => !this.#listener.refuses,
    };
  }

  /** @throws The error of Node where it cannot listen. */
  async start(): Promise<void> {
    this.url = await this.#listener.start();
  }

  /** The time of the scenario begins. */
  begin(): void {
    this.#startedAt = this.#setup.clock.now();
    this.#model = new ServiceModel(this.#service.settings, this.#setup.clock, serviceRandom(this.#random));
    this.#followRefusals();
  }

  counts(): FaultServerCounts {
    if (this.#lastCounts !== null) return this.#lastCounts;
    const {received, processed, refused}: ServiceCounts = this.#model ?? NOTHING;
    const {broken, streamErrors, abandoned, waiting, statuses} = this.#counts;
    const atMs = this.#model === null ? null : this.#setup.clock.now() - this.#startedAt;
    return {atMs, received, processed, refused, statuses, broken, streamErrors, abandoned, waiting};
  }

  /** Counts no more. */
  stopCounting(): void {
    this.#lastCounts = this.counts();
  }

  /** @throws SteadfetchError of code FAULT_SERVER where another process took its port. */
  async end(): Promise<void> {
    await this.#listener.end();
    if (this.#failure !== null) throw this.#failure;
  }

  async #receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => {}); // The client has gone.
    this.#setup.beginTime();
    const read = await this.#reader.read(incoming).catch(() => 'left' as const);
    if (read === 'left') return;
    if (read === 'too large') return refuseBody(response);
    const {request, client} = read;
    const reply = new HttpReply(response, this.#setup.options.body ?? successBody(request), this.#replies);
    reply.exchange = this.#model!.arrive(request, client, reply);
  }

  #followRefusals(): void {
    const {areRefused, forMs} = this.#model!.connections();
    this.#listener.refuse(areRefused);
    this.#setup.clock.arm(this.#refusals, Math.ceil(forMs)); // A rounding error would be a timer that fires without end.
  }
}

const NOTHING: ServiceCounts = {received: 0, processed: 0, refused: 0, inFlight: 0};

function refuseBody(response: ServerResponse): void {
  response
    .writeHead(413, {'content-type': 'text/plain'})
    .end(`A body may have ${MAX_BODY_BYTES / 2 ** 20} MiB where the scenario counts tokens.\n`);
}
