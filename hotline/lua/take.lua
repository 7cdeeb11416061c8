-- Take the next text of one sender: due retries first come back, then the most urgent one goes,
-- if the carrier's rate allows it now. The intent to send is written here, before any call is made.
-- ARGV: sender, now (ms), ms per segment, worker, tolerance (ms)
-- Answers {"id", id, person} | {"wait", ms} | {"idle", ms or -1} | {"drop", id, why}
local call = redis.call
local sender, now, cost, worker, slack =
  ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local queue, later = 'outbox:' .. sender, 'outbox:later:' .. sender
local sending, clock = 'outbox:sending:' .. sender, 'outbox:rate:' .. sender

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

-- A pause or a cancellation also holds for what was already fed to this queue.
local broadcast = call('HGET', key, 'broadcast')
local standing = broadcast and broadcast ~= '' and call('HGET', 'broadcast:' .. broadcast, 'state')
if standing == 'paused' then
  call('ZREM', queue, id)
  call('ZADD', later, now + 1000, id)
  return {'drop', id, 'paused'}
end

local why = nil
if not person then why = 'gone'
elseif standing == 'cancelled' then why = 'cancelled'
elseif expires > 0 and expires <= now then why = 'expired'
elseif force ~= '1' and call('SISMEMBER', 'optout:' .. sender, person) == 1 then why = 'opted-out'
elseif call('SISMEMBER', 'frozen', sender) == 1 and call('HGET', key, 'kind') == 'alert' then why = 'frozen' end
if why then
  call('ZREM', queue, id)
  if person then
    call('HSET', key, 'state', 'dropped', 'code', why)
    if broadcast and broadcast ~= '' then
      call('HSET', 'broadcast:' .. broadcast .. ':ledger', person, why)
    end
    call('HDEL', key, 'body', 'address')
  end
  return {'drop', id, why}
end

local due = tonumber(call('GET', clock) or 0)
if due > now + slack then return {'wait', due - now} end
call('SET', clock, string.format('%.3f', math.max(due, now - slack) + cost * segments), 'PX', 120000)
call('ZREM', queue, id)
call('ZADD', sending, now, id)
call('HSET', key, 'state', 'sending', 'intent', string.format('%d', now), 'worker', worker)
call('HINCRBY', key, 'attempts', 1)
return {'id', id, person}
