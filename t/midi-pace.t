#!/bin/sh
# midi-encode --pace: how long it takes, and what signals do to it.
# shellcheck disable=SC2154,SC2317,SC2086,SC2059 # tmp and top, of lib.sh;
# functions by name; numbers

[ -n "${TIMED-}" ] || TIMED=yes exec timeout -k 5 300 sh "$0"
. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/midi-encode" ] || { echo '1..0 # SKIP midi-encode is not built here'; exit; }
. "$top/t/port/beside.sh"

lines() { printf '%s\n' "$@"; }

# Milliseconds that a command takes, whose output is thrown away.
takes() {
	start=$(date +%s%N)
	"$@" >/dev/null
	echo $((($(date +%s%N) - start) / 1000000))
}

# A file of one note and then a rest.
smf() { # where the note ends, and its track
	printf 'MThd\0\0\0\006\0\0\0\001\0\140MTrk\0\0\0\014\0\220\074\001'
	printf "\\$(printf %o "$1")\\200\\074\\000\\$(printf %o "$2")\\377\\057\\000"
}

lasts() {
	# 96 to a quarter of half a second
	smf 1 95 >rest.mid
	took=$(takes midi-encode --pace rest.mid)
	is 'a file lasts until its last track ends' "$((took >= 500))" 1
	took=$(takes midi-encode --pace --tempo 400% rest.mid)
	is 'or as fast as it is asked for' "$((took >= 125 && took < 480 ? 0 : took))" 0
	took=$(takes midi-encode rest.mid)
	is 'without --pace no time' "$((took < 480 ? 0 : took))" 0
	lines 'tempo 480' 'c4 r4 r4 r4' >score
	took=$(takes midi-encode --pace score)
	is 'a score with its last rest' "$((took >= 500))" 1
	is 'which is in its file' "$(midi-encode --smf score | tail -c 5 | hex)" \
		'8b 20 ff 2f 00'
}

# As Ctrl-Z does it
stops() {
	lines '0.0 on C4 1' '0.0 cc 64 127' '0.4 off C4 0' '0.5 cc 64 0' >song
	midi-encode --pace song >got &
	pid=$!
	until_true is_long got 6
	kill -TSTP $pid
	until_true state_is $pid T
	is 'SIGTSTP stops it, once nothing sounds' \
		"$(state_is $pid T && hex <got)" '90 3c 01 b0 40 7f 80 3c 40 b0 40 00'
	sleep 1
	start=$(date +%s%N)
	kill -CONT $pid
	ends $pid
	took=$((($(date +%s%N) - start) / 1000000))
	is 'then it goes on, with the pedals that were down' "$? $(tail -c +13 got | hex)" \
		'0 b0 40 7f 80 3c 00 b0 40 00'
	# It was stopped 50 ms after the beginning, or later.
	is 'where it was, not where it would be' "$((took > 100 ? 0 : took))" 0
}

# What running status is in force is not known after that.
running() {
	lines '0.0 on C4 1' '0.3 on D4 1' '0.31 on E4 1' >song
	midi-encode --pace --running-status song >got &
	pid=$!
	until_true is_long got 3
	kill -TSTP $pid
	until_true state_is $pid T
	kill -CONT $pid
	ends $pid
	is 'statuses after it are written' "$(hex <got | cut -c 1-44)" \
		'90 3c 01 80 3c 40 90 3e 01 40 01 80 3e 40 80'
}

# The other end takes nothing: nothing is lost by a stop, or cut by an end.
blocked() {
	{
		printf '0.0 syx'
		yes ' 11' | head -n 70000 | tr -d '\n'
		lines '' '0.0 on C4 1' '0.0 off C4 0'
	} >dump
	mkfifo to
	midi-encode --pace dump >to &
	pid=$!
	exec 3<to
	sleep 0.3
	kill -TSTP $pid
	until_true state_is $pid T
	kill -CONT $pid
	cat <&3 >got
	exec 3<&-
	ends $pid
	is 'an exclusive that was stopped comes whole' \
		"$? $(wc -c <got) $(tail -c 7 got | hex)" '0 70008 f7 90 3c 01 80 3c 00'
}
cut_off() {
	# 66,000 bytes of notes, of which a pipe takes 65,536: not whole ones.
	i=0
	while [ $i -lt 1000 ]; do
		echo '0.0 on C4 1'
		i=$((i + 1))
	done >thousand
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do
		cat thousand
	done >many
	echo '60.0 mc' >>many
	mkfifo to
	unignored midi-encode --pace many >to &
	pid=$!
	exec 3<to
	sleep 0.5
	kill -INT $pid
	sleep 0.1
	cat <&3 >got
	exec 3<&-
	ends $pid
	is 'a signal cuts no message' "$? $(($(wc -c <got) % 3)) $(tail -c 6 got | hex)" \
		'130 0 90 3c 01 80 3c 40'
	is 'and ends at once what waits' "$(($(wc -c <got) < 66000))" 1
}

# Notes end wherever a pipe is stopped or ended, at its end.
pipe() {
	if ! [ -x "$BUILD/bin/midi-port" ] || ! command -v pgrep >/dev/null; then
		skip 'a pipe' 'no midi-port, or no pgrep'
		return
	fi
	lines '0.0 on C4 1' '60.0 off C4 1' >song
	listen got
	unignored sh -c 'midi-encode --pace song | midi-port -o ./got.to' &
	until_true is_long got 3
	# All of it, as a terminal does
	pids=$(pgrep -f 'midi-encode --pace song|midi-port -o ./got.to' |
		while read -r p; do
			[ "$(readlink "/proc/$p/cwd")" != "$PWD" ] ||
				case $(tr '\0' ' ' <"/proc/$p/cmdline") in
				midi-*) echo "$p" ;;
				esac
		done)
	is 'two of them' "$(echo "$pids" | wc -l)" 2
	# shellcheck disable=SC2086
	kill -TSTP $pids
	until_true is_long got 6
	is 'a pipe that is stopped is silent' "$(hex <got)" '90 3c 01 80 3c 40'
	for p in $pids; do until_true state_is "$p" T; done
	# shellcheck disable=SC2086
	kill -CONT $pids
	# shellcheck disable=SC2086
	kill -INT $pids
	ends $reader
	is 'and after that ends as usual' "$(hex <got | cut -c 1-17)" '90 3c 01 80 3c 40'
}

for group in lasts stops running blocked cut_off pipe; do
	beside $group
done
all_done
