#!/bin/sh
# dohd among those who mean it ill: servers that refuse, lie and say nothing,
# clients that go, that flood and that don't read, and files that are not its.
# shellcheck disable=SC2154 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
. "$top/t/dns/servers.sh"
need openssl python3
cd "$tmp" || exit
chmod 755 . # for nobody, which root becomes
dns_files 0

# Servers by TCP and UDP on a port; what each does its name says.
cat >server.py <<'END2'
import socket, struct, sys, threading, time
how, port = sys.argv[1], int(sys.argv[2])
A = struct.pack('>HHHIH4s', 0xc00c, 1, 1, 60, 4, socket.inet_aton(sys.argv[3] if len(sys.argv) > 3 else '192.0.2.1'))

def answer(q):
	end = 12
	while q[end]:
		end += q[end] + 1
	end += 5
	question, kind = q[12:end], struct.unpack('>H', q[end - 4:end - 2])[0]
	rcode = {'refuse': 5, 'fail': 2, 'nothing': 3}.get(how, 0)
	if how == 'other':
		question = b'\5other\4test\0\0\1\0\1'
	a = A if rcode == 0 and kind == 1 else b''
	if how == 'slow':
		time.sleep(0.3)
	return q[:2] + struct.pack('>5H', 0x8180 | rcode, 1, 1 if a else 0, 0, 0) + question + a

def stream(c):
	try:
		while True:
			head = c.recv(2, socket.MSG_WAITALL)
			if len(head) < 2:
				return
			q = c.recv(struct.unpack('>H', head)[0], socket.MSG_WAITALL)
			if how != 'silent':
				a = answer(q)
				c.sendall(struct.pack('>H', len(a)) + a)
	except OSError:
		pass

def datagrams(u):
	while True:
		q, peer = u.recvfrom(4096)
		if how != 'silent':
			u.sendto(answer(q), peer)

t = socket.socket(); t.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
here = '0.0.0.0' if how == 'anywhere' else '127.0.0.1'
t.bind((here, port)); u.bind((here, port)); t.listen(100)
threading.Thread(target=datagrams, args=(u,), daemon=True).start()
print('ready', flush=True)
while True:
	threading.Thread(target=stream, args=(t.accept()[0],), daemon=True).start()
END2
fake() { # how port [address]
	python3 server.py "$@" >"$1.out" 2>&1 &
	echo $! >"$dns/$1.pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		grep -q ready "$1.out" 2>/dev/null && return
		sleep 0.2
	done
	echo "Bail out! $(cat "$1.out")"
	exit 1
}
few= # descriptors
quiet=yes
serve() { # option...
	rm -f ctl
	(
		# shellcheck disable=SC3045 # dash and bash have it
		[ -z "$few" ] || ulimit -n "$few"
		# shellcheck disable=SC2086
		exec dohd $dns_user ${quiet:+-q} -s ctl -l "127.0.0.1:$port" "$@" 2>dohd.log
	) &
	echo $! >"$dns/dohd.pid"
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ ! -S ctl ] || return 0
		sleep 0.1
	done
	echo "Bail out! $(cat dohd.log)"
	exit 1
}
ask() { # dohq's words...
	dohq -s "udp://127.0.0.1:$port" -T 6 -r 0 --short "$@" 2>&1 | tr '\n' ' '
}
rcode() {
	dohq -s "udp://127.0.0.1:$port" -T 6 -r 0 "$@" 2>&1 | sed -n 's/.*status: \([A-Z]*\).*/\1/p'
}
asked() { # upstream's port
	dohd ctl -s ctl stats | python3 -c 'import json, sys
for u in json.load(sys.stdin)["upstreams"]:
	if str(u).count(":" + sys.argv[1]):
		print(u["asked"])' "$1"
}
port=$((10002 + $$ % 2000 * 10))
good=$((port + 1)) refuse=$((port + 2)) fail=$((port + 3)) other=$((port + 4))
silent=$((port + 5)) slow=$((port + 6)) nothing=$((port + 7)) secure=$((port + 8))
fake good $good
fake refuse $refuse
fake fail $fail
fake other $other
fake silent $silent
fake slow $slow

# Another is asked where one can't or will not answer.
for bad in $refuse $fail $other $silent; do
	serve -u "tcp://127.0.0.1:$bad" -u "tcp://127.0.0.1:$good" --cache 0
	all=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		all="$all$(ask "n$i.test" A)"
	done
	is "another is asked than port +$((bad - port))" "$all" \
		"$(printf '192.0.2.1 %.0s' 1 2 3 4 5 6 7 8 9 10 11 12)"
	like 'which is seldom asked then' "$(asked "$bad")" '[0-4]'
	dns_stop dohd
done
serve -u "tcp://127.0.0.1:$refuse" -u "tcp://127.0.0.1:$fail"
like 'where all refuse, so is the client' "$(rcode a.test A)" '[RS]E*'
dns_stop dohd

# Names of servers: of two that know, one has nothing or lies.
if [ "$(dohq -s "udp://127.0.0.1:$good" --short x.test A)" = 192.0.2.1 ]; then
	fake nothing $nothing
	dns_kill slow
	rm slow.out
	fake slow $slow 127.0.0.1
	serve -u "tcp://up.test:$good" --bootstrap "127.0.0.1:$nothing" --bootstrap "127.0.0.1:$slow"
	is 'a bootstrap server that knows nothing' "$(ask a.test A)" '192.0.2.1 '
	dns_stop dohd
	quiet=
	serve -u "tcp://up.test:$good" --bootstrap "127.0.0.1:$nothing"
	quiet=yes
	ask a.test A >/dev/null
	ask b.test A >/dev/null
	dns_stop dohd
	is 'who knows nothing is told of, once' "$(cat dohd.log)" 'dohd: up.test: no bootstrap server knows its address'
	serve -u "tcp://up.test:$good" --bootstrap "127.0.0.1:$silent" --bootstrap "127.0.0.1:$slow"
	is 'one that is silent' "$(ask a.test A)" '192.0.2.1 '
	dns_stop dohd
fi

# Servers that speak HTTP and are wrong for all that: another has the answer, and
# one that is alone is asked again and again, but not without a pause.
mkdir hostile
"$BUILD/t/dns/hostile" hostile h2-good in-rdata answers-more h2-status-none h2-goaway \
	h2-reset-internal h1-chunk-word dot-short >hostile.out 2>&1 &
echo $! >"$dns/hostile.pid"
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	[ ! -s hostile/ports ] || break
	sleep 0.2
done
wrong() { # kind
	p=$(sed -n "s/^$1 .* //p" hostile/ports)
	case $1 in
	dot*) echo "tls://127.0.0.1:$p" ;;
	*) echo "https://127.0.0.1:$p/dns-query" ;;
	esac
}
for kind in in-rdata answers-more h2-status-none h2-goaway h2-reset-internal h1-chunk-word dot-short; do
	serve --ca hostile/ca.pem -u "$(wrong $kind)" -u "$(wrong h2-good)" --cache 0
	is "$kind: another is asked" "$(ask a.riad.test b.riad.test c.riad.test A)" \
		'192.0.2.1 192.0.2.1 192.0.2.1 '
	dns_stop dohd
done
for kind in h2-status-none h2-goaway; do
	serve --ca hostile/ca.pem -u "$(wrong $kind)" --cache 0
	is "$kind alone fails" "$(rcode a.riad.test A)" SERVFAIL
	is 'after few tries' "$(($(asked "$(sed -n "s/^$kind .* //p" hostile/ports)") < 40))" 1
	dns_stop dohd
done
dns_kill hostile

# A way that swallows what is sent: nothing says that the connection is dead.
if command -v ip >/dev/null && unshare -n true 2>/dev/null; then
	cat >swallow <<-'END2'
		ip link set lo up && ip addr add 10.9.0.2/32 dev lo && ip addr add 10.9.0.3/32 dev lo || exit
		python3 server.py anywhere 5300 >anywhere.out & server=$!
		until grep -qs ready anywhere.out; do sleep 0.1; done
		dohd $1 -q -s own.ctl -l 127.0.0.1:53 -u tcp://up.test:5300 --cache 0 \
			--address up.test=10.9.0.2 --address up.test=10.9.0.3 & pid=$!
		until [ -S own.ctl ]; do kill -0 $pid || exit; sleep 0.1; done
		dohq -s udp://127.0.0.1 -T 6 -r 0 --short a.test A
		ip addr del 10.9.0.2/32 dev lo && ip route add blackhole 10.9.0.2/32
		dohq -s udp://127.0.0.1 -T 6 -r 0 --short b.test A
		kill $pid $server
	END2
	is 'a connection that nobody ends is given up' "$(unshare -n sh swallow "$dns_user" 2>&1)" '192.0.2.1
192.0.2.1'
else
	skip 'a connection that nobody ends is given up' 'no network of our own can be made'
fi

# Clients.
serve -u "tcp://127.0.0.1:$slow"
cat >client.py <<'END2'
import os, socket, struct, sys, time
how, port, pid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def query(name, n=1):
	q = struct.pack('>6H', n, 0x100, 1, 0, 0, 0) + bytes([len(name)]) + name + b'\4test\0\0\1\0\1'
	return struct.pack('>H', len(q)) + q
def connect():
	return socket.create_connection(('127.0.0.1', port), 10)
def ticks():
	f = open('/proc/%d/stat' % pid).read().rsplit(')', 1)[1].split()
	return int(f[11]) + int(f[12])
def is_idle(seconds):
	before = ticks()
	time.sleep(seconds)
	return ticks() - before < seconds * os.sysconf('SC_CLK_TCK') / 4
if how == 'half':
	c = connect()
	for i in range(3):
		c.sendall(query(b'half%d' % i, i))
	c.shutdown(socket.SHUT_WR)
	n, data = 0, b''
	while True:
		more = c.recv(65536)
		if not more:
			break
		data += more
	while len(data) > 2:
		data = data[2 + struct.unpack('>H', data[:2])[0]:]
		n += 1
	print(n)
elif how == 'reset':
	c = connect()
	for i in range(150):
		c.sendall(query(b'reset%d' % i, i))
	time.sleep(0.3)
	c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
	c.close()
	print(is_idle(1))
elif how == 'empty':
	c = connect()
	c.sendall(b'\0\0' + query(b'empty'))
	print(len(c.recv(100)))
elif how == 'flood':
	all = []
	for i in range(60):
		try:
			all.append(connect())
		except OSError:
			break
	time.sleep(0.3)
	print(is_idle(1))
	for c in all:
		c.close()
	c = connect()
	c.sendall(query(b'flood'))
	print(len(c.recv(2, socket.MSG_WAITALL)))
elif how == 'malformed':
	u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	u.settimeout(0.7)
	u.sendto(struct.pack('>6H', 1, 0x100, 2, 0, 0, 0), ('127.0.0.1', port))
	try:
		print(len(u.recv(100)))
	except OSError:
		print('nothing')
END2
client() {
	python3 client.py "$1" "$port" "$(cat "$dns/dohd.pid")" 2>&1
}
is 'who says that this was all is answered' "$(client half)" 3
is 'an empty message ends the connection' "$(client empty)" 0
is 'what is malformed is told' "$(client malformed)" 12
dns_stop dohd
serve -u "tcp://127.0.0.1:$silent"
is 'who is gone with all that he asked is no work' "$(client reset)" True
dns_stop dohd
serve -u "tcp://127.0.0.1:$silent" --allow 192.0.2.0/24
is 'but not to strangers' "$(client malformed)" nothing
dns_stop dohd
few=24
serve -u "tcp://127.0.0.1:$good"
few=
is 'no descriptors are left, and no work is made of it' "$(client flood)" 'True
2'
dns_stop dohd

# Files that are not ours.
rm -f ctl
echo precious >ctl
is 'a control socket can not be where a file is' \
	"$(timeout 5 dohd -q -s ctl -l "127.0.0.1:$port" -u "tcp://127.0.0.1:$good" 2>err; echo $?)" 1
is 'which stays' "$(cat ctl)" precious
rm -f ctl

# A certificate and its key are renewed one after the other.
cp "$dns/server.pem" cert.pem
cp "$dns/server.key" key.pem
chmod 644 key.pem
serve --listen-https "127.0.0.1:$secure" --tls-cert cert.pem --tls-key key.pem -u "tcp://127.0.0.1:$good"
cp "$dns/other.pem" cert.pem
like 'a certificate without its key is not taken' "$(dohd ctl -s ctl reload 2>&1)" 'dohd: error: *'
cp "$dns/other.key" key.pem
is 'with it, it is' "$(dohd ctl -s ctl reload 2>&1; openssl s_client -connect "127.0.0.1:$secure" </dev/null 2>/dev/null |
	sed -n 's/^subject=.*CN *= *//p')" other
dns_stop dohd

# Who certifies may be said by a folder, of which files are read when needed.
mkdir authorities && cp "$ca" authorities/ca.pem && openssl rehash authorities
back=$port port=$nothing
dns_kill nothing
printf '@ 60 SOA ns h 1 3600 600 604800 60\n@ 60 NS ns\nns 60 A 192.0.2.5\n' >zone
dohd -q -s zone.ctl -l "127.0.0.1:$back" --listen-https "127.0.0.1:$secure" --tls-cert "$dns/server.pem" \
	--tls-key "$dns/server.key" --zone z.test=zone -u "tcp://127.0.0.1:$good" 2>err &
echo $! >"$dns/zone.pid"
sleep 0.3
serve --ca authorities -u "https://127.0.0.1:$secure/dns-query"
is 'a folder of authorities' "$(ask ns.z.test A)" '192.0.2.5 '
status=/proc/$(cat "$dns/dohd.pid")/status
[ -n "$dns_user" ] || is 'no capability is kept' "$(sed -n 's/^Cap\(Prm\|Eff\|Amb\):[[:space:]]*0*$/\1/p' "$status" | tr '\n' ' ')" 'Prm Eff Amb '
dns_stop dohd
if [ "$(id -u)" = 0 ] && setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=+net_bind_service \
	--ambient-caps=+net_bind_service true 2>/dev/null; then
	mkdir -p run && chown nobody run
	setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=+net_bind_service \
		--ambient-caps=+net_bind_service "$(command -v dohd)" -q -s run/ctl -l "127.0.0.1:$port" \
		-u "tcp://127.0.0.1:$good" 2>err &
	echo $! >"$dns/dohd.pid"
	sleep 0.5
	status=/proc/$(cat "$dns/dohd.pid")/status
	is 'nor one that a service manager gave' \
		"$(sed -n 's/^Cap\(Prm\|Eff\|Amb\):[[:space:]]*0*$/\1/p' "$status" | tr '\n' ' ')" 'Prm Eff Amb '
	dns_stop dohd
else
	skip 'nor one that a service manager gave' 'none can be given here'
fi
done_testing
