-- An image as clients see it: {index, url, state, attempts that ended, doubts, detail, due ms}.
local function show(job, index)
  local state, attempts = state_of(job, index), count_of(job, index, 'attempts')
  if state == BEGUN then attempts = attempts - 1 end
  return {
    tonumber(index), redis.call('LINDEX', job_key(job, 'urls'), index), state, attempts,
    count_of(job, index, 'doubts'), redis.call('HGET', job_key(job, 'images'), index),
    redis.call('ZSCORE', DUE, job .. ':' .. index)
  }
end
