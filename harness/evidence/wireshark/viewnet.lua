-- Wireshark dissector of the video-network protocol, reference profile 1 (docs/protocol.md); tried with Wireshark 4.0.
--
-- wireshark -X lua_script:viewnet.lua packets.pcapng      or put this folder into a plugin folder (Help > About > Folders)
-- tshark -q -X lua_script:viewnet.lua -X lua_script1:exchanges -r packets.pcapng      a line for each exchange
--
-- A report that nobody answered is known only at the end: two passes (tshark -2; Wireshark always) mark its packet.
-- Captures of `viewnet certify` tell each packet's observation point by its interface, its flow and fate by its comment; others do as well.
-- Its other files stand beside it: keep them together.

local arguments = { ... }
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or ""

local octets = dofile(folder .. "viewnet-octets.lua")
local names = dofile(folder .. "viewnet-fields.lua")
local Exchanges = dofile(folder .. "viewnet-exchanges.lua")
local f, e, band, crc32 = names.fields, names.experts, octets.band, octets.crc32

local ETHER_TYPE = 0x88b5
local UDP_PORT = 28200

local viewnet = Proto("viewnet", "Video network, reference profile 1")
viewnet.fields = f
viewnet.experts = e

-- Set anew whenever a capture is opened, or dissected all over again
local exchanges, findings

local function forget()
  exchanges, findings = Exchanges.new(names), {}
end
forget()
viewnet.init = forget

local frame_number = Field.new("frame.number")
local frame_comment = Field.new("frame.comment")
local interface_name = Field.new("frame.interface_name")

-- White space and % of names are percent-encoded in comments
local function unescaped(text)
  return text and (text:gsub("%%(%x%x)", function(digits)
    return string.char(tonumber(digits, 16))
  end))
end

-- What a capture of ours says beside the packet; nothing on a first pass that builds no tree, as of tshark -2
local function told_of_packet()
  if not frame_number() then
    return nil
  end
  local interface = interface_name()
  local told = { point = interface and interface.value or "" }
  for _, comment in ipairs({ frame_comment() }) do
    told.flow = told.flow or unescaped(comment.value:match("flow=(%S+)"))
    told.fate = told.fate or comment.value:match("fate=(%S+)")
  end
  return told
end

local HEADER, LABEL, CRC, BODY, SUB_HEADER = 18, 4, 4, 16, 32

local function expected_length(packet_type)
  local payload = ({ [0x01] = 64, [0x02] = 1056, [0x03] = 1056 })[band(packet_type, 0x7f)]
  local label = packet_type > 0x7f and LABEL or 0
  return payload and HEADER + label + payload + CRC, label
end

local function number_text(range)
  return ("%05d-%05d-%05d-%05d"):format(
    range(0, 2):uint(),
    range(2, 2):uint(),
    range(4, 2):uint(),
    range(6, 2):uint()
  )
end

local function add_number(tree, field, range)
  tree:add(field, range, number_text(range))
end

-- Milliseconds since 1970, and what they are in UTC
local function add_time(zero)
  return function(tree, field, range)
    local item = tree:add(field, range)
    local milliseconds = range:uint64():tonumber()
    if milliseconds == 0 then
      item:append_text(" (" .. zero .. ")")
    elseif milliseconds < 253402300800000 then
      local seconds = math.floor(milliseconds / 1000)
      item:append_text((" (%s.%03dZ)"):format(os.date("!%Y-%m-%dT%H:%M:%S", seconds), milliseconds - seconds * 1000))
    end
  end
end

local function add_kinds(tree, field, range)
  local item = tree:add(field, range)
  for _, kind in ipairs({ f.continuous, f.motion, f.alarm, f.manual }) do
    item:add(kind, range)
  end
end

-- Offsets as in docs/protocol.md, section 2, counted in the payload: { name, offset, octets, how to add it }
local BODIES = {
  REQUEST = {
    { "device", 16, 8, add_number },
    { "channel", 24, 2 },
    { "kinds", 26, 2, add_kinds },
    { "limit", 28, 4 },
    { "from", 32, 8, add_time("earliest") },
    { "to", 40, 8, add_time("open") },
    { "rate", 48, 4 },
    { "window", 52, 4 },
  },
  RESPONSE = { { "status", 16, 2 }, { "count", 20, 4 }, { "device", 24, 8, add_number }, { "snapshot", 32, 8, add_time("none") } },
  RESOURCE = {
    { "sequence", 16, 4 },
    { "count", 20, 4 },
    { "start", 24, 8, add_time("1970") },
    { "end", 32, 8, add_time("still recording") },
    { "channel", 40, 2 },
    { "kinds", 42, 2, add_kinds },
    { "round", 44, 2 },
    { "size", 48, 8 },
    { "key", 56, 8 },
  },
  ROUND_END = { { "count", 16, 4 }, { "sent", 20, 4 }, { "round", 24, 2 } },
  COUNT_REPORT = {
    { "verdict", 16, 2 },
    { "round", 18, 2 },
    { "received", 20, 4 },
    { "count", 24, 4 },
    { "missing_packets", 28, 2 },
  },
  MISSING = { { "first", 16, 4 }, { "round", 20, 2 }, { "index", 22, 2 } },
  PROGRESS = { { "highest", 16, 4 }, { "round", 20, 2 } },
}

local SUMMARIES = {
  REQUEST = function(said)
    return "REQUEST " .. said.device
  end,
  RESPONSE = function(said)
    return ("RESPONSE %s, count %d"):format(names.statuses[said.status] or said.status, said.count)
  end,
  RESOURCE = function(said)
    return ("RESOURCE %d of %d, round %d"):format(said.sequence, said.count, said.round)
  end,
  ROUND_END = function(said)
    return ("ROUND_END %d, %d sent of %d"):format(said.round, said.sent, said.count)
  end,
  COUNT_REPORT = function(said)
    local verdict = names.verdicts[said.verdict] or said.verdict
    return ("COUNT_REPORT %s, round %d, %d of %d"):format(verdict, said.round, said.received, said.count)
  end,
  MISSING = function(said)
    local ranges = #said.missing > 40 and said.missing:sub(1, 40) .. "…" or said.missing
    return ("MISSING %s, round %d"):format(ranges, said.round)
  end,
  PROGRESS = function(said)
    return ("PROGRESS up to %d, round %d"):format(said.highest, said.round)
  end,
}

local function add_address(tree, field, range)
  local area, access = range(1, 5):uint64(), range(6, 2):uint()
  local text = ("%s/%d"):format(tostring(area), access)
  local item = tree:add(field, range, text)
  item:add(f.type, range(0, 1))
  item:add(f.area, range(1, 5))
  item:add(f.access, range(6, 2))
  return text
end

local function add_body(tree, payload, said)
  for _, part in ipairs(BODIES[said.message]) do
    local name, offset, octets, add = part[1], part[2], part[3], part[4]
    local range = payload(offset, octets)
    if add then
      add(tree, f[name], range)
    else
      tree:add(f[name], range)
    end
    said[name] = octets == 8 and number_text(range) or range:uint()
  end
  if said.message == "MISSING" then
    local bitmap = payload(SUB_HEADER)
    said.missing = octets.missing_ranges(said.first, bitmap:raw())
    tree:add(f.missing, bitmap, said.missing)
  elseif said.message == "RESOURCE" then
    local body = payload(BODY):raw()
    tree:add(f.content, payload(BODY), crc32(body:sub(1, 28) .. "\0\0" .. body:sub(31))):set_generated()
  end
end

-- The payload; returns whether it can be read, and says then what it says
local function add_payload(tree, payload, is_data, said)
  local code, version = payload(0, 2):uint(), payload(2, 1):uint()
  local command = tree:add(f.command, payload(0, 2))
  local version_item = tree:add(f.version, payload(2, 1))
  if version ~= 1 then
    version_item:add_proto_expert_info(e.version, ("version is %d; reference profile 1 speaks 1"):format(version))
    return false
  end
  local message = names.messages[code]
  if not message or (message == "MISSING") ~= is_data then
    command:add_proto_expert_info(e.command, ("command code 0x%04x is unknown in such a packet"):format(code))
    return false
  end
  said.message, said.exchange = message, payload(4, 4):uint()
  tree:add(f.message, payload(0, 2), message):set_generated()
  local flags = tree:add(f.flags, payload(3, 1))
  if message == "REQUEST" then
    flags:add(f.selective, payload(3, 1))
    flags:add(f.credit, payload(3, 1))
  end
  tree:add(f.exchange, payload(4, 4))
  add_number(tree, f.converter, payload(8, 8))
  add_body(tree, payload, said)
  return true
end

local function add_findings(tree, said, finding, is_second_pass)
  if finding.duplicate_of then
    local text = ("sequence %d was seen in round %d already, in frame %d"):format(said.sequence, said.round, finding.duplicate_of)
    tree:add(f.duplicate_of, finding.duplicate_of):set_generated()
    tree:add_proto_expert_info(e.duplicate, text)
  end
  if finding.count_before then
    tree:add_proto_expert_info(e.count, ("count is %d; the exchange began with %d"):format(said.count, finding.count_before))
  end
  local report = finding.report
  if report and report.answered_in then
    tree:add(f.answered_in, report.answered_in):set_generated()
  elseif report and is_second_pass and Exchanges.is_unanswered(finding.exchange, report) then
    tree:add_proto_expert_info(e.unanswered, ("nothing of a round after %d followed"):format(report.round))
  end
end

-- Type, length and CRC; returns where the payload begins and whether a receiver would take the packet, or nothing where it has no payload
local function add_frame(tree, tvb, said)
  local length = tvb:reported_len()
  if tvb:len() < length then
    tree:add_proto_expert_info(e.cut, ("%d of %d octets were captured"):format(tvb:len(), length))
    return nil
  end
  local packet_type = length > 0 and tvb(0, 1):uint() or nil
  local expected, label = expected_length(packet_type or 0)
  if packet_type and not expected then
    tree:add(f.type, tvb(0, 1)):add_proto_expert_info(e.type, ("packet type is 0x%02x"):format(packet_type))
    return nil
  end
  if length ~= expected then
    local text = ("packet is %d octets; one of its type is %d"):format(length, expected or 86)
    tree:add_proto_expert_info(e.length, text)
    return nil
  end
  said.destination = add_address(tree, f.destination, tvb(0, 8))
  said.source = add_address(tree, f.source, tvb(8, 8))
  if label > 0 then
    tree:add(f.label, tvb(HEADER + 2, 2))
  end
  local carried, computed = tvb(length - CRC):le_uint(), crc32(tvb:raw(0, length - CRC))
  local crc = tree:add_le(f.crc, tvb(length - CRC))
  if carried ~= computed then
    crc:add_proto_expert_info(e.crc, ("the octets before it give 0x%08x"):format(computed))
  end
  local same_type = tvb(8, 1):uint() == packet_type
  if not same_type then
    tree:add_proto_expert_info(e.type, ("packet type in the SA is 0x%02x; the DA says 0x%02x"):format(tvb(8, 1):uint(), packet_type))
  end
  return HEADER + label, carried == computed and same_type
end

-- What is known of a good packet and its exchange by now
local function finding_of(said, told, pinfo)
  local finding = findings[pinfo.number]
  if not finding and not pinfo.visited then
    finding = exchanges:follow(said, pinfo.number)
    findings[pinfo.number] = finding
  end
  if finding and told and not finding.is_sighted then
    Exchanges.sight(finding, said, told, pinfo.number)
  end
  return finding
end

function viewnet.dissector(tvb, pinfo, root)
  local told, said = told_of_packet(), {}
  local tree = root:add(viewnet, tvb())
  pinfo.cols.protocol = "VIEWNET"
  for _, name in ipairs({ "flow", "fate" }) do
    if told and told[name] then
      tree:add(f[name], told[name]):set_generated()
    end
  end
  local payload_at, is_good = add_frame(tree, tvb, said)
  local is_data = payload_at and tvb:len() > 1000
  local is_read = payload_at and add_payload(tree, tvb(payload_at, tvb:len() - CRC - payload_at), is_data, said)
  local summary = is_read and ("%s, exchange %d"):format(SUMMARIES[said.message](said), said.exchange) or "unreadable"
  local fate = told and told.fate and told.point == "link" and "[" .. told.fate .. "] " or ""
  pinfo.cols.info = fate .. summary .. (payload_at and not is_good and " [bad]" or "")
  tree:append_text(": " .. summary)
  local finding = is_read and is_good and finding_of(said, told, pinfo)
  if finding then
    add_findings(tree, said, finding, pinfo.visited)
  end
  return tvb:len()
end

DissectorTable.get("ethertype"):add(ETHER_TYPE, viewnet)
DissectorTable.get("udp.port"):add(UDP_PORT, viewnet)

-- On any other port: what has the length of its type, and its CRC
viewnet:register_heuristic("udp", function(tvb, pinfo, root)
  local length = tvb:len()
  if length < 86 or length ~= expected_length(tvb(0, 1):uint()) then
    return false
  end
  if crc32(tvb:raw(0, length - CRC)) ~= tvb(length - CRC):le_uint() then
    return false
  end
  viewnet.dissector(tvb, pinfo, root)
  return true
end)

-- Statistics: a line for each exchange
-- The listener has every packet dissected in order, with its tree; what it tells was gathered then.
if gui_enabled() then
  Listener.new("frame", "viewnet")
  register_menu("Viewnet/Exchanges", function()
    TextWindow.new("Viewnet exchanges"):set(exchanges:as_table())
  end, MENU_STAT_UNSORTED)
elseif arguments[1] == "exchanges" then
  local tap = Listener.new("frame", "viewnet")
  function tap.draw()
    io.write(exchanges:as_table())
  end
end
