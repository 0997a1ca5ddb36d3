-- SPDX-License-Identifier: Apache-2.0
-- wrk script: asks for the lines of the file in HELHET_PATHS in random order; POST bodies from HELHET_BODY when set;
-- HELHET_HEADERS: headers of every request, one a line.
local paths = {}
for line in io.lines(os.getenv("HELHET_PATHS")) do paths[#paths + 1] = line end
local body
if os.getenv("HELHET_BODY") then
  local f = io.open(os.getenv("HELHET_BODY"))
  body = f:read("a")
  f:close()
end
local headers = {}
for name, value in (os.getenv("HELHET_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]*)") do headers[name] = value end
local threads = 0
function setup(thread) thread:set("seed", threads) threads = threads + 1 end
function init()
  math.randomseed(seed + 1)
  for name, value in pairs(headers) do wrk.headers[name] = value end
end
function request()
  if body then
    return wrk.format("POST", paths[1], { ["Content-Type"] = "application/fhir+json", Prefer = "return=minimal" }, body)
  end
  return wrk.format("GET", paths[math.random(#paths)])
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.bytes, e.connect + e.read + e.write + e.timeout, e.status))
end
