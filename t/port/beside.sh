# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034,SC2030,SC2031 # of lib.sh, for who sources
# this, and of a group alone
# Sourced by t/midi-port*.t, after lib.sh: tests that wait for clocks and for
# other processes most of their time, so they are run beside each other, each
# group in a directory of its own, where nothing has the name of another's.

cc=${CC:-cc}
groups=

# Hundredths of a second for something to become true, some twenty seconds of
# them; more where the machine is busy.
until_true() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 1000 ] || return 1
		sleep 0.02
	done
}
has() { # file text
	grep -q -e "$2" "$1"
}
counts() { # file text lines
	[ "$(grep -c -e "$2" "$1")" -ge "$3" ]
}
is_long() { # file bytes
	[ "$(wc -c <"$1")" -ge "$2" ]
}
hex() {
	od -An -v -tx1 | tr -d '\n' | sed 's/^ //'
}
gone() {
	! kill -0 "$1"
}
holds() { # pid path
	for fd in "/proc/$1/fd"/*; do
		[ "$(readlink "$fd")" != "$2" ] || return 0
	done
	return 1
}
state_is() { # pid letter, as of proc(5)
	[ "$(sed 's/.*) //; s/ .*//' "/proc/$1/stat")" = "$2" ]
}

# The status of a process of ours; one that doesn't end is ended.
ends() { # pid
	until_true gone "$1" || kill -9 "$1"
	wait "$1"
}

# Who holds a FIFO open that is read, does so as 3 or 4, after what reads it was
# started: as both of its ends, so it isn't waited for.

# A FIFO and who reads it: what comes is in a file of the name without .to.
# The reader is gone once that has all.
listen() { # name
	rm -f "$1.to"
	mkfifo "$1.to"
	cat "$1.to" >"$1" 3>&- 4>&- &
	reader=$!
}

# A shell has what it starts in the background ignore SIGINT.  In the place of
# the shell that runs this, whose number is then the command's.
unignored() { # command
	exec perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' "$@"
}

# A terminal whose other end copies what comes to a file, and sends what comes
# from the FIFO $from, if that is set: t/port/pty.c.
from=
line() { # name file argument...
	line=$1 to=$2
	shift 2
	"$tmp/pty" "$line" "$@" <>"${from:-/dev/null}" >"$to" \
		2>"$line.figures" 3>&- 4>&- &
	pty=$!
	until_true test -e "$line"
}

# Runs a function beside what follows.
beside() { # function
	mkdir "$tmp/$1"
	groups="$groups $1"
	(
		cd "$tmp/$1" || exit
		n=0 failed=0
		"$1" </dev/null
		echo "$n $failed" >"$tmp/$1.count"
	) >"$tmp/$1.tap" 2>"$tmp/$1.err" &
	eval "pid_$1=$!"
}

# What they found, one group after another.
all_done() {
	for group in $groups; do
		eval "wait \$pid_$group"
		sed 's/^\(not \)\{0,1\}ok [0-9]* - /\1ok - /' "$tmp/$group.tap" |
			awk -v n="$n" '/^(not )?ok - / { sub(/ok - /, "ok " ++n " - ") } 1'
		if read -r some bad <"$tmp/$group.count"; then
			n=$((n + some)) failed=$((failed + bad))
		else
			n=$((n + $(grep -c '^\(not \)\{0,1\}ok' "$tmp/$group.tap")))
			is "$group came to its end" '' "$(cat "$tmp/$group.err")"
		fi
	done 2>/dev/null
	done_testing
}

$cc -O1 -o "$tmp/pty" "$top/t/port/pty.c" || { echo 'Bail out! no pty'; exit 1; }

# Bytes of MIDI: notes, on and off; and an exclusive of a megabyte.
i=0
while [ $i -lt 250 ]; do printf '\220<@\200<@'; i=$((i + 1)); done >"$tmp/notes"
{
	printf '\360'
	head -c 1000000 /dev/zero | tr '\0' '\125'
	printf '\367'
} >"$tmp/exclusive"
