-- A worker lives, and the images it has begun are still its own.
-- ARGV: worker as <name>:<images at once>, its time to live in ms, lease ms, <job>:<index> ...

local at = now()
redis.call('ZADD', WORKERS, at + ARGV[2], ARGV[1])
local leases = {}
for i = 4, #ARGV do
  leases[#leases + 1] = at + ARGV[3]
  leases[#leases + 1] = ARGV[i]
  if #leases == 1000 or i == #ARGV then
    redis.call('ZADD', LEASES, 'XX', unpack(leases))
    leases = {}
  end
end
