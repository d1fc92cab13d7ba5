/** One experiment: an endpoint on a virtual clock, clients of one column, and the outcomes of their calls. */
import {
  type Arrival,
  answerTo,
  type EndpointOptions,
  ModelEndpoint,
} from '../../../examples/model-endpoint/endpoint.ts';
import {fetchOf} from '../../../examples/model-endpoint/in-process.ts';
import type {PolicyInput} from '../../../src/core.ts';
import {sleep, VirtualClock} from '../../../src/testing.ts';
import type {AskOptions, Column, ConnectOptions, Ended, ModelClient} from './client.ts';

export class Lab {
  readonly clock: VirtualClock;
  readonly column: Column;
  readonly #seed: number;
  endpoint!: ModelEndpoint;

  constructor(column: Column, seed: number, clock: VirtualClock = new VirtualClock()) {
    this.column = column;
    this.#seed = seed;
    this.clock = clock;
  }

  open(options: Omit<EndpointOptions, 'clock'> = {}): void {
    this.endpoint = new ModelEndpoint({clock: this.clock, ...options});
  }

  /** @param policy Added to steadfetch's preset. */
  connect(policy: PolicyInput = {}, key = 'key-1'): Promise<ModelClient> {
    return this.column.connect(this.options(policy, key));
  }

  options(policy: PolicyInput = {}, key = 'key-1'): ConnectOptions {
    const {clock} = this;
    return {fetch: fetchOf(this.endpoint), key, clock, seed: this.#seed + Number(key.split('-')[1]), policy};
  }

  /** Never rejects: a call that fails has ended, too. */
  async call(client: ModelClient, kind: 'ask' | 'stream', prompt: string, options: AskOptions = {}): Promise<Ended> {
    try {
      const text = await client[kind](prompt, options);
      return {prompt, isAnswered: text === answerTo(prompt), at: this.clock.now()};
    } catch (error) {
      return {prompt, isAnswered: false, error, at: this.clock.now()};
    }
  }

  /** The call's end, or undefined where it has not ended within the time. */
  within(ms: number, call: Promise<Ended>): Promise<Ended | undefined> {
    return Promise.race([call, sleep(this.clock, ms).then(() => undefined)]);
  }

  pause(ms: number): Promise<void> {
    return sleep(this.clock, ms);
  }

  get arrivals(): readonly Arrival[] {
    return this.endpoint.arrivals;
  }

  get requests(): number {
    return this.arrivals.length;
  }

  get paid(): number {
    return this.arrivals.filter(({paid}) => paid).length;
  }
}
