/** Counts what waits in the queues of the clients, at the end of each interval of the result. */
import {type Clock, Timer} from '../core/timer.ts';
import {INTERVALS, type Recorder} from './recorder.ts';
import type {SimulatedClient} from './simulated-client.ts';

export class QueueSampler extends Timer {
  readonly #clients: readonly SimulatedClient[];
  readonly #recorder: Recorder;
  readonly #clock: Clock;
  #widthMs = 0;
  #taken = 0;

  constructor(clients: readonly SimulatedClient[], recorder: Recorder, clock: Clock) {
    super();
    this.#clients = clients;
    this.#recorder = recorder;
    this.#clock = clock;
  }

  start(durationMs: number): void {
    this.#widthMs = durationMs / INTERVALS;
    this.#clock.arm(this, this.#widthMs);
  }

  override fire(): void {
    const now = this.#clock.now();
    const waiting = this.#clients.flatMap(({handle}) =>
      handle.guards.snapshot(now).flatMap(({quotas, concurrency}) => [...quotas, ...concurrency]),
    );
    this.#recorder.intervalEnded(waiting.reduce((sum, queue) => sum + queue.waiting, 0));
    if (++this.#taken < INTERVALS) this.#clock.arm(this, this.#widthMs);
  }
}
