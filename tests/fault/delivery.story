# Five receivers, one of them well, and one that does not want to hear of us.
start 2023-02-14T06:59:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, all_clear: eager, regions: {eu: https://eu.test/}}
receivers:
  - {id: r503, type: webhook, url: https://r503.test/, secret_file: hook.key}
  - {id: rhang, type: webhook, url: https://rhang.test/, secret_file: hook.key}
  - {id: w404, type: webhook, url: https://w404.test/, secret_file: hook.key}
  - {id: gone, type: webhook, url: https://gone.test/, secret_file: hook.key}
  - {id: well, type: webhook, url: https://well.test/, secret_file: hook.key}
routes:
  - {to: [r503, rhang, w404, gone, well], all: true}
end
tolerance 60s
06:59:00 https://r503.test/ 503
06:59:00 https://rhang.test/ timeout
06:59:00 https://w404.test/ 404
06:59:00 https://gone.test/ 410
07:00:00 https://eu.test/ 500
07:00:53 expect incident.opened shop/eu loud
07:01:10 expect receiver.gone - loud receiver=gone code=410
07:03:00 https://eu.test/ ok
07:03:05 expect incident.recovering shop/eu quiet
07:11:00 expect incident.resolved shop/eu loud
07:14:00 stop
