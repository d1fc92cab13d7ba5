/**
 * What BullMQ has no command for: notes on items that must not be sent twice, and results by item.
 *
 * A note is taken only with the lock of the job, in one script, and it stays if the worker ends: so two workers never send such an item.
 */
import type {Queue, RedisClient} from 'bullmq';
import type {Clock} from '../core/timer.ts';
import {type JobState, outcomeOf, type StoredOutcome} from './job-state.ts';
import {untilAnswered} from './until-answered.ts';

const NOTE = `if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'progress', ARGV[2])
return 1`;

/** Without the lock: Redis may have been away for longer than a lock lasts. */
const SETTLE = `local state = redis.call('HGET', KEYS[1], 'progress')
if not state or not string.find(state, '"sending":"' .. ARGV[1] .. '"', 1, true) then return 0 end
redis.call('HSET', KEYS[1], 'progress', ARGV[2])
return 1`;

const IDENTIFY = `redis.call('HSETNX', KEYS[1], 'steadfetch', ARGV[1])
return redis.call('HGET', KEYS[1], 'steadfetch')`;

const FIELDS = ['timestamp', 'finishedOn', 'progress', 'returnvalue', 'failedReason'] as const;

export class JobStore {
  readonly #queue: Queue;
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #onError: (error: Error) => void;

  private constructor(queue: Queue, client: RedisClient, clock: Clock, onError: (error: Error) => void) {
    this.#queue = queue;
    this.#client = client;
    this.#clock = clock;
    this.#onError = onError;
  }

  /** @param onError Called each time that Redis fails and is asked again. */
  static async open(queue: Queue, clock: Clock, onError: (error: Error) => void): Promise<JobStore> {
    const client = await queue.getBackend().client;
    client.defineCommand('steadfetchNote', {numberOfKeys: 2, lua: NOTE});
    client.defineCommand('steadfetchSettle', {numberOfKeys: 1, lua: SETTLE});
    client.defineCommand('steadfetchIdentify', {numberOfKeys: 1, lua: IDENTIFY});
    return new JobStore(queue, client, clock, onError);
  }

  /** The id of the run of this queue. @param id The id, if it has none yet. */
  async identify(id: string): Promise<string> {
    return String(await this.#client.runCommand('steadfetchIdentify', [this.#queue.toKey('meta'), id]));
  }

  /**
   * Replaces the state of a job, and waits for Redis as long as it takes.
   *
   * @returns False if the worker has lost the job.
   */
  note(id: string, token: string, state: JobState): Promise<boolean> {
    const key = this.#queue.toKey(id);
    return this.#ask('steadfetchNote', [key, `${key}:lock`, token, JSON.stringify(state)]);
  }

  /**
   * Replaces a state that says that the worker with this lock sends the item. Waits for Redis as long as it takes.
   *
   * @returns False if the state says something else by now.
   */
  settle(id: string, token: string, state: JobState): Promise<boolean> {
    return this.#ask('steadfetchSettle', [this.#queue.toKey(id), token, JSON.stringify(state)]);
  }

  /** What Redis has of each item, in order. */
  read(ids: readonly string[]): Promise<StoredOutcome[]> {
    return Promise.all(ids.map(id => this.#read(id)));
  }

  async #read(id: string): Promise<StoredOutcome> {
    const fields = await this.#client.hmget(this.#queue.toKey(id), ...FIELDS);
    const [timestamp = null, finishedOn = null, progress = null, returnvalue = null, failedReason = null] = fields;
    return outcomeOf({timestamp, finishedOn, progress, returnvalue, failedReason});
  }

  async #ask(script: string, args: readonly string[]): Promise<boolean> {
    const ask = (): Promise<unknown> => this.#client.runCommand(script, [...args]);
    return (await untilAnswered(ask, this.#clock, this.#onError)) === 1;
  }
}
