#!/bin/sh
# Local zones: answers are those of named, which has the same files.
# shellcheck disable=SC2154 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohd" ] || { echo '1..0 # SKIP dohd is not built here'; exit; }
. "$top/t/dns/servers.sh"
need openssl named dig
cd "$tmp" || exit
chmod 755 . # for nobody, which root becomes

dns_files 10
cat >"$dns/hard.test.zone" <<'END'
$ORIGIN hard.test.
$TTL 300
@ SOA ns h 1 3600 600 604800 60
@ NS ns
@ MX 10 www
ns A 192.0.2.53
www 100 A 192.0.2.1
www 100 A 192.0.2.2
www AAAA 2001:db8::1
alias CNAME www
twice CNAME alias
dangling CNAME nothing
out CNAME www.example.
into CNAME x.below.sub
wildalias CNAME x.wild
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
*.wild TXT "star"
*.wild MX 10 mail
there.wild A 192.0.2.3
a.b.there.wild A 192.0.2.33
*.aliases CNAME www
*.deep.*.wild2 TXT "stars"
a.b.c A 192.0.2.4
sub NS ns.sub
sub NS ns.elsewhere
sub DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000
ns.sub A 192.0.2.54
ns.sub AAAA 2001:db8::54
hidden.sub A 192.0.2.55
ns.elsewhere A 192.0.2.56
child NS ns.child
child DS 1 8 2 0000000000000000000000000000000000000000000000000000000000000000
ns.child A 192.0.2.57
dname DNAME target
x.target A 192.0.2.5
y.target CNAME z.dname
z.target A 192.0.2.6
abroad DNAME example.
todname CNAME x.dname
long DNAME aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
END
cat >"$dns/over.test.zone" <<'END'
$TTL 300
@ SOA ns h 1 3600 600 604800 60
@ NS ns
www CNAME web.riad.test.
END
cat >"$dns/child.hard.test.zone" <<'END'
$ORIGIN child.hard.test.
$TTL 300
@ SOA ns h 1 3600 600 604800 900
@ NS ns
ns A 192.0.2.57
www A 192.0.2.10
END
dns_zones="$dns_zones hard.test child.hard.test"
dns_start named
named=$plain

port=$((10001 + $$ % 2000 * 5))
set --
for zone in $dns_zones over.test; do set -- "$@" --zone "$zone=$dns/$zone.zone"; done
dohd -q -s ctl -l "127.0.0.1:$port" --rate 0 -u https://127.0.0.1:9/ "$@" 2>dohd.log &
echo $! >"$dns/dohd.pid"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ ! -S ctl ] || break
	sleep 0.1
done

# Each name of the zones, what is above it, and names that are not there; but
# not what dig's list of questions could not tell.  For a SOA that is not there
# named has a TTL of 0 by its own choice.
for zone in hard.test child.hard.test riad.test; do
	awk -v zone="$zone" '/^[^;$ \t]/ {
		name = $1 == "@" ? zone : $1 "." zone
		if (name ~ /[\\"]|^-/ || length(name) > 180)
			next
		print name; print "no." name; print "no.no." name; print "*." name
		while (name != zone) {
			sub(/^[^.]*\./, "", name)
			print name
			print "no." name
		}
	}' "$dns/$zone.zone"
done | tr '[:upper:]' '[:lower:]' | sort -u | awk '{
	n = split("A AAAA MX TXT NS CNAME DNAME DS SRV TYPE65280", type, " ")
	for (i = 1; i <= n; i++)
		print $1, type[i]
}' >questions
long=$(printf '%0150d' 0 | sed 's/.\{50\}/&./g')
echo "${long}long.hard.test A" >>questions

# RCODE, AA, and the answer; of a negative one or a referral, what says so.
digest() { # port
	dig "@127.0.0.1" -p "$1" +norecurse +noedns +tcp +keepopen +noall \
		+question +comments +answer +authority -f questions | awk '
	function flush() {
		if (question != "")
			print question, status, answers, answers == "" || soa ? authority : ""
		question = answers = authority = ""
		soa = 0
	}
	# Records of a set come in any order.
	function add(list, record) {
		n = split(list, r, "|")
		for (i = n; i >= 1 && r[i] > record; i--)
			r[i + 1] = r[i]
		r[i + 1] = record
		list = r[1]
		for (i = 2; i <= n + 1; i++)
			list = list "|" r[i]
		return list
	}
	{ gsub(/[ \t]+/, " ") }
	/^;; ->>HEADER/ { flush(); status = $6 }
	/^;; flags:/ { status = status ($0 ~ / aa[ ;]/ ? " aa" : "") }
	/^;; [A-Z]+ SECTION/ { section = $2; next }
	/^;[^;]/ && section == "QUESTION" { question = $0 }
	/^[^;]/ && section == "ANSWER" { answers = add(answers, $0) }
	/^[^;]/ && section == "AUTHORITY" { authority = add(authority, $0); soa = soa || $4 == "SOA" }
	END { flush() }'
}
digest "$named" >want
digest "$port" >got
is 'each question is answered' "$(wc -l <got)" "$(wc -l <questions)"
is 'as named does it' "$(diff want got)" ''

is 'an alias leads to another zone' "$(dig "@127.0.0.1" -p "$port" +short www.over.test)" 'web.riad.test.
192.0.2.10
192.0.2.11'
dig "@127.0.0.1" -p "$port" +norecurse +noedns +noall +additional no.sub.hard.test | tr -s '\t ' ' ' | sort >got
is 'a delegation has its glue' "$(cat got)" 'ns.elsewhere.hard.test. 300 IN A 192.0.2.56
ns.sub.hard.test. 300 IN A 192.0.2.54
ns.sub.hard.test. 300 IN AAAA 2001:db8::54'
kill "$(cat "$dns/dohd.pid")"
done_testing
