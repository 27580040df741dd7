# Our own network goes: unknown, not down, and one notice for it.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: [tcp://192.0.2.101:53, tcp://192.0.2.102:53, tcp://192.0.2.103:53]
services:
  - id: shop
    regions: {eu: https://eu.test/, na: https://na.test/}
  - id: bank
    regions: {eu: https://bank.example/}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 60s
07:00:00 https:// timeout
07:00:00 tcp://192.0.2.101:53 connect_timeout after=9s
07:00:00 tcp://192.0.2.102:53 connect_timeout after=9s
07:00:00 tcp://192.0.2.103:53 connect_timeout after=9s
07:10:00 tcp://192.0.2.101:53 ok
07:10:00 tcp://192.0.2.102:53 ok
07:10:00 tcp://192.0.2.103:53 ok
07:10:00 https:// ok
07:50:00 name none dns_nxdomain
07:01:00 expect monitor.blind - loud
07:10:00 expect monitor.sighted - quiet
08:00:00 https://eu.test/ timeout
08:00:40 expect incident.opened shop/eu loud class=TIMEOUT
08:30:00 stop
