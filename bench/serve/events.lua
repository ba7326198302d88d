-- wrk: batches of 100 events of about 400 bytes, each with an id of its own. WAUTH: the Authorization header.
local headers, count, run = nil, 0, 0
local filler = string.rep("x", 120)
function init()
  headers = { authorization = os.getenv("WAUTH"), ["content-type"] = "application/json" }
  run = os.time() .. "-" .. tostring({}):sub(8)
end
function request()
  local events = {}
  for i = 1, 100 do
    count = count + 1
    events[i] = string.format('{"type":"track","event":"Product Viewed","userId":"user-%d","messageId":"%s-%d","timestamp":"2026-01-05T08:00:00.000Z",' ..
      '"properties":{"product_id":"p%d","category":"shoes","price":49.9,"note":"%s"},"context":{"library":{"name":"bench","version":"1"}}}',
      count % 10000, run, count, count % 500, filler)
  end
  return wrk.format("POST", "/v1/batch", headers, '{"batch":[' .. table.concat(events, ",") .. ']}')
end
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %.0f %.3f %.3f %.0f %d\n", summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.bytes / summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
