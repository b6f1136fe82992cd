#!/bin/sh
# midi-snoop(1), seen from a shell
# shellcheck disable=SC2154 # tmp, of lib.sh

. "${0%/*}/lib.sh"
cd "$tmp" || exit

come() { cat "$@"; } # as a stream, and not as a file

# A file of two tracks at 96 ticks a quarter note: 3/4, 120 and then 150 bpm.
track() { # what is in it, less than 256 bytes
	# shellcheck disable=SC2059
	printf "MTrk\0\0\0\\$(printf "$1" | wc -c | xargs printf %o)$1"
}
{
	printf 'MThd\0\0\0\6\0\1\0\2\0\140'
	track '\0\377\3\4A\033[m\0\377\121\3\7\241\40\0\377\130\4\3\2\30\10\202\40\377\121\3\6\32\200\0\377/\0'
	track '\0\300\5\0\260\7\144\0\220<@`<\0\0\231*\177\60\231*\0\201\20\360\5~\177\11\1\367\0\377/\0'
} >a.mid
is 'the file is sound' "$(midi-snoop a.mid 2>&1 >/dev/null; echo $?)" 0
is 'a file' "$(midi-snoop a.mid)" \
'smf 1 2 ppq 96
track
0 track-name "A\x1b[m"
0 tempo 500000 # 120.00 bpm
0 time-sig 3/4 24 8
288 tempo 400000 # 150.00 bpm
288 end
track
0 ch 1 pc 5 # electric piano 2
0 ch 1 cc 7 100 # volume
0 ch 1 on C4 64
96 ch 1 on C4 0
96 ch 10 on F#2 127
144 ch 10 on F#2 0
288 syx 7E 7F 09 01 # General MIDI on
288 end'
is 'no comments' "$(midi-snoop --plain a.mid | grep -c '#')" 2 # F#2
is 'from a pipe' "$(come a.mid | midi-snoop | cksum)" "$(midi-snoop a.mid | cksum)"
is 'by the byte' "$(dd bs=1 if=a.mid 2>/dev/null | midi-snoop - | cksum)" \
	"$(midi-snoop a.mid | cksum)"
is 'standard input that is a file' "$(midi-snoop <a.mid | cksum)" \
	"$(midi-snoop a.mid | cksum)"
is 'of which some was read' "$( (printf abc; cat a.mid) >b
	(dd bs=3 count=1 of=/dev/null 2>/dev/null; midi-snoop | cksum) <b)" \
	"$(midi-snoop a.mid | cksum)"
is 'in RIFF' "$( (printf 'RIFF\0\0\0\0RMIDdata'
	# shellcheck disable=SC2059
	printf "\\$(wc -c <a.mid | xargs printf %o)\0\0\0"; cat a.mid) |
	midi-snoop | cksum)" "$(midi-snoop a.mid | cksum)"
is 'what RIFF has behind it is no event' "$( (printf 'RIFF\0\0\0\0RMIDdata'
	# shellcheck disable=SC2059
	printf "\\$(wc -c <a.mid | xargs printf %o)\0\0\0"; cat a.mid
	[ $(($(wc -c <a.mid) % 2)) = 0 ] || printf '\0'
	printf 'LIST\2\0\0\0ab') >riff.mid; midi-snoop riff.mid | cksum
	midi-snoop --exact riff.mid | sed -n '1s/ .*//p;$s/ .*//p')" \
"$(midi-snoop a.mid | cksum)
riff
riff"
is 'output to a file' "$(midi-snoop -o out a.mid; cksum <out)" \
	"$(midi-snoop a.mid | cksum)"

# Times
is 'bars' "$(midi-snoop -t bars a.mid | sed -n '1p;/on F/p;/syx/p')" \
'# clock: bar:beat:tick
1:2:0 ch 10 on F#2 127
1:2:48 ch 10 on F#2 0
2:1:0 syx 7E 7F 09 01 # General MIDI on'
is 'seconds' "$(midi-snoop -t seconds a.mid | sed -n '1p;/on F/p;/syx/p')" \
'# clock: seconds of the tempo map
0.500000 ch 10 on F#2 127
0.750000 ch 10 on F#2 0
1.500000 syx 7E 7F 09 01 # General MIDI on'
is 'deltas are those of what is shown' "$(midi-snoop -t delta -k on,syx a.mid |
	tail -n 3)" \
'+0 ch 1 on C4 64
+96 ch 10 on F#2 127
+192 syx 7E 7F 09 01 # General MIDI on'
is 'none' "$(midi-snoop -t none a.mid | tail -n 1)" end
like 'a file did not arrive' "$(midi-snoop -t monotonic a.mid 2>&1; echo $?)" '*a.mid: *
2'

# Filters
kinds() { midi-snoop -t none --plain "$@" a.mid | grep -v '^smf\|^track$' |
	sed 's/^ch \([0-9]*\) \([a-z]*\).*/\2\1/; s/ .*//' | tr '\n' ' '; }
is 'a channel' "$(kinds -c 10)" \
	'track-name tempo time-sig tempo end on10 on10 syx end '
is 'not a channel' "$(kinds --channel ^1 -k ^meta)" 'on10 on10 syx '
is 'kinds' "$(kinds -k pc,note)" 'pc1 on1 on1 on10 on10 '
is 'an on of velocity 0 is an off' "$(kinds -k off)" 'on1 on10 '
is 'not a kind' "$(kinds -k channel --kind ^cc)" 'pc1 on1 on1 on10 on10 '
is 'notes' "$(kinds -n C4-C8 -k channel)" 'pc1 cc1 on1 on1 '
is 'not notes' "$(kinds --notes ^60,43-127 -k note)" 'on10 on10 '
is 'a track' "$(kinds --track 1)" 'track-name tempo time-sig tempo end '
is 'not a track' "$(kinds --track ^1,3-9 -k meta)" 'end '
is 'no such track' "$(kinds --track 3 2>&1 >/dev/null
	midi-snoop --track 2,3-9 a.mid >/dev/null 2>&1; echo $?
	midi-snoop --track 2-9 a.mid 2>&1 >/dev/null; echo $?)" \
'midi-snoop: a.mid: no track 3, there are 2
1
0'
like 'a stream has no tracks' "$(printf '\370' | midi-snoop --track 1 2>&1; echo $?)" '*
2'
for list in '-c 0' '-c 17' '-c 3-1' '-c 1,' '-c x' '-c ,' '-k foo' '-k on,' \
	'-n H4' '-n C4-' '-n 128' '-n C4-C3' '--track 0' '--track 1-99999'; do
	# shellcheck disable=SC2086
	is "no list: $list" "$(midi-snoop $list a.mid 2>/dev/null; echo $?)" 2
done

# Pairs
is 'pairs' "$(midi-snoop --pairs a.mid | grep '#.*velocity')" \
'96 ch 1 on C4 0 # 96 ticks, velocity 64
144 ch 10 on F#2 0 # 48 ticks, velocity 127'
is 'pairs in seconds' "$(midi-snoop --pairs -t seconds a.mid | grep '#.*velocity')" \
'0.500000 ch 1 on C4 0 # 0.500000 s, velocity 64
0.750000 ch 10 on F#2 0 # 0.250000 s, velocity 127'
is 'an off outside of the filter ends it' "$(midi-snoop --pairs -k on a.mid |
	grep -c velocity)" 0

# JSON
is 'json' "$(midi-snoop --json --pairs a.mid | sed -n '3,4p;9,12p;15p')" \
'{"ticks":0,"type":"track-name","text":"A\u001b[m"}
{"ticks":0,"type":"tempo","us":500000,"name":"120.00 bpm"}
{"ticks":0,"channel":1,"type":"pc","program":5,"name":"electric piano 2"}
{"ticks":0,"channel":1,"type":"cc","controller":7,"value":100,"name":"volume"}
{"ticks":0,"channel":1,"type":"on","note":60,"velocity":64}
{"ticks":96,"channel":1,"type":"on","note":60,"velocity":0,"means":"note","began":0,"duration":96,"struck":64}
{"ticks":288,"type":"syx","hex":"7E 7F 09 01","means":"exclusive","name":"General MIDI on","says":"General MIDI on"}'

# Streams
printf '\260\145\0d\0\6\14\260e\177d\177\220<@\370<\0\360~\370\177\11\1\367\301\4' >a.raw
is 'a stream' "$(midi-snoop a.raw)" \
'ch 1 cc 101 0 # RPN
ch 1 cc 100 0 # RPN, low
ch 1 cc 6 12 # data entry; rpn 0, pitch bend range: 12 semitones
ch 1 cc 101 127 # RPN
ch 1 cc 100 127 # RPN, low
ch 1 on C4 64
mc
ch 1 on C4 0
mc
syx 7E 7F 09 01 # General MIDI on
ch 2 pc 4 # electric piano 1'
is 'what is hidden may say what others mean' "$(midi-snoop -k cc a.raw |
	grep -v '10[01]')" \
	'ch 1 cc 6 12 # data entry; rpn 0, pitch bend range: 12 semitones'
is 'by the byte, too' "$(dd bs=1 if=a.raw 2>/dev/null | midi-snoop -t none | cksum)" \
	"$(midi-snoop a.raw | cksum)"
is 'times of arrival' "$(come a.raw | midi-snoop | sed '1s/[0-9]\{1,\}\.[0-9]\{6\}$/S.U/
	2,$s/^[0-9]\{1,\}\.[0-9]\{6\} /S.U /' | sed -n '1,3p;$p')" \
'# clock: monotonic, seconds since S.U
S.U ch 1 cc 101 0 # RPN
S.U ch 1 cc 100 0 # RPN, low
S.U ch 2 pc 4 # electric piano 1'
was=$(date +%s)
now=$(midi-snoop -t realtime a.raw | sed -n '2s/\..*//p')
is 'of the real clock' "$((now >= was && now <= was + 5))" 1
like 'it is said' "$(midi-snoop -t realtime a.raw)" '# clock: realtime, seconds since 1970*'
is 'json says it, too' "$(come a.raw | midi-snoop --json --time realtime |
	grep -c '^{"time":[0-9.]*,.*"clock":"realtime"')" 11
like 'a stream has no bars' "$(midi-snoop -t bars a.raw 2>&1; echo $?)" '*a.raw: *
2'
is 'hide' "$(midi-snoop --hide a.raw | grep -c mc)" 0
is 'empty input' "$(midi-snoop </dev/null; echo $?)" 0
is 'empty pipe' "$(: | midi-snoop -t none; echo $?)" 0

# As it comes
is 'lines are not held back' "$( (printf '\220<@'; sleep 2) |
	timeout 1 sh -c 'midi-snoop -t none | head -n 1')" 'ch 1 on C4 64'
is 'running status is not waited for' "$( (printf '\220<@<'; sleep 2) |
	timeout 1 sh -c 'midi-snoop -t none | head -n 1')" 'ch 1 on C4 64'
is 'an exclusive that pauses is shown' "$( (printf '\360AB'; sleep 2) |
	timeout 1 sh -c 'midi-snoop -t none | head -n 1')" 'syx-begin 41 42'
is 'and what comes after it' "$( (printf '\360~\177'; sleep 0.3
	printf '\11\1\367') | midi-snoop -t none)" \
'syx-begin 7E 7F
syx-end 09 01 # General MIDI on'
is 'a long one is shown in parts' "$( (printf '\360'
	head -c 9000 /dev/zero; printf '\367') | midi-snoop -t none | cut -d ' ' -f 1 |
	tr '\n' ' ')" 'syx-begin syx-more syx-end '
yes "$(printf '\220<@')" | tr -d '\n' | head -c 9000000 >big
# What a process has at most, in KiB, that has taken so many bytes of it.
peak() {
	rm -f fifo && mkfifo fifo
	(head -c "$1" big; exec sleep 2) >fifo & s=$!
	midi-snoop -o text fifo & p=$!
	sleep 1
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$p/status 2>/dev/null
	kill $s 2>/dev/null
	wait
}
if [ -r /proc/self/status ]; then
	few=$(peak 300000) many=$(peak 9000000)
	is 'constant memory' "$((many > 0 && many - few < 1024))" 1
else
	skip 'constant memory' 'without /proc'
fi

# Folding
is 'fold' "$(printf '\370\370\370\220<@<@<@\370\376<\0\376' | midi-snoop --fold -t none)" \
'# mc: 3 times
ch 1 on C4 64
# mc: 1 time
# as: 1 time
# the same: 2 times more
ch 1 on C4 0
# as: 1 time'
is 'fold is told while nothing comes' "$( (printf '\370\370'; sleep 3) |
	timeout 2 sh -c 'midi-snoop -t none --fold | head -n 1')" '# mc: 2 times'
is 'fold tells repeats while a clock goes on' "$( (printf '\220<@\220<@'
	for _ in 1 2 3 4 5; do sleep 0.3; printf '\370'; done; printf '\220<@') |
	midi-snoop --fold | sed -n 's/, until.*//; /the same/p')" \
'# the same: 1 time more
# the same: 1 time more'
is 'fold: seconds of a file' "$( (printf 'MThd\0\0\0\6\0\0\0\1\0\140'
	track '\0\220<@\140<@\140<@\140>@\0\377/\0') | midi-snoop --fold -t seconds |
	sed -n 4,5p)" \
'0.000000 ch 1 on C4 64
# the same: 2 times more, until 1.000000'
like 'fold: JSON' "$(printf '\370\370' | midi-snoop --fold --json -t none)" \
	'{"fold":"mc","count":2}'
rm -f fifo && mkfifo fifo
(printf '\370\370'; exec sleep 5) >fifo & s=$!
midi-snoop --fold -t none fifo >told & p=$!
sleep 0.3; kill $p; wait $p
is 'fold: a signal ends it' "$? $(cat told)" '0 # mc: 2 times'
kill $s 2>/dev/null

# A regular file isn't held, either, unless it is a standard MIDI file.
case $BUILD in */san) own= ;; *) own=yes ;; esac
if [ -r /proc/self/status ] && [ -n "$own" ]; then
	rm -f fifo && mkfifo fifo
	midi-snoop big >fifo & p=$!
	is 'constant memory of a file' "$( (head -c 5000000 >/dev/null
		sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' /proc/$p/status >few
		cat >/dev/null) <fifo; echo $(($(cat few) < 6000)))" 1
	wait
else
	skip 'constant memory of a file' 'without /proc, or with memory of a sanitizer'
fi

# Damage
is 'damage' "$(printf '<=\220<\300\5\364\367\360A\220<@\220<' | midi-snoop -t none 2>&1
	echo $?)" \
'raw 3C 3D
midi-snoop: standard input: byte 0: data without a status
raw 90 3C
midi-snoop: standard input: byte 2: message is cut short
ch 1 pc 5 # electric piano 2
raw F4
midi-snoop: standard input: byte 6: undefined status
raw F7
midi-snoop: standard input: byte 7: end of an exclusive that has no begin
syx-begin 41
midi-snoop: standard input: byte 10: message is cut short
ch 1 on C4 64
raw 90 3C
midi-snoop: standard input: byte 15: the input ends inside of a message
1'
is 'what is wrong for one reason is one fault' "$( (printf AB; sleep 0.2; printf CD) |
	midi-snoop -t none 2>&1 >/dev/null)" \
	'midi-snoop: standard input: byte 0: data without a status'
head -c 57 a.mid >half.mid
like 'a file that ends with a track, and not its last' "$(midi-snoop half.mid 2>&1
	echo $?)" '*: byte 57: fewer tracks than the header says
1'
is 'a file that has lost its header' "$(tail -c +15 half.mid >nohead.mid
	midi-snoop nohead.mid 2>&1 | sed -n '1,2p;$p'
	tail -c +15 half.mid | dd bs=1 2>/dev/null | midi-snoop 2>/dev/null |
	sed -n '1p;$p')" \
'track # no header before a track
midi-snoop: nohead.mid: byte 0: no header before a track
288 end
track # no header before a track
288 end'
# What is behind the pipe and the buffer is cut off, before it is looked at.
{
	printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\40\0\0'
	yes "$(printf '\1\220<@')" | tr -d '\n' | head -c 2097152
} >shrinks.mid
rm -f fifo && mkfifo fifo
midi-snoop shrinks.mid 2>err >fifo & p=$!
(sleep 0.3; : >shrinks.mid; cat >/dev/null) <fifo
wait $p
is 'a file that becomes shorter' "$? $(cat err)" \
	'1 midi-snoop: shrinks.mid: it became shorter while it was read'
head -c 80 a.mid >cut.mid
like 'a file that is cut' "$(midi-snoop cut.mid 2>&1; echo $?)" \
'smf 1 2 ppq 96
track
*
track*
midi-snoop: cut.mid: byte 57: track goes beyond the file, as it says
0 ch 1 pc 5 *
1'
is 'a file that is too large for a pipe' "$( (printf MThd
	head -c 268435456 /dev/zero) | midi-snoop 2>&1 >/dev/null; echo $?)" \
'midi-snoop: standard input: byte 268435456: a file of more than 256 MiB can'\''t be read from a pipe
1' 
is 'names do nothing to a terminal' "$(for o in '' --json --exact --svg --stats; do
	# shellcheck disable=SC2086
	midi-snoop $o a.mid; done | tr -d '\n\040-\176' |
	sed 's/\xc2\xb7//g')" ''

# U+202E turns what follows it around, U+061C and U+2028 aren't harmless either.
{
	printf 'MThd\0\0\0\6\0\0\0\1\0\140'
	track '\0\377\1\15\342\200\256abc\330\234\342\200\250\303\251\0\377/\0'
} >turn.mid
is 'names turn nothing around' "$(midi-snoop turn.mid | sed -n 3p
	midi-snoop --json turn.mid | sed -n 3p)" \
'0 text "\xe2\x80\xaeabc\xd8\x9c\xe2\x80\xa8é"
{"ticks":0,"type":"text","text":"\u202eabc\u061c\u2028é"}'
cp a.mid "$(printf 'x\342\200\256y')"
is 'a title neither' "$(midi-snoop --svg x*y | grep -c '>x\\xe2\\x80\\xaey<')" 1
if [ -x "$BUILD/bin/midi-encode" ]; then
	is 'and are the same again' "$(for o in '' --json; do
		# shellcheck disable=SC2086
		midi-snoop --exact $o turn.mid | midi-encode --smf | cmp - turn.mid
	done)" ''
fi

# Exactly
if [ -x "$BUILD/bin/midi-encode" ]; then
	is 'exact: a file' "$(midi-snoop --exact a.mid | midi-encode --smf | cmp - a.mid)" ''
	is 'exact: one that is cut' "$(midi-snoop --exact cut.mid 2>/dev/null |
		midi-encode --smf | cmp - cut.mid)" ''
	is 'exact: in JSON' "$(midi-snoop --exact --json cut.mid 2>/dev/null |
		midi-encode --smf | cmp - cut.mid)" ''
	is 'exact: a stream' "$(midi-snoop --exact a.raw | midi-encode | cmp - a.raw)" ''
	head -c 100000 /dev/urandom >rnd
	is 'exact: anything' "$(midi-snoop --exact rnd 2>/dev/null |
		midi-encode | cmp - rnd)" ''
	is 'exact: anything that comes in pieces' "$(come rnd |
		midi-snoop --exact --json 2>/dev/null | midi-encode | cmp - rnd)" ''
	is 'plain: the events' "$(midi-snoop --pairs -t bars a.mid |
		midi-encode --smf | midi-snoop --pairs -t bars | cksum)" \
		"$(midi-snoop --pairs -t bars a.mid | cksum)"
else
	skip 'exact' 'midi-encode is not built here'
fi

# Of faults a hundred are told.
i=0
while [ $((i += 1)) -le 250 ]; do
	printf '\375\372'
done >odd
is 'many faults' "$(midi-snoop odd 2>err >events; echo $?; grep -c start events; wc -l <err
	tail -n 1 err)" "1
250
101
midi-snoop: odd: 150 more faults"

# Through
is 'through' "$(midi-snoop --through -t none 2>text <a.raw >passed; cmp passed a.raw
	cksum <text)" "$(midi-snoop a.raw | cksum)"
is 'through: a file' "$(midi-snoop --through -o text <a.mid >passed; cmp passed a.mid
	cksum <text)" "$(midi-snoop a.mid | cksum)"
is 'through: at once' "$( (printf '\220<@'; sleep 2) |
	timeout 1 sh -c 'midi-snoop --through 2>/dev/null | head -c 3')" \
	"$(printf '\220<@')"
# shellcheck disable=SC2217
is 'through: nobody reads the text' "$(mkfifo text.fifo
	sleep 2 <text.fifo & yes "$(printf '\220<@')" | head -c 1000000 >much
	timeout 10 midi-snoop --through -t none 2>text.fifo <much | cksum
	wait)" "$(cksum <much)"
is 'through: the text ends early' "$(midi-snoop --through -t none \
	2>&1 >passed <much | head -n 1; cmp much passed)" 'ch 1 on C4 64'
is 'through: the text has no room' "$(midi-snoop --through -o /dev/full \
	<a.raw 2>&1 >passed; echo $?; cmp a.raw passed)" \
'midi-snoop: /dev/full: byte 0: No space left on device
1'
is 'through: no room' "$(midi-snoop --through -o text <a.raw 2>&1 >/dev/full; echo $?)" \
'midi-snoop: standard output: byte 0: No space left on device
1'
is 'through: SIGPIPE is silent' "$( (midi-snoop --through -o text; echo $? >&2) \
	2>err </dev/zero | head -c 1 | tr '\0' z; cat err)" z141
# The limit is as far as a file goes, and an error once its signal is ignored.
like 'through: no more room within a file' "$(
	{ cat a.mid; sleep 0.3; head -c 4096 /dev/zero; } | (
		trap '' XFSZ
		ulimit -f 1
		midi-snoop --through 2>&1 >passed -o /dev/null; echo $?))" \
	"*standard output: byte [1-9]*: File too large*
1"
like 'through: but not of a named file' "$(midi-snoop --through a.raw 2>&1; echo $?)" '*
2'

# Figures
is 'stats' "$(midi-snoop --stats a.mid | sed -n '/^messages  /p;/^stuck/p
	/^offs by/p;/^seconds/p;/^channel/,$p' | sed 's/  */ /g')" \
'messages 7
seconds 1.500
offs by velocity 0 2
stuck notes 0
channel off on pp cc pc cp pb
 1 1 1 0 1 1 0 0
 10 1 1 0 0 0 0 0'
is 'stats: JSON' "$(printf '\220<@=@\200>\0' | midi-snoop --stats --json -t none |
	sed '1s/"running.*"stuck/"stuck/')" \
'{"of":"all","messages":3,"bytes":8,"stuck_notes":2,"notes_struck_again":0,"offs_of_no_note":1,"errors":0,"cut_messages":0,"stray_bytes":0,"undefined_statuses":0}
{"of":"channel","channel":1,"off":1,"on":2,"pp":0,"cc":0,"pc":0,"cp":0,"pb":0}
{"of":"stuck note","channel":1,"note":60}
{"of":"stuck note","channel":1,"note":61}'
like 'stats: a stream' "$(for _ in 1 2 3 4 5 6 7 8; do printf '\370'; sleep 0.02; done |
	midi-snoop --stats)" '*clock bpm *clock jitter p50 us *mc  *8*'
rm -f fifo && mkfifo fifo
(printf '\220<@'; exec sleep 5) >fifo & s=$!
midi-snoop --stats fifo >told & p=$!
sleep 0.3; kill $p; wait $p
is 'stats: a signal ends it' "$? $(grep -c '^stuck notes *1$' told)" '0 1'
kill $s 2>/dev/null

# Pictures
like 'svg' "$(midi-snoop --svg a.mid)" '<svg *a.mid*2 notes*120 bpm*</svg>'
like 'svg: a stream' "$(midi-snoop --svg a.raw)" '<svg *1 note *</svg>'
{
	printf 'MThd\0\0\0\6\0\1\0\2\0\140'
	track '\0\377\3\7Celesta\0\300\10\0\220<@`<\0\0\377/\0'
	track '\0\377\3\3abc\0\301\10\0\221<@`<\0\0\377/\0'
} >named.mid
is 'svg: what a track is called and what it plays' "$(midi-snoop --svg named.mid |
	sed -n 's/^<text x=.*\(>[12] .*\)/\1/p')" \
'>1 Celesta</text>
>2 abc (celesta)</text>'
if command -v xmllint >/dev/null; then
	is 'svg is XML' "$(for f in a.mid a.raw cut.mid rnd; do
		[ ! -e $f ] || midi-snoop --svg $f 2>/dev/null | xmllint --noout - 2>&1
	done)" ''
fi

# Usage and failure
for args in '--exact -c 1' '--exact --fold' '--plain --pairs' '--stats --svg --json' \
	'--svg --fold' 'a b' '-t bar'; do
	# shellcheck disable=SC2086
	is "usage: $args" "$(midi-snoop $args 2>/dev/null </dev/null; echo $?)" 2
done
is 'no such file' "$(midi-snoop /nonexistent 2>&1; echo $?)" \
'midi-snoop: /nonexistent: No such file or directory
1'
is 'a directory' "$(midi-snoop . 2>&1; echo $?)" \
'midi-snoop: .: byte 0: Is a directory
1'
is 'full disk' "$(midi-snoop a.mid 2>&1 >/dev/full; echo $?)" \
'midi-snoop: standard output: byte 0: No space left on device
1'
is 'full disk, named' "$(midi-snoop -o /dev/full a.mid 2>&1; echo $?)" \
'midi-snoop: /dev/full: byte 0: No space left on device
1'
is 'output that does not block is waited for' "$( (
	# Descriptor 3 and standard output are one, as a terminal is for a shell.
	perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK)' &&
		midi-snoop -t none big 2>&1) | (sleep 0.5; cksum))" \
	"$(midi-snoop -t none big | cksum)"
is 'SIGPIPE is silent' "$(yes "$(printf '\220<@')" | tr -d '\n' |
	midi-snoop -t none 2>&1 | head -n 1)" 'ch 1 on C4 64'

# Peers
if command -v midicsv >/dev/null; then
	is 'midicsv has as many notes' "$(midicsv a.mid | grep -c Note_)" \
		"$(midi-snoop -k note a.mid | grep -c ' on ')"
elif [ -n "${CI-}" ]; then
	need midicsv
else
	skip 'midicsv has as many notes' 'no midicsv'
fi
done_testing
