import { createHash } from 'node:crypto'
import type { Redis } from 'ioredis'
import { z } from 'zod'

/** A Lua script. Redis runs it atomically, so no other instance's call comes between its steps. */
export interface Script {
  readonly text: string
  readonly digest: string
}

/** Call it before the first script runs, and again when Redis is back. */
export async function loadScripts(redis: Redis): Promise<void> {
  const scripts = [takeScript, observeScript, joinScript, leaveScript]
  await Promise.all(scripts.map(({ text }) => redis.script('LOAD', text)))
}

/** Sends only the script's digest: rejects if Redis does not know it. */
export function runScript(
  redis: Redis,
  { digest }: Script,
  keys: readonly string[],
  parameters: readonly (string | number)[],
): Promise<unknown> {
  return redis.evalsha(digest, keys.length, ...keys, ...parameters)
}

/**
 * Keys: calls (by time), facts, instances (by when they were last seen). Times are of Redis's clock, in milliseconds. The scripts
 * also write to a full Redis: the keys are small.
 */
const shared = `#!lua flags=allow-oom
local calls, facts, instances = KEYS[1], KEYS[2], KEYS[3]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function fact(name) return tonumber(redis.call('HGET', facts, name)) end
local function keep(...) redis.call('HSET', facts, ...) redis.call('PEXPIRE', facts, 3456000000) end
local function firstEnd(first)
  for i = first, first + 2 do if tonumber(ARGV[i]) > now then return tonumber(ARGV[i]) end end
end
-- A date that was reported, or is due, by clocks that differ.
local function nearestEnd(at, first, leeway)
  for i = first, first + 2 do
    if math.abs(tonumber(ARGV[i]) - at) <= leeway then return tonumber(ARGV[i]) end
  end
  return at
end
local function register(instance, longest)
  redis.call('ZADD', instances, now, instance)
  redis.call('ZREMRANGEBYSCORE', instances, '-inf', now - math.max(longest, 600000))
  redis.call('PEXPIRE', instances, math.max(longest, 600000))
end
local function write(id, at, longest)
  redis.call('ZADD', calls, at, id)
  redis.call('PEXPIRE', calls, longest)
end
-- The calls of each window whose length is an argument from there on, up to the last of them.
local function counts(first, last, step)
  local found = {}
  for i = first, last, step do
    found[#found + 1] = redis.call('ZCOUNT', calls, '(' .. (now - tonumber(ARGV[i])), '+inf')
  end
  return found
end
local function seen(left, endsAt)
  return left or -1, left and endsAt - now or -1, redis.call('ZCARD', instances), fact('windowCalls') or -1
end
`

/**
 * Arguments: instance, id, ahead, the number of calls, the longest window, a fresh period's calls (or -1) and the ends of three
 * periods, and each window's calls and length. Returns the wait for blocks and windows, the wait for the period, and what is
 * known then: each window's count, the period's calls left and its end (or -1), the number of instances, and the calls of the
 * shortest window (or -1 if the vendor did not tell). The calls are counted if both waits are 0, as `id:1` and so on.
 */
export const takeScript = script(`${shared}
local longest, ahead, taken = tonumber(ARGV[5]), tonumber(ARGV[3]), tonumber(ARGV[4])
register(ARGV[1], longest)
redis.call('ZREMRANGEBYSCORE', calls, '-inf', now - longest)
local size = redis.call('ZCARD', calls)
local wait = math.max(0, (fact('blockedUntil') or 0) - now)
local reported = fact('windowCalls')
for i = 10, #ARGV, 2 do
  local most = i == 10 and reported or tonumber(ARGV[i])
  local index = math.min(size - most + ahead + taken - 1, size - 1)
  if index >= 0 then
    local leaving = redis.call('ZRANGE', calls, index, index, 'WITHSCORES')
    wait = math.max(wait, tonumber(leaving[2]) + tonumber(ARGV[i + 1]) - now)
  end
end
local left, endsAt = fact('left'), fact('endsAt')
if not endsAt or endsAt <= now then
  local length = fact('length')
  left = fact('limit') or tonumber(ARGV[6])
  endsAt = length and now - now % length + length or firstEnd(7)
  if left < 0 or not endsAt then left, endsAt = nil, nil end
end
local periodWait = 0
if left and left < taken then periodWait = endsAt - now end
if wait <= 0 and periodWait <= 0 then
  for i = 1, longest > 0 and taken or 0 do write(ARGV[2] .. ':' .. i, now, longest) end
  if left then
    left = left - taken
    keep('left', left, 'endsAt', endsAt)
  end
end
return { wait, periodWait, counts(11, #ARGV, 2), seen(left, endsAt) }
`)

/**
 * Arguments: a block's length; the period's calls left (or -1), limit (or -1) and end, `sameEnd`, `unseenCalls`, and the calls
 * under way; the shortest window's calls, length and calls left (or -1), a name for others' calls, and the longest window; the
 * calls of the shortest window that the vendor reported (or -1), the period's length that it reported (or -1), and the ends of
 * three months (or -1).
 */
export const observeScript = script(`${shared}
local block, left, limit, ends = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), now + tonumber(ARGV[4])
if block > 0 then keep('blockedUntil', math.max(fact('blockedUntil') or 0, now + block)) end
if tonumber(ARGV[13]) > 0 then keep('windowCalls', ARGV[13]) end
if tonumber(ARGV[14]) > 0 then keep('length', ARGV[14]) end
ends = nearestEnd(ends, 15, tonumber(ARGV[5]))
if left >= 0 then
  local known, endsAt = fact('left'), fact('endsAt')
  local isNew = limit >= 0 and limit ~= fact('limit')
  if known and endsAt > now and not isNew and math.abs(ends - endsAt) <= tonumber(ARGV[5]) then
    if left <= known + tonumber(ARGV[6]) then left = math.min(left, known) end
    ends = math.min(ends, endsAt)
  else
    left = left - tonumber(ARGV[7])
  end
  keep('left', left, 'endsAt', ends)
  if limit >= 0 then keep('limit', limit) end
end
if tonumber(ARGV[10]) >= 0 then
  local length = tonumber(ARGV[9])
  local used = redis.call('ZCOUNT', calls, '(' .. (now - length), '+inf')
  for i = 1, tonumber(ARGV[8]) - used - tonumber(ARGV[10]) do write(ARGV[11] .. ':' .. i, now, tonumber(ARGV[12])) end
end
return {}
`)

/**
 * Arguments: instance, the longest window, a block's length, the period's calls left (or -1), limit (or -1) and end, `sameEnd`,
 * the calls of the shortest window that the vendor reported (or -1), the ends of three months (or -1), the period's calls that
 * only this instance counted, the number of windows, the length of each, and the id and age of each of the instance's calls.
 * Returns what is known then, as `takeScript` does.
 */
export const joinScript = script(`${shared}
local longest, left, limit, ends = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5]), now + tonumber(ARGV[6])
local apart, isKnown = tonumber(ARGV[12]), redis.call('ZSCORE', instances, ARGV[1])
register(ARGV[1], longest)
ends = nearestEnd(ends, 9, tonumber(ARGV[7]))
if tonumber(ARGV[3]) > 0 then keep('blockedUntil', math.max(fact('blockedUntil') or 0, now + tonumber(ARGV[3]))) end
local endsAt = fact('endsAt')
if left >= 0 and (not endsAt or endsAt <= now) then
  -- Of those who come back to an empty Redis the one that asked last before knows best.
  keep('left', left, 'endsAt', ends, 'before', left + apart, 'beforeUntil', now + 5000)
  if limit >= 0 then keep('limit', limit) end
elseif left >= 0 and math.abs(ends - endsAt) <= tonumber(ARGV[7]) then
  local before = (fact('beforeUntil') or 0) > now and fact('before') or 0
  local unseen = isKnown and 0 or math.max(0, before - left - apart)
  keep('left', math.min(left, fact('left') - apart - unseen), 'before', before - unseen)
end
if tonumber(ARGV[8]) > 0 and not fact('windowCalls') then keep('windowCalls', ARGV[8]) end
local lengths = 13 + tonumber(ARGV[13])
for i = lengths + 1, #ARGV, 2 do write(ARGV[i], now - tonumber(ARGV[i + 1]), longest) end
left, endsAt = fact('left'), fact('endsAt')
if not endsAt or endsAt <= now then left = nil end
return { counts(14, lengths, 1), seen(left, endsAt) }
`)

/**
 * Each window's count, the period's calls left and its end, the instances, and the shortest window's calls that were reported.
 */
const known = [z.array(z.number()), z.number(), z.number(), z.number(), z.number()] as const
export const takeReply = z.tuple([z.number(), z.number(), ...known])
export const joinReply = z.tuple(known)

/** Arguments: an instance that leaves; the others share what is left among fewer. */
export const leaveScript = script(`#!lua flags=allow-oom
redis.call('ZREM', KEYS[3], ARGV[1])
return {}
`)

function script(text: string): Script {
  return { text, digest: createHash('sha1').update(text).digest('hex') }
}
