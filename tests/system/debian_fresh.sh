#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# debian_fresh - the promises of README.md on a new Debian 12: a root made by
# debootstrap with git and nothing else, a clone of what is committed here,
# ./dev run until it says "up", then ./dev test.  Needs root and the package
# debootstrap.
#
#	./dev fresh [run|test]     only that part
set -euo pipefail

part=${1:-all}
top=$(git -C "$(dirname "$(readlink -f "$0")")" rev-parse --show-toplevel)
[ "$(id -u)" -eq 0 ] || {
	echo "fresh: needs root, for chroot and mount" >&2
	exit 77
}
command -v debootstrap >/dev/null || {
	echo "fresh: apt-get install debootstrap" >&2
	exit 69
}

# The mirror this machine uses, in either form of its sources.
mirror() {
	local files=(/etc/apt/sources.list /etc/apt/sources.list.d/*)
	{ cat "${files[@]}" 2>/dev/null || true; } |
		awk '$1 == "URIs:" { print $2; exit }
		     $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^http/) { print $i; exit } }'
}

root=$(mktemp -d)
chmod 755 "$root" # it will be somebody's "/"
leave() {
	local mounted
	for mounted in dev/pts dev proc .; do
		mountpoint -q "$root/$mounted" && umount "$root/$mounted"
	done
	if awk '{ print $2 }' /proc/mounts | grep -qE "^$root(/|\$)"; then
		echo "fresh: something is still mounted below $root" >&2
	else
		rm -rf --one-file-system "$root"
	fi
}
trap leave EXIT

url=$(mirror)
[ -n "$url" ] || {
	echo "fresh: no mirror in /etc/apt/sources.list*" >&2
	exit 69
}
echo "fresh: a Debian 12 with git in $root"
debootstrap --variant=minbase --include=git bookworm "$root" "$url" >"$root.log" 2>&1 || {
	tail "$root.log" >&2
	exit 69
}
rm -f "$root.log"
# As the "/" of a machine is: tests make mounts of their own below it.
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t devpts devpts "$root/dev/pts" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$root/etc/"
# Whom this machine trusts to bring packages of npm, the new one does, too.
trusted=${NODE_EXTRA_CA_CERTS:-}
[ -z "$trusted" ] || cp "$trusted" "$root/etc/npm-trusted.crt"
git clone -q --no-hardlinks "$top" "$root/vigie"

cat >"$root/try" <<'INSIDE'
set -eu
cd /vigie
packages() { dpkg-query -W -f='${Package}\n' | sort; }

try_run() {
	begin=$SECONDS
	./dev run &
	dev=$!
	until build/release/vigie status -c run/vigie.yaml >/tmp/status 2>&1; do
		kill -0 "$dev" || exit 1
		[ $((SECONDS - begin)) -lt 900 ] || exit 1
		sleep 1
	done
	cat /tmp/status
	echo "fresh: up $((SECONDS - begin)) s after the clone"
	kill -TERM "$dev"
	wait "$dev" || true
}

try_test() {
	begin=$SECONDS
	./dev test </dev/null
	echo "fresh: tested in $((SECONDS - begin)) s"
}

packages >/tmp/before
case $1 in
run) try_run ;;
test) try_test ;;
*)
	try_run
	packages >/tmp/after
	echo "fresh: $(comm -13 /tmp/before /tmp/after | wc -l) packages for run"
	try_test
	;;
esac
packages >/tmp/after
echo "fresh: $(comm -13 /tmp/before /tmp/after | wc -l) packages in all"
INSIDE
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
	${trusted:+NODE_EXTRA_CA_CERTS=/etc/npm-trusted.crt} \
	chroot "$root" /bin/bash /try "$part"
