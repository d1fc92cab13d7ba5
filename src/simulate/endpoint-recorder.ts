/** Counts what reaches one of several endpoints, and what it answers. */
import type {EndpointInterval, EndpointResult} from './result.ts';
import type {Exchange, Reply, Service, ServiceAnswer, ServiceRequest, StreamEvent} from './service/service.ts';

type Counted = {-readonly [Key in keyof EndpointInterval]: EndpointInterval[Key]};

export class EndpointRecorder implements Service {
  readonly name: string;
  readonly #service: Service;
  readonly #intervalNow: () => number;
  readonly #total: Counted = {requests: 0, succeeded: 0};
  readonly #timeline: readonly Counted[];

  /**
   * @param intervals   Parts of the time that are counted apart.
   * @param intervalNow The number of the present one; `intervals` or more after the last.
   */
  constructor(name: string, service: Service, intervals: number, intervalNow: () => number) {
    this.name = name;
    this.#service = service;
    this.#intervalNow = intervalNow;
    this.#timeline = Array.from({length: intervals}, () => ({requests: 0, succeeded: 0}));
  }

  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange {
    const interval = this.#timeline[this.#intervalNow()];
    const counts = interval === undefined ? [this.#total] : [this.#total, interval];
    for (const each of counts) each.requests++;
    return this.#service.arrive(request, client, new CountedReply(reply, counts));
  }

  result(paidRequests: number): EndpointResult {
    return {name: this.name, ...this.#total, paidRequests, timeline: this.#timeline};
  }
}

/** A client that has given up is told of no answer, so none is counted. */
class CountedReply implements Reply {
  readonly #reply: Reply;
  readonly #counts: readonly Counted[];

  constructor(reply: Reply, counts: readonly Counted[]) {
    this.#reply = reply;
    this.#counts = counts;
  }

  answer(answer: ServiceAnswer, bodyMs?: number): void {
    if (answer.status < 400) for (const each of this.#counts) each.succeeded++;
    this.#reply.answer(answer, bodyMs);
  }

  event(event: StreamEvent): void {
    this.#reply.event(event);
  }

  broke(how: 'refused' | 'reset'): void {
    this.#reply.broke(how);
  }
}
