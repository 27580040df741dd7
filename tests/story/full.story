# The disk is full: told all the same, and written when there is room.
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
07:00:00 disk full
07:10:00 https://eu.test/ 500
07:10:30 expect incident.opened shop/eu loud persisted=false
07:20:00 disk ok
07:30:00 logged database-writable
07:30:00 https://eu.test/ ok
07:30:05 expect incident.recovering shop/eu quiet
07:45:20 expect incident.resolved shop/eu loud
08:00:00 stop
