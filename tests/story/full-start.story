# It starts while the disk is full, and an incident is open: that goes on.
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
07:00:30 expect incident.opened shop/eu loud incident=20230214-1
07:10:00 disk full
07:10:01 restart 1m
07:11:02 logged database-unwritable
07:20:00 https://na.test/ 500
07:20:30 expect incident.opened shop/na loud persisted=false incident=20230214-2
07:30:00 https://eu.test/ ok
07:30:05 expect incident.recovering shop/eu quiet persisted=false incident=20230214-1
07:35:00 disk ok
07:36:00 logged database-writable
07:46:00 expect incident.resolved shop/eu loud incident=20230214-1
08:00:00 stop
