# The wall clock is set, a day ahead and an hour back: each is written down
# once, no probe is missed or doubled, nobody is alarmed; a restart takes the
# new time, but never one before what is kept.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 clock 24h
07:01:00 logged clock-step
07:01:00 holds 1 SELECT count(*) FROM input WHERE kind = 8
07:01:00 holds 86400 SELECT (until_ms - at_ms) / 1000 FROM input WHERE kind = 8
# Small corrections are no steps.
07:10:00 clock 1s
07:20:00 clock -1900ms
07:30:00 holds 1 SELECT count(*) FROM input WHERE kind = 8
08:00:00 clock -25h
09:00:00 holds 2 SELECT count(*) FROM input WHERE kind = 8
09:00:00 holds -1 SELECT (until_ms - at_ms) / 3600000 FROM input WHERE kind = 8 ORDER BY ref DESC
# Every minute one probe of each, in order, and no time is unknown.
10:00:00 holds 0 SELECT count(*) FROM (SELECT start_ms - lag(start_ms) OVER (PARTITION BY endpoint ORDER BY ref) AS d FROM sample) WHERE d <> 60000
10:00:00 holds 480 SELECT count(*) FROM sample
10:00:00 holds 0 SELECT count(*) FROM input WHERE kind = 7
10:00:00 holds 0 SELECT count(*) FROM v_span WHERE bucket <> 'up' AND since_ms > (SELECT min(since_ms) FROM v_span)
# An hour behind at the start: what is kept stays, and time goes on from it.
10:00:30 restart 1m
10:02:00 logged times
10:02:00 holds 3 SELECT count(*) FROM input WHERE kind = 8
10:30:00 holds 0 SELECT count(*) FROM (SELECT start_ms - lag(start_ms) OVER (PARTITION BY endpoint ORDER BY ref) AS d FROM sample) WHERE d <= 0 OR d > 120000
10:30:00 https://eu.test/ 500
10:30:30 expect incident.opened shop/eu loud
10:40:00 https://eu.test/ ok
10:40:30 expect incident.recovering shop/eu quiet
10:55:30 expect incident.resolved shop/eu loud
# A day ahead at the start: that day is unknown, and nothing else.
11:00:00 clock 25h
11:00:30 restart 1m
35:10:00 holds 2 SELECT count(*) FROM v_span WHERE bucket = 'unknown' AND until_ms - since_ms BETWEEN 85000000 AND 90000000
35:10:00 holds 1 SELECT count(*) FROM input WHERE kind = 7 AND at_ms - from_ms > 80000000
36:00:00 holds 0 SELECT count(*) FROM sample a JOIN sample b ON b.endpoint = a.endpoint AND b.ref > a.ref AND b.start_ms <= a.start_ms
36:00:00 stop
