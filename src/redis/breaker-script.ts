import {timedScript} from './guard-script.ts';

/**
 * The script of a shared breaker: one state for all processes, and a lease for each probe.
 *
 * Each change of state begins a new epoch. A process that wants to open the breaker, or reports a probe, names the epoch that it knows: what it
 * saw in an earlier one says nothing about this one. So `open` has no effect when it comes again. A result counts once for each probe, and a
 * lease is remembered.
 *
 * KEYS: the state (hash), the probes in flight (sorted set by when their leases end).
 * ARGV, after those of every guard: `look`, `open`, `lease` or `result`; the epoch that the process knows; openMs and maxOpenMs of the policy; probes; failed probes
 * that open the breaker again; the factor by which the open time grows; the shortest time of a lease; the factor that spreads open times; then for `lease` the number of probes, and for `result` the probe and its
 * health.
 * Reply: epoch; 0 closed, 1 open, 2 half-open; ms until it is half-open; ms that a lease lasts; the probes that are leased now.
 */
export const BREAKER_SCRIPT: string = timedScript(`
local key, flying = KEYS[1], KEYS[2]
at = at + 1
local what, known = ARGV[at], argument()
local openMs, maxOpenMs = argument(), argument()
local probes, enough, growth, hold, spread = argument(), argument(), argument(), argument(), argument()
local function field(name, default) return tonumber(redis.call('HGET', key, name) or default) end

local epoch, state, untilAt = field('epoch', 0), field('state', 0), field('until', 0)
local lasts = field('openMs', openMs)
local passed, failed = field('passed', 0), field('failed', 0)
-- The probes whose results are counted.
local counted = redis.call('HGET', key, 'counted') or ','

local function enter(next)
  state, epoch, passed, failed, counted = next, epoch + 1, 0, 0, ','
  redis.call('DEL', flying)
end

local leased = {}
if what == 'open' then
  if state == 0 and epoch == known then
    lasts = openMs
    untilAt = now + math.floor(lasts * spread)
    enter(1)
  end
elseif what == 'lease' and isRepeated then
  for i = 3, #remembered do
    if number == last and redis.call('ZSCORE', flying, remembered[i]) then leased[#leased + 1] = remembered[i] end
  end
elseif what == 'lease' then
  if state == 1 and now >= untilAt then enter(2) end
  if state == 2 then
    redis.call('ZREMRANGEBYSCORE', flying, '-inf', integer(now))
    local places = probes - passed - failed - redis.call('ZCARD', flying)
    for _ = 1, math.min(places, argument()) do
      local probe = redis.call('HINCRBY', key, 'probe', 1)
      redis.call('ZADD', flying, integer(now + math.max(lasts, hold)), probe)
      leased[#leased + 1] = probe
    end
    if #leased > 0 then redis.call('HSET', key, 'last', integer(now)) end
  end
  remember(leased, 0)
elseif what == 'result' and state == 2 and epoch == known then
  local probe, health = ARGV[at + 1], ARGV[at + 2]
  redis.call('ZREM', flying, probe)
  if not string.find(counted, ',' .. probe .. ',', 1, true) then
    if health == 'failure' then failed = failed + 1 elseif health == 'success' then passed = passed + 1 end
  end
  counted = counted .. probe .. ','
  if failed >= enough then
    lasts = math.min(maxOpenMs, lasts * growth)
    -- Counted from when the last probe was sent: a probe that hung shows how the server was then.
    untilAt = field('last', now) + math.floor(lasts * spread)
    enter(1)
  elseif passed > probes - enough then
    lasts = openMs
    enter(0)
  end
end
if what ~= 'look' then
  redis.call('HSET', key, 'epoch', integer(epoch), 'state', integer(state), 'until', integer(untilAt), 'openMs', integer(lasts), 'passed', integer(passed), 'failed', integer(failed), 'counted', counted)
  keepTime(0)
  keepKey(flying, 0)
end
local reply = {ARGV[1], integer(now), epoch, state, math.max(0, untilAt - now), math.max(lasts, hold)}
for _, probe in ipairs(leased) do reply[#reply + 1] = probe end
return reply
`);
