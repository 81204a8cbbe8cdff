-- Every field and expert info by its filter's name, and the names of values; docs/protocol.md, sections 1 and 2.

local MESSAGE_NAMES = {
  [0x5201] = "REQUEST",
  [0x5301] = "RESPONSE",
  [0x5202] = "RESOURCE",
  [0x5203] = "ROUND_END",
  [0x5204] = "COUNT_REPORT",
  [0x5205] = "MISSING",
  [0x5206] = "PROGRESS",
}
local PACKET_TYPES = {
  [0x01] = "protocol",
  [0x02] = "unicast data",
  [0x03] = "multicast data",
  [0x81] = "protocol, labelled",
  [0x82] = "unicast data, labelled",
  [0x83] = "multicast data, labelled",
}
local STATUS_NAMES = {
  [0] = "OK",
  "PENDING",
  "UNKNOWN_DEVICE",
  "DEVICE_UNREACHABLE",
  "DEVICE_REFUSED",
  "DEVICE_FAULT",
  "BAD_REQUEST",
  "BUSY",
  "NOT_SUPPORTED",
}
local VERDICT_NAMES = { [0] = "COMPLETE", "MISMATCH", "ABANDON" }

local fields = {
  flow = ProtoField.string("viewnet.flow", "Flow"),
  fate = ProtoField.string("viewnet.fate", "Fate"),
  destination = ProtoField.string("viewnet.da", "Destination address"),
  source = ProtoField.string("viewnet.sa", "Source address"),
  type = ProtoField.uint8("viewnet.type", "Packet type", base.HEX, PACKET_TYPES),
  area = ProtoField.uint64("viewnet.area", "Metropolitan-area address"),
  access = ProtoField.uint16("viewnet.access", "Access address"),
  label = ProtoField.uint16("viewnet.label", "Label"),
  command = ProtoField.uint16("viewnet.command", "Command code", base.HEX, MESSAGE_NAMES),
  message = ProtoField.string("viewnet.message", "Message"),
  version = ProtoField.uint8("viewnet.version", "Version"),
  flags = ProtoField.uint8("viewnet.flags", "Flags", base.HEX),
  selective = ProtoField.bool("viewnet.flags.selective", "SELECTIVE", 8, nil, 0x01),
  credit = ProtoField.bool("viewnet.flags.credit", "CREDIT", 8, nil, 0x02),
  exchange = ProtoField.uint32("viewnet.exchange", "Exchange"),
  converter = ProtoField.string("viewnet.converter", "External message number"),
  device = ProtoField.string("viewnet.device", "Device number"),
  channel = ProtoField.uint16("viewnet.channel", "Channel"),
  kinds = ProtoField.uint16("viewnet.kinds", "Kinds", base.HEX),
  continuous = ProtoField.bool("viewnet.kinds.continuous", "continuous", 16, nil, 0x0001),
  motion = ProtoField.bool("viewnet.kinds.motion", "motion", 16, nil, 0x0002),
  alarm = ProtoField.bool("viewnet.kinds.alarm", "alarm", 16, nil, 0x0004),
  manual = ProtoField.bool("viewnet.kinds.manual", "manual", 16, nil, 0x0008),
  limit = ProtoField.uint32("viewnet.limit", "Most resources wanted"),
  from = ProtoField.uint64("viewnet.from", "From, ms since 1970"),
  to = ProtoField.uint64("viewnet.to", "To, exclusive, ms since 1970"),
  rate = ProtoField.uint32("viewnet.rate", "Most packets per second"),
  window = ProtoField.uint32("viewnet.window", "Window in packets"),
  status = ProtoField.uint16("viewnet.status", "Status", base.DEC, STATUS_NAMES),
  count = ProtoField.uint32("viewnet.count", "Count of resources"),
  snapshot = ProtoField.uint64("viewnet.snapshot", "Snapshot, ms since 1970"),
  sequence = ProtoField.uint32("viewnet.sequence", "Sequence"),
  start = ProtoField.uint64("viewnet.start", "Start, ms since 1970"),
  ["end"] = ProtoField.uint64("viewnet.end", "End, exclusive, ms since 1970"),
  round = ProtoField.uint16("viewnet.round", "Round"),
  size = ProtoField.uint64("viewnet.size", "Size in octets"),
  key = ProtoField.uint64("viewnet.key", "Key", base.HEX),
  content = ProtoField.uint32("viewnet.content", "Content", base.HEX),
  sent = ProtoField.uint32("viewnet.sent", "RESOURCE packets sent in this round"),
  verdict = ProtoField.uint16("viewnet.verdict", "Verdict", base.DEC, VERDICT_NAMES),
  received = ProtoField.uint32("viewnet.received", "Distinct resources received"),
  missing_packets = ProtoField.uint16("viewnet.missing_packets", "MISSING packets sent with this report"),
  first = ProtoField.uint32("viewnet.first", "First sequence of the bitmap"),
  index = ProtoField.uint16("viewnet.index", "Index of this packet"),
  missing = ProtoField.string("viewnet.missing", "Missing sequences"),
  highest = ProtoField.uint32("viewnet.highest", "Highest sequence received"),
  crc = ProtoField.uint32("viewnet.crc", "CRC-32", base.HEX),
  duplicate_of = ProtoField.framenum("viewnet.duplicate_of", "The same sequence in this round"),
  answered_in = ProtoField.framenum("viewnet.answered_in", "Answered in"),
}

local experts = {
  length = ProtoExpert.new("viewnet.bad_length", "Wrong length", expert.group.PROTOCOL, expert.severity.ERROR),
  cut = ProtoExpert.new("viewnet.cut", "Cut by the capture", expert.group.UNDECODED, expert.severity.NOTE),
  type = ProtoExpert.new("viewnet.unknown_type", "Unknown packet type", expert.group.PROTOCOL, expert.severity.ERROR),
  crc = ProtoExpert.new("viewnet.bad_crc", "Bad CRC", expert.group.CHECKSUM, expert.severity.ERROR),
  version = ProtoExpert.new("viewnet.unknown_version", "Unknown version", expert.group.PROTOCOL, expert.severity.ERROR),
  command = ProtoExpert.new("viewnet.unknown_command", "Unknown command code", expert.group.PROTOCOL, expert.severity.ERROR),
  duplicate = ProtoExpert.new(
    "viewnet.duplicate_sequence",
    "Sequence sent twice in a round",
    expert.group.SEQUENCE,
    expert.severity.WARN
  ),
  count = ProtoExpert.new("viewnet.count_mismatch", "Another count", expert.group.SEQUENCE, expert.severity.WARN),
  unanswered = ProtoExpert.new(
    "viewnet.unanswered_report",
    "MISMATCH without a later round",
    expert.group.SEQUENCE,
    expert.severity.WARN
  ),
}

return {
  fields = fields,
  experts = experts,
  messages = MESSAGE_NAMES,
  statuses = STATUS_NAMES,
  verdicts = VERDICT_NAMES,
}
