-- wrk: single evaluations for many users, keep-alive. WAUTH: the Authorization header.
local requests, at = {}, 0
function init()
  local headers = { authorization = os.getenv("WAUTH"), ["content-type"] = "application/json" }
  for user = 1, 1000 do
    local body = string.format('{"context":{"targetingKey":"user-%d","country":"%s","plan":"%s"}}', user, user % 2 == 0 and "DE" or "FR",
      user % 3 == 0 and "pro" or "free")
    requests[user] = wrk.format("POST", "/ofrep/v1/evaluate/flags/button", headers, body)
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary)
  local errors = summary.errors
  io.write(string.format("RESULT %.0f %d\n", summary.requests / summary.duration * 1e6,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
