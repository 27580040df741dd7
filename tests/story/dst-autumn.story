# The hour that comes twice in autumn: probes go on, the window opens once.
start 2023-10-29T00:00:00Z
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
maintenance:
  - {service: shop, every: "Sun 02:30-03:30", timezone: Europe/Berlin, title: weekly}
end
tolerance 90s
00:30:00 expect maintenance.started shop/eu quiet
02:30:00 expect maintenance.ended shop/eu quiet
04:00:00 holds 0 SELECT count(*) FROM (SELECT start_ms - lag(start_ms) OVER (ORDER BY ref) AS d FROM sample) WHERE d <> 60000
04:00:00 holds 240 SELECT count(*) FROM sample
04:00:00 holds 1 SELECT count(*) FROM input WHERE kind = 3
04:00:00 holds 0 SELECT count(*) FROM input WHERE kind IN (7, 8)
04:00:00 stop
