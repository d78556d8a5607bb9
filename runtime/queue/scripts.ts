import { createHash } from 'node:crypto';

/** A Lua script: each is atomic and idempotent, so that it can be repeated if its reply is lost. */
export interface Script {
  readonly name: string;
  readonly source: string;
  readonly sha: string;
}

const SHARED = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function lease(t, duration, free, open)
  return string.format('%.0f:%d:%d', t + duration, free, open)
end
local function parse(value)
  local expiry, free, open = string.match(value, '^(%d+):(%d+):(%d)$')
  return tonumber(expiry), tonumber(free), open == '1'
end
-- Kept as 0: its relay may renew it before it knows.
local function endStart(starts, id)
  redis.call('HSET', starts, id, '0')
  redis.call('PEXPIRE', starts, 120000)
end
`;

function script(name: string, body: string): Script {
  const source = `${SHARED}${body}`;
  return { name, source, sha: createHash('sha1').update(source).digest('hex') };
}

/**
 * Stores a request, adds its hint, and decides whether a worker must be started. Returns since when it waits, and the numbers of live
 * workers and of other starting ones.
 * KEYS request, waiting, inbox of the owner, workers, starts, broken
 * ARGV id, mode (first, again, restore), owner, head, body, request's lifetime, start's id, 1 if that start is under way,
 *      start's lifetime, capacity of a worker, most workers, time first enqueued, a start that was refused
 */
export const ENQUEUE = script('enqueue', `
local t = now()
if ARGV[13] ~= '' then redis.call('HDEL', KEYS[5], ARGV[13]) end
local attempt = redis.call('HGET', KEYS[1], 'attempt')
if attempt then return {'taken', attempt} end
if redis.call('EXISTS', KEYS[1]) == 0 then
  if ARGV[2] == 'again' then return {'lost'} end
  redis.call('HSET', KEYS[1], 'head', ARGV[4], 'body', ARGV[5])
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local since = ARGV[12]
if since == '' then since = string.format('%.0f', t) end

local live, open, free, owned = 0, 0, 0, false
local leases = redis.call('HGETALL', KEYS[4])
for i = 1, #leases, 2 do
  local expiry, places, isOpen = parse(leases[i + 1])
  if expiry > t then
    live = live + 1
    if isOpen then open = open + 1; free = free + places end
    if leases[i] == ARGV[3] then owned = true end
  elseif expiry < t - 60000 then
    redis.call('HDEL', KEYS[4], leases[i])
  end
end
local starting = 0
local starts = redis.call('HGETALL', KEYS[5])
for i = 1, #starts, 2 do
  local expiry = tonumber(starts[i + 1])
  if expiry > 0 and expiry <= t then redis.call('HDEL', KEYS[5], starts[i])
  elseif expiry > 0 and starts[i] ~= ARGV[7] then starting = starting + 1 end
end
if owned then
  redis.call('ZREM', KEYS[2], ARGV[1])
  redis.call('ZADD', KEYS[3], since, ARGV[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  return {'wait', since, live, starting}
end
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', t - ARGV[6]))
redis.call('ZADD', KEYS[2], since, ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[6])

if ARGV[8] == '1' then
  if redis.call('HGET', KEYS[5], ARGV[7]) == '0' then return {'wait', since, live, starting} end
  redis.call('HSET', KEYS[5], ARGV[7], string.format('%.0f', t + ARGV[9]))
  redis.call('PEXPIRE', KEYS[5], ARGV[9])
  return {'wait', since, live, starting}
end
if redis.call('HEXISTS', KEYS[5], ARGV[7]) == 1 then return {'start', since, live, starting} end
if live + starting == 0 then
  local reason = redis.call('GET', KEYS[6])
  if reason then return {'broken', reason} end
end
if open + starting >= tonumber(ARGV[11]) or redis.call('ZCARD', KEYS[2]) <= free + starting * ARGV[10] then
  return {'wait', since, live, starting}
end
redis.call('HSET', KEYS[5], ARGV[7], string.format('%.0f', t + ARGV[9]))
redis.call('PEXPIRE', KEYS[5], ARGV[9])
return {'start', since, live, starting}
`);

/**
 * Assigns a request to one attempt of one worker, and notifies the relay with the first frame of the response. A request
 * that has a response was claimed, even if Redis has lost the claim.
 * KEYS request, response, waiting, workers
 * ARGV id, attempt, worker, claimed lifetime, response's lifetime, duration of the lease, free, open
 */
export const CLAIM = script('claim', `
redis.call('ZREM', KEYS[3], ARGV[1])
local attempt = redis.call('HGET', KEYS[1], 'attempt')
if attempt and attempt ~= ARGV[2] then return {} end
if redis.call('HEXISTS', KEYS[1], 'gone') == 1 then return {} end
local stored = redis.call('HMGET', KEYS[1], 'head', 'body')
if not stored[1] then return {} end
if not attempt then
  if redis.call('EXISTS', KEYS[2]) == 1 then return {} end
  redis.call('HSET', KEYS[1], 'attempt', ARGV[2], 'worker', ARGV[3])
  redis.call('XADD', KEYS[2], '1-0', 'f', ARGV[2])
  redis.call('PEXPIRE', KEYS[2], ARGV[5])
end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('HSET', KEYS[4], ARGV[3], lease(now(), ARGV[6], ARGV[7], ARGV[8]))
redis.call('PEXPIRE', KEYS[4], 120000)
return {stored[1], stored[2]}
`);

/**
 * Adds frames with explicit numbers to a response. Returns the number of unread frames, or -1 if the response is lost.
 * KEYS response
 * ARGV 1 to create it, lifetime, number of the first frame, frames
 */
export const APPEND = script('append', `
if ARGV[1] ~= '1' and redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
for i = 4, #ARGV do
  local reply = redis.pcall('XADD', KEYS[1], string.format('%.0f-0', ARGV[3] + i - 4), 'f', ARGV[i])
  if type(reply) == 'table' and reply.err and not string.find(reply.err, 'equal or smaller', 1, true) then return reply end
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('XLEN', KEYS[1])
`);

/**
 * Renews a worker's lease and the keys of the requests that it has claimed, and restores keys that Redis has lost.
 * KEYS workers, starts, broken, then request and response of each claim
 * ARGV worker, duration of the lease, free, open, id of the start or nothing, claimed lifetime, response's lifetime, attempts
 */
export const BEAT = script('beat', `
local t = now()
local lost = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0
redis.call('HSET', KEYS[1], ARGV[1], lease(t, ARGV[2], ARGV[3], ARGV[4]))
redis.call('PEXPIRE', KEYS[1], 120000)
if ARGV[5] ~= '' then
  endStart(KEYS[2], ARGV[5])
  redis.call('DEL', KEYS[3])
end
local others = 0
local leases = redis.call('HGETALL', KEYS[1])
for i = 1, #leases, 2 do
  local expiry, free, isOpen = parse(leases[i + 1])
  if expiry > t and isOpen and leases[i] ~= ARGV[1] then others = others + 1 end
end
local result = {lost and 1 or 0, others}
for i = 8, #ARGV do
  local request, response = KEYS[4 + (i - 8) * 2], KEYS[5 + (i - 8) * 2]
  local attempt = redis.call('HGET', request, 'attempt')
  local mine = attempt == ARGV[i] or not attempt
  if not attempt then redis.call('HSET', request, 'attempt', ARGV[i], 'worker', ARGV[1]) end
  if mine then
    redis.call('HDEL', request, 'head', 'body')
    redis.call('PEXPIRE', request, ARGV[6])
  end
  if mine and redis.call('HEXISTS', request, 'gone') == 0 then
    local length = -1
    if redis.call('EXISTS', response) == 1 then
      redis.call('PEXPIRE', response, ARGV[7])
      length = redis.call('XLEN', response)
    end
    result[#result + 1] = length
  else
    result[#result + 1] = -2
  end
end
return result
`);

/**
 * Removes a start that has failed.
 * KEYS starts. ARGV id of the start
 */
export const END_START = script('end-start', `
endStart(KEYS[1], ARGV[1])
return 1
`);

/**
 * Whether a silent worker is alive. A worker that cannot continue a request removes its name from it.
 * KEYS workers, request. ARGV worker, attempt
 */
export const ALIVE = script('alive', `
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value then return 'missing' end
if parse(value) <= now() then return 'dead' end
local attempt = redis.call('HGET', KEYS[2], 'attempt')
if not attempt then return 'missing' end
if attempt ~= ARGV[2] or redis.call('HEXISTS', KEYS[2], 'worker') == 0 then return 'dead' end
return 'alive'
`);

/**
 * Whether the worker that generated a chat has died. A worker that has left has no generations, so it counts as dead.
 * KEYS stream, workers. ARGV the worker that asks
 */
export const ORPHANED = script('orphaned', `
local owner = redis.call('GET', KEYS[1])
if not owner or owner == ARGV[1] then return 0 end
local value = redis.call('HGET', KEYS[2], owner)
return (not value or parse(value) <= now()) and 1 or 0
`);

/**
 * Withdraws a request unless it has been claimed. The remaining key prevents a late copy of the request from being stored.
 * KEYS request, waiting, inbox, starts. ARGV id, lifetime, id of a start or nothing
 */
export const WITHDRAW = script('withdraw', `
if ARGV[3] ~= '' then redis.call('HDEL', KEYS[4], ARGV[3]) end
local attempt = redis.call('HGET', KEYS[1], 'attempt')
if attempt and attempt ~= 'withdrawn' then return {'taken', attempt} end
local known = redis.call('EXISTS', KEYS[1]) == 1
redis.call('HSET', KEYS[1], 'attempt', 'withdrawn')
redis.call('HDEL', KEYS[1], 'head', 'body')
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
return {known and 'withdrawn' or 'lost'}
`);

/**
 * Notifies a worker that the response is no longer needed.
 * KEYS request, inbox. ARGV id, attempt, lifetime
 */
export const ABANDON = script('abandon', `
if redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'gone', '1')
redis.call('ZADD', KEYS[2], 0, 'gone:' .. ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return 1
`);

/**
 * Withdraws a worker's lease, unless the worker should stay because a request waits.
 * KEYS workers, waiting, inbox. ARGV worker, 1 to leave even if requests wait, 1 if the common queue counts, lifetime of hints
 */
export const LEAVE = script('leave', `
local hints = {}
local members = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
for i = 1, #members, 2 do
  if not string.find(members[i], ':', 1, true) then hints[#hints + 1] = {members[i], members[i + 1]} end
end
if ARGV[2] ~= '1' and (#hints > 0 or (ARGV[3] == '1' and redis.call('ZCARD', KEYS[2]) > 0)) then return 0 end
for _, hint in ipairs(hints) do redis.call('ZADD', KEYS[2], hint[2], hint[1]) end
redis.call('PEXPIRE', KEYS[2], ARGV[4])
redis.call('DEL', KEYS[3])
redis.call('HDEL', KEYS[1], ARGV[1])
return 1
`);
