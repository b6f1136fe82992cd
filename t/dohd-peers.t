#!/bin/sh
# dohd among others: real servers to ask, real clients that ask it, and what
# becomes of questions when a server dies or goes silent.
# shellcheck disable=SC2154,SC2317 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohd" ] || { echo '1..0 # SKIP dohd is not built here'; exit; }
. "$top/t/dns/servers.sh"
need openssl named unbound dig kdig drill delv dnssec-keygen dnssec-signzone dnsperf curl
cd "$tmp" || exit
chmod 755 . # for nobody, which root becomes

dns_files 4000
{
	cat >"$dns/sec.test.zone" <<-'END'
		$ORIGIN sec.test.
		$TTL 300
		@ SOA ns h 1 3600 600 604800 60
		@ NS ns
		ns A 127.0.0.1
		www A 192.0.2.80
	END
	cd "$dns" && key=$(dnssec-keygen -q -a ECDSAP256SHA256 -f KSK sec.test) &&
		dnssec-signzone -q -S -z -o sec.test -f sec.test.zone.signed sec.test.zone >/dev/null &&
		mv sec.test.zone.signed sec.test.zone &&
		awk '$3 == "DNSKEY" || $4 == "DNSKEY" { sub(/.*DNSKEY /, ""); split($0, f, " ");
			k = ""; for (i = 4; i in f; i++) k = k f[i]
			printf "trust-anchors { sec.test. static-key %s %s %s \"%s\"; };\n", f[1], f[2], f[3], k }' \
			"$key.key" >anchors
} >log 2>&1 || { echo "Bail out! dnssec-signzone: $(cat log)"; exit 1; }
cd "$tmp" || exit
dns_zones="$dns_zones sec.test"

serve() { # option...
	rm -f ctl
	# shellcheck disable=SC2086
	dohd $dns_user -s ctl -l "127.0.0.1:$port" --ca "$ca" "$@" 2>dohd.log &
	echo $! >"$dns/dohd.pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ ! -S ctl ] || return 0
		sleep 0.1
	done
	echo "Bail out! $(cat dohd.log)"
	exit 1
}
figure() { # key
	dohd ctl -s ctl stats | tr ',{}' '\n' | sed -n "s/^\"$1\"://p" | head -n 1
}
port=$((10001 + $$ % 2000 * 5)) secure=$((port + 1)) bulk=$((port + 2))

dns_start named
named=$doh
dns_start unbound
unbound=$doh

# Each server is asked over HTTPS; a client sees what it says itself.
sed -n '/^[^;$]/p' "$top/t/dns/riad.zone" | awk '{
	name = $1 == "@" ? "riad.test." : $1 ".riad.test."
	sub(/^\*/, "any", name)
	if (!seen[name, $2]++)
		print name, $2
}' >questions
plain_text() {
	sed '/^;/d;/^$/d' | tr -s '\t ' ' ' | awk '{ $2 = ""; print }' | sort
}
dns_ports named
dig @127.0.0.1 -p "$plain" +noall +answer +tcp -f questions | plain_text >want
like 'there is a lot to ask' "$(wc -l <want)" '[1-9][0-9]*'
servers='named unbound'
for s in 'knotd knotd' 'dnsdist dnsdist' 'kresd kresd' 'nginx nginx'; do
	if command -v "${s#* }" >/dev/null; then
		dns_start "${s% *}"
		[ "${s% *}" = knotd ] || servers="$servers ${s% *}"
	elif [ -n "${CI-}" ]; then
		echo "Bail out! ${s#* } is not installed"
		exit 1
	fi
done
for s in $servers; do
	dns_ports "$s"
	serve -u "https://127.0.0.1:$doh/dns-query"
	for _ in cold warm; do
		dohq -s "udp://127.0.0.1:$port" --answer -f questions 2>err | plain_text >got
		is "all types of $s, $_" "$(diff want got && cat err)" ''
	done
	dns_stop dohd
done

# Clients.
serve -u "https://127.0.0.1:$named/dns-query" --listen-tls "127.0.0.1:$secure" \
	--listen-https "127.0.0.1:$bulk" --tls-cert "$dns/server.pem" \
	--tls-key "$dns/server.key" --trust-ad
url=https://127.0.0.1:$bulk/dns-query
is 'dig' "$(dig @127.0.0.1 -p "$port" +short mail.riad.test A)" 192.0.2.25
is 'dig +tcp' "$(dig @127.0.0.1 -p "$port" +tcp +short mail.riad.test A)" 192.0.2.25
like 'dig sees a good cookie' "$(for _ in 1 2; do
	dig @127.0.0.1 -p "$port" +cookie mail.riad.test A; done)" '*COOKIE: ???????????????????????????????????????????????? (good)*'
is 'dig +https' "$(dig @127.0.0.1 -p "$bulk" +https +tls-ca="$ca" +short mail.riad.test A 2>&1)" 192.0.2.25
is 'dig +tls' "$(dig @127.0.0.1 -p "$secure" +tls +tls-ca="$ca" +short mail.riad.test A 2>&1)" 192.0.2.25
is 'kdig' "$(kdig @127.0.0.1 -p "$port" +short mail.riad.test A)" 192.0.2.25
is 'kdig +https' "$(kdig @127.0.0.1 -p "$bulk" +https=doh.riad.test/dns-query +tls-ca="$ca" \
	+tls-hostname=doh.riad.test +short mail.riad.test A 2>&1)" 192.0.2.25
is 'kdig +tls, with a pin' "$(kdig @127.0.0.1 -p "$secure" +tls-ca="$ca" +tls-hostname=doh.riad.test \
	+tls-pin="$pin" +short mail.riad.test A 2>&1)" 192.0.2.25
like 'drill' "$(drill -Q -p "$port" mail.riad.test @127.0.0.1 A)" 192.0.2.25
like 'delv validates through it' "$(delv @127.0.0.1 -p "$port" -a "$dns/anchors" +root=sec.test www.sec.test A 2>&1)" \
	'; fully validated*192.0.2.80*'
is 'curl --doh-url' "$(curl -s --http1.1 -m 5 -o /dev/null -w '%{remote_ip}' --cacert "$ca" \
	--doh-url "$url" "http://ns1.riad.test:$port/" 2>&1)" 127.0.0.1
is 'curl, HTTP/1.1 POST' "$(printf '\0\7\1\0\0\1\0\0\0\0\0\0\4mail\4riad\4test\0\0\1\0\1' |
	curl -s --http1.1 --cacert "$ca" -H 'Content-Type: application/dns-message' \
		--data-binary @- "$url" | od -An -tu1 -v | tr -s ' \n' ' ' | sed 's/.* 0 4 \([0-9 ]*\)$/\1/')" '192 0 2 25 '
is 'what is not a message is a bad request' "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$ca" \
	-H 'Content-Type: application/dns-message' --data-binary x "$url")" 400
is 'nor is anything else here' "$(curl -s -o /dev/null -w '%{http_code}' --cacert "$ca" "https://127.0.0.1:$bulk/")" 404
like 'how long it is good for' "$(curl -s -o /dev/null -D - --cacert "$ca" \
	"$url?dns=AAABAAABAAAAAAAABG1haWwEcmlhZAR0ZXN0AAABAAE" | tr -d '\r' | tr '[:upper:]' '[:lower:]')" '*cache-control: max-age=[123]*'

# The system's own resolver, in a network of its own.
cat >names <<-'END'
	192.0.2.7 printer.home
	2001:db8::7 printer.home
END
if command -v ip >/dev/null && unshare -mn true 2>/dev/null; then
	# shellcheck disable=SC2016 # the inner shell expands it
	is 'getaddrinfo' "$(unshare -mn sh -c '
		ip link set lo up && echo nameserver 127.0.0.1 >resolv.conf &&
			mount --bind resolv.conf /etc/resolv.conf || exit
		echo "hosts: dns" >nsswitch.conf && mount --bind nsswitch.conf /etc/nsswitch.conf
		dohd -q -s own.ctl --hosts names -u tcp://127.0.0.1:1 & pid=$!
		for _ in 1 2 3 4 5 6 7 8 9; do [ -S own.ctl ] || sleep 0.1; done
		getent ahosts printer.home | awk "{ print \$1 }" | sort -u
		kill $pid' 2>&1)" '192.0.2.7
2001:db8::7'
else
	skip 'getaddrinfo' 'no network of our own can be made'
fi
dns_stop dohd

# Servers that die and that stall, under load: nothing is lost.
awk 'BEGIN { for (i = 0; i < 4000; i++) printf "h%d.riad.test A\n", i }' >names
load() {
	dnsperf -s 127.0.0.1 -p "$port" -d names -n 1 -q 50 -t 10 -Q 2500 2>&1 |
		sed -n 's/.*Queries lost: *\([0-9]*\).*/lost \1/p; s/.*Response codes: *//p' | tr '\n' ' '
}
fine='lost 0 NOERROR 4000 (100.00%) '
serve -u "https://127.0.0.1:$unbound/dns-query" --cache 0
(sleep 0.5; dns_kill unbound; dns_start unbound >/dev/null) &
is 'the one server is killed and starts again' "$(load)" "$fine"
wait $!
dns_stop dohd
serve -u "https://127.0.0.1:$unbound/dns-query" -u "https://127.0.0.1:$named/dns-query" --cache 0
dns_ports unbound
(sleep 0.3; kill -STOP "$(cat "$dns/unbound.pid")"; sleep 1.5; kill -CONT "$(cat "$dns/unbound.pid")") &
is 'one of two goes silent' "$(load)" "$fine"
wait $!
(sleep 0.3; dns_kill named) &
is 'one of two is killed' "$(load)" "$fine"
wait $!
dns_stop dohd
done_testing
