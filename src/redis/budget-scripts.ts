/** The scripts of shared retry budgets: each adds what a process spent and earned, and answers with what all processes have left. */
import {timedScript} from './guard-script.ts';
import {PROCESS_TTL_MS} from './quota-script.ts';

const PROCESSES = `
redis.call('ZADD', KEYS[2], integer(now), me)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', integer(now - ${PROCESS_TTL_MS}))
local processes = redis.call('ZCARD', KEYS[2])
keepKey(KEYS[2], 0)
`;

/**
 * KEYS: the bucket (hash), the processes (sorted set by when they were last seen).
 * ARGV, after those of every guard: capacity, tokens that a minute adds, tokens spent, tokens earned.
 * Reply: capacity and tokens together, in thousandths, number of processes. Several processes may spend the same token at once: then the bucket is
 * below 0 until it is refilled.
 */
export const TOKEN_BUCKET_SCRIPT: string = timedScript(`${PROCESSES}
local capacity, perMinute, spent, earned = argument(), argument(), argument(), argument()
if isRepeated then spent, earned = 0, 0 else remember({}, 0) end
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens') or integer(capacity))
local at = tonumber(redis.call('HGET', KEYS[1], 'at') or integer(now))
tokens = math.min(capacity, tokens + (now - at) * perMinute / 60000)
tokens = math.max(-capacity, math.min(capacity, tokens - spent + earned))
redis.call('HSET', KEYS[1], 'tokens', string.format('%.3f', tokens), 'at', integer(now))
-- Without use, a bucket is full when it is forgotten, or nearly so.
keepTime(0)
return {ARGV[1], integer(now), integer(math.floor((capacity + tokens) * 1000)), processes}
`);

/**
 * KEYS: the window (hash), the processes (sorted set by when they were last seen).
 * ARGV, after those of every guard: length of the window in ms, calls that began, retries.
 * Reply: calls in the window, retries in the window, number of processes.
 */
export const RATIO_SCRIPT: string = timedScript(`${PROCESSES}
local windowMs, calls, retries = argument(), argument(), argument()
if isRepeated then calls, retries = 0, 0 else remember({}, windowMs) end
local slot = math.floor(now / (windowMs / 10))
redis.call('HINCRBY', KEYS[1], 'calls:' .. integer(slot), integer(calls))
redis.call('HINCRBY', KEYS[1], 'retries:' .. integer(slot), integer(retries))
local all, marked = 0, 0
local fields = redis.call('HGETALL', KEYS[1])
for index = 1, #fields, 2 do
  local what, at = string.match(fields[index], '^(%a+):(%d+)$')
  if not at then
    -- The clock, and requests.
  elseif tonumber(at) <= slot - 10 then
    redis.call('HDEL', KEYS[1], fields[index])
  elseif what == 'calls' then
    all = all + tonumber(fields[index + 1])
  else
    marked = marked + tonumber(fields[index + 1])
  end
end
keepTime(2 * windowMs)
return {ARGV[1], integer(now), integer(math.max(0, all)), integer(math.max(0, marked)), processes}
`);
