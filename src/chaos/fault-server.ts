/** A scenario as a real HTTP server: one port for its service, or for each of its endpoints. */
import type {SteadfetchError} from '../core/errors.ts';
import {randomStreams, streamsOfServices} from '../simulate/random-streams.ts';
import {servicesOf} from '../simulate/scenario/services.ts';
import type {Scenario, ScenarioInput} from '../simulate/scenario/types.ts';
import {type FaultServerCounts, summed} from './counts.ts';
import {EndableClock} from './endable-clock.ts';
import {type CheckedOptions, checkedOptions, type FaultServerOptions, portsFrom} from './options.ts';
import {readServedScenario} from './served-scenario.ts';
import {ServicePort} from './service-port.ts';

/** An endpoint of a server that runs. */
export interface ServedEndpoint {
  /** As in the scenario. */
  readonly name: string;
  /** Where it is, without a slash at its end. */
  readonly url: string;
  /** What it has served so far, or until the server was closed. */
  counts(): FaultServerCounts;
}

/** A server that runs. */
export interface FaultServer {
  /** Where it is: `http://127.0.0.1:49152`, without a slash at its end. With endpoints, where the first of them is. */
  readonly url: string;
  /** The endpoints of the scenario in its order, each at a port of its own; empty where it has none. */
  readonly endpoints: readonly ServedEndpoint[];
  /** What it has served so far, or until it was closed; with endpoints, all of them together. */
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
  readonly endpoints: readonly ServedEndpoint[];
  readonly #options: CheckedOptions;
  readonly #clock: EndableClock;
  readonly #ports: readonly ServicePort[];
  #hasBegun = false;
  #closed: Promise<void> | null = null;

  constructor(scenario: Scenario, options: CheckedOptions, onFailure: (error: SteadfetchError) => void) {
    this.#options = options;
    this.#clock = new EndableClock(options.clock);
    const {traffic} = scenario;
    const setup = {options, clock: this.#clock, traffic, onFailure, beginTime: () => this.#beginTime()};
    const services = servicesOf(scenario);
    const numbers = portsFrom(options.port, services.length);
    const streams = streamsOfServices(randomStreams(options.seed ?? scenario.seed), services.length);
    this.#ports = services.map((service, index) => new ServicePort(service, numbers[index]!, streams[index]!, setup));
    this.endpoints = scenario.endpoints.length === 0 ? [] : this.#ports;
  }

  get url(): string {
    return this.#ports[0]!.url;
  }

  /** If one port cannot be had, none is kept. */
  async start(): Promise<void> {
    try {
      for (const port of this.#ports) await port.start();
    } catch (error) {
      await this.close();
      throw error;
    }
    if (this.#options.timeFrom === 'start') this.#beginTime();
  }

  counts(): FaultServerCounts {
    return summed(this.#ports.map(port => port.counts()));
  }

  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    for (const port of this.#ports) port.stopCounting();
    this.#clock.end();
    const ended = await Promise.allSettled(this.#ports.map(port => port.end()));
    const failed = ended.find(each => each.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  #beginTime(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    for (const port of this.#ports) port.begin();
  }
}
