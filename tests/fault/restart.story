# Stopped, killed, and losing children in the middle of it all.
start 2023-02-14T06:59:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ 500
07:00:30 expect incident.opened shop/eu loud kind=outage
07:01:30 restart 10s
07:02:00 kill prober
07:02:20 kill herald
07:02:40 kill log
07:03:00 crash 5s
07:04:00 https://eu.test/ ok
07:04:05 expect incident.recovering shop/eu quiet
07:06:00 crash 10s
07:12:30 expect incident.resolved shop/eu loud relapses=0
07:15:00 stop
