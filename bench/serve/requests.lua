-- wrk: the requests of a file one after the other, keep-alive. Each of its lines: method, path and body, with tabs between.
-- WREQUESTS: the file; WAUTH: the Authorization header.
-- Prints RESULT: requests a second, the median and the 99th percentile of times in ms, bytes an answer, errors.
local requests, at = {}, 0
function init()
  local headers = { authorization = os.getenv("WAUTH"), ["content-type"] = "application/json" }
  for line in io.lines(os.getenv("WREQUESTS")) do
    local method, path, body = line:match("^([^\t]*)\t([^\t]*)\t?(.*)$")
    requests[#requests + 1] = wrk.format(method, path, headers, body ~= "" and body or nil)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %.0f %.3f %.3f %.0f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.bytes / summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
