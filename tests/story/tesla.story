# 14 February 2023: "error 503: server maintenance", two false recoveries.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: tesla-fleet
    name: Tesla Fleet API
    functions: [remote commands, sentry mode, scheduling]
    unaffected: [Bluetooth key, charging]
    regions:
      na: https://na.test/status
      eu: https://eu.test/status
      cn: https://cn.test/status
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
09:00:00 https://eu.test/ 503 body="server maintenance"
09:00:53 expect incident.opened tesla-fleet/eu loud kind=maintenance origin=declared class=MAINT
09:30:20 expect incident.changed tesla-fleet/eu loud kind=outage cause=promise_broken
12:04:00 https://eu.test/ ok
12:04:05 expect incident.recovering tesla-fleet/eu quiet chance=85
12:16:00 https://eu.test/ 503 body="server maintenance"
12:16:30 expect incident.relapsed tesla-fleet/eu quiet relapses=1
12:41:00 https://eu.test/ ok
12:41:05 expect incident.recovering tesla-fleet/eu quiet chance=61
12:52:00 https://eu.test/ 503 body="server maintenance"
12:52:30 expect incident.relapsed tesla-fleet/eu quiet relapses=2
14:30:00 https://eu.test/ ok
14:30:05 expect incident.recovering tesla-fleet/eu quiet chance=40
16:30:30 expect incident.resolved tesla-fleet/eu loud relapses=2
22:00:00 stop
