-- Take the next text of one sender: due retries first come back, then the most urgent one goes,
-- if the carrier's rate allows it now. The intent to send is written here, before any call is made.
-- ARGV: sender, now (ms), ms per segment, worker, tolerance (ms), family of the opt-out,
--       ms per segment of the whole campaign (0: no limit of its own)
-- Answers {"id", id, person} | {"wait", ms} | {"idle", ms or -1} | {"drop", id, why}
local call = redis.call
local sender, now, cost, worker, slack =
  ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local queue, later = 'outbox:' .. sender, 'outbox:later:' .. sender
local sending, clock = 'outbox:sending:' .. sender, 'outbox:rate:' .. sender
local family, shared = ARGV[6], tonumber(ARGV[7])

local function receipt(number, person, state)
  local ledger, counts = 'broadcast:' .. number .. ':ledger', 'broadcast:' .. number .. ':counts'
  local before = call('HGET', ledger, person)
  if before == state then return end
  if before then call('HINCRBY', counts, before, -1) end
  call('HSET', ledger, person, state)
  call('HINCRBY', counts, state, 1)
end

for _, id in ipairs(call('ZRANGEBYSCORE', later, '-inf', now, 'LIMIT', 0, 100)) do
  call('ZREM', later, id)
  local score = call('HGET', 'out:' .. id, 'score')
  if score then call('ZADD', queue, score, id) end
end

local id = call('ZRANGE', queue, 0, 0)[1]
if not id then
  local nextup = call('ZRANGE', later, 0, 0, 'WITHSCORES')[2]
  return {'idle', nextup and math.max(0, nextup - now) or -1}
end
local key = 'out:' .. id
local facts = call('HMGET', key, 'person', 'segments', 'expires', 'force')
local person, segments, expires, force = facts[1], tonumber(facts[2] or 1), tonumber(facts[3] or 0), facts[4]

-- A pause, a freeze or a cancellation also holds for what was already fed to this queue.
local broadcast = call('HGET', key, 'broadcast')
if broadcast == '' then broadcast = false end
local state = broadcast and call('HMGET', 'broadcast:' .. broadcast, 'state', 'notice') or {}
local standing, notice = state[1], state[2]
local frozen = broadcast and notice ~= '1' and call('SISMEMBER', 'frozen', 'alerts') == 1
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
elseif force ~= '1' and call('SISMEMBER', 'optout:' .. family, person) == 1 then why = 'opted-out' end
if why then
  call('ZREM', queue, id)
  if person then
    call('HSET', key, 'state', 'dropped', 'code', why)
    if broadcast then receipt(broadcast, person, why) end
    call('HDEL', key, 'body', 'address')
  end
  return {'drop', id, why}
end

local due = tonumber(call('GET', clock) or 0)
if due > now + slack then return {'wait', due - now} end
if shared > 0 and broadcast then
  local turn = tonumber(call('GET', 'outbox:rate:campaign') or 0)
  local give = math.min(5, shared / 2)
  if turn > now + give then return {'wait', turn - now} end
  call('SET', 'outbox:rate:campaign',
    string.format('%.3f', math.max(turn, now - give) + shared * segments), 'PX', 120000)
end
call('SET', clock, string.format('%.3f', math.max(due, now - slack) + cost * segments), 'PX', 120000)
call('ZREM', queue, id)
call('ZADD', sending, now, id)
call('HSET', key, 'state', 'sending', 'intent', string.format('%d', now), 'worker', worker)
call('HINCRBY', key, 'attempts', 1)
if broadcast then receipt(broadcast, person, 'sending') end
return {'id', id, person}
