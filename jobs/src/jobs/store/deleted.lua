-- An image is at the destination no more: its link is not listed, and its deletion done.
-- ARGV: job, index, what the destination told of its windows (`learn_all`)

learn_all(now(), 3)
local job, index = ARGV[1], ARGV[2]
redis.call('ZREM', DELETIONS, job .. ':' .. index)
if state_of(job, index) ~= COMPLETE then return end
set_state(job, index, DELETED)
changed(job, index)
conclude()
local id = redis.call('HGET', job_key(job, 'uploads'), index)
if id then redis.call('XDEL', UPLOADS, id) end
