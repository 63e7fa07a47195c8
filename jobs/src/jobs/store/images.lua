-- A page of a job's images: {next index or -1, image as `showing.lua` has it, ...}.
-- ARGV: job, first index, images at most, the states wanted (as 'wab')
-- Returns nothing for a job that does not exist.

local job, first, most, wanted = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local states = redis.call('GET', job_key(job, 'states'))
if not states then return false end

local page = {-1}
for index = first, #states - 1 do
  local state = string.sub(states, index + 1, index + 1)
  if string.find(wanted, state, 1, true) then
    if #page > most then
      page[1] = index
      break
    end
    page[#page + 1] = show(job, index)
  end
end
return page
