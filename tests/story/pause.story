# Nobody watches for a while because somebody said so: an open incident is
# withdrawn, the time is unknown, and afterwards it is as new.
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
07:00:00 https://eu.test/ 500
07:00:30 expect incident.opened shop/eu loud
07:10:00 pause shop/eu 2h new disks
07:10:00 expect incident.withdrawn shop/eu loud cause=paused author=ann why="new disks"
# Committed, and no memory is left to continue from.
07:10:00 crash 1m
07:30:00 holds 1 SELECT count(*) FROM v_pause WHERE endpoint = 'shop/eu' AND author = 'ann' AND why = 'new disks' AND until_ms - at_ms = 7200000
07:30:00 holds 1 SELECT count(*) FROM memory WHERE endpoint > 0
07:30:00 holds 0 SELECT count(*) FROM v_sample WHERE endpoint = 'shop/eu' AND start_ms > (SELECT at_ms FROM v_pause)
07:30:00 holds 0 SELECT count(*) FROM endpoint WHERE retired_ms IS NOT NULL
# Later than first said, and by other words.
08:00:00 pause shop/eu 90m and a new roof
08:00:00 holds 1 SELECT count(*) FROM v_pause WHERE why = 'and a new roof' AND until_ms - at_ms = 8400000
# The end comes while nobody is here; it still fails, and that is a new one.
09:29:00 crash 2m
09:32:00 holds 0 SELECT count(*) FROM v_pause
09:32:00 expect incident.opened shop/eu loud
# From the pause to the first failing answer nothing is known, down to the ms.
09:40:00 holds 1 SELECT count(*) FROM v_span WHERE endpoint = 'shop/eu' AND bucket = 'unknown' AND since_ms BETWEEN 1676358600000 AND 1676358601000 AND until_ms BETWEEN 1676367060000 AND 1676367180000
09:40:00 https://eu.test/ ok
09:40:10 expect incident.recovering shop/eu quiet
09:56:00 expect incident.resolved shop/eu loud
# All of a service, without an end: it is written that nobody looks.
10:00:00 pause shop - moving
10:30:00 holds 2 SELECT count(*) FROM v_pause WHERE until_ms IS NULL
10:30:00 holds 1 SELECT until_ms > 1676370540000 FROM v_known
# 141 minutes and 30, and those at the beginning of it all.
10:30:00 holds 171 SELECT sum(unknown_ms) / 60000 FROM v_availability_day WHERE endpoint = 'shop/eu'
# A reload with another interval starts nothing.
10:30:00 reload
database: @/vigie.db
control: @/control
canaries: []
defaults: {interval: 30s}
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
maintenance:
  - {service: shop, title: Disks, from: "2023-02-14 10:00", to: "2023-02-14 12:00"}
end
10:40:00 holds 0 SELECT count(*) FROM v_sample WHERE start_ms > 1676368810000
# As new, in the window that goes on meanwhile.
11:00:00 resume shop they are there
11:00:00 expect maintenance.started shop/eu quiet
11:00:00 expect maintenance.started shop/na quiet
11:05:00 holds 0 SELECT count(*) FROM v_pause
11:05:00 holds 2 SELECT count(*) FROM input WHERE kind = 5 AND author = 'ann' AND why = 'they are there' AND interval_ms = 30000
11:05:00 holds 2 SELECT count(*) FROM endpoint e JOIN transition t ON t.endpoint = e.id WHERE t.seq = (SELECT max(seq) FROM transition WHERE endpoint = e.id) AND t.to_state = 1
# Taken out of the configuration while it is paused: retired, and no pause
# waits for it to come back.
11:10:00 pause shop/eu -
11:20:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
11:20:00 holds 1 SELECT count(*) FROM endpoint WHERE retired_ms IS NOT NULL AND name = 'shop/eu'
11:20:00 holds 0 SELECT count(*) FROM v_pause
11:30:00 restart 1m
11:31:00 reload
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
11:40:00 holds 2 SELECT count(*) FROM endpoint e JOIN transition t ON t.endpoint = e.id WHERE t.seq = (SELECT max(seq) FROM transition WHERE endpoint = e.id) AND t.to_state = 1
11:40:00 holds 0 SELECT sum(gap) FROM (SELECT max(seq) - count(*) AS gap FROM transition GROUP BY endpoint)
12:00:00 expect maintenance.ended shop/na quiet
12:10:00 stop
