-- What clients can see of a job changed, and of which of its images. Said at the end of the script
-- (tell_changes), once for each job: a script may change hundreds of images.
local changes = {}

local function changed(job, index)
  local images = changes[job] or {}
  changes[job] = images
  images[#images + 1] = index
end

-- The events of a job are its last thousand or so, and go an hour after it finished. The id of the
-- newest is the job's version. More than MOST_NAMED images are told as `*`: any of them.
local MOST_NAMED = 500

local function tell_changes()
  for job, images in pairs(changes) do
    local events = job_key(job, 'events')
    local told = #images > MOST_NAMED and '*' or table.concat(images, ',')
    local version = redis.call('XADD', events, 'MAXLEN', '~', 1000, '*', 'images', told)
    redis.call('HSET', job_key(job), 'version', version)
    if redis.call('HEXISTS', job_key(job), 'finished') == 1 then
      redis.call('PEXPIRE', events, 3600000)
    end
  end
end
