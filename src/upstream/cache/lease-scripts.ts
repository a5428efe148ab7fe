/** Keys: leases. Each holds the token of its holder, or nothing if the value was cached recently. */

/**
 * Arguments: token, a lease's life, whether a recently cached value counts as free (1). Leases all, or none; keys that hold the
 * token already are free. Returns the state of each before: 0 free, -1 cached recently, else the milliseconds that its holder has
 * left.
 */
export const claimScript = `
local holders = redis.call('MGET', unpack(KEYS))
local states, isFree = {}, true
for i, key in ipairs(KEYS) do
  local holder = holders[i]
  if not holder or holder == ARGV[1] or (holder == '' and ARGV[3] == '1') then
    states[i] = 0
  else
    states[i] = holder == '' and -1 or math.max(1, redis.call('PTTL', key))
    isFree = false
  end
end
if isFree then
  for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
end
return states
`

/** Arguments: token, a lease's life. */
export const renewScript = `
for _, key in ipairs(KEYS) do
  if redis.call('GET', key) == ARGV[1] then redis.call('PEXPIRE', key, ARGV[2]) end
end
`

/** Arguments: token, channel, message, and for each key how long its value is cached (0: it is not). */
export const endScript = `
local own = {}
for i, key in ipairs(KEYS) do own[i] = redis.call('GET', key) == ARGV[1] end
for i, key in ipairs(KEYS) do if own[i] then redis.call('DEL', key) end end
redis.call('PUBLISH', ARGV[2], ARGV[3])
for i, key in ipairs(KEYS) do
  if own[i] and ARGV[i + 3] ~= '0' then redis.call('SET', key, '', 'PX', ARGV[i + 3]) end
end
`
