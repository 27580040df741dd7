# The daemon is stopped, killed and loses children in the middle of it all:
# one incident, nothing told twice, nothing lost.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https://eu.test/ 500
07:00:30 expect incident.opened shop/eu loud kind=outage
07:05:00 restart 10s
07:06:00 kill prober
07:07:00 kill herald
07:08:00 kill log
07:10:00 crash 5s
07:20:00 https://eu.test/ ok
07:20:05 expect incident.recovering shop/eu quiet chance=85
07:22:00 crash 10s
07:36:00 expect incident.resolved shop/eu loud relapses=0
09:00:00 stop
