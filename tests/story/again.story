# Removed, and watched again: at once, and after a restart; its numbers go on.
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
07:00:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
07:10:00 reload
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
07:20:00 holds 3 SELECT count(*) FROM transition WHERE endpoint = 1
07:20:00 https://eu.test/ 500
07:20:30 expect incident.opened shop/eu loud
07:30:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
07:30:00 expect incident.withdrawn shop/eu loud cause=removed
07:40:00 restart 1m
07:50:00 reload
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
07:50:30 expect incident.opened shop/eu loud
08:00:00 crash 1m
08:10:00 https://eu.test/ ok
08:10:10 expect incident.recovering shop/eu quiet
08:25:30 expect incident.resolved shop/eu loud
# The last word on each is that it is up, and no number was left out.
08:30:00 holds 2 SELECT count(*) FROM endpoint e JOIN transition t ON t.endpoint = e.id WHERE t.seq = (SELECT max(seq) FROM transition WHERE endpoint = e.id) AND t.to_state = 1
08:30:00 holds 0 SELECT sum(gap) FROM (SELECT max(seq) - count(*) AS gap FROM transition GROUP BY endpoint)
08:40:00 stop
