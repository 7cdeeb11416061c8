-- Take the next texts of one sender: due retries first come back, then the most urgent ones go,
-- as many as the carrier's rate allows now. The intent to send is written here, before any call is made.
-- KEYS[1]: the tag of the city, which every key begins with.
-- ARGV: sender, now (ms), worker, family of the opt-out, and twice a pace, see messaging/rate.py:
--       of this number, and of the whole campaign (all 0: no limit of its own); then how many at most
-- Answers a row of {"id", id, its fields in a row} | {"wait", ms} | {"idle", ms or -1} | {"drop", id, why}
local call = redis.call
local tag = KEYS[1] .. ':'
local function named(key) return tag .. key end
local sender, now, worker, family = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
local queue, later = named('outbox:' .. sender), named('outbox:later:' .. sender)
local sending = named('outbox:sending:' .. sender)

local function pace(name, first)
  return {
    clock = named('outbox:rate:' .. name), times = named('outbox:rate:' .. name .. ':times'),
    cost = tonumber(ARGV[first]), slack = tonumber(ARGV[first + 1]),
    most = tonumber(ARGV[first + 2]), window = tonumber(ARGV[first + 3]),
  }
end

-- Milliseconds until so many segments may go: evenly spaced, and never more than the most in one window.
local function wait(own, segments)
  local even = tonumber(call('GET', own.clock) or 0) - own.slack - now
  local held = call('LINDEX', own.times, math.max(0, own.most - segments))
  local full = held and tonumber(held) + own.window - now or 0
  return math.max(even, full)
end

-- A late wake-up is made good; after a silence the first ones go as evenly as any.
local function spend(own, segments)
  local due = tonumber(call('GET', own.clock) or 0)
  due = due < now - own.slack and now + math.max(0, own.slack - own.cost) or math.max(due, now)
  call('SET', own.clock, string.format('%.3f', due + own.cost * segments), 'PX', 120000)
  local stamp = string.format('%.0f', now + own.cost * math.max(0, segments - own.most))
  for _ = 1, math.min(segments, own.most) do call('LPUSH', own.times, stamp) end
  call('LTRIM', own.times, 0, own.most - 1)
  call('PEXPIRE', own.times, 120000)
end

local function receipt(number, person, state)
  local ledger, counts = named('broadcast:' .. number .. ':ledger'), named('broadcast:' .. number .. ':counts')
  local before = call('HGET', ledger, person)
  if before == state then return end
  call('HSET', ledger, person, state)
  if call('HEXISTS', named('broadcast:' .. number .. ':canaries'), person) == 1 then return end  -- see commit.lua
  if before then call('HINCRBY', counts, before, -1) end
  call('HINCRBY', counts, state, 1)
end

for _, id in ipairs(call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, 100)) do
  call('ZREM', later, id)
  local score = call('HGET', named('out:' .. id), 'score')
  if score then call('ZADD', queue, score, id) end
end

local function nextup()
  local id = call('ZRANGE', queue, 0, 0)[1]
  if not id then
    local first = call('ZRANGE', later, 0, 0, 'WITHSCORES')[2]
    return {'idle', first and math.max(0, first - now) or -1}
  end
  local key = named('out:' .. id)
  local facts = call('HMGET', key, 'person', 'segments', 'expires', 'force')
  local person, segments, expires, force = facts[1], tonumber(facts[2] or 1), tonumber(facts[3] or 0), facts[4]

  -- A pause, a freeze or a cancellation also holds for what was already fed to this queue.
  local broadcast = call('HGET', key, 'broadcast')
  if broadcast == '' then broadcast = false end
  local state = broadcast and call('HMGET', named('broadcast:' .. broadcast), 'state', 'notice') or {}
  local standing, notice = state[1], state[2]
  local frozen = broadcast and notice ~= '1' and call('SISMEMBER', named('frozen'), 'alerts') == 1
  local over = expires > 0 and expires <= now
  if (standing == 'paused' or frozen) and not over and standing ~= 'cancelled' and standing ~= 'closed' then
    call('ZREM', queue, id)
    call('ZADD', later, now + 1000, id)
    return {'drop', id, 'paused'}
  end

  local why = nil
  if not person then why = 'gone'
  elseif standing == 'cancelled' or standing == 'closed' then why = standing
  elseif over then why = 'expired'
  elseif force ~= '1' and call('SISMEMBER', named('optout:' .. family), person) == 1 then why = 'opted-out' end
  if why then
    call('ZREM', queue, id)
    if person then
      call('HSET', key, 'state', 'dropped', 'code', why)
      if broadcast then receipt(broadcast, person, why) end
      call('HDEL', key, 'body', 'address')
    end
    return {'drop', id, why}
  end

  local own, campaign = pace(sender, 5), pace('campaign', 9)
  local left = wait(own, segments)
  if broadcast and campaign.most > 0 then left = math.max(left, wait(campaign, segments)) end
  if left > 0 then return {'wait', math.ceil(left)} end
  spend(own, segments)
  if broadcast and campaign.most > 0 then spend(campaign, segments) end
  call('ZREM', queue, id)
  call('ZADD', sending, now, id)
  call('HSET', key, 'state', 'sending', 'intent', string.format('%d', now), 'worker', worker)
  call('HINCRBY', key, 'attempts', 1)
  if broadcast then receipt(broadcast, person, 'sending') end
  return {'id', id, call('HGETALL', key)}
end

local found = {}
for _ = 1, tonumber(ARGV[13]) do
  local taken = nextup()
  found[#found + 1] = taken
  if taken[1] == 'wait' or taken[1] == 'idle' then break end
end
return found
