#!/bin/sh
# SPDX-License-Identifier: ISC
#
# dns.sh - a zone over HTTPS, and a resolver of one's own before it
#
# usage: t/demo/dns.sh
#
# One dohd answers a zone over HTTPS, with a certificate that is made here; a
# second one, as it would run on each machine, forwards to it and keeps what it
# learns.  dohq asks both, the second one by UDP as any program does.

set -eu
top=$(cd "${0%/*}/../.." && pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
demo=${DEMO:-$BUILD/demo}/dns
export LC_ALL=C.UTF-8
bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[m')
fi

say() { # step text
	printf '%s%-11s%s %s\n' "$bold" "$1" "$plain" "$2"
}

die() {
	echo "demo: $*" >&2
	exit 1
}

for program in dohd dohq; do
	[ -x "$BUILD/bin/$program" ] || die "$program was not built"
done
rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7 \
	-keyout key.pem -out cert.pem -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>openssl.log ||
	die "openssl: $(cat openssl.log)"

pids=
stop() {
	# shellcheck disable=SC2086
	[ -z "$pids" ] || kill $pids 2>/dev/null || :
	pids=
}
trap stop EXIT
trap 'exit 130' INT TERM

# Starts a dohd on ports from $port on, the next where one is taken; with
# $secure, also for HTTPS on $https.
serve() { # name option...
	name=$1 && shift
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		port=$((port + 2)) https=$((port + 3))
		dohd -l "127.0.0.1:$port" ${secure:+--listen-https "127.0.0.1:$https"} \
			-s "$name.ctl" "$@" 2>"$name.log" &
		pid=$!
		for _ in 1 2 3 4 5 6 7 8 9 10; do
			kill -0 $pid 2>/dev/null || continue 2
			if [ -S "$name.ctl" ]; then
				pids="$pids $pid"
				return
			fi
			sleep 0.1
		done
	done
	die "dohd: $(cat "$name.log")"
}

# What the resolver has counted, a copy of which stays.
count() { # key
	dohd ctl -s own.ctl stats >stats.json
	tr , '\n' <stats.json | sed -n "s/^\"$1\"://p" | head -n 1
}

port=$((20000 + $$ % 20000))
secure=yes
serve zone --tls-cert cert.pem --tls-key key.pem --zone "$top/t/demo/lan.zone"
secure=
url=https://127.0.0.1:$https/dns-query
say serve "dohd has a zone, t/demo/lan.zone, at $url"
for what in 'printer.lan.example A' 'www.lan.example A' \
	'new.dev.lan.example TXT' 'lan.example HTTPS'; do
	# shellcheck disable=SC2086
	say '' "$(printf '%-24s %s' "$what" "$(dohq --server "$url" --ca cert.pem --short $what | tr '\n' ' ')")"
done

serve own -u "$url" --ca cert.pem --cache-file cache --hosts /etc/hosts
say resolve "a second dohd asks that one and keeps what it learns: udp://127.0.0.1:$port"
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "h%d.dev.lan.example A\n", i }' >names
for how in cold warm; do
	start=$(date +%s%N)
	dohq --server "udp://127.0.0.1:$port" -f names --short >"$how" ||
		die "dohq: not all of names were answered"
	end=$(date +%s%N)
	case $how in cold) from='over HTTPS' ;; *) from='from the cache' ;; esac
	say '' "$how: $(grep -c '^192\.0\.2\.8$' $how) names answered $from, in $(((end - start) / 1000000)) ms"
done
cmp cold warm || die 'the cache answers differently'
say count "$(count cache_hits) came from the cache, $(count asked) were asked for"

kill -9 "${pids##* }"
rm -f own.ctl
serve own -u "$url" --ca cert.pem --cache-file cache
dohq --server "udp://127.0.0.1:$port" -f names --short | cmp - warm ||
	die 'after kill -9 it answers differently'
say kill "after kill -9 and a new start: $(count cache_hits) came from the cache, $(count asked) were asked for"
stop
say 'look at' "$demo/stats.json"
