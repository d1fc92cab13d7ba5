/** A service under a virtual clock, and what its replies were told. */
import {type Random, seededRandom} from '../../../src/core/random.ts';
import {SimulationClock} from '../../../src/core/simulation-clock.ts';
import {Timer} from '../../../src/core/timer.ts';
import {readScenario} from '../../../src/simulate/scenario/read.ts';
import type {ScenarioServiceInput} from '../../../src/simulate/scenario/types.ts';
import {ServiceModel} from '../../../src/simulate/service/model.ts';
import type {Exchange, Reply, ServiceAnswer, ServiceRequest} from '../../../src/simulate/service/service.ts';

export class ServiceWorld {
  readonly clock: SimulationClock = new SimulationClock();
  readonly model: ServiceModel;
  /** What replies were told, in order: `0: 200 at 10`. */
  readonly told: string[] = [];
  readonly answers: ServiceAnswer[] = [];

  constructor(service: ScenarioServiceInput, random: Random = seededRandom(1)) {
    const scenario = readScenario({durationMs: 1000, traffic: {perSecond: 1}, service});
    const randoms = {latency: random, faults: random, outages: random};
    this.model = new ServiceModel(scenario.service, this.clock, randoms);
  }

  /** Lets a request arrive at that time; `leavesAt`: when its client gives up. */
  arrive(atMs: number, request: Partial<ServiceRequest> = {}, client = 0, leavesAt?: number): void {
    const number = this.#arrivals++;
    this.at(atMs, () => {
      const exchange = this.model.arrive({...PLAIN, ...request}, client, this.#replyOf(number));
      if (leavesAt !== undefined) this.#leave(exchange, leavesAt - atMs);
    });
  }

  #arrivals = 0;

  #leave(exchange: Exchange, afterMs: number): void {
    this.at(afterMs, () => exchange.leave());
  }

  #replyOf(number: number): Reply {
    const tell = (what: string): void => void this.told.push(`${number}: ${what} at ${Math.round(this.clock.now())}`);
    return {
      answer: answer => {
        this.answers[number] = answer;
        tell(String(answer.status));
      },
      event: tell,
      broke: tell,
    };
  }

  /** Does the work after so much time. */
  at(ms: number, work: () => void): void {
    this.clock.arm(
      new (class extends Timer {
        override fire = work;
      })(),
      ms,
    );
  }

  /** What replies were told, once everything has happened. */
  async run(): Promise<string[]> {
    await this.clock.run();
    return this.told;
  }
}

const PLAIN: ServiceRequest = {
  method: 'GET',
  url: 'https://service.example/',
  inputTokens: 0,
  outputTokens: 0,
  key: false,
  bodyText: undefined,
};
