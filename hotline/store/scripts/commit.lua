-- All or nothing: check every guard, then make every write.
-- KEYS[1]: the tag of the city, which every key begins with. ARGV[1], in JSON, with keys as they are inside it:
--   {"guards": [[kind, key, ...]], "writes": [[command, key, ...]]}
-- Answers "" when done, else the position (from 1) and kind of the guard that failed.
local plan = cjson.decode(ARGV[1])
local call = redis.call
local tag = KEYS[1] .. ':'
local function named(key) return tag .. key end

local guard = {}
function guard.absent(key) return call('EXISTS', key) == 0 end
-- A field that is not there counts as ''.
function guard.field(key, field, expected) return (call('HGET', key, field) or '') == expected end
function guard.member(key, member) return call('ZSCORE', key, member) ~= false end
function guard.head(key, value) return call('LINDEX', key, 0) == value end
function guard.list(key, length) return call('LLEN', key) == tonumber(length) end
-- The pending entry is still ours: no other worker took the turn over.
function guard.owner(stream, group, id, consumer)
  local pending = call('XPENDING', stream, group, id, id, 1)
  return pending[1] ~= nil and pending[1][2] == consumer
end

local write = {}
function write.rename(key, to) call('RENAME', named(key), named(to)) end
function write.wake(loop) call('PUBLISH', named('wake'), loop) end
-- Put a text into a person's mailbox; make the person ready unless a turn is already under way.
function write.post(person, entry)
  call('RPUSH', named('inbox:' .. person), entry)
  if call('HSETNX', named('inbox:active'), person, 1) == 1 then
    call('XADD', named('inbox:ready'), '*', 'person', person)
  end
end
-- End a turn: drop the text that was handled, hand the person's next one on.
function write.finish(group, id, person, sid)
  call('XACK', named('inbox:ready'), group, id)
  call('XDEL', named('inbox:ready'), id)
  call('LPOP', named('inbox:' .. person))
  call('HDEL', named('inbox:tries'), sid)
  if call('EXISTS', named('inbox:' .. person)) == 1 then
    call('XADD', named('inbox:ready'), '*', 'person', person)
  else
    call('HDEL', named('inbox:active'), person)
  end
end
-- Queue an outbound text once: the same id a second time changes nothing.
function write.enqueue(id, sender, score, ttl, ...)
  local key = named('out:' .. id)
  if call('HSETNX', key, 'state', 'queued') == 0 then return end
  call('HSET', key, ...)
  call('EXPIRE', key, ttl)
  call('ZADD', named('outbox:' .. sender), score, id)
  -- Who waits for the head waits no longer when something comes behind it.
  if call('ZRANK', named('outbox:' .. sender), id) == 0 then call('PUBLISH', named('wake'), sender) end
end

-- Take back every text to a person that waits in an outbox, but for those about some incidents.
function write.unqueue(person, queue, ...)
  local outbox = named(queue)
  local stay = {}
  for _, incident in ipairs({...}) do stay[incident] = true end
  for _, id in ipairs(call('ZRANGE', outbox, 0, -1)) do
    local to, incident = unpack(call('HMGET', named('out:' .. id), 'person', 'incident'))
    if to == person and not stay[incident or ''] then
      call('DEL', named('out:' .. id))
      call('ZREM', outbox, id)
    end
  end
end

-- The receipt of one person in a broadcast's ledger, and how many have each; '' takes it out of both.
function write.receipt(number, person, state, ttl)
  local ledger, counts = named('broadcast:' .. number .. ':ledger'), named('broadcast:' .. number .. ':counts')
  local before = call('HGET', ledger, person)
  if before == state then return end
  -- A phone of our own has its line in the ledger, and is none of the people that are counted.
  local counted = call('HEXISTS', named('broadcast:' .. number .. ':canaries'), person) == 0
  if before and counted then call('HINCRBY', counts, before, -1) end
  if state == '' then
    call('HDEL', ledger, person)
    return
  end
  call('HSET', ledger, person, state)
  call('EXPIRE', ledger, ttl)
  if not counted then return end
  call('HINCRBY', counts, state, 1)
  call('EXPIRE', counts, ttl)
end

-- The language of a person in a broadcast, whose text is not made yet, or was; nil when they are not in it.
local function language(key, person)
  for _, row in ipairs(call('LRANGE', key .. ':todo', 0, -1)) do
    if string.find(row, person, 1, true) then
      call('LREM', key .. ':todo', 0, row)
      return cjson.decode(row)[3]
    end
  end
  if call('HEXISTS', key .. ':ledger', person) == 0 then return nil end
  local kept = call('HGET', key .. ':people', person)
  return kept and cjson.decode(kept)[2] or ''
end

-- Take a person out of a broadcast: no list, no ledger and no count holds them any more.
function write.forgotten(number, person)
  local key = named('broadcast:' .. number)
  local lang = language(key, person)
  local counted = lang and call('HEXISTS', key .. ':canaries', person) == 0
  write.receipt(number, person, '')
  call('HDEL', key .. ':people', person)
  if not counted or call('EXISTS', key) == 0 then return end
  call('HINCRBY', key, 'total', -1)
  local langs = cjson.decode(call('HGET', key, 'langs') or '{}')
  if not langs[lang] then return end
  langs[lang] = langs[lang] > 1 and langs[lang] - 1 or nil
  call('HSET', key, 'langs', cjson.encode(langs))
end

for place, check in ipairs(plan.guards) do
  local kind = table.remove(check, 1)
  check[1] = named(check[1])
  if not guard[kind](unpack(check)) then return place .. ' ' .. kind end
end
for _, step in ipairs(plan.writes) do
  local name = step[1]
  if write[name] then
    write[name](unpack(step, 2))
  else
    step[2] = named(step[2])
    call(unpack(step))
  end
end
-- Who reads everything about a person, to forget them, has to read again: this may name them.
for _, person in ipairs(call('HKEYS', named('forgetting'))) do
  if string.find(ARGV[1], person, 1, true) then call('HINCRBY', named('forgetting'), person, 1) end
end
return ''
