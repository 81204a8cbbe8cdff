-- What is known of exchanges by what passed so far. Knows no octets and nothing of Wireshark: it is shown what packets say, in their order.

local PENDING, MISMATCH = 1, 1

local Exchanges = {}
Exchanges.__index = Exchanges

-- names: statuses and verdicts by their numbers
function Exchanges.new(names)
  return setmetatable({ names = names, by_key = {}, in_order = {} }, Exchanges)
end

-- The same number may name another exchange between others
function Exchanges:exchange_of(said)
  local one, other = said.destination, said.source
  if other < one then
    one, other = other, one
  end
  local key = table.concat({ one, other, said.exchange }, " ")
  if not self.by_key[key] then
    local exchange = { flow = "", number = said.exchange, points = {}, reports = {}, dropped = 0, latest_round = -1 }
    self.by_key[key] = exchange
    self.in_order[#self.in_order + 1] = exchange
  end
  return self.by_key[key]
end

local function follow_count(exchange, said, finding)
  local is_never_told = said.message == "COUNT_REPORT" and said.count == 0
  if not said.count or is_never_told or said.status == PENDING then
    return
  end
  exchange.count = exchange.count or said.count
  if said.count ~= exchange.count then
    finding.count_before = exchange.count
  end
end

local function follow_round(exchange, said, frame)
  exchange.latest_round = math.max(exchange.latest_round, said.round)
  for round, report in pairs(exchange.reports) do
    if said.round > round then
      report.answered_in = report.answered_in or frame
    end
  end
end

-- Take one good packet into account, once. said: what it says; frame: its number. Returns what is remarkable about it.
function Exchanges:follow(said, frame)
  local exchange = self:exchange_of(said)
  local finding = { exchange = exchange }
  follow_count(exchange, said, finding)
  if said.message == "RESPONSE" then
    exchange.status = self.names.statuses[said.status] or said.status
  elseif said.message == "COUNT_REPORT" then
    exchange.verdict = self.names.verdicts[said.verdict] or said.verdict
    if said.verdict == MISMATCH then
      exchange.reports[said.round] = exchange.reports[said.round] or { round = said.round }
      finding.report = exchange.reports[said.round]
    end
  elseif said.message == "RESOURCE" or said.message == "ROUND_END" then
    follow_round(exchange, said, frame)
  end
  return finding
end

-- Take into account where a packet was seen, once. told: the observation point, and flow and fate where the capture tells them.
function Exchanges.sight(finding, said, told, frame)
  local exchange = finding.exchange
  finding.is_sighted = true
  exchange.flow = told.flow or exchange.flow
  if told.point == "link" then
    -- Not packets under way, but what became of them.
    exchange.dropped = exchange.dropped + (told.fate == "dropped" and 1 or 0)
  elseif said.message == "RESOURCE" then
    local point = exchange.points[told.point] or { rounds = {}, sequences = {}, sent = 0, distinct = 0, resent = 0 }
    exchange.points[told.point] = point
    local round = point.rounds[said.round] or {}
    point.rounds[said.round] = round
    finding.duplicate_of = round[said.sequence]
    round[said.sequence] = round[said.sequence] or frame
    point.sent = point.sent + 1
    point.resent = point.resent + (said.round > 0 and 1 or 0)
    point.distinct = point.distinct + (point.sequences[said.sequence] and 0 or 1)
    point.sequences[said.sequence] = true
  end
end

-- Whether a report asked in vain, as far as the capture goes: a COMPLETE says that it needs no answer any more.
function Exchanges.is_unanswered(exchange, report)
  return not report.answered_in and exchange.verdict ~= "COMPLETE"
end

local LINE = "%-24s %10s %-18s %8s %8s %8s %8s %8s %6s %-9s %10s\n"
local NOTHING = { sent = 0, distinct = 0, resent = 0 }

local function line_of(exchange)
  local points = exchange.points
  local _, any = next(points)
  -- Captures of others have one point, or more of any name.
  local sending = points["converter-out"] or any or NOTHING
  local receiving = points["endpoint-in"] or any or NOTHING
  local unanswered = 0
  for _, report in pairs(exchange.reports) do
    unanswered = unanswered + (Exchanges.is_unanswered(exchange, report) and 1 or 0)
  end
  return LINE:format(
    exchange.flow,
    ("%d"):format(exchange.number),
    tostring(exchange.status or "-"),
    tostring(exchange.count or "-"),
    sending.sent,
    receiving.distinct,
    sending.resent,
    exchange.dropped,
    exchange.latest_round + 1,
    tostring(exchange.verdict or "-"),
    unanswered
  )
end

-- A line for each exchange
function Exchanges:as_table()
  local lines = {
    LINE:format("flow", "exchange", "status", "count", "sent", "distinct", "resent", "dropped", "rounds", "report", "unanswered"),
  }
  for _, exchange in ipairs(self.in_order) do
    lines[#lines + 1] = line_of(exchange)
  end
  return table.concat(lines)
end

return Exchanges
