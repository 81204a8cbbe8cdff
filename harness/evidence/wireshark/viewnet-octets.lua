-- Arithmetic over octets. Lua 5.2 has bit32; later Luas have operators that 5.2 cannot parse, hence the text.

local bits = bit32
  or load("return { bxor = function(a, b) return a ~ b end, band = function(a, b) return a & b end,"
    .. " rshift = function(a, n) return a >> n end }")()
local bxor, band, rshift = bits.bxor, bits.band, bits.rshift

local crc_table = {}
for octet = 0, 255 do
  local crc = octet
  for _ = 1, 8 do
    crc = band(crc, 1) == 1 and bxor(rshift(crc, 1), 0xedb88320) or rshift(crc, 1)
  end
  crc_table[octet] = crc
end

-- CRC-32 as IEEE 802.3, over a Lua string
local function crc32(octets)
  local crc = 0xffffffff
  for at = 1, #octets do
    crc = bxor(crc_table[band(bxor(crc, octets:byte(at)), 0xff)], rshift(crc, 8))
  end
  return bxor(crc, 0xffffffff)
end

-- The sequences that a bitmap names, ascending, as ranges: 2,5-7
local function missing_ranges(first, bitmap)
  local ranges, start = {}, nil
  for bit = 0, #bitmap * 8 do
    local octet = bitmap:byte(rshift(bit, 3) + 1) or 0
    local is_missing = band(rshift(octet, 7 - band(bit, 7)), 1) == 1
    if is_missing then
      start = start or bit
    elseif start then
      local from, to = first + start, first + bit - 1
      ranges[#ranges + 1] = from == to and ("%d"):format(from) or ("%d-%d"):format(from, to)
      start = nil
    end
  end
  return table.concat(ranges, ",")
end

return { band = band, crc32 = crc32, missing_ranges = missing_ranges }
