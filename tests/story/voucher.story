# Asked once in an hour, and its certificate has expired: another site is asked
# to vouch for our network, and not waited for.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: [tcp://192.0.2.101:53, tcp://192.0.2.102:53, tcp://192.0.2.103:53]
defaults: {interval: 1h}
services:
  - {id: shop, regions: {eu: https://eu.shop.example/}}
  - {id: bank, regions: {eu: https://eu.bank.test/}}
  - {id: mail, regions: {eu: https://eu.mail.invalid/}}
  - {id: cars, regions: {eu: https://eu.cars.invalid/}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook], all: true}
end
tolerance 30s
08:00:00 https://eu.shop.example/ tls_expired
08:18:53 expect incident.opened shop/eu loud reason=tls_expired
10:00:00 stop
