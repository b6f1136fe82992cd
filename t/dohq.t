#!/bin/sh
# dohq(1), seen from a shell: its command line, what it shows, how it ends
# shellcheck disable=SC2154,SC2317 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohq" ] || { echo '1..0 # SKIP dohq is not built here'; exit; }
. "$top/t/dns/servers.sh"
need openssl unbound
cd "$tmp" || exit
unset DOHQ_SERVER

status() { # command... : its exit status, and what it said
	"$@" >got 2>err
	echo $?
}

# The command line
for line in '-s http://x/ a' '-s https:// a' '-s quic://x a' '@ a' 'x OPT' 'x AXFR' \
	'x A IN CH' '-t FOO x' '--type= x' '--class FOO x' '-f x y' '--json --short x' \
	'--get --post x' '--http1 --http2 x' '-w 0 x' '-w 4097 x' '-c 0 x' '-c 33 x' \
	'-T 0 x' '-T x x' '-T 1e9 x' '-r -1 x' '--fail-on foo x' '--subnet 1.2.3/8 x' \
	'--subnet 1.2.3.4/33 x' '--option x x' '--option 1:0 x' '--udp-size 511 x' \
	'--no-edns --nsid x' '--no-edns --dnssec x' '--pin abc x' '--address x y' \
	'--idn --no-idn x' '-s udp://127.0.0.1 --insecure x' '-u --wire' \
	'-s tls://quad9/path x' '+short x' '-s udp://[::1 x'; do
	# shellcheck disable=SC2086
	is "usage: '$line' is 2" "$(status dohq $line; wc -l <err)" '2
1'
done
is 'no such file' "$(dohq -f nonesuch -s udp://127.0.0.1:9 2>&1; echo $?)" \
'dohq: nonesuch: No such file or directory
1'
is 'a directory is no file of questions' "$(dohq -f . -s udp://127.0.0.1:9 2>&1; echo $?)" \
'dohq: .: line 1: Is a directory
1'
is 'nothing to ask' "$(dohq -s udp://127.0.0.1:9 </dev/null 2>&1; echo $?)" 0
is 'no such authority' "$(dohq -s https://127.0.0.1:9/ --ca nonesuch x 2>&1; echo $?)" \
'dohq: nonesuch: No such file or directory
4'
like 'resolvers with a name' "$(dohq --list-servers)" '*quad9	https://dns.quad9.net/dns-query	9.9.9.9 *'

dns_files 3000
dns_start unbound
https="-s https://127.0.0.1:$doh/dns-query --ca $ca"
# shellcheck disable=SC2086
q() { dohq $https "$@"; }

# Views of one answer
is 'the whole' "$(q www.riad.test. | sed 's/\(Query time:\) [0-9.]*/\1 N/; s/[0-9]*\(	IN\)/T\1/
	s/'"$doh"'/PORT/g' | sort)" "$(sort <<'END'
;; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 0
;; flags: qr rd ra; QUERY: 1, ANSWER: 3, AUTHORITY: 0, ADDITIONAL: 1

;; OPT PSEUDOSECTION:
; EDNS: version: 0, flags:; udp: 1232
;; QUESTION SECTION:
;www.riad.test. IN A

;; ANSWER SECTION:
www.riad.test.	T	IN	CNAME	web.riad.test.
web.riad.test.	T	IN	A	192.0.2.10
web.riad.test.	T	IN	A	192.0.2.11

;; Query time: N msec
;; SERVER: https://127.0.0.1:PORT/dns-query (127.0.0.1:PORT, HTTP/2, TLSv1.3)
;; MSG SIZE  rcvd: 92
END
)"
is 'the answer' "$(q --answer mail.riad.test | sed 's/	[0-9]*	/ T /')" \
	'mail.riad.test. T IN	A	192.0.2.25'
is 'the data' "$(q --short riad.test MX | sort)" '10 mail.riad.test.
20 mail2.riad.test.'
is 'no data is no failure' "$(q --short nothing.riad.test; echo $?)" 0
like 'no such name' "$(q nothing.riad.test)" \
	'*status: NXDOMAIN*AUTHORITY SECTION:
;riad.test.*SOA*'
is 'several questions' "$(q --short riad.test AAAA MX mail.riad.test -x 192.0.2.10 ns1.riad.test a |
	sed 's/^[12]0 .*/MX/' | sort)" "$(sort <<'END'
2001:db8::1
192.0.2.25
127.0.0.1
MX
MX
web.riad.test.
END
)"
is 'in that order' "$(q --short mail.riad.test ns1.riad.test -x 192.0.2.10)" 'web.riad.test.
192.0.2.25
127.0.0.1'
is 'the name may be a type' "$(q --answer a. a mx. a 2>&1)" ';; a. IN A: NXDOMAIN
;; mx. IN A: NXDOMAIN'
is 'the type where none is named' "$(q --short -t aaaa,txt riad.test mail.riad.test A | sort)" \
	"$(sort <<'END'
2001:db8::1
"v=spf1 ip4:192.0.2.0/24 -all"
"two" "strings; of one"
192.0.2.25
END
)"
is 'a server with an at sign' "$(dohq "@udp://127.0.0.1:$plain" --short mail.riad.test)" 192.0.2.25
is 'of the environment' "$(DOHQ_SERVER="127.0.0.1:$plain" dohq --short mail.riad.test)" 192.0.2.25
is 'two servers, in that order' "$(dohq -s "127.0.0.1:$plain" -s "tls://127.0.0.1:$dot" --ca "$ca" \
	--answer mail.riad.test A | grep -c ';; SERVER: [ut][dl][ps]:\|192.0.2.25')" 4
is 'wire' "$(q --wire mail.riad.test nothing.riad.test -t A | od -An -v -tu1 | tr -d '\n' |
	awk '{ while (at < NF) { n = $(at + 1) * 256 + $(at + 2); at += 2 + n; m++ } print m, at == NF }')" '2 1'
is 'wire without an answer' "$(dohq -s udp://127.0.0.1:1 --wire x 2>/dev/null | od -An -tx1)" ' 00 00'

# JSON
json() { # filter...
	python3 -c '
import json, sys
for line in sys.stdin.buffer.read().decode().split("\n")[:-1]:
    r = json.loads(line, object_pairs_hook=lambda p: dict(p) if len(dict(p)) == len(p) else 1 / 0)
    print('"$1"')'
}
if command -v python3 >/dev/null; then
	is 'json' "$(q --json riad.test TXT mail.riad.test A nothing.riad.test MX |
		json 'r["name"], r["type"], r["rcode"], sorted(str(a["value"]) for a in r["answer"])')" \
"riad.test. TXT NOERROR [\"['two', 'strings; of one']\", \"['v=spf1 ip4:192.0.2.0/24 -all']\"]
mail.riad.test. A NOERROR ['192.0.2.25']
nothing.riad.test. MX NXDOMAIN []"
	is 'json has what text has' "$(q --json svc.riad.test SVCB | json '"\n".join(a["data"] for a in r["answer"])' | sort)" \
		"$(q --short svc.riad.test SVCB | sort)"
	is 'json of odd names' "$(printf '%s\n' 'nul\000byte.riad.test' 'quo\"te.riad.test' 'esc\027\091.riad.test' 'a\.dot.riad.test' |
		q --json | json 'r["line"], r["name"], r["answer"][0]["name"]')" \
'1 nul\000byte.riad.test. nul\000byte.riad.test.
2 quo\"te.riad.test. quo\"te.riad.test.
3 esc\027[.riad.test. esc\027[.riad.test.
4 a\.dot.riad.test. a\.dot.riad.test.'
	is 'json of odd strings' "$(q --json -t TXT bintxt.riad.test ansitxt.riad.test nltxt.riad.test utf8txt.riad.test |
		json 'len(r["answer"]), r["answer"][0]["data"]')" \
'1 "\000\001\127\128\255nul and high"
1 "\027[31mRED\027[0m\007 \027]0;title\007"
1 "line1\010line2\013\009tab"
1 "b\195\188cher"'
	is 'json of failures' "$(printf 'a..b\nx FOO\nx.test\n' | dohq -s udp://127.0.0.1:1 --json |
		json 'r["line"], r["error"], "message" in r')" \
'1 input True
2 input True
3 connection True'
	is 'json of facts' "$(q --json --nsid mail.riad.test | json 'r["transport"], r["http"], r["tls"],
		r["tries"], r["flags"], r["edns"]["udp"], r["seconds"] < 5, r["class"]')" \
"https 2 TLSv1.3 1 ['qr', 'rd', 'ra'] 1232 True IN"
else
	skip json 'no python3'
fi
is 'no control character comes out' "$(for view in --all --answer --short --json; do
	q $view -t TXT bintxt.riad.test ansitxt.riad.test nltxt.riad.test 'esc\027\091.riad.test'
done | tr -d '\n\t\040-\176' | wc -c)" 0

# IDN
if [ -e /usr/lib/x86_64-linux-gnu/libidn2.so.0 ] || ldconfig -p 2>/dev/null | grep -q libidn2.so.0; then
	is 'a name of other letters' "$(q --short bücher.riad.test)" 192.0.2.200
	is 'in capitals' "$(q --short BÜCHER.riad.test)" 192.0.2.200
	is 'from a file' "$(echo 'bücher.riad.test A' | q --short)" 192.0.2.200
	like 'shown so' "$(q --idn --answer bücher.riad.test)" 'bücher.riad.test.	*'
	is 'in data, too' "$(q --idn --short ptr.riad.test PTR)" bücher.riad.test.
	like 'in json' "$(q --idn --json xn--bcher-kva.riad.test)" '*"unicode":"bücher.riad.test."*'
	is 'what no such name can be' "$(status q 'a‮b.riad.test')" 1
	is 'and neither can what is no UTF-8' "$(status q "$(printf 'a\377b.riad.test')")" 1
else
	skip IDN 'no libidn2'
fi
is 'as it is' "$(q --no-idn --answer bücher.riad.test)" \
	';; b\195\188cher.riad.test. IN A: NXDOMAIN'

# What goes out
like 'DO' "$(q --dnssec riad.test)" '*flags: do;*'
sent() { # dohq's options: the message that goes out, in hex
	rm -f port
	python3 -c '
import os, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 0))
s.settimeout(20)
open("port.new", "w").write(str(s.getsockname()[1]))
os.rename("port.new", "port")
print(s.recv(2000)[2:].hex())' >sent &
	until [ -e port ]; do sleep 0.05; done
	dohq -s "udp://127.0.0.1:$(cat port)" -T 0.3 -r 0 "$@" >got 2>err
	echo $? >rc
	wait
	cat sent
}
if command -v python3 >/dev/null; then
	is 'a query' "$(sent x)" 010000010000000000010178000001000100002904d0000000000000
	is '7: nobody answers' "$(cat rc err | sed 's/127.0.0.1:[0-9]*/AT/')" \
'7
dohq: x. A: udp://AT: no answer within 0.3 s'
	is 'flags, and a class' "$(sent --no-edns --cd --ad --no-recurse x TXT CH)" \
		0030000100000000000001780000100003
	is 'options of EDNS' "$(sent --dnssec --nsid --subnet 192.0.2.77/24 --option 65001:0102 --udp-size 4096 x | cut -c 35-)" \
		0000291000000080000015000300000008000700011800c00002fde900020102
	is 'a cookie' "$(sent --cookie x | cut -c 35-64)" 00002904d000000000000c000a0008
	is 'padding' "$(sent --padding x | tr -d '\n' | wc -c)" 252
else
	skip 'what goes out' 'no python3'
fi
like 'UDP that is cut goes on by TCP' "$(dohq -s "127.0.0.1:$plain" many.riad.test | tail -n 3)" '*, tcp)*'
like 'unless it is not to' "$(dohq -s "127.0.0.1:$plain" --no-tcp --all many.riad.test)" '*flags: qr tc *'
is 'and is not taken for none' "$(dohq -s "127.0.0.1:$plain" --no-tcp --answer --udp-size 512 huge.riad.test TXT)" \
	';; huge.riad.test. IN TXT: the answer was cut'
is 'all comes by TCP' "$(dohq -s "127.0.0.1:$plain" --short many.riad.test | wc -l)" 120
is 'much at once' "$(q --short huge.riad.test TXT | wc -lc | tr -s ' ')" "$(dohq -s "tcp://127.0.0.1:$plain" \
	--short huge.riad.test TXT | wc -lc | tr -s ' ')"

# Discovery
like 'DDR' "$(dohq -s "127.0.0.1:$plain" --ca "$ca" --ddr mail.riad.test)" \
	"*192.0.2.25*SERVER: https://doh.riad.test:$doh/dns-query (127.0.0.1:$doh, HTTP/2,*"

# Pins
is 'the right pin' "$(q --pin "$pin" --short mail.riad.test)" 192.0.2.25
is 'as curl has it' "$(q --pin "sha256//$pin" --short mail.riad.test)" 192.0.2.25
other=$(printf '%032d' 0 | openssl base64)
is 'one of two' "$(q --pin "$other" --pin "$pin" --short mail.riad.test)" 192.0.2.25

# Exit statuses
is '0' "$(status q --short mail.riad.test)" 0
is '0, whatever the answer' "$(status q --short nothing.riad.test)" 0
is '1: no question' "$(printf 'a..b\nmail.riad.test\n' | status q --short; cat got err)" '1
192.0.2.25
dohq: standard input: line 1, column 1: not a name'
is '1: of the command line' "$(status dohq -s udp://127.0.0.1:1 a..b; cat err)" "1
dohq: 'a..b': not a name"
is 'the same as JSON' "$(dohq -s udp://127.0.0.1:1 --json -x 192.0.2 2>&1)" \
	"{\"error\":\"input\",\"message\":\"'192.0.2': not an address\"}"
is '3: refused' "$(status dohq -s tcp://127.0.0.1:1 x; cat err)" '3
dohq: x. A: tcp://127.0.0.1:1: Connection refused'
is '3: refused, UDP' "$(status dohq -s udp://127.0.0.1:1 x)" 3
is '3: refused, TLS' "$(status dohq -s tls://127.0.0.1:1 x)" 3
is '3: no such server' "$(status dohq -s https://nonesuch.invalid/ x)" 3
is '4: not trusted' "$(status dohq -s "https://127.0.0.1:$doh/dns-query" x)" 4
like 'and why' "$(cat err)" 'dohq: x. A: https://*: certificate: *'
is '4: another name' "$(status dohq -s "tls://localhost.riad.test:$dot" --address 127.0.0.1 --ca "$ca" x)" 4
is '4: another pin' "$(status q --pin "$other" x)" 4
is '4: DDR needs the address in the certificate, too' \
	"$(status dohq -s "udp://127.0.0.1:$plain" --ddr mail.riad.test)" 4
is 'the name it has' "$(dohq -s "tls://doh.riad.test:$dot" --address 127.0.0.1 --ca "$ca" --short mail.riad.test)" 192.0.2.25
is 'insecure' "$(dohq -s "https://127.0.0.1:$doh/dns-query" --insecure --short mail.riad.test 2>&1)" \
'dohq: --insecure: whoever answers is believed
192.0.2.25'
is 'insecure, but pinned' "$(status dohq -s "https://127.0.0.1:$doh/dns-query" --insecure --pin "$other" x)" 4
is '5: no such path' "$(status dohq -s "https://127.0.0.1:$doh/other" --ca "$ca" x)" 5
is '8: NXDOMAIN' "$(status q --fail-on nxdomain nothing.riad.test)" 8
is '8: any' "$(status q --fail-on any nothing.riad.test)" 8
is '8: REFUSED' "$(status q --fail-on servfail,refused x.refused.test)" 8
is '8: nothing of the type' "$(status q --fail-on nodata mail.riad.test MX)" 8
is '8, and not for another code' "$(status q --fail-on servfail,nodata nothing.riad.test)" 0
is 'the lowest is it' "$(printf 'nothing.riad.test\na..b\n' | status q --fail-on any)" 1

# Output
is 'full disk' "$(q mail.riad.test 2>&1 >/dev/full; echo $?)" \
'dohq: standard output: byte 0: No space left on device
1'
seq 2999 | sed 's/.*/h&.riad.test A AAAA/' >many
is 'full disk, in bulk' "$(q -f many 2>&1 >/dev/full | sed 's/byte [0-9]*/byte N/')" \
'dohq: standard output: byte N: No space left on device'
is 'so it is with what is short' "$( { sleep 0.3; dohq --list-servers 2>err; echo $? >rc; } | :; cat rc err)" 141
is 'SIGPIPE is silent' "$( (q -f many 2>&1; echo $? >rc) | head -n 1 | cut -f 1; cat rc)" 'h1.riad.test.
141'
dns_stop unbound

# HTTP that is no answer
if command -v nginx >/dev/null && command -v named >/dev/null; then
	dns_start named
	named=$plain
	like 'NSID' "$(dohq -s "udp://127.0.0.1:$plain" --nsid riad.test)" '*; NSID: *("named of the tests")*'
	is 'BADCOOKIE and cookies' "$(printf 'mail.riad.test\nns1.riad.test\n' |
		dohq -s "udp://127.0.0.1:$plain" --cookie --json -w 1 | grep -c '"cookie":"[0-9a-f]\{32,\}"')" 2
	dns_start nginx
	at=https://127.0.0.1:$doh
	is 'through nginx' "$(dohq -s "$at" --ca "$ca" --short mail.riad.test)" 192.0.2.25
	for path in 404 302 html; do
		is "5: $path" "$(status dohq -s "$at/$path" --ca "$ca" x)" 5
	done
	like '5: the status' "$(dohq -s "$at/404" --ca "$ca" --json x)" '*"error":"http","status":404,*'
	is '5: 503, after some tries' "$(dohq -s "$at/503" --ca "$ca" -r 1 --json x |
		sed 's/.*"tries":\([0-9]*\).*"error":"\([a-z]*\)".*/\1 \2/')" '2 http'
	is '6: malformed' "$(status dohq -s "$at/cut" --ca "$ca" x)" 6
	is '4: the certificate of another' "$(status dohq -s "https://127.0.0.1:$dot" --ca "$ca" x)" 4
	dns_stop nginx
	dns_stop named
elif [ -n "${CI-}" ]; then
	need nginx named
else
	skip 'HTTP that is no answer' 'no nginx or named'
fi
is "$named is gone" "$(status dohq -s "udp://127.0.0.1:${named:-1}" x)" 3
done_testing
