# Ten receivers, of which one is well: it hears of everything at once.  Each of
# the others is asked again, later and later; in order; for three days.
start 2023-02-14T06:00:00Z
config
database: @/vigie.db
control: @/control
canaries: []
services:
  - id: shop
    regions: {eu: https://eu.test/}
receivers:
  - {id: r500, type: webhook, url: https://r500.test/, secret_file: hook.key}
  - {id: r503, type: webhook, url: https://r503.test/, secret_file: hook.key}
  - {id: rhang, type: webhook, url: https://rhang.test/, secret_file: hook.key}
  - {id: rreset, type: webhook, url: https://rreset.test/, secret_file: hook.key}
  - {id: rdns, type: webhook, url: https://rdns.test/, secret_file: hook.key}
  - {id: rtls, type: webhook, url: https://rtls.test/, secret_file: hook.key}
  - {id: w400, type: webhook, url: https://w400.test/, secret_file: hook.key}
  - {id: w401, type: webhook, url: https://w401.test/, secret_file: hook.key}
  - {id: w404, type: webhook, url: https://w404.test/, secret_file: hook.key}
  - {id: gone, type: webhook, url: https://gone.test/, secret_file: hook.key}
  - {id: well, type: webhook, url: https://well.test/, secret_file: hook.key}
routes:
  - {to: [r500, r503, rhang, rreset, rdns, rtls, w400, w401, w404, gone], match: {service: shop}, all: true}
  - {to: [well], all: true}
end
tolerance 60s
06:30:00 https://r500.test/ 500
06:30:00 https://r503.test/ 503
06:30:00 https://rhang.test/ timeout
06:30:00 https://rreset.test/ reset
06:30:00 name rdns.test dns_nxdomain
06:30:00 https://rtls.test/ tls_expired
06:30:00 https://w400.test/ 400
06:30:00 https://w401.test/ 401
06:30:00 https://w404.test/ 404
06:30:00 https://gone.test/ 410
07:00:00 https://eu.test/ 500
07:00:53 expect incident.opened shop/eu loud
07:01:00 holds 1 SELECT attempts FROM outbox WHERE receiver = 'well' AND state = 1
# 410: asked once and never again; those who take everything are told of that.
07:01:10 expect receiver.gone - loud receiver=gone code=410
07:02:00 logged receiver-gone
07:02:00 holds 3 SELECT state FROM outbox WHERE receiver = 'gone'
07:10:00 https://eu.test/ ok
07:10:05 expect incident.recovering shop/eu quiet
07:25:30 expect incident.resolved shop/eu loud
07:30:00 holds 1 SELECT count(*) FROM outbox WHERE receiver = 'gone'
07:30:00 holds 4 SELECT count(*) FROM outbox WHERE receiver = 'well' AND state = 1
07:30:00 holds 1 SELECT count(*) FROM outbox o JOIN notice n ON n.id = o.notice WHERE n.service = ''
# In order: what comes later waits, untried, for what came first.
07:30:00 holds 0 SELECT count(*) FROM outbox b JOIN outbox a ON a.receiver = b.receiver AND a.incident = b.incident AND a.id < b.id WHERE a.state = 0 AND b.attempts > 0
# Kept under one id, however often it is tried.
11:00:00 holds 9 SELECT count(DISTINCT webhook_id) FROM outbox WHERE state = 0 AND attempts > 0
# 5 s, doubled to an hour, a fifth more or less; answers take up to 10 s more.
11:00:00 holds 0 SELECT count(*) FROM (SELECT o.receiver AS r, b.at_ms - a.at_ms AS d, min(3600000, 5000 << (a.n - 1)) AS base FROM attempt a JOIN attempt b ON b.outbox = a.outbox AND b.n = a.n + 1 JOIN outbox o ON o.id = a.outbox WHERE a.n < 12) WHERE r LIKE 'r%' AND (d < base * 8 / 10 OR d > base * 12 / 10 + 12000)
11:00:00 holds 6 SELECT count(*) FROM (SELECT o.receiver FROM attempt a JOIN attempt b ON b.outbox = a.outbox AND b.n = a.n + 1 JOIN outbox o ON o.id = a.outbox WHERE o.receiver LIKE 'r%' GROUP BY 1 HAVING count(*) > 10 AND max(b.at_ms - a.at_ms) > 2800000)
# The pauses of two receivers differ, so that they do not come in step.
11:00:00 holds 6 SELECT count(DISTINCT at_ms) FROM attempt JOIN outbox o ON o.id = outbox WHERE n = 5 AND receiver LIKE 'r%'
# What is wrong with us is asked once a minute at most, and its answer shown.
11:00:00 holds 0 SELECT count(*) FROM attempt a JOIN attempt b ON b.outbox = a.outbox AND b.n = a.n + 1 JOIN outbox o ON o.id = a.outbox WHERE o.receiver LIKE 'w%' AND b.at_ms - a.at_ms < 60000
11:00:00 holds 3 SELECT count(DISTINCT code) FROM attempt WHERE result = 2 AND code IN (400, 401, 404)
# Three days later, which the machine sleeps through, it is given up: that is an end too, and can be seen.
11:01:00 sleep 68h
# Whoever takes everything is told, once of each receiver and not of each notice.
79:01:00 expect receiver.failing - loud receiver=rdns
79:01:00 expect receiver.failing - loud receiver=r500
79:01:00 expect receiver.failing - loud receiver=r503
79:01:00 expect receiver.failing - loud receiver=rreset
79:01:00 expect receiver.failing - loud receiver=rtls
79:01:00 expect receiver.failing - loud receiver=w400
79:01:00 expect receiver.failing - loud receiver=w401
79:01:00 expect receiver.failing - loud receiver=w404
79:01:10 expect receiver.failing - loud receiver=rhang
80:00:00 logged expired
80:00:00 holds 27 SELECT count(*) FROM outbox WHERE state = 2
80:00:00 holds 0 SELECT count(*) FROM outbox WHERE state = 0
80:00:00 stop
