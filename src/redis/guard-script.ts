/**
 * The script of one guard, as its process runs it, the time of the guard, and its memory of requests.
 *
 * A driver sends a command again if its connection was lost before the reply came, and may do so after later commands. So each request has a
 * number, and the guard remembers the last one of each process: a request that was carried out changes nothing when it comes again.
 *
 * The clock of Redis may be set, and a replica that becomes the primary has another clock. So a guard has a time of its own, which Redis
 * keeps beside its state. It goes on with the clock of Redis, but no further than the monotonic clock of the asking process allows, and never
 * back. A process claims in each request which time it can be at most: what it was told before, and what has passed on its own clock since.
 */

import {areCounts} from './script-reply.ts';
import type {SharedIdentity} from './shared-identity.ts';
import type {Script, SharedStore} from './shared-store.ts';

/** By a larger difference, ms, a clock was set or has stood still; by a smaller one, requests took different times. */
const STEP_MS = 1000;
/** How many machines' clocks a guard remembers. */
const MACHINES = 8;
/** Guards without use are forgotten after a day: keys expire by the clock of Redis, and a step must not end what is in use. */
const FORGOTTEN_AFTER_MS = 86_400_000;
/** A request of a process that does not ask any more is remembered for so long, beside the time for which its amounts count. */
const REMEMBERED_MS = 600_000;

/**
 * What each script begins with. `now` is the time of the guard in ms, and `me` the process. A script that changes the state calls `keepTime`.
 *
 * `last` is the number of the last request that was remembered for this guard of the process, nil without one, and `remembered` has the time of
 * that request from its third place on the values that were remembered with it. `isRepeated` says that the request is that one, or an earlier one.
 *
 * KEYS[1]: the state of the guard (hash), whose field `clock` has the time, what it is ahead of the clock of Redis, and what the wall clocks of
 * the last machines are ahead of it.
 * ARGV: number of the request; process; number of the guard in its process; the time that the process claims, empty before its first answer;
 * its wall time. A process without a claim is allowed the time that its wall clock tells if it is that of one of these machines and agrees with
 * the clock of Redis; else the time stands still. `argument` reads the arguments behind these, one by one.
 * Reply: number of the request, the time, then what the script answers.
 */
const PRELUDE = `
local function integer(number) return string.format('%.0f', number) end
local at = 5
local function argument()
  at = at + 1
  return tonumber(ARGV[at])
end
local function keepKey(key, ms) redis.call('PEXPIRE', key, integer(math.max(ms, ${FORGOTTEN_AFTER_MS}))) end

local number, me, claim, wall = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local clock = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local now, ahead = clock, 0
local kept, late = {}, 0
for number in string.gmatch(redis.call('HGET', KEYS[1], 'clock') or '', '-?%d+') do kept[#kept + 1] = tonumber(number) end
if #kept > 2 then
  ahead = kept[2]
  local agreed
  for i = 3, #kept do
    local told = wall - kept[i]
    local off = math.abs(told - clock - ahead)
    if off <= ${STEP_MS} and (not agreed or off < math.abs(agreed - clock - ahead)) then agreed = told end
  end
  now = math.max(kept[1], math.min(clock + ahead, claim or agreed or kept[1]))
  -- A time that this process was told too early must stay so: what it sends by that time would leave the window too early.
  if not claim then late = math.max(0, clock + ahead - now) end
  if late > 0 or now > clock + ahead or clock + ahead - now > ${STEP_MS} then ahead = now - clock end
end
local memory, remembered = 'asked:' .. me .. ':' .. ARGV[3], {}
for value in string.gmatch(redis.call('HGET', KEYS[1], memory) or '', '[^,]+') do remembered[#remembered + 1] = value end
local last = tonumber(remembered[1])
local isRepeated = last and number <= last
local function keepTime(ms)
  -- A request that comes again claims a time of the past: no clock was set.
  if isRepeated then return keepKey(KEYS[1], ms) end
  local mine = wall - now
  local entry, machines = integer(now) .. ',' .. integer(ahead) .. ',' .. integer(mine), 1
  for i = 3, #kept do
    local other = kept[i] + late
    if machines < ${MACHINES} and math.abs(other - mine) > ${STEP_MS} then
      entry, machines = entry .. ',' .. integer(other), machines + 1
    end
  end
  redis.call('HSET', KEYS[1], 'clock', entry)
  keepKey(KEYS[1], ms)
end
local function remember(values, ms)
  local entry = integer(number) .. ',' .. integer(now)
  for _, value in ipairs(values) do entry = entry .. ',' .. value end
  if redis.call('HSET', KEYS[1], memory, entry) == 0 then return end
  local fields = redis.call('HGETALL', KEYS[1])
  for i = 1, #fields, 2 do
    local askedAt = string.sub(fields[i], 1, 6) == 'asked:' and tonumber(string.match(fields[i + 1], ',(%d+)'))
    if askedAt and askedAt < now - ms - ${REMEMBERED_MS} then redis.call('HDEL', KEYS[1], fields[i]) end
  end
end
`;

/** A script that begins with the time of its guard. */
export const timedScript = (text: string): string => PRELUDE + text;

export class GuardScript {
  readonly #store: SharedStore;
  readonly #script: Script;
  readonly #keys: readonly string[];
  readonly #process: string;
  readonly #hasLength: (length: number) => boolean;
  /** Two clients of a process have a guard each for the same keys. The requests of each have an order of their own. */
  readonly #guard: string;
  /** What the time of the guard is ahead of the process's clock, at most; null before the first answer. */
  #aheadMs: number | null = null;

  /**
   * @param parts     Ends of the guard's keys; the first is its state.
   * @param hasLength Whether the script may answer so many numbers.
   */
  constructor(
    store: SharedStore,
    identity: SharedIdentity,
    script: Script,
    parts: readonly string[],
    hasLength: (length: number) => boolean,
  ) {
    this.#store = store;
    this.#script = script;
    this.#keys = parts.map(part => `${identity.key}:${part}`);
    this.#process = identity.process;
    this.#hasLength = hasLength;
    this.#guard = String(store.newNumber());
  }

  /**
   * Runs the script.
   *
   * @param answered Called with what the script answers, however late it comes, and with what the time of the guard was ahead of the time at
   *   which it was asked: added to a later time, that of the guard at most.
   * @param failed Called if there is no answer in time, or an error. `answered` may follow it.
   */
  ask(
    args: readonly (number | string)[],
    askedAt: number,
    answered: (reply: readonly number[], now: number, aheadMs: number) => void,
    failed: (now: number) => void,
    number?: number,
  ): void {
    const claim = this.#aheadMs === null ? '' : String(Math.floor(askedAt + this.#aheadMs));
    const wall = String(Math.floor(this.#store.clock.wall()));
    this.#store.ask(
      this.#script,
      this.#keys,
      [this.#process, this.#guard, claim, wall, ...args.map(String)],
      reply => areCounts(reply) && this.#hasLength(reply.length - 1),
      (texts, now) => {
        const [time, ...reply] = texts.map(Number);
        const aheadMs = time! + 1 - askedAt;
        this.#learn(aheadMs);
        answered(reply, now, aheadMs);
      },
      failed,
      number,
    );
  }

  /** The request that took the shortest time to Redis says it best, unless one of the clocks has stood still. */
  #learn(aheadMs: number): void {
    const known = this.#aheadMs;
    if (known === null || aheadMs < known || aheadMs > known + STEP_MS) this.#aheadMs = aheadMs;
  }
}
