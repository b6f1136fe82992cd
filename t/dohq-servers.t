#!/bin/sh
# dohq(1) asks real servers for all there is in a zone, over each transport; its
# text is dig's.
# shellcheck disable=SC2154,SC2317 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohq" ] || { echo '1..0 # SKIP dohq is not built here'; exit; }
. "$top/t/dns/servers.sh"
need openssl named dig
cd "$tmp" || exit
dns_files 10

# The questions that the zone answers, some that it doesn't, and odd ones.
{
	sed -n '/^[^;$]/p' "$top/t/dns/riad.zone" | awk '{
		name = $1 == "@" ? "riad.test." : $1 ".riad.test."
		sub(/^\*/, "any", name)
		if (!seen[name, $2]++)
			print name, $2
	}'
	echo 'many.riad.test. A
huge.riad.test. TXT
www.riad.test. A
chain1.riad.test. A
nothing.riad.test. A
empty.riad.test. A
www.riad.test. MX
10.2.0.192.in-addr.arpa. PTR'
} >questions
is 'there are questions' "$(awk 'END { print (NR > 60) }' questions)" 1

# Records without their TTLs, in one order.
plain() {
	sed '/^;/d;/^$/d' | tr -s '\t ' ' ' | awk '{ $2 = ""; print }' | sort
}
same() { # name dohq's options
	name=$1 && shift
	dohq --answer -f questions "$@" >got 2>err
	is "$name" "$? $(cat err; plain <got | diff - want)" '0 '
}

dns_start named
dig @127.0.0.1 -p "$plain" +noall +answer +tcp -f questions | plain >want
like 'dig has answers' "$(wc -l <want)" '[2-9][0-9][0-9]'
same 'named, udp' -s "udp://127.0.0.1:$plain"
same 'named, tcp' -s "tcp://127.0.0.1:$plain"
same 'named, tls' -s "tls://127.0.0.1:$dot" --ca "$ca"
for how in --post --get; do
	same "named, https, $how" -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" $how
done
same 'one at a time' -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" --window 1
same 'over four connections' -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" -c 4
same 'without EDNS' -s "udp://127.0.0.1:$plain" --no-edns
same 'with all of EDNS' -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" --padding \
	--cookie --nsid --dnssec --cd --ad --subnet 192.0.2.0/24 --option 65001:00ff
same 'cookies over UDP' -s "udp://127.0.0.1:$plain" --cookie

# All sections, but for what is not of the message, and with records in an order.
whole() {
	sed '/^;;* *\(Query time\|SERVER\|WHEN\|MSG SIZE\|<<>>\|WARNING\|global\|Got answer\|->>HEADER\|COOKIE\)/d;/server found/d;/^$/d' |
		tr -s '\t ' ' ' | sort
}
is 'dig has no more to say' "$(dohq -s "udp://127.0.0.1:$plain" --all www.riad.test MX | whole)" \
	"$(dig @127.0.0.1 -p "$plain" +noad +nocookie www.riad.test MX | whole)"

other() { # server command
	command -v "$2" >/dev/null || {
		[ -z "${CI-}" ] || { echo "Bail out! $2 is not installed"; exit 1; }
		skip "$1" "$2 is not installed"
		return 1
	}
	dns_start "$1"
}
each() { # server
	same "$1, udp" -s "udp://127.0.0.1:$plain"
	same "$1, tcp" -s "tcp://127.0.0.1:$plain"
	same "$1, tls" -s "tls://127.0.0.1:$dot" --ca "$ca"
	same "$1, https" -s "https://127.0.0.1:$doh/dns-query" --ca "$ca"
	same "$1, https, GET" -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" --get
}
if other unbound unbound; then
	each unbound
	dns_stop unbound
fi
if other knotd knotd; then
	# It follows no CNAME out of what it was asked for otherwise than named.
	same 'knotd, udp' -s "udp://127.0.0.1:$plain"
	same 'knotd, tcp' -s "tcp://127.0.0.1:$plain"
	if other dnsdist dnsdist; then
		each dnsdist
		same 'dnsdist, HTTP/1.1' -s "https://127.0.0.1:$doh/dns-query" --ca "$ca" --http1
		dns_stop dnsdist
	fi
	if other kresd kresd; then
		each kresd
		dns_stop kresd
	fi
	dns_stop knotd
fi
if other nginx nginx; then
	same 'nginx, https' -s "https://127.0.0.1:$doh/dns-query" --ca "$ca"
	dns_stop nginx
fi
dns_stop named
done_testing
