#!/bin/sh
# midi-port(1), seen from a shell: pipes, FIFOs, terminals that are serial
# lines, and a portmidi whose devices are files (t/port/fakemidi.c)
# shellcheck disable=SC2154,SC2317,SC2094 # tmp and top, of lib.sh; functions by name

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/midi-port" ] || { echo '1..0 # SKIP midi-port is not built here'; exit; }
cd "$tmp" || exit

cc=${CC:-cc}
$cc -O1 -o "$tmp/pty" "$top/t/port/pty.c" || { echo 'Bail out! no pty'; exit 1; }

# Some hundred tenths of a second for something to become true.
until_true() {
	tries=0
	until "$@" 2>/dev/null; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || return 1
		sleep 0.1
	done
}
has() { # file text
	grep -q "$2" "$1"
}
counts() { # file text lines
	[ "$(grep -c "$2" "$1")" -ge "$3" ]
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

# Bytes of MIDI: $1 notes, on and off; and an exclusive of a megabyte
i=0
while [ $i -lt 250 ]; do printf '\220<@\200<@'; i=$((i + 1)); done >notes
{
	printf '\360'
	head -c 1000000 /dev/zero | tr '\0' '\125'
	printf '\367'
} >exclusive

# The command line
for line in '' '-o a -o b' '-i a -o b -s c' '-s a -s b' '--json' '--list -i a' \
	'-i a b' '-s a --baud 0' '-s a --baud 1x' '-i - -i - -o a'; do
	# shellcheck disable=SC2086
	midi-port $line </dev/null >/dev/null 2>err
	is "usage: '$line' is 2" "$? $(wc -l <err)" '2 1'
done
is 'no such path' "$(midi-port -i /nonexistent/a </dev/null 2>&1; echo $?)" \
'midi-port: /nonexistent/a: No such file or directory
1'
is 'a line that is none' "$(midi-port --serial notes <notes 2>&1; echo $?)" \
'midi-port: notes: Inappropriate ioctl for device
1'
is 'a directory' "$(midi-port -i . 2>&1; echo $?)" \
'midi-port: .: Is a directory
1'

# Files and FIFOs as raw devices
is 'a file' "$(midi-port -i ./notes </dev/null | cmp - notes && echo same)" same
is 'full disk' "$(midi-port -i ./notes 2>&1 >/dev/full; echo $?)" \
'midi-port: standard output: No space left on device
1'
is 'SIGPIPE is silent' "$( (midi-port -i ./exclusive 2>&1; echo $? >rc) | head -c 1 | hex; cat rc)" \
'f0141'
mkfifo in out
cat out >got &
midi-port -o ./out <notes 2>err
is 'to a FIFO' "$? $(cat err)" '0 '
wait
is 'all came' "$(cmp notes got 2>&1)" ''
(dd if=exclusive bs=4093 2>/dev/null) >in &
midi-port -i ./in </dev/null >got 2>err
is 'from a FIFO, to its end' "$? $(cat err; cmp exclusive got 2>&1)" '0 '
wait
dd if=notes bs=1 2>/dev/null | midi-port -i - -o ./out &
cat out >got
wait
is 'byte by byte' "$(cmp notes got 2>&1)" ''
head -c 100000 /dev/urandom >any
printf '\220<@' >>any
cat out >got &
midi-port -o ./out <any 2>err
wait
is 'one source comes out as it went in' "$(cmp any got 2>&1; cat err)" ''

: >got
cat out >>got &
printf '\220<@\220<' | midi-port -o ./out 2>err
is 'an input that is cut short is said' "$? $(cat err)" \
	'1 midi-port: standard input: byte 5: the last message is cut short'
wait
is 'and no half message goes out' "$(hex <got)" '90 3c 40'
cat out >got &
printf '\220<@\360\001\002' | midi-port -o ./out 2>/dev/null
wait
is 'an exclusive gets an end' "$(hex <got)" '90 3c 40 f0 01 02 f7'

# Live bytes are not held back.
: >got
cat out >>got &
(printf '\220<@\360\001'; until_true is_long got 5 || echo late >late) | midi-port -o ./out 2>/dev/null
wait
is 'at once' "$(cat late 2>/dev/null)" ''

# Signals
for sig in INT TERM HUP; do
	: >got
	cat out >>got &
	reader=$!
	mkfifo "feed$sig"
	# A shell has what it starts in the background ignore SIGINT.
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
		midi-port -i ./feed$sig -o ./out 2>err &
	pid=$!
	exec 3>feed$sig
	printf '\220<@>@\221\000\001\260@\177\360\001\002' >&3
	until_true is_long got 14
	kill -$sig $pid
	wait $pid
	status=$?
	exec 3>&-
	wait $reader
	case $sig in HUP) want=129 ;; INT) want=130 ;; TERM) want=143 ;; esac
	is "SIG$sig turns off what is on" "$status $(hex <got)" \
		"$want 90 3c 40 3e 40 91 00 01 b0 40 7f f0 01 02 f7 80 3c 40 80 3e 40 b0 40 00 81 00 40"
done

# Merging
mkfifo a b
: >got
cat out >>got &
midi-port -i ./a -i ./b -o ./out 2>err &
pid=$!
exec 3>a 4>b
printf '\360\001' >&3
until_true is_long got 2
printf '\220<@>@' >&4
printf '\370' >&4
printf '\002\367\300\005' >&3
until_true is_long got 13
exec 3>&- 4>&-
wait $pid
is 'several inputs go message by message' "$? $(hex <got)" \
	'0 f0 01 f8 02 f7 90 3c 40 c0 05 90 3e 40'
: >got
cat out >>got &
i=0
while [ $i -lt 400 ]; do printf '\360\001\002\003\367'; i=$((i + 1)); done >short
(for _ in 1 2 3 4 5; do cat notes; sleep 0.02; done) | midi-port -i - -i ./short -o ./out
wait
is 'and none is cut' "$(hex <got | sed 's/f0 01 02 03 f7//g; s/90 3c 40//g; s/80 3c 40//g' |
	tr -d ' ') $(wc -c <got)" ' 9500'
: >got
cat out >>got &
midi-port -i ./a -i ./b -o ./out 2>err &
pid=$!
exec 3>a 4>b
printf '\360\001' >&3
until_true is_long got 2
printf '\220<@' >&4
until_true is_long got 6
printf '\002\367\301\001' >&3
exec 3>&- 4>&-
wait $pid
is 'an exclusive that does not go on is ended' "$? $(hex <got) $(cat err)" \
	'0 f0 01 f7 90 3c 40 c1 01 midi-port: ./a: system exclusive message that does not go on: ended'

# Ticks of a processor's clock that a process has used: some, where it spins.
ticks() {
	cut -d ' ' -f 14,15 "/proc/$1/stat" | { read -r u s; echo $((u + s)); }
}
if [ -r /proc/self/stat ]; then
	./pty tty 100000 >got 2>figures </dev/null &
	pty=$!
	until_true test -e tty
	midi-port -i ./a -i ./b -o ./tty --wait 2>err &
	pid=$!
	exec 3>a 4>b
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
	wait
	rm -f tty
else
	skip 'an output that goes then is waited for at rest' 'no /proc'
fi

# A serial line
cat notes notes >twice
./pty tty 3000 >got 2>figures </dev/null &
until_true test -e tty
# From its start to its end: that is never shorter because somebody is late.
timed() { # command
	perl -e 'use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);
		my $t = clock_gettime(CLOCK_MONOTONIC);
		my $r = system(@ARGV);
		printf STDERR "%d\n", (clock_gettime(CLOCK_MONOTONIC) - $t) * 1e6;
		exit($r >> 8)' "$@" 2>took
}
timed midi-port --serial tty --pace <twice
is 'serial: paced' "$? $(sed '$d' took)" '0 '
wait
us=$(tail -n 1 took)
read -r bytes _ <figures
is 'all comes' "$bytes $(cmp twice got 2>&1)" '3000 '
# 3000 bytes of 320 us, but for those of the last write
is 'no faster than 31250 baud' "$((us > 950000))" 1
cat twice twice >eight
./pty tty 6000 >got 2>figures </dev/null &
until_true test -e tty
timed midi-port --serial tty --pace --baud 115200 <eight
wait
us=$(tail -n 1 took)
read -r bytes _ <figures
is 'nor than another speed' "$bytes $((us > 510000))" '6000 1'
./pty tty 1000002 >got 2>figures </dev/null &
until_true test -e tty
midi-port -o ./tty <exclusive 2>err
is 'a megabyte of an exclusive' "$? $(cat err)" '0 '
wait
is 'is unbroken' "$(cmp exclusive got 2>&1)" ''
./pty tty 100000 1000 200000 >got 2>figures </dev/null &
until_true test -e tty
head -c 100000 any | midi-port --serial tty 2>err
wait
is 'back-pressure loses nothing' "$(head -c 99998 any >any1; cmp -n 99998 any1 got 2>&1)" ''
if python3 -c 0 2>/dev/null; then
	: >hold
	./pty tty 100 >got 2>/dev/null </dev/null &
	until_true test -e tty
	(printf '\370'; until_true is_long hold 1) | midi-port --serial tty &
	until_true is_long got 1
	is 'its speed is set' "$(python3 -c '
import array, fcntl, os
fd = os.open("tty", os.O_RDWR | os.O_NOCTTY)
t = array.array("I", [0] * 16)
fcntl.ioctl(fd, 0x802C542A, t)  # TCGETS2
print(t[9], t[10], t[3])')" '31250 31250 0'
	echo >hold
	wait
else
	skip 'its speed is set' 'no python3'
fi

# Both ways: what comes from the line goes to standard output meanwhile.
mkfifo keep
(printf '\221\001\002'; sleep 1) | ./pty tty 3 >got 2>figures &
until_true test -e tty
: >back
(until_true is_long back 3; printf '\220\001\002') | midi-port --serial tty >back 2>err
is 'both ways of a line, to the end of standard input' \
	"$? $(hex <back) $(cat err)" '0 91 01 02 '
wait
is 'and it came' "$(hex <got)" '90 01 02'

# What the driver of a real line would say
$cc -shared -fPIC -o fakeline.so "$top/t/port/fakeline.c" ||
	{ echo 'Bail out! no fake driver'; exit 1; }
mkdir line
set_line() { echo "$2" >"line/new" && mv line/new "line/$1"; }
on_line() {
	FAKELINE=$tmp/line LD_PRELOAD=$tmp/fakeline.so \
		ASAN_OPTIONS=verify_asan_link_order=0 midi-port "$@"
}
set_line overrun 7
set_line queue 100
./pty tty 6 >got 2>figures </dev/null &
until_true test -e tty
(printf '\220<@'; until_true is_long line/go 1) | on_line --serial tty >/dev/null 2>err &
pid=$!
sleep 0.5
is 'no more is written while much waits in the kernel' "$(hex <got)" ''
set_line queue 10
until_true is_long got 3
is 'and then it is' "$(hex <got)" '90 3c 40'
set_line overrun 9
until_true has err overflow
is 'an overflow of the chip is told, with its count' "$(cat err)" \
	'midi-port: tty: 2 overflows: input was lost'
echo >line/go
sleep 0.5
is 'the end waits until all has left' "$(kill -0 $pid && echo waits)" waits
set_line queue 0
wait $pid
is 'which it has then' $? 0
wait

# An output that takes nothing doesn't keep it from ending.
mkfifo full
exec 4<>full
midi-port -i ./exclusive -o ./full 2>err &
pid=$!
sleep 0.3
kill $pid
(sleep 60; kill -9 $pid) >/dev/null 2>&1 &
killer=$!
wait $pid
is 'a signal, and an output that takes nothing' "$? $(cat err)" '143 '
kill $killer
midi-port -i ./exclusive >full 2>err &
pid=$!
sleep 0.3
kill $pid
(sleep 60; kill -9 $pid) >/dev/null 2>&1 &
killer=$!
wait $pid
is 'nor does a standard output that nobody reads' "$? $(cat err)" '143 '
exec 4>&-
kill $killer

# Unplugged
./pty tty -3 >got 2>figures </dev/null &
until_true test -e tty
midi-port --serial tty <keep >out1 2>err &
pid=$!
exec 3>keep
printf '\220<@' >&3
until_true gone $pid
exec 3>&-
wait $pid
is 'unplugged: a line' "$? $(cat err)" '1 midi-port: tty: unplugged'
printf '\220<@' | ./pty tty 100000 >got 2>figures &
pty=$!
until_true test -e tty
midi-port -i ./tty </dev/null >out1 2>err &
pid=$!
until_true is_long out1 3
kill $pty
wait $pid
status=$?
sed 's/Input.*/unplugged/' err >err1
is 'unplugged when it is read: its notes are off' "$status $(hex <out1) $(cat err1)" \
	'1 90 3c 40 80 3c 40 midi-port: ./tty: unplugged'
wait

rm -f tty
: >feed
(tail -f feed & echo $! >tailpid; wait) | midi-port --serial tty --wait >out1 2>err &
pid=$!
until_true has err 'waiting'
is '--wait: not there' "$(cat err)" 'midi-port: tty: No such file or directory: waiting for it'
./pty tty -3 >got 2>figures </dev/null &
until_true has err 'is back'
printf '\220<@' >>feed
until_true is_long got 3
until_true has err 'unplugged'
./pty tty -5 >got1 2>figures </dev/null &
until_true counts err back 2
printf '>@@@' >>feed
until_true is_long got1 5
is '--wait: comes, goes, and comes back' "$(hex <got) / $(hex <got1)" \
	'90 3c 40 / 90 3e 40 40 40'
kill "$(cat tailpid)"
wait $pid
is '--wait: ends with its input' $? 0
wait

if command -v socat >/dev/null || [ -n "${CI-}" ]; then
	need socat
	pair() {
		socat "pty,raw,echo=0,link=$1" "pty,raw,echo=0,link=$2" &
		socat=$!
		until_true test -e "$1" && until_true test -e "$2"
	}
	rm -f near far
	pair near far
	cat far >got 2>/dev/null &
	midi-port --serial near <exclusive
	until_true is_long got 1000002
	is 'socat: a megabyte, unbroken' "$(cmp exclusive got 2>&1)" ''
	midi-port -i ./near -o ./in --wait 2>err &
	pid=$!
	cat in >through 2>/dev/null &
	sleep 0.3
	printf '\220<@' >far
	until_true is_long through 3
	kill $socat
	until_true has err waiting
	until_true is_long through 6
	rm -f near far
	pair near far
	until_true has err back
	printf '\220@@' >far
	until_true is_long through 9
	is 'socat: killed, and there again' "$(hex <through)" '90 3c 40 80 3c 40 90 40 40'
	kill $pid
	wait $pid
	kill $socat
	wait
else
	skip 'socat' 'is not installed'
fi

# A portmidi of our own
if ! readelf -d "$BUILD/bin/midi-port" 2>/dev/null | grep -q libportmidi; then
	skip portmidi 'built without it'
	is 'a name without portmidi' "$(midi-port -i Key 2>&1; echo $?)" \
'midi-port: Key: built without portmidi, takes paths only
1'
	done_testing
fi
if [ ! -e /dev/snd ] && [ -z "$(midi-port --list --json)" ]; then
	is 'no device at all is said, and no more' "$(midi-port --list 2>&1; echo $?)" \
'midi-port: no MIDI device found
0'
else
	skip 'no device at all' 'there are some'
fi
$cc -shared -fPIC -Wl,-soname,libportmidi.so.0 -o libportmidi.so.0 \
	"$top/t/port/fakemidi.c" || { echo 'Bail out! no fake'; exit 1; }
LD_LIBRARY_PATH=$tmp${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} FAKEMIDI=$tmp/midi
export LD_LIBRARY_PATH FAKEMIDI
mkdir midi
is 'portmidi: none' "$(midi-port --list 2>&1 >/dev/null | grep -v 'no MIDI device')" ''
is 'portmidi: an error is told' \
	"$(FAKEMIDI_ERROR='Permission denied' midi-port --list 2>&1 >/dev/null; echo $?)" \
'midi-port: portmidi: ALSA lib seq_hw.c:466:(snd_seq_hw_open) open /dev/snd/seq failed: Permission denied
1'
plug() { printf '%s\n' "$@" >midi/devices.new && mv midi/devices.new midi/devices; }
plug 'in Key' 'out Synth 1' 'out Synth 2' "out $(printf '\033[31m')"
is 'portmidi: list' "$(midi-port --list | grep portmidi)" \
'portmidi       0  in    Key  (Fake)
portmidi       1  out   Synth 1  (Fake)
portmidi       2  out   Synth 2  (Fake)
portmidi       3  out   \x1b[31m  (Fake)'
is 'portmidi: --json' "$(midi-port --list --json | sed -n '2p;4p')" \
'{"type":"portmidi","number":1,"direction":"out","name":"Synth 1","info":"Fake"}
{"type":"portmidi","number":3,"direction":"out","name":"\u001b[31m","info":"Fake"}'
is 'portmidi: --list on a full disk' "$(midi-port --list 2>&1 >/dev/full; echo $?)" \
'midi-port: standard output: byte 0: No space left on device
1'
is 'portmidi: two of a name' "$(midi-port -o synth </dev/null 2>&1; echo $?)" \
"midi-port: synth: may be 'Synth 1' (1) or 'Synth 2' (2)
1"
is 'portmidi: none of a name' "$(midi-port -o Key </dev/null 2>&1; echo $?)" \
'midi-port: Key: no such output device
1'

# From a device
receive() { # until the output has $1 bytes
	: >got
	midi-port -i key </dev/null >got 2>err &
	pid=$!
	until_true is_long got "$1"
}
cat exclusive >midi/Key.in
printf '\220<@\376\200<@\360\001\367\302\003\370\361\005\362\001\002' >>midi/Key.in
cp midi/Key.in want
receive 1000020
is 'portmidi: from a device' "$(cmp want got 2>&1)" ''
printf '\360\001\002\003\004' >>midi/Key.in
until_true is_long got 1000024
touch midi/Key.overflow
until_true has err overflow
printf '\221\001' >>midi/Key.in
printf '\002' >>midi/Key.in
until_true is_long got 1000028
is 'portmidi: an overflow is told, with its count' "$(cat err)" \
	'midi-port: key: 1 overflow: input was lost'
is 'and leaves no half exclusive' "$(tail -c 8 got | hex)" 'f0 01 02 03 f7 91 01 02'
sleep 1
touch midi/Key.overflow
until_true has err '2 overflows'
is 'and the next one' "$(tail -n 1 err)" \
	'midi-port: key: 2 overflows: input was lost'
echo 'No such device' >midi/Key.broken
until_true gone $pid
wait $pid
is 'portmidi: a host error is the end' "$? $(tail -n 1 err)" '1 midi-port: key: No such device'
is 'the notes are off' "$(tail -c 3 got | hex)" '81 01 40'
rm midi/Key.broken

: >midi/Key.in
receive 0
printf '\220<@' >>midi/Key.in
until_true is_long got 3
plug 'out Synth 1' 'out Synth 2'
until_true gone $pid
wait $pid
is 'portmidi: a device that vanishes' "$? $(cat err) $(hex <got)" \
	'1 midi-port: key: unplugged 90 3c 40 80 3c 40'

: >midi/Key.in
midi-port -i key --wait </dev/null >got 2>err &
pid=$!
until_true has err waiting
plug 'out Synth 1' 'in Key'
until_true has err back
printf '\220<@' >>midi/Key.in
until_true is_long got 3
plug 'out Synth 1'
until_true has err unplugged
: >midi/Key.in
plug 'in Other' 'in Key'
until_true counts err back 2
printf '\221<@' >>midi/Key.in
until_true is_long got 9
is 'portmidi: --wait' "$(hex <got)" '90 3c 40 80 3c 40 91 3c 40'
kill $pid
wait $pid
is 'portmidi: what was told' "$? $(sort err | uniq -c | tr -s ' ')" \
'143  2 midi-port: key: is back
 1 midi-port: key: no such input device: waiting for it
 1 midi-port: key: unplugged: waiting for it'

# To a device
plug 'in Key' 'out Synth 1' 'out Synth 2'
{
	cat exclusive
	printf '\220<@>@\370\300\001\360\001\002\370\003\367\362\001\002\366'
} >want
midi-port -o 'synth 2' <want 2>err
is 'portmidi: to a device' "$? $(cat err)" '0 '
is 'all comes, with each status' "$(cmp -n 1000002 exclusive "midi/Synth 2.out" 2>&1
	tail -c +1000003 "midi/Synth 2.out" | hex | sed 's/ f8//g')" \
	'90 3c 40 90 3e 40 c0 01 f0 01 02 03 f7 f2 01 02 f6'
is 'real-time too' "$(tail -c +1000003 "midi/Synth 2.out" | hex | grep -o f8 | wc -l)" 2
rm 'midi/Synth 2.out'
(printf '\360\001\002\003'; until_true is_long 'midi/Synth 2.out' 4
	printf '\370\004\367') | midi-port -o 2
is 'but not inside an exclusive, which portmidi would damage' \
	"$(hex <'midi/Synth 2.out')" 'f0 01 02 03 04 f7 f8'
touch 'midi/Synth 1.full'
printf '\220<@\220>@' | midi-port -o 1 2>err
is 'portmidi: output that overflows' "$? $(cat err) $(hex <'midi/Synth 1.out')" \
	'0 midi-port: 1: 1 overflow: output was lost 90 3e 40'
echo 'Device or resource busy' >'midi/Synth 1.broken'
is 'portmidi: a device that cannot be opened' "$(midi-port -o 1 <notes 2>&1; echo $?)" \
'midi-port: 1: Device or resource busy
1'
rm midi/Synth*
midi-port -i Key -o 'Synth 1' 2>err &
pid=$!
: >midi/Key.in
printf '\220<@' >>midi/Key.in
until_true is_long 'midi/Synth 1.out' 3
kill $pid
wait $pid
is 'portmidi: through, and a signal' "$? $(hex <'midi/Synth 1.out') $(cat err)" \
	'143 90 3c 40 80 3c 40 '
rm -f midi/Synth*
: >feed
(tail -f feed & echo $! >tailpid; wait) | midi-port -i - -i Key -o 2 --wait 2>err &
pid=$!
: >midi/Key.in
until_true is_long 'midi/Synth 2.out' 0
printf '\220<@' >>feed
until_true is_long 'midi/Synth 2.out' 3
plug 'in Key'
until_true has err unplugged
printf '\221<@' >>midi/Key.in
printf '>@' >>feed
sleep 0.3
plug 'in Key' 'out Another' 'out Third' 'out Synth 2'
until_true is_long 'midi/Synth 2.out' 6
is 'portmidi: while it is away a pipe waits, a player does not' \
	"$(hex <'midi/Synth 2.out')" '90 3c 40 90 3e 40'
is 'which is told' "$(grep -c '3 bytes of live input were dropped' err)" 1
kill "$(cat tailpid)"
kill $pid
wait $pid
done_testing
