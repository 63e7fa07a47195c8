-- The reason of the pause is mended: all go on. ARGV: reason
if redis.call('HGET', PAUSE, 'reason') == ARGV[1] then redis.call('DEL', PAUSE) end
