-- One address, or a series of another item each time: `{number}` is the item. When all items were asked for, the span
-- begins a day earlier, before the data, so that the rows are the same and the question is another one. At the end one
-- line of JSON.
local path = os.getenv("BENCH_PATH")
local number = tonumber(os.getenv("BENCH_FIRST"))
local items = tonumber(os.getenv("BENCH_ITEMS"))
local fixed = not path:find("{number}", 1, true)
local first_day = os.time({year = 2023, month = 1, day = 1, hour = 12})

function request()
    if fixed then
        return wrk.format("GET", path)
    end
    local day = os.date("%Y-%m-%d", first_day - math.floor(number / items) * 86400)
    local address = path:gsub("{number}", number % items + 1):gsub("{from}", day)
    number = number + 1
    return wrk.format("GET", address)
end

function done(summary)
    local e = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "seconds": %.4f, "errors": %d}\n',
        summary.requests, summary.duration / 1e6, e.connect + e.read + e.write + e.status + e.timeout
    ))
end
