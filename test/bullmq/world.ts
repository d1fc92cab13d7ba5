/** One run of a job on a virtual clock, with the state that Redis would keep. */
import {Counters} from '../../src/batch/counters.ts';
import {portsOf} from '../../src/batch/ports.ts';
import type {SendContext} from '../../src/batch/types.ts';
import {JobRun, type RunEnd, type WorkerPlan} from '../../src/bullmq/job-run.ts';
import type {JobState} from '../../src/bullmq/job-state.ts';
import {Client} from '../../src/client/client.ts';
import {VirtualClock} from '../../src/core/virtual-clock.ts';
import {httpAnswers} from '../../src/decide/answers-http.ts';
import {definePolicy} from '../../src/features/everything.ts';
import type {PolicyInput} from '../../src/policy/types.ts';
import {type Answer, answer} from '../../src/transport/answer.ts';

/** Waits of 10 ms, 1 s and 100 s. */
export const BACKOFF = {
  kind: 'exponential',
  baseMs: 10,
  factor: 100,
  capMs: 1e6,
  throttledBaseMs: 0,
  jitter: 'none',
} as const;

type Reply = number | {readonly status: number; readonly headers: Readonly<Record<string, string>>};

export class World {
  readonly clock: VirtualClock = new VirtualClock();
  /** Every state that was written, and every request: `sent 1`. */
  readonly log: (JobState | string)[] = [];
  /** Whether Redis still gives the job to this worker. */
  isOurs = true;
  readonly plan: WorkerPlan<string>;
  readonly #replies: readonly Reply[];
  #sent = 0;

  /** @param replies One for each request; the last one repeats. */
  constructor(policy: PolicyInput, replies: readonly Reply[] = [200]) {
    const runs: WorkerPlan<string>['runs'] = new WeakMap();
    const ports = portsOf({
      clock: this.clock,
      random: () => 0.5,
      on: event => {
        if (event.type === 'retry.scheduled') runs.get(event.call)?.scheduled(event);
      },
    });
    this.#replies = replies;
    this.plan = {
      client: new Client<Answer>(definePolicy({deadlineMs: null, ...policy}), ports, httpAnswers),
      send: (_item: string, context: SendContext) => this.#send(context),
      store: {
        note: (_id, _token, state) => this.#write(state),
        settle: (_id, _token, state) => this.#write(state),
      },
      counters: new Counters(),
      notify: null,
      longestWaitMs: 5000,
      maxResultBytes: 1e6,
      runs,
      weigh: () => ({}),
      targetOf: () => ({}),
    };
  }

  job(state: JobState = {attempts: 0}): JobRun<string> {
    return new JobRun(this.plan, {id: 'item-1', token: 'lock', runId: 'run', key: 'a1', item: 'item', state});
  }

  run(state?: JobState): Promise<RunEnd> {
    return this.clock.run(() => this.job(state).run());
  }

  async #write(state: JobState): Promise<boolean> {
    await this.clock.sleep(1);
    if (this.isOurs) this.log.push(state);
    return this.isOurs;
  }

  async #send({attempt}: SendContext): Promise<unknown> {
    this.log.push(`sent ${attempt}`);
    const reply = this.#replies[Math.min(this.#sent++, this.#replies.length - 1)]!;
    await this.clock.sleep(5);
    return typeof reply === 'number' ? answer(reply, 'body') : answer(reply.status, 'body', reply.headers);
  }
}
