#!/bin/sh
# dohd by itself: local data, the cache, its sockets, and what it says.

. "${0%/*}/lib.sh"
. "${0%/*}/dns/servers.sh"
need openssl python3
cd "$tmp" || exit
chmod 755 . # for nobody, which root becomes

dns_files 0
cat >lan.zone <<'END'
$ORIGIN lan.test.
$TTL 300
@ SOA ns h 1 3600 600 604800 60
@ NS ns
ns A 192.0.2.1
www CNAME ns
far CNAME h1.riad.test.
*.dev A 192.0.2.8
a.b TXT "x"
END
awk 'BEGIN { for (i = 0; i < 40; i++) printf "big TXT \"%0200d\"\n", i }' >>lan.zone
printf '192.0.2.7 printer.home printer # ours\n2001:db8::7 printer.home\nnonsense\n' >hosts
printf '# ads\nads.test\n||track.test^\n*.below.test\n' >block

# Starts a dohd, and waits till it can be told things.
serve() { # name option...
	name=$1 && shift
	rm -f "$name.ctl"
	# shellcheck disable=SC2086
	dohd $dns_user -s "$name.ctl" "$@" 2>"$name.log" &
	echo $! >"$dns/$name.pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do
		[ ! -S "$name.ctl" ] || return 0
		kill -0 "$(cat "$dns/$name.pid")" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}
stop() { # name [signal]
	dns_kill "$1" "${2:-TERM}"
}
figure() { # name key
	dohd ctl -s "$1.ctl" stats | tr ',{}' '\n' | sed -n "s/^\"$2\"://p" | head -n 1
}
# Words of the answer, one line.
ask() { # dohq's words...
	dohq --server "udp://127.0.0.1:$port" -T 2 -r 1 --short "$@" 2>&1 | tr '\n' ' '
}
# The status and flags, as of "status: NOERROR ... flags: qr aa".
flags() {
	dohq --server "udp://127.0.0.1:$port" -T 2 -r 1 "$@" 2>&1 |
		sed -n 's/.*status: \([A-Z]*\).*/\1/p; s/^;; flags: \([a-z ]*\);.*/\1/p' | tr '\n' ' '
}

port=$((10000 + $$ % 2000 * 5)) tls=$((port + 1)) https=$((port + 2))
serve own -l "127.0.0.1:$port" --listen-tls "127.0.0.1:$tls" \
	--listen-https "127.0.0.1:$https" --tls-cert "$dns/server.pem" \
	--tls-key "$dns/server.key" --zone lan.zone --hosts hosts --block block \
	-u tcp://127.0.0.1:1 || { echo "Bail out! $(cat own.log)"; exit 1; }

like 'a line of a file that says nothing is told' "$(cat own.log)" \
	'dohd: hosts: 1 line* passed over*'
is 'a zone is answered' "$(ask ns.lan.test A)" '192.0.2.1 '
like 'with authority' "$(flags ns.lan.test A)" 'NOERROR qr aa *'
is 'aliases are followed' "$(ask www.lan.test A)" 'ns.lan.test. 192.0.2.1 '
is 'wildcards' "$(ask new.dev.lan.test A)" '192.0.2.8 '
like 'what is not there does not exist' "$(flags no.lan.test A)" 'NXDOMAIN *'
like 'what is above a name does' "$(flags b.lan.test A)" 'NOERROR *'
is 'hosts have addresses' "$(ask printer.home A AAAA)" '192.0.2.7 2001:db8::7 '
is 'addresses have names' "$(ask -x 192.0.2.7)" 'printer.home. '
like 'a blocked name does not exist' "$(flags ads.test A)" 'NXDOMAIN *'
like 'nor what is below it' "$(flags x.y.track.test A)" 'NXDOMAIN *'
is 'localhost is here' "$(ask localhost A)" '127.0.0.1 '
like 'nobody is asked for names of an onion' "$(flags x.onion A)" 'NXDOMAIN *'
like 'nor for 10.in-addr.arpa' "$(flags 4.3.2.10.in-addr.arpa PTR)" 'NXDOMAIN *'
is 'nobody was asked at all' "$(figure own asked)" 0

for way in "udp://127.0.0.1:$port" "tcp://127.0.0.1:$port" "tls://127.0.0.1:$tls" \
	"https://127.0.0.1:$https/dns-query"; do
	case $way in udp* | tcp*) set -- ;; *) set -- --ca "$ca" ;; esac
	is "by ${way%%:*}" "$(dohq -s "$way" "$@" --short ns.lan.test A 2>&1)" 192.0.2.1
	is "by ${way%%:*}, 8 kB" \
		"$(dohq -s "$way" "$@" --short big.lan.test TXT 2>&1 | wc -l | tr -d ' ')" 40
done
is 'by GET and HTTP/1.1' "$(dohq -s "https://127.0.0.1:$https/dns-query" --ca "$ca" --get \
	--http1 --short ns.lan.test A 2>&1)" 192.0.2.1

# Upstream is nobody.
like 'nobody to ask is SERVFAIL' "$(flags else.test A -T 8)" 'SERVFAIL *'
like 'and was told' "$(cat own.log)" '*dohd: tcp://127.0.0.1:1: *'

# ctl
python3 - own.ctl <<'END' >out 2>&1
import json, subprocess, sys
d = json.loads(subprocess.check_output(['dohd', 'ctl', '-s', sys.argv[1], 'stats']))
print(d['queries']['udp'] > 0, d['rcodes']['NXDOMAIN'] > 0, d['upstreams'][0]['up'])
text = subprocess.check_output(['dohd', 'ctl', '-s', sys.argv[1], 'stats', 'prometheus']).decode()
kind = {}
for line in text.splitlines():
	if line.startswith('# TYPE '):
		kind[line.split()[2]] = line.split()[3]
	elif not line.startswith('#'):
		name, value = line.rsplit(' ', 1)
		float(value)
		name = name.split('{')[0]
		assert kind[name] == ('counter' if name.endswith('_total') else 'gauge'), name
print(len(kind) > 20)
END
is 'statistics are JSON, and what Prometheus reads' "$(cat out)" 'True True False
True'
is 'a name is flushed' "$(dohd ctl -s own.ctl flush '*.else.test')" '0 answers forgotten'
like 'what is no command is told' "$(dohd ctl -s own.ctl frobnicate 2>&1)" 'dohd: stats *expected*'
is 'and what is too much' "$(dohd ctl -s own.ctl reload own >/dev/null 2>&1; echo $?)" 2

sed -i 's/192.0.2.1$/192.0.2.99/' lan.zone
is 'reload' "$(dohd ctl -s own.ctl reload && ask ns.lan.test A)" '192.0.2.99 '
echo 'www A 1.2.3' >>lan.zone
like 'of a wrong file fails' "$(dohd ctl -s own.ctl reload 2>&1)" 'dohd: error: *'
like 'which says where' "$(tail -n 1 own.log)" 'dohd: lan.zone: line 50, column 7: *'
is 'and all stays as it was' "$(ask ns.lan.test A)" '192.0.2.99 '
sed -i '$d; s/192.0.2.99$/192.0.2.98/' lan.zone
kill -HUP "$(cat "$dns/own.pid")"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ "$(ask ns.lan.test A)" = '192.0.2.98 ' ] && break
	sleep 0.1
done
is 'SIGHUP reloads too' "$(ask ns.lan.test A)" '192.0.2.98 '

# What it gave up.  A sanitizer allows no sandbox.
status=/proc/$(cat "$dns/own.pid")/status
if dohd --no-sandbox -h >/dev/null && grep -q '^Seccomp:.*2' "$status"; then
	is 'system calls are filtered' "$(sed -n 's/^NoNewPrivs:[[:space:]]*//p' "$status")" 1
else
	skip 'system calls are filtered' 'a sanitizer is built in'
fi
if [ "$(id -u)" = 0 ] && [ -z "$dns_user" ]; then
	is 'root becomes nobody' "$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\)[[:space:]]\([0-9]*\).*/\1 \2/p' "$status")" \
		"$(id -u nobody) $(id -u nobody)"
else
	skip 'root becomes nobody' 'not root, or not to be left'
fi
is 'no pin' "$(dohd -s x.ctl --pin AAAA 2>&1 || echo $?)" \
	"dohd: --pin AAAA: not 32 bytes in base64 (try 'dohd --help')
2"
is 'TTLs that contradict' "$(dohd -s x.ctl --min-ttl 9 --max-ttl 8 2>&1 || echo $?)" \
	"dohd: --min-ttl is above --max-ttl (try 'dohd --help')
2"
is 'a certificate without a key' "$(dohd -s x.ctl --listen-tls 127.0.0.1:1 --tls-cert "$dns/server.pem" 2>&1 || echo $?)" \
	"dohd: $dns/server.pem: no key for it, or another one's
1"
like 'a port that is taken' "$(dohd -s x.ctl -l "127.0.0.1:$port" -u tcp://127.0.0.1:1 2>&1 || echo $?)" \
	"dohd: 127.0.0.1:$port by UDP: Address already in use
1"
stop own && is 'SIGTERM is a good end' "$?" 0

# A second one forwards to it over HTTPS, and keeps what it learns.
serve zone -l "127.0.0.1:$port" --listen-https "127.0.0.1:$https" \
	--tls-cert "$dns/server.pem" --tls-key "$dns/server.key" \
	--zone lan.zone --zone riad.test="$dns/riad.test.zone" -u tcp://127.0.0.1:1
back=$port
port=$((port + 3))
url=https://127.0.0.1:$https/dns-query
serve own -l "127.0.0.1:$port" -u "$url" --ca "$ca" --cache-file cache
is 'over HTTPS' "$(ask web.riad.test A)" "$(dohq -s "udp://127.0.0.1:$back" --short web.riad.test A | tr '\n' ' ')"
is 'again' "$(ask WEB.riad.test A >/dev/null; figure own asked)" 1
like 'what is signed elsewhere is not trusted' "$(flags --dnssec web.riad.test A)" 'NOERROR qr rd ra '
is 'a large answer by UDP is cut, and by TCP whole' "$(ask many.riad.test A | wc -w | tr -d ' ')" 120
stop own 9
serve own -l "127.0.0.1:$port" -u "$url" --ca "$ca" --cache-file cache
is 'kill -9 loses nothing' "$(ask web.riad.test A >/dev/null; figure own asked; figure own cache_hits)" '0
1'
like 'the cache is for one' "$(dohd -s x.ctl -l 127.0.0.1:$((port + 1)) -u "$url" --ca "$ca" --cache-file cache 2>&1 || echo $?)" \
	'dohd: cache: *
1'
is 'flush' "$(dohd ctl -s own.ctl flush web.riad.test)" '2 answers forgotten'
# Stale: what is kept is over after a second, and the server is gone.
stop own
printf '@ SOA ns h 1 3600 600 604800 1\n@ NS ns\nns A 192.0.2.1\nbrief 1 A 192.0.2.3\n' >brief.zone
stop zone
serve zone -l "127.0.0.1:$back" --listen-https "127.0.0.1:$https" \
	--tls-cert "$dns/server.pem" --tls-key "$dns/server.key" \
	--zone brief.test=brief.zone -u tcp://127.0.0.1:1
serve own -l "127.0.0.1:$port" -u "$url" --ca "$ca"
is 'an answer for a second' "$(ask brief.brief.test A)" '192.0.2.3 '
stop zone
sleep 2.1
like 'is given when its time is over and nobody answers' \
	"$(dohq -s "udp://127.0.0.1:$port" -T 6 brief.brief.test A 2>&1)" \
	'*Stale*brief.brief.test.*30*IN*A*192.0.2.3*'
stop own

# Who may ask.
serve own -l "127.0.0.1:$port" -u tcp://127.0.0.1:1 --allow 192.0.2.0/24 --hosts hosts
like 'a stranger is refused' "$(flags printer.home A)" 'REFUSED *'
stop own
serve own -l "127.0.0.1:$port" -u tcp://127.0.0.1:1 --allow any --hosts hosts
like 'anybody may ask if told so' "$(flags printer.home A)" 'NOERROR *'
stop own

# An alias in local data for a name that is not.
serve zone -l "127.0.0.1:$back" --zone riad.test="$dns/riad.test.zone" -u tcp://127.0.0.1:1
printf '@ SOA ns h 1 3600 600 604800 60\n@ NS ns\nns A 192.0.2.1\nfar CNAME web.riad.test.\n' >alias.zone
serve own -l "127.0.0.1:$port" --zone alias.test=alias.zone -u riad.test=tcp://127.0.0.1:$back -u tcp://127.0.0.1:1
web=$(dohq -s "udp://127.0.0.1:$back" --short web.riad.test A | tr '\n' ' ')
is 'an alias is followed to another server, by its domain' "$(ask far.alias.test A)" "web.riad.test. $web"
is 'and from the cache' "$(ask far.alias.test A)" "web.riad.test. $web"
stop own
printf 'web.riad.test\n' >block
serve own -l "127.0.0.1:$port" --zone alias.test=alias.zone -u "tcp://127.0.0.1:$back" --block block
like 'a blocked name' "$(flags web.riad.test A)" 'NXDOMAIN *'
stop own
stop zone

# A service manager's sockets, and what it is told.
# shellcheck disable=SC2086
python3 - "$port" $dns_user <<'END' >out 2>&1
import os, socket, subprocess, sys, struct
port = int(sys.argv[1])
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
t = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
u.bind(('127.0.0.1', port)); t.bind(('127.0.0.1', port)); t.listen(5)
n = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
n.bind('notify')
os.chmod('notify', 0o777)
pid = os.fork()
if pid == 0:
	a, b = os.dup(u.fileno()), os.dup(t.fileno())
	os.dup2(a, 3); os.dup2(b, 4)
	os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2',
		NOTIFY_SOCKET=os.path.abspath('notify'))
	os.execvp('dohd', ['dohd'] + sys.argv[2:] + ['-q', '-s', 'given.ctl', '--hosts', 'hosts', '-u', 'tcp://127.0.0.1:1'])
n.settimeout(10)
print(n.recv(100).decode())
q = struct.pack('>6H', 7, 0x100, 1, 0, 0, 0) + b'\7printer\4home\0\0\1\0\1'
u2 = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u2.settimeout(5)
u2.sendto(q, ('127.0.0.1', port))
print(u2.recv(1000)[-4:].hex())
os.kill(pid, 15)
print(n.recv(100).decode())
print(os.waitpid(pid, 0)[1])
END
is 'sockets are given, and readiness is told' "$(cat out)" 'READY=1
c0000207
STOPPING=1
0'

# A wrong command line, and what can't be.
like 'HTTPS needs a certificate' "$(dohd --listen-https :1443 2>&1 || echo $?)" '*--tls-cert*
2'
like 'an address' "$(dohd -l 1.2.3 2>&1 || echo $?)" '*an address of IPv4 or IPv6 expected*
2'
like 'a server' "$(dohd -u ftp://x/ 2>&1 || echo $?)" 'dohd: *
2'
like 'a file' "$(dohd -l "127.0.0.1:$port" --hosts none 2>&1 || echo $?)" 'dohd: none: No such file or directory
1'
like 'nobody is there to tell' "$(dohd ctl -s none.ctl stats 2>&1 || echo $?)" 'dohd: none.ctl: No such file or directory: no dohd runs there
1'
done_testing
