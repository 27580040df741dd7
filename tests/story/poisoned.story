# The resolver says that no name exists; canaries, which have addresses, answer.
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
# One name that is gone is a fault of its own.
06:20:00 name eu.mail.invalid dns_nxdomain
06:20:53 expect incident.opened mail/eu loud reason=dns_nxdomain
06:30:00 name eu.mail.invalid 1
06:30:18 expect incident.recovering mail/eu quiet
06:45:20 expect incident.resolved mail/eu loud
07:05:00 name eu.shop.example dns_nxdomain
07:05:00 name na.shop.example dns_nxdomain
07:05:00 name cn.shop.example dns_nxdomain
07:05:00 name eu.bank.test dns_nxdomain
07:05:00 name na.bank.test dns_nxdomain
07:05:00 name eu.mail.invalid dns_nxdomain
07:05:00 name na.mail.invalid dns_nxdomain
07:05:00 name eu.cars.invalid dns_nxdomain
07:05:00 name na.cars.invalid dns_nxdomain
07:05:34 expect monitor.blind - loud
07:20:00 holds 1 SELECT count(*) FROM incident
07:30:00 name eu.shop.example 1
07:30:00 name na.shop.example 1
07:30:00 name cn.shop.example 1
07:30:00 name eu.bank.test 1
07:30:00 name na.bank.test 1
07:30:00 name eu.mail.invalid 1
07:30:00 name na.mail.invalid 1
07:30:00 name eu.cars.invalid 1
07:30:00 name na.cars.invalid 1
07:30:06 expect monitor.sighted - quiet
08:40:00 stop
