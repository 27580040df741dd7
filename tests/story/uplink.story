# Everything goes at once, the receiver with it: one notice for all of it, none
# for each endpoint; what was owed before is kept, and told when it is back.
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
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
06:50:00 https://hook.test/ 500
07:00:00 https://cn.shop.example/ 500
07:05:00 https:// timeout
07:05:00 tcp://192.0.2.101:53 connect_timeout after=9s
07:05:00 tcp://192.0.2.102:53 connect_timeout after=9s
07:05:00 tcp://192.0.2.103:53 connect_timeout after=9s
07:30:00 holds 1 SELECT count(*) FROM incident
07:30:00 holds 1 SELECT count(*) FROM notice WHERE incident IS NULL
07:30:00 holds 0 SELECT count(*) FROM outbox WHERE state <> 0
07:30:00 tcp://192.0.2.101:53 ok
07:30:00 tcp://192.0.2.102:53 ok
07:30:00 tcp://192.0.2.103:53 ok
07:30:00 https:// ok
07:30:00 https://hook.test/ ok
# At once, not when its next try would have been.
07:32:00 holds 0 SELECT count(*) FROM outbox WHERE state = 0
07:00:50 expect incident.opened shop/cn loud
07:05:50 expect monitor.blind - loud
07:30:05 expect monitor.sighted - quiet
07:31:00 expect incident.recovering shop/cn quiet
07:45:30 expect incident.resolved shop/cn loud
08:40:00 holds 0 SELECT count(*) FROM outbox WHERE state = 0
08:40:00 stop
