#!/bin/sh
# midi-port(1) and devices of portmidi, in whose place is a library whose devices
# are files: t/port/fakemidi.c
# shellcheck disable=SC2154,SC2317,SC2094,SC2086 # tmp and top, of lib.sh;
# functions by name; numbers

# Whatever midi-port does, this ends.
[ -n "${TIMED-}" ] || TIMED=yes exec timeout -k 5 300 sh "$0"
. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/midi-port" ] || { echo '1..0 # SKIP midi-port is not built here'; exit; }
. "$top/t/port/beside.sh"

# The fake's devices, a line each.
plug() {
	FAKEMIDI=$PWD/midi
	export FAKEMIDI
	[ -d midi ] || mkdir midi
	printf '%s\n' "$@" >midi/devices.new && mv midi/devices.new midi/devices
}

list() {
	mkdir midi
	FAKEMIDI=$PWD/midi
	export FAKEMIDI
	is 'none' "$(midi-port --list 2>&1 >/dev/null | grep -v 'no MIDI device')" ''
	is 'an error is told' \
		"$(FAKEMIDI_ERROR='Permission denied' midi-port --list 2>&1 >/dev/null; echo $?)" \
'midi-port: portmidi: ALSA lib seq_hw.c:466:(snd_seq_hw_open) open /dev/snd/seq failed: Permission denied
1'
	plug 'in Key' 'out Synth 1' 'out Synth 2' "out $(printf '\033[31m')"
	is 'list' "$(midi-port --list | grep portmidi)" \
'portmidi       0  in    Key  (Fake)
portmidi       1  out   Synth 1  (Fake)
portmidi       2  out   Synth 2  (Fake)
portmidi       3  out   \x1b[31m  (Fake)'
	is '--json' "$(midi-port --list --json | sed -n '2p;4p')" \
'{"type":"portmidi","number":1,"direction":"out","name":"Synth 1","info":"Fake"}
{"type":"portmidi","number":3,"direction":"out","name":"\u001b[31m","info":"Fake"}'
	is '--list on a full disk' "$(midi-port --list 2>&1 >/dev/full; echo $?)" \
'midi-port: standard output: byte 0: No space left on device
1'
	is 'two of a name' "$(midi-port -o synth </dev/null 2>&1; echo $?)" \
"midi-port: synth: may be 'Synth 1' (1) or 'Synth 2' (2)
1"
	is 'none of a name' "$(midi-port -o Key </dev/null 2>&1; echo $?)" \
'midi-port: Key: no such output device (--list shows them; a path has / or . in front)
1'
	echo 'Device or resource busy' >'midi/Synth 1.broken'
	is 'a device that cannot be opened' "$(midi-port -o 1 <../notes 2>&1; echo $?)" \
'midi-port: 1: Device or resource busy
1'
}

# From a device; in the place of the shell that runs this
receive() { # argument...
	exec midi-port "$@" >got 2>err
}

input() {
	plug 'in Key'
	cat ../exclusive >midi/Key.in
	printf '\220<@\376\200<@\360\001\367\302\003\370\361\005\362\001\002' >>midi/Key.in
	receive -i key &
	pid=$!
	until_true is_long got 1000020
	is 'from a device' "$(cmp midi/Key.in got 2>&1)" ''
	printf '\360\001\002\003\004' >>midi/Key.in
	until_true is_long got 1000024
	touch midi/Key.overflow
	until_true has err overflow
	printf '\221\001' >>midi/Key.in
	printf '\002' >>midi/Key.in
	until_true is_long got 1000028
	is 'an overflow is told, with its count' "$(cat err)" \
	'midi-port: key: 1 overflow: input was lost'
	is 'and leaves no half exclusive' "$(tail -c 8 got | hex)" 'f0 01 02 03 f7 91 01 02'
	touch midi/Key.overflow
	until_true has err '2 overflows'
	is 'and the next one' "$(tail -n 1 err)" \
	'midi-port: key: 2 overflows: input was lost'
	echo 'No such device' >new && mv new midi/Key.broken
	ends $pid
	is 'a host error is the end' "$? $(tail -n 1 err)" '1 midi-port: key: No such device'
	is 'the notes are off' "$(tail -c 3 got | hex)" '81 01 40'
}

# What reads slowly loses nothing that the kernel or portmidi can keep.
slow_reader() {
	plug 'in Key'
	cat ../exclusive ../notes >midi/Key.in
	mkfifo to
	midi-port -i key 2>err >to &
	pid=$!
	(sleep 1; head -c 1001502) <to >got
	ends $pid
	is 'whoever reads late gets all' "$(cmp midi/Key.in got 2>&1; cat err)" ''
}

vanishes() {
	plug 'in Key'
	: >midi/Key.in
	receive -i key &
	pid=$!
	printf '\220<@' >>midi/Key.in
	until_true is_long got 3
	plug 'out Synth 1' 'out Synth 2'
	ends $pid
	is 'a device that vanishes' "$? $(cat err) $(hex <got)" \
	'1 midi-port: key: unplugged 90 3c 40 80 3c 40'
}

comes_back() {
	plug 'out Synth'
	: >midi/Key.in
	receive -i key --wait &
	pid=$!
	until_true has err waiting
	plug 'out Synth 1' 'in Key'
	until_true has err back
	printf '\220<@' >>midi/Key.in
	until_true is_long got 3
	plug 'out Synth 1'
	until_true has err unplugged
	: >midi/Key.in
	plug 'in Other' 'in Key' 'in Key 2'
	until_true counts err back 2
	printf '\221<@' >>midi/Key.in
	until_true is_long got 9
	is '--wait' "$(hex <got)" '90 3c 40 80 3c 40 91 3c 40'
	kill $pid
	ends $pid
	is 'what was told' "$? $(sort err | uniq -c | tr -s ' ')" \
'143  2 midi-port: key: is back
 1 midi-port: key: no such input device: waiting for it
 1 midi-port: key: unplugged: waiting for it'
}
# The one that was there comes back, not any of the kind.
the_same() {
	plug 'in Key 1'
	: >'midi/Key 1.in'
	receive -i key --wait &
	pid=$!
	printf '\220<@' >>'midi/Key 1.in'
	until_true is_long got 3
	plug 'out Synth'
	until_true has err unplugged
	: >'midi/Key 1.in'
	: >'midi/Key 2.in'
	plug 'in Key 2' 'in Key 3'
	sleep 1.5
	is 'which of two it is, is waited for' "$(cat err)" \
		'midi-port: key: unplugged: waiting for it'
	plug 'in Key 2' 'in Key 3' 'in Key 1'
	until_true has err back
	printf '\221<@' >>'midi/Key 1.in'
	until_true is_long got 9
	is 'and is clear then' "$(hex <got)" '90 3c 40 80 3c 40 91 3c 40'
	kill $pid
	ends $pid
}
# portmidi, or the driver below it, may bring its process down.
dies() {
	plug 'in Key'
	: >midi/Key.in
	receive -i key --wait 2>err &
	pid=$!
	printf '\220<@' >>midi/Key.in
	until_true is_long got 3
	: >midi/Key.in
	touch midi/Key.crash
	until_true has err back
	printf '\221<@' >>midi/Key.in
	until_true is_long got 9
	is 'portmidi dies, and is started again' "$(hex <got) $(cat err)" \
'90 3c 40 80 3c 40 91 3c 40 midi-port: key: portmidi died: waiting for it
midi-port: key: is back'
	kill $pid
	ends $pid
	plug 'out Synth'
	touch midi/Synth.crash
	midi-port -o Synth <../notes 2>err
	is 'or it is told' "$? $(cat err)" '1 midi-port: Synth: portmidi died'
}

output() {
	plug 'in Key' 'out Synth 1' 'out Synth 2'
	{
		cat ../exclusive
		printf '\220<@>@\370\300\001\360\001\002\370\003\367\362\001\002\366'
	} >want
	midi-port -o 'synth 2' <want 2>err
	is 'to a device' "$? $(cat err)" '0 '
	is 'all comes, with each status' "$(cmp -n 1000002 ../exclusive "midi/Synth 2.out" 2>&1
	tail -c +1000003 "midi/Synth 2.out" | hex | sed 's/ f8//g')" \
	'90 3c 40 90 3e 40 c0 01 f0 01 02 03 f7 f2 01 02 f6'
	is 'real-time too' "$(tail -c +1000003 "midi/Synth 2.out" | hex | grep -o f8 | wc -l)" 2
	rm 'midi/Synth 2.out'
	(printf '\360\001\002\003'; until_true is_long 'midi/Synth 2.out' 4
	printf '\370\004\367') | midi-port -o 2
	is 'but not inside an exclusive, which portmidi would damage' \
	"$(hex <'midi/Synth 2.out')" 'f0 01 02 03 04 f7 f8'
	rm 'midi/Synth 2.out'
	(printf '\360\001\002\003'; until_true is_long 'midi/Synth 2.out' 4
	head -c 70 /dev/zero | tr '\0' '\370'; printf '\367') | midi-port -o 2 2>err
	is 'of which 64 wait, and the loss of more is told' \
		"$(hex <'midi/Synth 2.out' | grep -o f8 | wc -l) $(tail -n 1 err)" \
		'64 midi-port: 2: 6 overflows: output was lost'
	rm 'midi/Synth 2.out'
	printf '\001\002\003\220<@\367\300\001' | midi-port -o 2 2>err
	is 'what portmidi would refuse is dropped, and counted' \
		"$? $(hex <'midi/Synth 2.out') $(cat err)" \
		'0 90 3c 40 c0 01 midi-port: 2: 4 bytes of no message dropped'
	touch 'midi/Synth 1.full'
	printf '\220<@\220>@' | midi-port -o 1 2>err
	is 'output that overflows' "$? $(cat err) $(hex <'midi/Synth 1.out')" \
	'0 midi-port: 1: 1 overflow: output was lost 90 3e 40'
}

through() {
	plug 'in Key' 'out Synth 1'
	: >midi/Key.in
	midi-port -i Key -o 'Synth 1' 2>err &
	pid=$!
	printf '\220<@' >>midi/Key.in
	until_true is_long 'midi/Synth 1.out' 3
	kill -TSTP $pid
	until_true state_is $pid T
	until_true is_long 'midi/Synth 1.out' 6
	kill -CONT $pid
	printf '\221<@' >>midi/Key.in
	until_true is_long 'midi/Synth 1.out' 9
	kill $pid
	ends $pid
	is 'through, SIGTSTP, and a signal that ends it' \
		"$? $(hex <'midi/Synth 1.out') $(cat err)" \
		'143 90 3c 40 80 3c 40 91 3c 40 81 3c 40 '
}

away() {
	plug 'in Key' 'out Synth 1' 'out Synth 2'
	: >midi/Key.in
	mkfifo feed
	midi-port -i - -i Key -o 2 --wait <feed 2>err &
	pid=$!
	exec 3<>feed
	printf '\220<@' >&3
	until_true is_long 'midi/Synth 2.out' 3
	plug 'in Key'
	until_true has err unplugged
	printf '\221<@' >>midi/Key.in
	printf '>@' >&3
	sleep 0.3
	plug 'in Key' 'out Another' 'out Third' 'out Synth 2'
	until_true is_long 'midi/Synth 2.out' 6
	is 'while it is away a pipe waits, a player does not' \
	"$(hex <'midi/Synth 2.out')" '90 3c 40 90 3e 40'
	is 'which is told' "$(grep -c '3 bytes of live input were dropped' err)" 1
	until_true has err back
	plug 'in Key'
	until_true counts err unplugged 2
	printf '\222<@' >>midi/Key.in
	sleep 0.3
	kill $pid
	ends $pid
	is 'also if it does not come back' "$(tail -n 1 err)" \
		'midi-port: 2: 3 bytes of live input were dropped while it was away'
	exec 3>&-
}

# The first look at what there is may take long.
slow() {
	plug 'in Key'
	touch midi/slow
	unignored midi-port -i key 2>err &
	pid=$!
	sleep 0.3
	kill -INT $pid
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		gone $pid 2>/dev/null || sleep 0.5
	done
	is 'a signal meanwhile' "$(gone $pid 2>/dev/null && echo gone)" gone
	ends $pid
	is 'is the end' "$? $(cat err)" '130 '
}

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
$cc -shared -fPIC -Wl,-soname,libportmidi.so.0 -o "$tmp/libportmidi.so.0" \
	"$top/t/port/fakemidi.c" || { echo 'Bail out! no fake'; exit 1; }
LD_LIBRARY_PATH=$tmp${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
export LD_LIBRARY_PATH
for group in comes_back the_same away dies slow vanishes through slow_reader \
	input output list; do
	beside $group
done
all_done
