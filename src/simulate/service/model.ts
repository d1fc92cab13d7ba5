/**
 * The model of a service: a state machine that knows nothing of clients, policies or HTTP. A request arrives; its reply is told what
 * becomes of it, at its time. Time and chance come from outside, so the same model runs on a virtual clock and behind a real server.
 *
 * A request meets, in this order: an outage, a fault on arrival, the quotas, the load shedding, the line, and a worker. Work that has
 * begun goes on when its client has given up, unless the scenario says otherwise: that waste is what keeps overloads alive.
 */
import type {Random} from '../../core/random.ts';
import type {Clock} from '../../core/timer.ts';
import {isSafeMethod} from '../../decide/idempotency.ts';
import type {ScenarioService, ServiceQuota, Shedding} from '../scenario/types.ts';
import {type Failure, Faults, OutageProcess, Slowness} from './faults.ts';
import {type Draw, drawOf} from './latency.ts';
import {RateQuota} from './rate-quota.ts';
import {Rows} from './rows.ts';
import {
  type Exchange,
  type HeaderEntry,
  type Reply,
  type Service,
  ServiceAnswer,
  type ServiceRequest,
} from './service.ts';
import {EventSchedule} from './stream.ts';
import {type Stage, Work, type WorkOwner} from './work.ts';
import {Workers} from './workers.ts';

/** Random numbers for the parts of the model, apart: outages come at the same times whatever the clients do. */
export interface ServiceRandom {
  readonly latency: Random;
  readonly faults: Random;
  readonly outages: Random;
}

/** What the model counts. */
export interface ServiceCounts {
  /** Requests that arrived. A refused connection is none. */
  readonly received: number;
  /** Requests whose processing began: what a service that charges for its work charges for. */
  readonly processed: number;
  /** Requests that were refused by a quota, by load shedding or by a full line. */
  readonly refused: number;
  /** Requests in processing, and in the line. */
  readonly inFlight: number;
}

export class ServiceModel implements Service, ServiceCounts, WorkOwner {
  received = 0;
  processed = 0;
  refused = 0;
  readonly #settings: ScenarioService;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #latency: Draw;
  /** How long the body of a success takes after its headers; null: no time. */
  readonly #body: Draw | null;
  readonly #network: Draw | null;
  readonly #faults: Faults;
  readonly #outages: OutageProcess | null;
  readonly #quotas: readonly RateQuota[];
  /** Requests that load shedding admits in a second; null: any number. */
  readonly #admitted: RateQuota | null;
  readonly #shed: ServiceAnswer;
  readonly #full: ServiceAnswer;
  readonly #workers: Workers<Work>;
  /** Null: writes do not conflict. */
  readonly #rows: Rows | null;
  readonly #conflict: ServiceAnswer;
  readonly #stream: EventSchedule | null;
  readonly #success: ServiceAnswer;

  constructor(settings: ScenarioService, clock: Clock, random: ServiceRandom) {
    const {bodyMs, networkMs, outages, quotas, shedding, capacity, contention, stream} = settings;
    this.#settings = settings;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#latency = drawOf(settings.latencyMs, random.latency);
    this.#body = bodyMs && drawOf(bodyMs, random.latency);
    this.#network = networkMs && drawOf(networkMs, random.latency);
    this.#faults = new Faults(settings.faults, random);
    this.#outages = outages && new OutageProcess(outages, random.outages);
    this.#quotas = quotas.map(quota => new RateQuota(quota));
    this.#admitted =
      shedding === null || shedding.perSecond === null ? null : new RateQuota(admittedPerSecond(shedding));
    this.#shed = answerOf(shedding);
    this.#full = answerOf(capacity);
    this.#workers = new Workers(
      capacity?.workers ?? Number.POSITIVE_INFINITY,
      capacity?.queue ?? Number.POSITIVE_INFINITY,
    );
    this.#rows = contention && new Rows();
    this.#conflict = new ServiceAnswer(contention?.status ?? 409);
    this.#stream = stream && new EventSchedule(stream, random);
    this.#success = new ServiceAnswer(200, stream === null ? [] : EVENT_STREAM, null, stream !== null);
  }

  get inFlight(): number {
    return this.#workers.inFlight;
  }

  arrive(request: ServiceRequest, client: number, reply: Reply): Exchange {
    const work = new Work(this, request, client, reply);
    if (this.#network === null) this.#receive(work);
    else this.#after(work, this.#network(), 'received');
    return work;
  }

  /** Whether every connection is refused now, and for how long that is certain, in ms. A real server does not listen then. */
  connections(): {readonly areRefused: boolean; readonly forMs: number} {
    const atMs = this.#clock.now() - this.#startedAt;
    const outage = this.#outages?.failureAt(atMs) ?? null;
    const areRefused = outage === null ? this.#faults.refuseAll(atMs) : outage.how === 'refused';
    const changesAtMs = Math.min(
      this.#faults.changeAfter(atMs),
      this.#outages?.changesAtMs ?? Number.POSITIVE_INFINITY,
    );
    return {areRefused, forMs: changesAtMs - atMs};
  }

  /** @internal The time of a work's stage is over. */
  proceed(work: Work): void {
    switch (work.stage) {
      case 'received':
        return this.#receive(work);
      case 'failed':
        return this.#fail(work, work.failure!);
      case 'processed':
        return this.#finishProcessing(work);
      case 'answered':
        return this.#deliver(work);
      case 'event':
        return this.#nextEvent(work);
    }
  }

  /** @internal The client of a work has given up. */
  left(work: Work): void {
    if (work.isWorking) {
      if (this.#settings.capacity?.stopsAbandoned) this.#stop(work);
    } else if (work.isQueued) {
      if (this.#settings.capacity?.stopsAbandoned) this.#workers.leave(work);
    } else if (work.stage !== 'received') this.#clock.disarm(work); // A request on its way arrives all the same.
  }

  #receive(work: Work): void {
    const atMs = this.#clock.now() - this.#startedAt;
    work.faultDraw = this.#faults.draw();
    const effect = this.#outages?.failureAt(atMs) ?? this.#faults.at(atMs, work.faultDraw);
    const failure = effect instanceof Slowness ? null : effect;
    // A refused connection is no request.
    if (failure?.how !== 'refused') this.received++;
    work.failure = failure;
    if (failure !== null && !failure.afterProcessing) {
      if (failure.afterMs > 0) this.#after(work, failure.afterMs, 'failed');
      else this.#fail(work, failure);
      return;
    }
    const refusal = this.#refusalOf(work, atMs);
    if (refusal === null) this.#enter(work);
    else this.#refuse(work, refusal);
  }

  /** Null where the request is admitted; then it has been counted. */
  #refusalOf({request, client}: Work, atMs: number): ServiceAnswer | null {
    const quota = this.#quotas.find(each => !each.fits(request, client, atMs));
    if (quota !== undefined) return quota.refusal(request, client, atMs);
    if (this.inFlight >= (this.#settings.shedding?.maxInFlight ?? Number.POSITIVE_INFINITY)) return this.#shed;
    if (this.#admitted?.fits(request, client, atMs) === false) return this.#shed;
    if (this.#workers.isFull) return this.#full;
    this.#admitted?.take(request, client, atMs);
    for (const each of this.#quotas) each.take(request, client, atMs);
    return null;
  }

  #refuse(work: Work, refusal: ServiceAnswer): void {
    this.refused++;
    this.#send(work, refusal);
  }

  #enter(work: Work): void {
    if (this.#workers.tryStart()) this.#process(work);
    else {
      work.isQueued = true;
      this.#workers.wait(work);
    }
  }

  #process(work: Work): void {
    const {msPerConcurrent, tokensPerSecond, stream} = this.#settings;
    this.processed++;
    // A service is slow while it works: a request that was queued meets the faults of the time at which its work begins.
    const effect = this.#faults.at(this.#clock.now() - this.#startedAt, work.faultDraw);
    if (effect instanceof Slowness) work.slowness = effect;
    work.isQueued = false;
    work.isWorking = true;
    if (this.#rows !== null && !isSafeMethod(work.request.method)) work.write = this.#rows.begin(work.request.url);
    const generatingMs = stream === null ? generationMs(work.request, tokensPerSecond) : 0;
    const usualMs = this.#latency() + msPerConcurrent * this.#workers.busy + generatingMs;
    this.#after(work, work.slowness.processingMs(usualMs), 'processed');
  }

  /** A stream keeps its worker until it ends. */
  #finishProcessing(work: Work): void {
    const {failure} = work;
    const hasConflict = work.write?.commit() === false;
    work.write = null;
    if (failure !== null) {
      this.#stop(work);
      this.#fail(work, failure);
    } else if (hasConflict) {
      this.#stop(work);
      this.#send(work, this.#conflict);
    } else if (this.#stream === null) {
      this.#stop(work);
      work.bodyMs = this.#body === null ? 0 : work.slowness.factor * this.#body();
      this.#send(work, this.#withHints(work));
    } else {
      work.reply?.answer(this.#withHints(work));
      const generatingMs = generationMs(work.request, this.#settings.tokensPerSecond);
      work.events = this.#stream.eventsOf(generatingMs, work.slowness.factor);
      this.#scheduleEvent(work);
    }
  }

  #withHints({client}: Work): ServiceAnswer {
    if (this.#quotas.length === 0) return this.#success;
    const atMs = this.#clock.now() - this.#startedAt;
    const headers = this.#quotas.flatMap(quota => quota.hints(client, atMs));
    return headers.length === 0 ? this.#success : this.#success.with(headers);
  }

  #scheduleEvent(work: Work): void {
    const event = work.events!.next();
    if (event.done) return this.#stop(work);
    work.event = event.value;
    this.#after(work, event.value.afterMs, 'event');
  }

  #nextEvent(work: Work): void {
    work.reply?.event(work.event!.event);
    this.#scheduleEvent(work);
  }

  /** The worker is free, and takes the next request in line. */
  #stop(work: Work): void {
    this.#clock.disarm(work);
    work.isWorking = false;
    work.write?.drop();
    work.write = null;
    const next = this.#workers.finish();
    if (next !== null) this.#process(next);
  }

  #fail(work: Work, {how}: Failure): void {
    if (how === 'hang') return;
    if (how === 'refused' || how === 'reset') work.reply?.broke(how);
    else this.#send(work, how);
  }

  #send(work: Work, answer: ServiceAnswer): void {
    if (work.reply === null) return;
    work.answer = answer;
    if (this.#network === null) this.#deliver(work);
    else this.#after(work, this.#network(), 'answered');
  }

  #deliver(work: Work): void {
    work.reply?.answer(work.answer!, work.bodyMs);
  }

  #after(work: Work, ms: number, stage: Stage): void {
    work.stage = stage;
    this.#clock.arm(work, ms);
  }
}

const EVENT_STREAM: readonly HeaderEntry[] = [['content-type', 'text/event-stream']];

const generationMs = ({outputTokens}: ServiceRequest, tokensPerSecond: number | null): number =>
  tokensPerSecond === null ? 0 : (outputTokens * 1000) / tokensPerSecond;

const answerOf = (refusal: Pick<Shedding, 'status' | 'headers'> | null): ServiceAnswer =>
  new ServiceAnswer(
    refusal?.status ?? 503,
    refusal?.headers.map(({name, value}) => [name, value]),
  );

const admittedPerSecond = ({perSecond, status}: Shedding): ServiceQuota => ({
  unit: 'requests',
  max: perSecond!,
  perMs: 1000,
  kind: 'bucket',
  scope: 'all',
  hints: 'none',
  status,
});
