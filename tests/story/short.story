# notify_after: what is over by then is told to nobody who asked for it.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], notify_after: 30m}
end
tolerance 60s
07:00:00 https://eu.test/ 500
07:03:00 https://eu.test/ ok
15:00:00 https://eu.test/ 500
16:00:00 https://eu.test/ ok
18:00:00 stop
15:00:30 expect incident.opened shop/eu loud
16:08:00 expect incident.resolved shop/eu loud
