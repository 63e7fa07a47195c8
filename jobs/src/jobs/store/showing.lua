-- An image as clients see it: {index, url, state, attempts, doubts, detail, due ms}.
local function show(job, index)
  return {
    tonumber(index), redis.call('LINDEX', job_key(job, 'urls'), index), state_of(job, index),
    count_of(job, index, 'attempts'), count_of(job, index, 'doubts'),
    redis.call('HGET', job_key(job, 'images'), index),
    redis.call('ZSCORE', DUE, job .. ':' .. index)
  }
end
