#!/bin/sh
# dohq(1) in bulk: order, what comes live, servers that die, memory
# shellcheck disable=SC2154,SC2317 # of lib.sh and dns/servers.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohq" ] || { echo '1..0 # SKIP dohq is not built here'; exit; }
. "$top/t/dns/servers.sh"
need openssl unbound
cd "$tmp" || exit
hosts=8000
dns_files $hosts
dns_start unbound
https="-s https://127.0.0.1:$doh/dns-query --ca $ca"
tls="-s tls://127.0.0.1:$dot --ca $ca"
tcp="-s tcp://127.0.0.1:$plain"
udp="-s udp://127.0.0.1:$plain"

awk -v n=$hosts 'BEGIN { for (i = 0; i < n; i++) printf "h%d.riad.test %s\n", i, i % 2 ? "AAAA" : "A" }' >questions
awk -v n=$hosts 'BEGIN { for (i = 0; i < n; i++)
	if (i % 2) printf "h%d.riad.test. AAAA fd00::%x\n", i, i
	else printf "h%d.riad.test. A 10.%d.%d.%d\n", i, i / 65536, (i / 256) % 256, i % 256 }' >want
got() { # what differs, if anything
	awk '!/^;/ { print $1, $4, $5 }' got | cmp - want 2>&1
}

for how in "$https" "$https --get" "$https -c 3" "$https --window 1000" "$tls" "$tls -c 2" "$tcp" "$udp" "$udp -c 2"; do
	# shellcheck disable=SC2086
	dohq $how <questions >got 2>err
	is "in order: $how" "$? $(cat err; got)" '0 '
done
sort want >want.sorted
# shellcheck disable=SC2086
is 'unordered' "$(dohq $https --unordered <questions | awk '{ print $1, $4, $5 }' | sort | cmp - want.sorted 2>&1)" ''
# shellcheck disable=SC2086
is 'one at a time' "$(head -n 200 questions | dohq $https -w 1 | wc -l)" 200
# shellcheck disable=SC2086
is 'from a pipe, byte by byte' "$(head -n 40 questions | dd bs=1 2>/dev/null | dohq $https | awk '{ print $5 }' | cksum)" \
	"$(head -n 40 want | awk '{ print $3 }' | cksum)"
# shellcheck disable=SC2086
is 'no newline at the end' "$(printf 'h1.riad.test A' | dohq $https --short)" 10.0.0.1
# shellcheck disable=SC2086
is 'comments, gaps, types and classes' "$(printf '# x\n\n ; y\n\th2.riad.test\tA,AAAA\r\nh3.riad.test IN A\n-x 192.0.2.10\n' |
	dohq $https --short)" '10.0.0.2
fd00::2
10.0.0.3
web.riad.test.'
# shellcheck disable=SC2086
is 'wrong lines are told of and passed over' "$( (echo 'h1.riad.test A B'; head -c 5000 /dev/zero | tr '\0' x; echo
	printf 'a\0b A\n'; echo h4.riad.test) | dohq $https --short 2>&1; echo $?)" \
'dohq: standard input: line 1, column 16: no such type or class
dohq: standard input: line 2, column 4097: the line is too long
dohq: standard input: line 3, column 2: a NUL byte
10.0.0.4
1'

# What comes live is answered at once.
mkfifo fifo answers
# shellcheck disable=SC2086
dohq $https --short <fifo >answers &
exec 3>fifo 4<answers
for i in 5 6 7; do
	echo "h$i.riad.test" >&3
	read -r line <&4
	is "live: line $i" "$line" "10.0.0.$i"
done
exec 3>&- 4<&-
wait $!
is 'and the end is one' $? 0

# Who asks slowly finds a connection that has been closed meanwhile.
for how in "$https" "$tls" "$tcp" "$udp"; do
	rm -f fifo answers
	mkfifo fifo answers
	# shellcheck disable=SC2086
	dohq $how --short <fifo >answers 2>err &
	pid=$!
	exec 3>fifo 4<answers
	echo h8.riad.test >&3
	read -r one <&4
	dns_kill unbound
	(dns_start unbound) 3>&- 4<&-
	echo h9.riad.test >&3
	exec 3>&-
	read -r two <&4
	exec 4<&-
	wait $pid
	is "a server that was replaced: $how" "$? $one $two $(cat err)" '0 10.0.0.8 10.0.0.9 '
done

# A server that is killed in the middle, and comes back.
for how in "$https" "$https --get -c 2" "$tls" "$tcp" "$udp"; do
	rm -f fifo got
	mkfifo fifo
	# shellcheck disable=SC2086
	dohq $how -T 20 <fifo >got 2>err &
	pid=$!
	exec 3>fifo
	head -n 3000 questions >&3
	until [ -s got ]; do :; done
	dns_kill unbound
	(dns_start unbound) 3>&- 4<&-
	sed -n '3001,$p' questions >&3
	exec 3>&-
	wait $pid
	is "killed in the middle: $how" "$? $(cat err; got)" '0 '
done

# One that doesn't: each question is told of, once.
# shellcheck disable=SC2086
(head -n 500 questions; until [ -e gone ]; do sleep 0.1; done; sed -n 501,800p questions) |
	dohq $https -T 2 --window 300 >got 2>err &
pid=$!
until [ "$(wc -l <got)" -ge 500 ]; do sleep 0.1; done
dns_kill unbound
: >gone
wait $pid
is 'killed for good' "$? $(wc -l <got) $(grep -vc '^;' got)" '3 800 500'
is 'which is told of once' "$(awk '{ sub(/^;; /, ""); print $1 }' got | uniq | wc -l)" 800
is 'in a line' "$(cat err)" 'dohq: 300 of 800 questions without a good answer'

(dns_start unbound) 3>&- 4<&-
# Memory does not depend on how much is asked.
if [ -x /usr/bin/time ]; then
	for i in 1 2 3 4 5 6 7 8; do cat questions; done >eight
	# shellcheck disable=SC2086
	/usr/bin/time -f %M -o few dohq $https <questions >/dev/null
	# shellcheck disable=SC2086
	/usr/bin/time -f %M -o lots dohq $https <eight >/dev/null
	case $BUILD in
	*/san) ;;
	*) is 'constant memory' "$(awk 'NR == 1 { few = $1 } NR == 2 { print ($1 < few + 1500) }' few lots)" 1 ;;
	esac
else
	skip 'constant memory' 'no time(1)'
fi
done_testing
