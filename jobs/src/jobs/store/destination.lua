-- How the destination stands, as `standing.lua` has it.

return standing(now())
