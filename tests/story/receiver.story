# The receiver fails for two hours: nothing is lost, and order is kept.
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
07:00:00 https://hook.test/ 503
07:00:00 https://eu.test/ refused
07:10:00 https://eu.test/ ok
07:40:00 kill herald
09:00:00 https://hook.test/ ok
11:00:00 stop
07:00:30 expect incident.opened shop/eu loud class=CONNECT
07:10:05 expect incident.recovering shop/eu quiet
07:25:30 expect incident.resolved shop/eu loud
