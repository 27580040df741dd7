# A broken file changes nothing; a good one withdraws what is gone.
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
07:10:00 reload
services: [{id: shop, regionz: {}}]
end
07:20:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
  - id: bank
    regions: {eu: https://bank.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
07:20:00 expect incident.withdrawn shop/eu loud
07:30:00 https://bank.test/ 500
07:30:30 expect incident.opened bank/eu loud
08:00:00 https://bank.test/ ok
08:00:05 expect incident.recovering bank/eu quiet
08:01:00 resolve
08:01:00 expect incident.resolved bank/eu loud cause=operator
08:02:00 https://bank.test/ 500
08:02:30 expect incident.relapsed bank/eu loud relapses=1
09:00:00 stop
