#!/bin/sh
# SPDX-License-Identifier: ISC
#
# meet.sh - let dohq ask one of the servers of t/dns/hostile
#
# usage: meet.sh DIR NAME CLASS PROTOCOL PORT     (a line of DIR/ports)
#
# Says nothing, or in lines what is not as it should be: a status that does not
# fit the class, a run that outlives its deadline, a good answer that isn't
# shown, bytes that a terminal would obey.  JSON is added to DIR/json.

dir=$1 name=$2 class=$3 protocol=$4 port=$5

case $protocol in
h2) server=https://127.0.0.1:$port/dns-query version=--http2 ;;
h1) server=https://127.0.0.1:$port/dns-query version=--http1 ;;
dot) server=tls://127.0.0.1:$port version= ;;
esac
case $class in
good) want=0 seconds=15 ;;
http) want=35 seconds=4 ;; # the connection, which is tried again, or HTTP
tls) want=4 seconds=15 ;;
malformed) want=6 seconds=15 ;;
timeout) want=7 seconds=1.5 ;;
any) want=035678 seconds=1.5 ;;
esac
out=$dir/out.$name err=$dir/err.$name

# Whether there is nothing in the file that a terminal would obey: controls, of
# C1 also as UTF-8, and what turns the order of characters round.
harmless() {
	[ "$(LC_ALL=C tr -d '\n\t\40-\176\200-\377' <"$1" | wc -c)" = 0 ] &&
		! LC_ALL=C grep -qaE "$reorder" "$1"
}
reorder=$(printf '\302[\200-\237]|\342\200[\250-\256]|\342\201[\246-\251]')

ask() { # mode-name arguments...
	mode=$1 && shift
	# shellcheck disable=SC2086
	timeout -s KILL 60 dohq -s "$server" $version --ca "$dir/ca.pem" -T $seconds \
		"$@" >"$out" 2>"$err"
	status=$?
	case $want in
	*"$status"*) [ ${#status} = 1 ] ;;
	*) false ;;
	esac || echo "$name $mode: $class, but status $status: $(tail -n 1 "$err")"
	[ "$mode" = wire ] || harmless "$out" ||
		echo "$name $mode: bytes that a terminal would obey"
	harmless "$err" || echo "$name $mode: in a message, bytes that a terminal would obey"
	[ "$(wc -l <"$err")" -le 1 ] || echo "$name $mode: more than a line of messages"
	case $class:$mode in
	good:wire) LC_ALL=C grep -qa "$(printf '\300')" "$out" ;;
	good:*) grep -q '192\.0\.2\.1' "$out" ;;
	esac || echo "$name $mode: no answer is shown"
	case $status:$mode in
	[1-7]:wire)
		[ "$(od -An -tx1 "$out")" = ' 00 00' ] ||
			echo "$name $mode: something is shown of what is no answer" ;;
	[1-7]:text | [1-7]:short)
		[ ! -s "$out" ] ||
			echo "$name $mode: something is shown of what is no answer" ;;
	esac
	[ "$mode" != json ] || cat "$out" >>"$dir/json.$name"
}

ask json --json www.riad.test A
case $class in timeout | any | http | tls) ;; *)
	ask text www.riad.test A
	ask short --short www.riad.test A
	ask wire --wire www.riad.test A
	ask get --get -a www.riad.test A
	;;
esac
case $class in http | tls)
	ask text --get www.riad.test A
	;;
esac
rm -f "$out" "$err"
