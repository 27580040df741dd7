# The machine sleeps and its clock is set: unknown, no false alarm.
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
07:00:00 sleep 8h
16:00:00 clock -1h
17:00:00 clock 24h
18:00:00 https://eu.test/ 500
18:00:30 expect incident.opened shop/eu loud
19:00:00 stop
