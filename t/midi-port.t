#!/bin/sh
# midi-port(1), seen from a shell: pipes, FIFOs, and terminals that are serial
# lines.  Devices of portmidi are in midi-port-devices.t.
# shellcheck disable=SC2154,SC2317,SC2094,SC2086 # tmp and top, of lib.sh;
# functions by name; numbers

# Whatever midi-port does, this ends.
[ -n "${TIMED-}" ] || TIMED=yes exec timeout -k 5 300 sh "$0"
. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/midi-port" ] || { echo '1..0 # SKIP midi-port is not built here'; exit; }
. "$top/t/port/beside.sh"

arguments() {
	for line in '' '-o a -o b' '-i a -o b -s c' '-s a -s b' '--json' '--list -i a' \
		'-i a b' '-s a --baud 0' '-s a --baud 1x' '-i - -i - -o a'; do
		# shellcheck disable=SC2086
		midi-port $line </dev/null >/dev/null 2>err
		is "usage: '$line' is 2" "$? $(wc -l <err)" '2 1'
	done
	is 'no such path' "$(midi-port -i /nonexistent/a 2>&1; echo $?)" \
'midi-port: /nonexistent/a: No such file or directory
1'
	is 'a line that is none' "$(midi-port --serial ../exclusive <../notes 2>&1; echo $?)" \
'midi-port: ../exclusive: Inappropriate ioctl for device
1'
	is 'a directory' "$(midi-port -i . 2>&1; echo $?)" \
'midi-port: .: Is a directory
1'
	line tty far 10
	midi-port -o ./a <./tty 2>err
	is 'standard input that is a terminal' "$? $(cat err)" \
'2 midi-port: standard input is a terminal: midi-encode FILE | makes MIDI (try '\''midi-port --help'\'')'
	midi-port -i ./a >./tty 2>err
	is 'or output' "$? $(cat err)" \
'2 midi-port: standard output is a terminal: | midi-snoop shows MIDI (try '\''midi-port --help'\'')'
	kill $pty
}

files() {
	is 'a file' "$(midi-port -i ../notes | cmp - ../notes && echo same)" same
	for wait in '' --wait; do
		# shellcheck disable=SC2086
		timeout 10 midi-port $wait -i ../notes 2>err >/dev/full
		is "full disk $wait" "$? $(cat err)" \
			'1 midi-port: standard output: No space left on device'
		# shellcheck disable=SC2086
		timeout 10 midi-port $wait -i - <&- 2>err | cat
		is "standard input that is closed $wait" "$(cat err)" \
			'midi-port: standard input: Bad file descriptor'
	done
	is 'SIGPIPE is silent' "$( (midi-port -i ../exclusive 2>&1; echo $? >rc) | head -c 1 | hex; cat rc)" \
	'f0141'
	cat ../notes ../notes >old
	midi-port -o ./old <../notes
	is 'a file that was longer' "$(cmp old ../notes 2>&1)" ''
	is 'a file into itself' "$(midi-port -i ./old -o ./old 2>&1; echo $?)" \
'midi-port: ./old: is both input and output
1'
	ln -s old other
	is 'by another name' "$(midi-port -o ./other <old 2>&1; echo $?)" \
'midi-port: standard input: is both input and output
1'
	is 'that grows' "$(timeout 10 midi-port -i ./old 2>&1 >>other; echo $?)" \
'midi-port: ./old: is both input and output
1'
	is 'is as it was' "$(cmp old ../notes 2>&1)" ''
	mkfifo fifo
	is 'or a FIFO' "$(timeout 10 midi-port -i ./fifo -o ./fifo 2>&1; echo $?)" \
'midi-port: ./fifo: is both input and output
1'
}

fifos() {
	listen got
	midi-port -o ./got.to <../notes 2>err
	is 'to a FIFO' "$? $(cat err)" '0 '
	ends $reader
	is 'all came' "$(cmp ../notes got 2>&1)" ''
	mkfifo in
	dd if=../exclusive bs=4093 of=in 2>/dev/null &
	midi-port -i ./in >got 2>err
	is 'from a FIFO, to its end' "$? $(cat err; cmp ../exclusive got 2>&1)" '0 '
	listen got
	dd if=../notes bs=1 2>/dev/null | midi-port -i - -o ./got.to
	ends $reader
	is 'byte by byte' "$(cmp ../notes got 2>&1)" ''
	head -c 100000 /dev/urandom >any
	printf '\220<@' >>any
	listen got
	midi-port -o ./got.to <any 2>err
	ends $reader
	is 'one source comes out as it went in' "$(cmp any got 2>&1; cat err)" ''
	listen got
	printf '\220<@\220<' | midi-port -o ./got.to 2>err
	is 'an input that is cut short is said' "$? $(cat err)" \
	'1 midi-port: standard input: byte 5: the last message is cut short'
	ends $reader
	is 'and no half message goes out' "$(hex <got)" '90 3c 40'
	listen got
	printf '\220<@\360\001\002' | midi-port -o ./got.to 2>/dev/null
	ends $reader
	is 'an exclusive gets an end' "$(hex <got)" '90 3c 40 f0 01 02 f7'

	# Live bytes are not held back.
	listen got
	(printf '\220<@\360\001'; until_true is_long got 5 || echo late >late) |
		midi-port -o ./got.to 2>/dev/null
	ends $reader
	is 'at once' "$(cat late 2>/dev/null)" ''

	# An output that nobody reads any more
	mkfifo feed
	mkfifo to
	head -c 3 to >got &
	reader=$!
	midi-port -i ./feed -o ./to 2>err &
	pid=$!
	exec 3<>feed
	printf '\220<@' >&3
	ends $reader
	ends $pid
	is 'who reads it goes' "$? $(hex <got) $(cat err)" '1 90 3c 40 midi-port: ./to: Broken pipe'
	exec 3>&-
}

# Ticks of a processor's clock that a process has used: some, where it spins.
ticks() {
	cut -d ' ' -f 14,15 "/proc/$1/stat" | { read -r u s; echo $((u + s)); }
}

# Standard output that nobody reads any more, while nothing comes
hangs_up() {
	mkfifo feed to
	head -c 3 to >got &
	reader=$!
	midi-port -i ./feed >to 2>err &
	pid=$!
	exec 3<>feed
	printf '\220<@' >&3
	ends $reader
	ends $pid
	is 'without a reader it ends, also if there is nothing to write' \
		"$? $(cat err)" '141 '
	exec 3>&-
}

signals() {
	for sig in INT TERM HUP; do
		listen got$sig
		mkfifo feed$sig
		unignored midi-port -i ./feed$sig -o ./got$sig.to 2>err &
		pid=$!
		exec 3<>feed$sig
		printf '\220<@>@\221\000\001\260@\177\360\001\002' >&3
		until_true is_long got$sig 14
		kill -$sig $pid
		ends $pid
		status=$?
		exec 3>&-
		ends $reader
		case $sig in HUP) want=129 ;; INT) want=130 ;; TERM) want=143 ;; esac
		is "SIG$sig turns off what is on" "$status $(hex <got$sig)" \
			"$want 90 3c 40 3e 40 91 00 01 b0 40 7f f0 01 02 f7 80 3c 40 80 3e 40 b0 40 00 81 00 40"
	done
}

# As Ctrl-Z does it
stops() {
	listen got
	mkfifo feed
	midi-port -i ./feed -o ./got.to 2>err &
	pid=$!
	exec 3<>feed
	printf '\220<@\260@\177\221\001\001' >&3
	until_true is_long got 9
	kill -TSTP $pid
	until_true state_is $pid T
	is 'SIGTSTP stops it' "$(state_is $pid T && echo stopped)" stopped
	until_true is_long got 18
	is 'once nothing sounds' "$(hex <got)" \
		'90 3c 40 b0 40 7f 91 01 01 80 3c 40 b0 40 00 81 01 40'
	printf '\002\002' >&3
	kill -CONT $pid
	until_true is_long got 21
	is 'and it goes on, with a status' "$(tail -c +19 got | hex)" '91 02 02'
	printf '\360\001' >&3
	until_true is_long got 23
	kill -TSTP $pid
	until_true state_is $pid T
	kill -CONT $pid
	printf '\002\367' >&3
	until_true is_long got 25
	is 'also in an exclusive, which that does not cut' \
		"$(tail -c +22 got | hex)" 'f0 01 02 f7'
	kill $pid
	ends $pid
	exec 3>&-
	ends $reader
	is 'and is ended as before' "$(tail -c +26 got | hex) $(cat err)" '81 02 40 '
}

merging() {
	mkfifo a b
	listen got
	midi-port -i ./a -i ./b -o ./got.to 2>err &
	pid=$!
	exec 3<>a 4<>b
	printf '\360\001' >&3
	until_true is_long got 2
	printf '\220<@>@' >&4
	printf '\370' >&4
	until_true is_long got 3
	printf '\002\367\300\005' >&3
	until_true is_long got 13
	exec 3>&- 4>&-
	ends $pid
	status=$?
	ends $reader
	is 'several inputs go message by message' "$status $(hex <got) $(cat err)" \
	'0 f0 01 f8 02 f7 90 3c 40 c0 05 90 3e 40 '
	i=0
	while [ $i -lt 400 ]; do printf '\360\001\002\003\367'; i=$((i + 1)); done >short
	listen got
	(for _ in 1 2 3 4 5; do cat ../notes; sleep 0.02; done) |
		midi-port -i - -i ./short -o ./got.to
	ends $reader
	is 'and none is cut' "$(hex <got | sed 's/f0 01 02 03 f7//g; s/90 3c 40//g; s/80 3c 40//g' |
	tr -d ' ') $(wc -c <got)" ' 9500'
	listen got
	printf '\001\002\220<@\364\367\220<' >bad
	: >none
	midi-port -i ./bad -i ./none -o ./got.to 2>err
	ends $reader
	is 'bytes of no message are dropped, and counted' \
		"$(hex <got) $(grep bad err)" \
'90 3c 40 midi-port: ./bad: byte 9: the last message is cut short
midi-port: ./bad: 4 bytes of no message dropped'
}

# Each waits for the two seconds after which an exclusive is given up.
stuck() {
	mkfifo a b
	listen got
	midi-port -i ./a -i ./b -o ./got.to 2>err &
	pid=$!
	exec 3<>a 4<>b
	printf '\360\001' >&3
	until_true is_long got 2
	printf '\220<@' >&4
	until_true is_long got 6
	printf '\002\367\301\001' >&3
	until_true is_long got 8
	exec 3>&- 4>&-
	ends $pid
	status=$?
	ends $reader
	is 'an exclusive that does not go on is ended' "$status $(hex <got) $(cat err)" \
'0 f0 01 f7 90 3c 40 c1 01 midi-port: ./a: system exclusive message that does not go on: ended
midi-port: ./a: 2 bytes of no message dropped'
}
rests() {
	mkfifo a b
	line tty got 100000
	midi-port -i ./a -i ./b -o ./tty --wait 2>err &
	pid=$!
	exec 3<>a 4<>b
	printf '\360\001' >&3
	until_true is_long got 2
	printf '\220<@' >&4
	sleep 0.3
	kill $pty
	until_true has err unplugged
	sleep 3
	is 'an output that goes then is waited for at rest' \
		"$(($(ticks $pid) < 50))" 1
	kill $pid
	exec 3>&- 4>&-
	ends $pid
}

# From its start to its end: that is never shorter because somebody is late.
timed() { # command
	perl -e 'use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
		my $t = clock_gettime(CLOCK_MONOTONIC);
		my $r = system(@ARGV);
		printf STDERR "%d\n", (clock_gettime(CLOCK_MONOTONIC) - $t) * 1e6;
		exit($r >> 8)' "$@" 2>took
}

pace() {
	cat ../notes ../notes >twice
	line tty got 3000
	timed midi-port --serial tty --pace <twice
	is 'serial: paced' "$? $(sed '$d' took)" '0 '
	ends $pty
	us=$(tail -n 1 took)
	read -r bytes _ <tty.figures
	is 'all comes' "$bytes $(cmp twice got 2>&1)" '3000 '
	# 3000 bytes of 320 us, but for those of the last write
	is 'no faster than 31250 baud' "$((us > 950000))" 1
	# Where the machine stands still, it may be later; not every time.
	for _ in 1 2 3 4 5; do
		[ "$us" -gt 1900000 ] || break
		line tty got 3000
		timed midi-port --serial tty --pace <twice
		ends $pty
		us=$(tail -n 1 took)
	done
	is 'and no slower' "$((us > 1900000 ? us : 0))" 0
	cat twice twice >eight
	line tty2 got 6000
	timed midi-port --serial tty2 --pace --baud 115200 <eight
	ends $pty
	us=$(tail -n 1 took)
	read -r bytes _ <tty2.figures
	is 'nor than another speed' "$bytes $((us > 510000))" '6000 1'
}

serial() {
	line tty got 1000002
	midi-port -o ./tty <../exclusive 2>err
	is 'a megabyte of an exclusive' "$? $(cat err)" '0 '
	ends $pty
	is 'is unbroken' "$(cmp ../exclusive got 2>&1)" ''
	{
		head -c 99997 /dev/urandom
		printf '\220<@'
	} >any
	line tty2 got 100000 300 200000
	midi-port --serial tty2 <any 2>err
	ends $pty
	is 'back-pressure loses nothing' "$(cmp any got 2>&1; cat err)" ''
	if ! python3 -c 0 2>/dev/null; then
		skip 'its speed is set' 'no python3'
		return
	fi
	mkfifo keep
	line tty3 got 100
	midi-port --serial tty3 <keep &
	pid=$!
	exec 3<>keep
	printf '\370' >&3
	until_true is_long got 1
	is 'its speed is set; XON, XOFF, CR and what else is none of a terminal' "$(python3 -c '
import array, fcntl, os
fd = os.open("tty3", os.O_RDWR | os.O_NOCTTY)
t = array.array("I", [0] * 16)
fcntl.ioctl(fd, 0x802C542A, t)  # TCGETS2
print(t[9], t[10], t[0], t[1], oct(t[2] & 0o60), t[3])')" '31250 31250 1 0 0o60 0'
	midi-port --serial tty3 <../notes >/dev/null 2>err
	is 'another one is told that it is busy' "$? $(cat err)" \
		'1 midi-port: tty3: Device or resource busy'
	exec 3>&-
	ends $pid
}

# What comes from the line goes to standard output meanwhile.
both_ways() {
	mkfifo keep
	from=keep
	line tty got 3
	: >back
	(until_true is_long back 3; printf '\220\001\002') |
		midi-port --serial tty >back 2>err &
	pid=$!
	exec 3<>keep
	printf '\221\001\002' >&3
	ends $pid
	is 'both ways of a line, to the end of standard input' \
		"$? $(hex <back) $(cat err)" '0 91 01 02 '
	exec 3>&-
	ends $pty
	is 'and it came' "$(hex <got)" '90 01 02'
}

# What the driver of a real line would say; in the place of the shell that runs
# this
set_line() { # name text
	echo "$2" >"line/new" && mv line/new "line/$1"
}
on_line() {
	FAKELINE=$PWD/line LD_PRELOAD=$tmp/fakeline.so
	ASAN_OPTIONS=verify_asan_link_order=0
	export FAKELINE LD_PRELOAD ASAN_OPTIONS
	exec midi-port "$@"
}
chip() {
	mkdir line
	set_line overrun 7
	set_line queue 100
	mkfifo keep
	line tty got 6
	on_line --serial tty <keep >out1 2>err &
	pid=$!
	exec 3<>keep
	printf '\220<@' >&3
	until_true has line/asked latency
	sleep 0.3
	is 'no more is written while much waits in the kernel' "$(hex <got)" ''
	set_line queue 10
	until_true is_long got 3
	is 'and then it is' "$(hex <got)" '90 3c 40'
	is 'what comes is not to be gathered' "$(sort -u line/asked)" 'low latency'
	set_line overrun 9
	until_true has err overflow
	is 'an overflow of the chip is told, with its count' "$(cat err)" \
	'midi-port: tty: 2 overflows: input was lost'
	exec 3>&-
	sleep 0.3
	is 'the end waits until all has left' "$(kill -0 $pid && echo waits)" waits
	set_line queue 0
	ends $pid
	is 'which it has then' $? 0
	ends $pty
	is 'and nothing was given up' "$(sort -u line/asked)" 'low latency'
}
given_up() {
	mkdir line
	set_line queue 10
	line tty got 100
	mkfifo keep
	on_line --serial tty <keep >out1 2>err &
	pid=$!
	exec 3<>keep
	printf '\220<@' >&3
	until_true is_long got 3
	kill $pid
	ends $pid
	is 'a line that does not take it is given up, and what waits for it' \
		"$? $(tail -n 1 line/asked)" '143 discard'
	exec 3>&-
	kill $pty
}
raw() {
	mkdir line
	(on_line -o /dev/null <../notes 2>err)
	is 'a raw device is given little ahead' "$? $(cat err line/asked)" \
		'0 raw output 64 1 1'
	on_line -i /dev/null 2>err | cat
	is 'and keeps much that comes' "$(tail -n 1 line/asked)" 'raw input 65536 1 1'
}

# An output that takes nothing doesn't keep it from ending.
full() {
	mkfifo full
	exec 4<>full
	midi-port -i ../exclusive -o ./full 2>err &
	pid=$!
	sleep 0.3
	kill $pid
	ends $pid
	is 'a signal, and an output that takes nothing' "$? $(cat err)" '143 '
	exec 4>&-
}
full_pipe() {
	mkfifo full
	exec 4<>full
	midi-port -i ../exclusive >full 2>err &
	pid=$!
	sleep 0.3
	kill $pid
	ends $pid
	is 'nor does a standard output that nobody reads' "$? $(cat err)" '143 '
	exec 4>&-
}

unplugged() {
	mkfifo keep
	line tty got -3
	midi-port --serial tty <keep >out1 2>err &
	pid=$!
	exec 3<>keep
	printf '\220<@' >&3
	ends $pid
	is 'unplugged: a line' "$? $(cat err)" '1 midi-port: tty: unplugged'
	exec 3>&-
	mkfifo far
	from=far
	line tty2 got 100000
	midi-port -i ./tty2 >out1 2>err &
	pid=$!
	exec 3<>far
	printf '\220<@' >&3
	until_true is_long out1 3
	kill $pty
	ends $pid
	status=$?
	sed 's/Input.*/unplugged/' err >err1
	is 'unplugged when it is read: its notes are off' "$status $(hex <out1) $(cat err1)" \
	'1 90 3c 40 80 3c 40 midi-port: ./tty2: unplugged'
	exec 3>&-
}
comes_back() {
	mkfifo feed
	midi-port --serial tty --wait <feed >out1 2>err &
	pid=$!
	exec 3<>feed
	until_true has err 'waiting'
	is '--wait: not there' "$(cat err)" 'midi-port: tty: No such file or directory: waiting for it'
	line tty got -3
	until_true has err 'is back'
	printf '\220<@' >&3
	until_true is_long got 3
	until_true has err 'unplugged'
	line tty got1 -5
	until_true counts err back 2
	printf '>@@@' >&3
	until_true is_long got1 5
	is '--wait: comes, goes, and comes back' "$(hex <got) / $(hex <got1)" \
	'90 3c 40 / 90 3e 40 40 40'
	exec 3>&-
	ends $pid
	is '--wait: ends with its input' $? 0
}
# A FIFO is one as well: to read, and to write to.
next_one() {
	mkfifo a
	listen got
	midi-port -i ./a -o ./got.to --wait 2>err &
	pid=$!
	printf '\220<@\220' >a
	until_true is_long got 6
	printf '\221<@' >a
	until_true is_long got 12
	times=$(grep -c 'is back' err)
	kill $reader
	until_true has err 'Broken pipe'
	cat got.to >later &
	reader=$!
	until_true counts err 'is back' $((times + 1))
	printf '\222<@' >a
	until_true is_long later 3
	kill $pid
	ends $pid
	ends $reader
	is '--wait: a FIFO, whoever writes to it, and reads it' \
		"$(hex <got) / $(hex <later)" '90 3c 40 80 3c 40 91 3c 40 81 3c 40 / 92 3c 40 82 3c 40'
	is 'with what was lost in between' "$(grep -v 'No such\|back' err | sort)" \
'midi-port: ./a: 1 byte of no message dropped
midi-port: ./got.to: Broken pipe: waiting for it'
}

socat_pair() {
	pair() {
		socat "pty,raw,echo=0,link=$1" "pty,raw,echo=0,link=$2" &
		socat=$!
		until_true test -e "$1" && until_true test -e "$2"
	}
	# The names first: the terminals' numbers are soon another one's.
	apart() {
		rm -f near far
		kill $socat
	}
	pair near far
	cat far >got 2>/dev/null &
	midi-port --serial near <../exclusive
	until_true is_long got 1000002
	is 'socat: a megabyte, unbroken' "$(cmp ../exclusive got 2>&1)" ''
	apart
	until_true gone $socat
	pair near far
	listen through
	midi-port -i ./near -o ./through.to --wait 2>err &
	pid=$!
	until_true holds $pid "$(readlink near)"
	# What a player plays before somebody listens is dropped.
	until_true holds $pid "$PWD/through.to"
	# Held open, since socat ends when nobody has a terminal any more, and
	# the system then throws away what was not read yet.
	exec 3<>far
	printf '\220<@' >&3
	until_true is_long through 3
	exec 3>&-
	apart
	until_true has err waiting
	until_true is_long through 6
	pair near far
	until_true has err back
	until_true holds $pid "$(readlink near)"
	exec 3<>far
	printf '\220@@' >&3
	until_true is_long through 9
	exec 3>&-
	is 'socat: killed, and there again' "$(hex <through) $(grep near err)" \
'90 3c 40 80 3c 40 90 40 40 midi-port: ./near: unplugged: waiting for it
midi-port: ./near: is back'
	kill $pid
	ends $pid
	apart
}

$cc -shared -fPIC -o "$tmp/fakeline.so" "$top/t/port/fakeline.c" ||
	{ echo 'Bail out! no fake driver'; exit 1; }
for group in rests stuck given_up full full_pipe pace comes_back next_one \
	unplugged chip raw serial both_ways merging stops signals hangs_up fifos \
	files arguments; do
	beside $group
done
if command -v socat >/dev/null || [ -n "${CI-}" ]; then
	need socat
	beside socat_pair
else
	skip 'socat' 'is not installed'
fi
all_done
