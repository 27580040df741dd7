# 14 February 2023 in short: a maintenance that breaks its promise, a false
# recovery, a relapse, the end.
start 2023-02-14T08:59:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: tesla-fleet, all_clear: eager, regions: {eu: https://eu.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
09:00:00 https://eu.test/ 503 body="server maintenance"
09:00:53 expect incident.opened tesla-fleet/eu loud kind=maintenance
09:30:20 expect incident.changed tesla-fleet/eu loud kind=outage
09:32:00 https://eu.test/ ok
09:32:05 expect incident.recovering tesla-fleet/eu quiet
09:34:00 https://eu.test/ 503 body="server maintenance"
09:34:30 expect incident.relapsed tesla-fleet/eu quiet relapses=1
09:36:00 https://eu.test/ ok
09:36:05 expect incident.recovering tesla-fleet/eu quiet
10:36:00 expect incident.resolved tesla-fleet/eu loud relapses=1
10:40:00 stop
