#!/bin/sh
# SPDX-License-Identifier: ISC
#
# midi.sh - a tune from its score to bytes, and down a serial line
#
# usage: t/demo/midi.sh [TUNE]
#
# TUNE is a score or ABC, t/demo/tune.txt by default.  The line is a
# pseudo-terminal, set and paced as a UART of 31250 baud would be; at its other
# end a program of t/port takes what comes, which must be what was sent.

set -eu
top=$(cd "${0%/*}/../.." && pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
demo=${DEMO:-$BUILD/demo}/midi
tune=${1:-$top/t/demo/tune.txt}
case $tune in /*) ;; *) tune=$PWD/$tune ;; esac
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

for program in bin/midi-encode bin/midi-snoop bin/midi-port t/port/pty; do
	[ -x "$BUILD/$program" ] || die "$program was not built"
done
rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"

# One figure of midi-snoop --stats.
figure() { # file name
	sed -n "s/^$2  *\([0-9.]*\)$/\1/p" "$1"
}

say tune "$tune, $(wc -l <"$tune") lines"
midi-encode "$tune" >tune.raw
midi-encode --smf "$tune" >tune.mid
midi-snoop --stats tune.mid >stats
say bytes "$(figure stats messages) messages, $(figure stats bytes) bytes of MIDI, \
$(figure stats seconds) s of music"

midi-snoop --exact tune.mid | midi-encode --smf | cmp - tune.mid ||
	die 'text and back is another file'
say file "tune.mid, $(wc -c <tune.mid) bytes, which midi-snoop --exact | midi-encode --smf gives again"
midi-snoop --svg tune.mid >tune.svg

# The far end is there once its name is; it ends with the line.
"$BUILD/t/port/pty" uart "$(wc -c <tune.raw)" </dev/null >far.raw 2>figures &
far=$!
trap 'kill $far 2>/dev/null || :' EXIT
tries=0
until [ -e uart ]; do
	[ $((tries += 1)) -le 100 ] || die 'no pseudo-terminal'
	sleep 0.1
done
say line "a pseudo-terminal at 31250 baud: midi-encode | midi-snoop --through | midi-port --serial"
midi-encode "$tune" | midi-snoop --through --output snoop.txt | midi-port --serial uart --pace
wait $far
trap - EXIT
read -r bytes us <figures
cmp tune.raw far.raw || die 'not all bytes came'
midi-snoop --stats far.raw >far.stats
say '' "all $bytes bytes came at the far end, in $((us / 1000)) ms: \
$((bytes * 10 * 1000 / (us / 1000))) baud"
say '' "there midi-snoop --stats finds $(figure far.stats 'stuck notes') stuck notes, \
$(figure far.stats errors) errors; $(grep -c ' on ' snoop.txt) notes were seen in passing"
say picture "$demo/tune.svg"
say 'look at' "$BUILD/bin/midi-snoop --time bars $demo/tune.mid"
