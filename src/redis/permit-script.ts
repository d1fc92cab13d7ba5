/**
 * The script of a shared concurrency limit: permits that processes hold until a lease ends.
 *
 * A process states what it wants to hold altogether, so a request that is lost, carried out twice or answered too late leaves nothing behind
 * that the next one does not put right. The entry of a process has the number of its last request, and remains until its lease ends. Only the process itself reduces what it holds; Redis tells it what to keep. A process that
 * no longer asks loses its permits when its lease ends.
 *
 * If processes want more than there is, each gets an equal part, and what one of them does not want goes to the others (max-min fairness).
 * With fewer permits than processes, permits go round: a process keeps one for a turn, then those that have waited for longest are next.
 *
 * KEYS: the permits (hash), the processes (sorted set by when they were last seen).
 * ARGV, after those of every guard: permits in all, lease in ms, attempts in flight, permits that the process wants to hold, attempts in
 * flight and waiting, 1 if it went on without Redis, number of processes at least.
 * Reply: permits that the process holds, permits that it should keep, number of processes.
 */
import {timedScript} from './guard-script.ts';
import {PROCESS_TTL_MS} from './quota-script.ts';

/** If a process went on without Redis, others may have, too. So long, each gets no more than its share, until all have said what they hold. */
export const GRACE_MS: number = 3000;

/** How long a process keeps a permit if there are fewer permits than processes. */
export const TURN_MS: number = 1000;

export const PERMIT_SCRIPT: string = timedScript(`
local permits, alive = KEYS[1], KEYS[2]
local max, leaseMs = argument(), argument()
local used, target, want = argument(), argument(), argument()
local wasAlone, leastProcesses = argument() == 1, argument()

redis.call('ZADD', alive, integer(now), me)
redis.call('ZREMRANGEBYSCORE', alive, '-inf', integer(now - ${PROCESS_TTL_MS}))
local processes = math.max(redis.call('ZCARD', alive), leastProcesses)

-- What each process holds and wants, unless its lease has ended.
local entries, mine, grace = {}, nil, nil
local fields = redis.call('HGETALL', permits)
for i = 1, #fields, 2 do
  if fields[i] == 'grace' then
    grace = tonumber(fields[i + 1])
  elseif fields[i] ~= 'clock' then
    local values = {}
    for value in string.gmatch(fields[i + 1], '[^,]+') do values[#values + 1] = tonumber(value) end
    local entry = {id = fields[i], held = values[1], want = values[2], ends = values[3], turn = values[4], number = values[5]}
    if entry.ends <= now then
      redis.call('HDEL', permits, entry.id)
    else
      if entry.id == me then mine = entry end
      if entry == mine or entry.held > 0 or entry.want > 0 then entries[#entries + 1] = entry end
    end
  end
end
-- A request that comes later than its successor.
if mine and number < mine.number then return {ARGV[1], integer(now), mine.held, max, processes} end
if not mine then
  mine = {id = me, held = 0, turn = 0}
  entries[#entries + 1] = mine
end
mine.want = want
if not grace or wasAlone then
  grace = now + ${GRACE_MS}
  redis.call('HSET', permits, 'grace', integer(grace))
end

local others, wanted, claimed = -mine.held, 0, 0
for _, entry in ipairs(entries) do
  others = others + entry.held
  wanted = wanted + entry.want
  claimed = claimed + math.max(entry.held, entry.want)
end

-- What this process should keep: everything, unless another one has too little.
local keep, level = max, max
if wanted > max then
  table.sort(entries, function(a, b) return a.want < b.want end)
  local left, at = max, 1
  while entries[at].want <= math.floor(left / (#entries - at + 1)) do
    left = left - entries[at].want
    at = at + 1
  end
  level = math.floor(left / (#entries - at + 1))
  local rest = {}
  for i = at, #entries do
    local entry = entries[i]
    local isHolder = entry.held > level
    local isInTurn = level > 0 or now - entry.turn < ${TURN_MS}
    entry.rank = isHolder and (isInTurn and 0 or 2) or 1
    rest[#rest + 1] = entry
  end
  table.sort(rest, function(a, b)
    if a.rank ~= b.rank then return a.rank < b.rank end
    if a.turn ~= b.turn then return a.turn < b.turn end
    return a.id < b.id
  end)
  keep = want
  for i, entry in ipairs(rest) do
    if entry == mine then keep = level + (i <= left - level * #rest and 1 or 0) end
  end
elseif claimed > max then
  keep = want + math.floor((max - wanted) / #entries)
end

local held
if target <= mine.held then
  held = math.max(target, used)
else
  local most = math.min(keep, math.max(0, max - others))
  if now < grace then most = math.min(most, math.max(1, math.floor(max / processes))) end
  held = math.max(mine.held, used, math.min(target, most))
end
local turn = mine.turn
if mine.held == 0 and held > 0 then turn = now end
redis.call('HSET', permits, me, table.concat({integer(held), integer(want), integer(now + leaseMs), integer(turn), integer(number)}, ','))
keepTime(0)
keepKey(alive, 0)
return {ARGV[1], integer(now), held, keep, processes}
`);
