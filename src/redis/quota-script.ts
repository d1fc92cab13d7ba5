/**
 * The script of a shared quota: grants amounts, and counts what was granted in a sliding window.
 *
 * An amount counts from its grant until `perMs` after the end of its lease, or after its use once the process has said when that was. A
 * process uses an amount only during its lease, so no window of `perMs` holds more sent amounts than `max`. A grant that never arrives, or
 * whose process crashes, counts all the same: it is stranded until it leaves the window.
 *
 * The window consists of slots of the guard's time. An amount is in the slot in which it was used, or in which its lease ends.
 *
 * Processes whose attempts do not fit wait in a line, first in, first out: those behind get only what those ahead leave. There is one exception:
 * while the first waits for what was used just now, which takes a window, the others get what is free. It does not fit before in any case.
 *
 * KEYS: the window (hash), the processes (sorted set by when they were last seen), the line (sorted set by arrival).
 * ARGV, after those of every guard: id of the state that the process knows, 0 before its first answer; lease in ms, number of limits, then for
 * each limit: max, perMs, ms between two requests (0 for tokens), most of a lease, amount that the first attempt needs, amount of all that wait, amount for those that are likely to
 * come; then the number
 * of reports and for each: the number of the first request that had it, the number of changes and for each: limit, slot, amount, which may be
 * negative; then the number of uses without a grant and for each: the number of the first request that had it, limit, age in ms, amount.
 * Reply: id of the state, 1 if the needed amounts are granted, ms to wait if not, number of processes, then for each limit: granted
 * amount, the slot in which its lease ends. A request that comes again gets its reply again; nothing if a later one was carried out: then it is
 * not carried out.
 */
import {timedScript} from './guard-script.ts';

/** Slots of a window. An amount leaves it up to one slot late, and never early. */
export const SLOTS: number = 128;

/** How long a process counts as alive after it was last seen. */
export const PROCESS_TTL_MS: number = 60_000;

export const QUOTA_SCRIPT: string = timedScript(`
local SLOTS = ${SLOTS}
local ALIVE = ${PROCESS_TTL_MS}
local window, alive, line = KEYS[1], KEYS[2], KEYS[3]
if isRepeated then
  local again = {ARGV[1], number == last and remembered[2] or integer(now)}
  if number == last then for i = 3, #remembered do again[i] = remembered[i] end end
  return again
end
local known, leaseMs, count = argument(), argument(), argument()
local longest = 0
local limits = {}
for i = 1, count do
  local limit = {max = argument(), perMs = argument(), spacing = argument(), lease = argument(), need = argument(), want = argument(), spare = argument()}
  limit.slotMs = limit.perMs / SLOTS
  limit.slot = math.floor(now / limit.slotMs)
  limit.ends = math.floor((now + leaseMs) / limit.slotMs)
  if limit.perMs > longest then longest = limit.perMs end
  limits[i] = limit
end
local id = tonumber(redis.call('HGET', window, 'state') or '')
if not id then
  id = tonumber(time[1]) * 1000000 + tonumber(time[2])
  redis.call('HSET', window, 'state', integer(id))
end
keepTime(2 * longest + leaseMs)

-- The processes.
redis.call('ZADD', alive, integer(now), me)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', integer(now - ALIVE))
local processes = redis.call('ZCARD', alive)

-- Drops what has left the windows. The last slot is the latest that holds an amount: a lease ends in the future.
for i, limit in ipairs(limits) do
  local newest = tonumber(redis.call('HGET', window, 'newest' .. i) or integer(limit.slot))
  limit.used = tonumber(redis.call('HGET', window, 'used' .. i) or '0')
  limit.last = tonumber(redis.call('HGET', window, 'last' .. i) or integer(limit.slot))
  for each = newest - SLOTS, math.min(limit.slot, math.max(newest, limit.last) + SLOTS + 1) - SLOTS - 1 do
    local gone = 's' .. i .. ':' .. integer(each)
    local amount = redis.call('HGET', window, gone)
    if amount then
      limit.used = limit.used - tonumber(amount)
      redis.call('HDEL', window, gone)
    end
  end
end

local function add(i, slot, amount)
  local limit = limits[i]
  if amount == 0 or slot <= limit.slot - SLOTS - 1 then return end
  redis.call('HINCRBY', window, 's' .. i .. ':' .. integer(slot), integer(amount))
  limit.used = limit.used + amount
  limit.last = math.max(limit.last, slot)
end
-- When amounts were used, and what was granted and not used. A report is in each request until one is answered; a state that has lost the
-- grants has nothing to change.
for _ = 1, argument() do
  local isNew = argument() > (last or 0) and (known == 0 or known == id)
  for _ = 1, argument() do
    local i, slot, amount = argument(), argument(), argument()
    if isNew then add(i, slot, amount) end
  end
end
-- What was used without a grant, in each request until one is answered.
for _ = 1, argument() do
  local isNew = argument() > (last or 0)
  local i, age, amount = argument(), argument(), argument()
  if isNew then add(i, math.floor((now - age) / limits[i].slotMs), amount) end
end

-- What those ahead in the line need, and those behind.
local ahead, behind = {}, {}
for i = 1, count do ahead[i], behind[i] = 0, 0 end
local isAhead, isAlone = true, true
local first, firstNeeds
for _, other in ipairs(redis.call('ZRANGE', line, 0, -1)) do
  local entry = redis.call('HGET', window, 'w:' .. other)
  local numbers = {}
  for number in string.gmatch(entry or '', '[^,]+') do numbers[#numbers + 1] = tonumber(number) end
  if other == me then
    isAhead = false
  elseif #numbers ~= count + 1 or numbers[1] < now then
    redis.call('ZREM', line, other)
    redis.call('HDEL', window, 'w:' .. other, 'u:' .. other)
  else
    if isAhead and not first then first, firstNeeds = other, numbers end
    isAlone = false
    local sums = isAhead and ahead or behind
    for i = 1, count do sums[i] = sums[i] + numbers[i + 1] end
  end
end

-- The slot that has to leave the window until that much more fits into it.
local function slotFor(i, excess)
  local limit = limits[i]
  for slot = limit.slot - SLOTS, limit.last do
    local amount = redis.call('HGET', window, 's' .. i .. ':' .. integer(slot))
    if amount then excess = excess - tonumber(amount) end
    if amount and excess <= 0 then return slot end
  end
end
-- Milliseconds until then.
local function waitFor(i, excess)
  local limit = limits[i]
  local slot = slotFor(i, excess)
  return slot and math.ceil((slot + SLOTS + 1) * limit.slotMs - now) or limit.perMs
end

-- The first in the line may wait for what was used just now, for a window. Others get what is free if their lease ends at most one and a half
-- leases after that, or an eighth of the window: it leaves the window so much later. The slot is kept, so the first waits longer once in each turn.
if first then
  local known = redis.call('HGET', window, 'u:' .. first)
  local untils = {}
  for slot in string.gmatch(known or '', '[^,]+') do untils[#untils + 1] = tonumber(slot) end
  for i, limit in ipairs(limits) do
    if not known then
      local excess = firstNeeds[i + 1] + limit.used - limit.max
      local slot = firstNeeds[i + 1] > 0 and excess > 0 and slotFor(i, excess)
      untils[i] = slot and slot + math.min(math.ceil(1.5 * (limit.ends - limit.slot)), SLOTS / 8) or 0
    end
    if limit.ends <= (untils[i] or 0) then ahead[i] = 0 end
  end
  if not known then
    local entry = {}
    for i = 1, count do entry[i] = integer(untils[i]) end
    redis.call('HSET', window, 'u:' .. first, table.concat(entry, ','))
  end
end

local waitMs = 0
for i, limit in ipairs(limits) do
  limit.next = tonumber(redis.call('HGET', window, 'next' .. i) or '0')
  -- Requests of one second may be sent at once, as servers count by the second too.
  limit.early = math.max(0, 1000 - limit.spacing)
  limit.free = limit.max - limit.used - ahead[i]
  if limit.need > 0 then
    if limit.need > limit.free then waitMs = math.max(waitMs, 1, waitFor(i, limit.need - limit.free)) end
    if limit.spacing > 0 then waitMs = math.max(waitMs, math.ceil(limit.next - limit.early - now)) end
  end
end

local reply = {integer(id), 0, integer(waitMs), processes}
if waitMs == 0 then
  reply[2] = 1
  redis.call('ZREM', line, me)
  redis.call('HDEL', window, 'w:' .. me, 'u:' .. me)
else
  local entry = integer(now + waitMs + 1000)
  for _, limit in ipairs(limits) do entry = entry .. ',' .. integer(limit.need) end
  redis.call('HSET', window, 'w:' .. me, entry)
  redis.call('ZADD', line, 'NX', integer(redis.call('HINCRBY', window, 'arrivals', 1)), me)
end
for i, limit in ipairs(limits) do
  local granted = 0
  if waitMs == 0 then
    -- To save round trips, a process gets more than it needs. If no other process waits: for all of its waiting attempts, and for those to come up
    -- to its part of what is free then. Else up to a lease.
    local free = limit.free - behind[i]
    local most = math.min(limit.want, free)
    if isAlone then
      most = most + math.max(0, math.min(limit.spare, math.floor((free - most) / processes)))
    else
      most = math.min(most, math.max(limit.lease, limit.need))
    end
    if limit.spacing > 0 then
      most = math.min(most, math.floor((now + limit.early - limit.next) / limit.spacing) + 1)
    end
    granted = math.max(limit.need, math.floor(most), 0)
  end
  if granted > 0 then
    add(i, limit.ends, granted)
    if limit.spacing > 0 then
      redis.call('HSET', window, 'next' .. i, string.format('%.3f', math.max(limit.next, now) + granted * limit.spacing))
    end
  end
  redis.call('HSET', window, 'newest' .. i, integer(limit.slot), 'used' .. i, integer(limit.used), 'last' .. i, integer(limit.last))
  reply[#reply + 1] = granted
  reply[#reply + 1] = integer(limit.ends)
end
keepKey(alive, 2 * longest + leaseMs)
keepKey(line, 2 * longest + leaseMs)
remember(reply, longest + leaseMs)
local answer = {ARGV[1], integer(now)}
for i, value in ipairs(reply) do answer[i + 2] = value end
return answer
`);
