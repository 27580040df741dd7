# Removed and watched again inside a planned window: it is told of it again.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
maintenance:
  - {service: shop, every: "Tue 06:30-07:30", title: weekly}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
06:30:00 expect maintenance.started shop/eu quiet
06:30:00 expect maintenance.started shop/na quiet
06:40:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {na: https://na.test/}
maintenance:
  - {service: shop, every: "Tue 06:30-07:30", title: weekly}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
06:50:00 reload
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
maintenance:
  - {service: shop, every: "Tue 06:30-07:30", title: weekly}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
06:50:00 expect maintenance.started shop/eu quiet
07:30:00 expect maintenance.ended shop/eu quiet
07:30:00 expect maintenance.ended shop/na quiet
07:40:00 stop
