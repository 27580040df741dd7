# A certificate near its end is told of once a day until it is renewed.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - {id: shop, regions: {eu: https://eu.test/, na: https://na.test/}}
  - {id: mail, regions: {eu: "tls://mail.test:993"}}
receivers:
  - {id: hook, type: webhook, url: https://hook.test/in, secret_file: hook.key}
routes:
  - {to: [hook]}
end
tolerance 10m
06:00:00 https://eu.test/ ok expires=2023-02-20T12:00:00Z
06:00:00 https://na.test/ ok expires=2023-03-20T12:00:00Z
06:00:00 https://mail.test ok expires=2023-02-28T09:00:00Z
06:00:30 expect endpoint.cert_expiring shop/eu loud cert_days=6
07:00:00 restart 5m
07:30:00 crash 1m
# The other one has 14 days left until then; a failure repeats nothing.
09:00:30 expect endpoint.cert_expiring mail/eu loud cert_days=13
10:00:00 https://eu.test/ 500 expires=2023-02-20T12:00:00Z
10:00:30 expect incident.opened shop/eu loud
10:10:00 https://eu.test/ ok expires=2023-02-20T12:00:00Z
10:25:00 expect incident.resolved shop/eu loud
30:00:30 expect endpoint.cert_expiring shop/eu loud cert_days=5
31:00:00 https://eu.test/ ok expires=2023-08-20T12:00:00Z
33:00:30 expect endpoint.cert_expiring mail/eu loud cert_days=12
34:00:00 https://mail.test ok expires=2023-08-20T12:00:00Z
60:00:00 stop
