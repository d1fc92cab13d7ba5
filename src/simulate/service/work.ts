/** A request in the model of a service: how far it is, and what becomes of it next. */
import {Timer} from '../../core/timer.ts';
import {type Failure, type Slowness, USUAL} from './faults.ts';
import type {Write} from './rows.ts';
import type {Exchange, Reply, ServiceAnswer, ServiceRequest} from './service.ts';
import type {ScheduledEvent} from './stream.ts';

/** What does the work. */
export interface WorkOwner {
  /** The time of a work's stage is over. */
  proceed(work: Work): void;
  /** The client of a work has given up. */
  left(work: Work): void;
}

/** What a timer of a work leads to. */
export type Stage = 'received' | 'failed' | 'processed' | 'answered' | 'event';

/** One request in the service. A timer, so that a stage of a request allocates nothing. */
export class Work extends Timer implements Exchange {
  readonly #owner: WorkOwner;
  readonly request: ServiceRequest;
  readonly client: number;
  /** Null once the client has given up. */
  reply: Reply | null;
  stage: Stage = 'received';
  failure: Failure | null = null;
  /** By which its faults are picked. */
  faultDraw = 1;
  slowness: Slowness = USUAL;
  answer: ServiceAnswer | null = null;
  /** How long the body of the answer takes after its headers. */
  bodyMs = 0;
  /** From the begin of the processing to its end, where writes contend. */
  write: Write | null = null;
  events: Iterator<ScheduledEvent> | null = null;
  event: ScheduledEvent | null = null;
  isQueued = false;
  /** Whether it occupies a worker. */
  isWorking = false;

  constructor(owner: WorkOwner, request: ServiceRequest, client: number, reply: Reply) {
    super();
    this.#owner = owner;
    this.request = request;
    this.client = client;
    this.reply = reply;
  }

  override fire(): void {
    this.#owner.proceed(this);
  }

  leave(): void {
    if (this.reply === null) return;
    this.reply = null;
    this.#owner.left(this);
  }
}
