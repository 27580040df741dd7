#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What debian_package.sh does inside, as root, under systemd.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
cd /srv

explain() {
	echo "inside: line $1 failed"
	journalctl -u vigie --no-pager 2>/dev/null | tail -n 20
}
trap 'explain $LINENO' ERR
did() { echo "inside: $*"; }
until_true() { # SECONDS COMMAND...: or fail
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		if [ $SECONDS -ge $end ]; then
			echo "inside: waited in vain for: $*"
			systemctl status vigie --no-pager || true
			tail -n 20 /var/log/syslog 2>/dev/null || true
			exit 1
		fi
		sleep 0.2
	done
}
state_is() { [ "$(vigie status 2>/dev/null | awk '/demo\/eu/ {print $2}')" = "$1" ]; }
page() {
	python3 -c 'import urllib.request as r; print(r.urlopen("http://127.0.0.1:8090/", timeout=5).read().decode())'
}
page_says() { page 2>/dev/null | grep -q "$1"; }
samples() {
	python3 - <<'PYTHON'
import sqlite3
db = sqlite3.connect("file:/var/lib/vigie/vigie.db?mode=ro", uri=True)
print(db.execute("SELECT count(*) FROM sample").fetchone()[0])
PYTHON
}

apt-get -qq update >/dev/null
apt-get -qq install --no-install-recommends "/srv/packages/vigie_${BEFORE}_amd64.deb" >/dev/null 2>&1
did "installed $(dpkg-query -W -f='${Version}' vigie)"
id vigie
[ "$(stat -c '%a %U %G' /var/lib/vigie)" = "750 vigie vigie" ]
[ "$(systemctl is-active vigie)" = inactive ]
did "watches nothing until it is configured: $(systemctl show -P ConditionResult vigie)"

mkdir -p web
cp target.py web/
python3 web/target.py 8080 >hooked 2>&1 &
target=$!
printf 'whsec_%s\n' "$(head -c 32 /dev/urandom | base64)" >/etc/vigie/credentials/hook.key
chmod 600 /etc/vigie/credentials/hook.key
cat >/etc/vigie/vigie.yaml <<'YAML'
listen: 127.0.0.1:8090
defaults: {interval: 1s, timeout: 1s}
services:
  - id: demo
    regions: {eu: "http://127.0.0.1:8080/"}
receivers:
  - {id: log, type: syslog, facility: local0}
  - {id: hook, type: webhook, url: "http://127.0.0.1:8080/hook",
     secret_file: "credential:hook.key", allow_private: true}
routes:
  - {to: [log, hook], all: true}
YAML
vigie check >/dev/null
systemctl start vigie
until_true 60 state_is UP
did "started under the unit: $(systemctl show -P StatusText vigie)"
main=$(systemctl show -P MainPID vigie)
for pid in "$main" $(cat "/proc/$main/task/$main/children"); do
	grep -E '^(Seccomp|NoNewPrivs|CapEff):' "/proc/$pid/status" | tr '\n\t' '  '
	tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-30
done

until_true 10 page_says "The endpoint is up"
did "the page says: The endpoint is up"

systemctl reload vigie
did "reloaded"
echo 'nonsense: true' >>/etc/vigie/vigie.yaml
if systemctl reload vigie 2>/dev/null; then
	echo "a broken file was taken"
	exit 1
fi
sed -i '$d' /etc/vigie/vigie.yaml
state_is UP
did "a broken configuration is refused and changes nothing"

touch web/broken
until_true 90 state_is DOWN
until_true 30 grep -q '^v1,' hooked
until_true 30 grep -q 'demo/eu: down' /var/log/syslog
until_true 10 page_says "Open incidents"
did "down is told: syslog, a webhook signed with a credential, the page"
rm web/broken
until_true 60 state_is RECOVERING
incident=$(vigie incidents --json | grep -oE '[0-9]{8}-[0-9]+' | head -n 1)
vigie resolve "$incident" --why "tested" >/dev/null
until_true 30 state_is UP
kept=$(samples)
[ "$kept" -gt 10 ]

apt-get -qq install --no-install-recommends "/srv/packages/vigie_${NOW}_amd64.deb" >/dev/null 2>&1
did "upgraded to $(dpkg-query -W -f='${Version}' vigie), runs $(vigie --version)"
until_true 30 test "$(systemctl is-active vigie)" = active
until_true 60 state_is UP
more() { [ "$(samples)" -gt "$kept" ]; }
until_true 60 more
vigie incident "$incident" >/dev/null
did "the database came along: $kept samples before, $(samples) now"

main=$(systemctl show -P MainPID vigie)
kill -9 "$main"
restarted() { [ "$(systemctl show -P MainPID vigie)" != "$main" ] && state_is UP; }
until_true 60 restarted
did "killed, and systemd restarted it"
if journalctl -u vigie --no-pager 2>/dev/null | grep -iE 'SIGSYS|seccomp|Landlock:'; then
	echo "something was forbidden that is needed"
	exit 1
fi

apt-get -qq remove vigie >/dev/null 2>&1
[ ! -e /usr/bin/vigie ] && [ -e /var/lib/vigie/vigie.db ] && [ -e /etc/vigie/vigie.yaml ]
did "removed; the database and the configuration stay"
rm -r /etc/vigie/vigie.yaml /etc/vigie/credentials/hook.key
apt-get -qq purge vigie >/dev/null 2>&1
left=$(find / -xdev -path /srv -prune -o -path /proc -prune -o -path /sys -prune -o -name '*vigie*' -print |
	grep -v '^/var/log/' || true)
[ -z "$left" ] || {
	echo "left behind: $left"
	exit 1
}
did "purged; nothing is left"
kill "$target"
