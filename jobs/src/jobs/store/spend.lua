-- Takes some of every quota that has as much. ARGV: four for each: quota, limit, its window in ms,
-- how much. Returns three for each: 1 or 0 for taken or not, what is left, ms to the window's end.

local balances = {}
for i = 1, #ARGV, 4 do
  local taken, left, ends = spend(unpack(ARGV, i, i + 3))
  balances[#balances + 1] = {taken and 1 or 0, left, ends}
end
return balances
