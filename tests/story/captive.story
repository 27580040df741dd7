# A captive portal lets the canaries pass, takes every connection, and shows its
# own certificate: it is us, and nobody is down.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: [tcp://192.0.2.101:53, tcp://192.0.2.102:53, tcp://192.0.2.103:53]
services:
  - id: shop
    regions: {eu: https://eu.shop.example/, na: https://na.shop.example/, cn: https://cn.shop.example/}
  - id: bank
    regions: {eu: https://eu.bank.test/, na: https://na.bank.test/}
  - id: mail
    regions: {eu: https://eu.mail.invalid/, na: https://na.mail.invalid/}
  - id: cars
    regions: {eu: https://eu.cars.invalid/, na: https://na.cars.invalid/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 30s
# One certificate that has expired is a fault of its own: others answer.
06:20:00 https://eu.shop.example/ tls_expired
06:20:53 expect incident.opened shop/eu loud reason=tls_expired
06:30:00 https://eu.shop.example/ ok
06:30:18 expect incident.recovering shop/eu quiet
06:45:20 expect incident.resolved shop/eu loud
07:05:00 https:// tls_wrong_host
07:05:00 https://hook.test/ ok
07:05:34 expect monitor.blind - loud
07:20:00 holds 1 SELECT count(*) FROM incident
07:30:00 https:// ok
07:30:06 expect monitor.sighted - quiet
08:40:00 stop
