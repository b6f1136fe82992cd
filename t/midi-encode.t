#!/bin/sh
# midi-encode(1), seen from a shell
# shellcheck disable=SC2154 # tmp, of lib.sh

. "${0%/*}/lib.sh"

lines() { printf '%s\n' "$@"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }

# Text
is 'a line is a message' "$(lines 'on C4 100' 'ch 2 cc 7 90' 'mc' |
	midi-encode | hex)" 903c64b1075af8
is 'in hex' "$(lines 'on C4 100' 'syx 7E 7F 09 01' 'pb 8192' |
	midi-encode --hex)" '90 3C 64
F0 7E 7F 09 01 F7
E0 00 40'
is 'JSON' "$(lines '{"type":"on","channel":3,"note":"C4","velocity":1}' |
	midi-encode -x)" '92 3C 01'
is 'times are not of a stream of bytes' \
	"$(lines '0 on C4 1' '1:1:0 off C4 0' '9.5 tun' | midi-encode -x)" '90 3C 01
80 3C 00
F6'
is 'raw bytes are written as they are' \
	"$(lines 'raw 90 3C' 'mc' 'raw 40 F4' | midi-encode | hex)" 903cf840f4
is 'an exclusive in parts' \
	"$(lines 'syx-begin 01' 'mc' 'syx-more 02' 'syx-end' | midi-encode | hex)" f001f802f7
is 'running status is what a line says' \
	"$(lines 'on C4 1' 'on D4 1 running' 'on E4 1' | midi-encode | hex)" 903c013e01904001
is 'or made on demand' \
	"$(lines 'on C4 1' 'mc' 'off C4 0' 'off D4 0' 'tun' 'off E4 0' |
		midi-encode --running-status | hex)" 903c01f8803c003e00f6804000
is 'rpn is several' "$(lines 'rpn 0 256' | midi-encode -x | tr '\n' ,)" \
	'B0 65 00,B0 64 00,B0 06 02,B0 26 00,B0 65 7F,B0 64 7F,'
is 'a mark of byte order, and ends of line of DOS' \
	"$(printf '\357\273\277on C4 1\r\nmc\r\n' | midi-encode | hex)" 903c01f8
is 'no end of line' "$(printf 'mc' | midi-encode | hex)" f8
is 'nothing of nothing' "$(midi-encode </dev/null; echo $?)" 0
is 'nor a file' "$(midi-encode --smf </dev/null | hex)" ''
is 'lines are not held back' \
	"$( (lines 'mc'; sleep 1) | timeout 0.5 sh -c 'midi-encode | head -c 1' | hex)" f8
is 'byte by byte' "$(lines '5 on C4 1' '{"type":"mc"}' 'ch 3' 'pc 5' |
	dd bs=1 2>/dev/null | midi-encode | hex)" 903c01f8c205

# Errors
is 'an error has line and column' "$(lines mc '' 'on C4' | midi-encode 2>&1 >/dev/null; echo $?)" \
'midi-encode: standard input: line 3, column 6: velocity expected, 0 to 127
1'
is 'what came before it is out' "$(lines mc 'on x' | midi-encode 2>/dev/null | hex)" f8
is 'in JSON too' "$(lines '{"type":"pc","program":128}' | midi-encode 2>&1)" \
	'midi-encode: standard input: line 1, column 24: "program" expected, 0 to 127'
is 'a status in an exclusive' "$(lines 'syx 01 90' | midi-encode 2>&1)" \
	'midi-encode: standard input: line 1, column 1: bytes up to 7F expected in an exclusive'
is 'a track in a stream' "$(lines 'mc' 'track' | midi-encode 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 2, column 1: events expected: a file begins with smf'
is 'a header after events, of a file too' \
	"$(lines '9 mc' 'smf 1 1 ppq 96' | midi-encode -s 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 2, column 1: events expected: a file begins with smf'
is 'more tracks than a file can have' \
	"$(lines '0 tr 65536 mc' | midi-encode -s 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 1, column 1: a track from 1 to 65535 expected'
is 'time goes on' "$(lines 'smf 0 1 ppq 96' track '5 mc' '4 mc' | midi-encode -s 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 4, column 1: a time not before the last one'\''s expected'
like 'a score with an error' "$(lines 'c d e' 'x' | midi-encode 2>&1; echo $?)" \
'midi-encode: standard input: line 2, column 1: *
1'
is 'no such file' "$(midi-encode /nonexistent 2>&1; echo $?)" \
'midi-encode: /nonexistent: No such file or directory
1'
is 'a directory' "$(midi-encode / 2>&1; echo $?)" \
'midi-encode: /: Is a directory
1'
for args in '--from x' '--channel 17' '--channel 1-' '--track 0' '--tempo 3' \
	'--tempo 100x' '--transpose 128' '--transpose -' '--smf --pace' 'a b'; do
	# shellcheck disable=SC2086
	is "usage: $args" "$(midi-encode $args 2>/dev/null </dev/null; echo $?)" 2
done
is 'full disk' "$(lines mc | midi-encode 2>&1 >/dev/full; echo $?)" \
'midi-encode: standard output: byte 0: No space left on device
1'
is 'and of a file' "$(lines 'mc' | midi-encode --smf 2>&1 >/dev/full; echo $?)" \
'midi-encode: standard output: byte 0: No space left on device
1'
is 'and in time' "$(lines 'mc' | midi-encode --pace 2>&1 >/dev/full; echo $?)" \
'midi-encode: standard output: byte 0: No space left on device
1'
is 'SIGPIPE is silent' "$(yes mc | midi-encode -x 2>&1 | head -n 1)" F8
is 'in time too' "$(yes mc | midi-encode -x --pace 2>&1 | head -n 1)" F8

# Files
lines 'smf 1 2 ppq 96' track '0 tempo 400000' '96 end' track \
	'0 ch 1 on C4 64' '0 ch 10 on C2 90' '96 ch 1 off C4 0' '96 ch 10 off C2 0' \
	'96 end' >"$tmp/two.txt"
midi-encode --smf "$tmp/two.txt" >"$tmp/two.mid"
is 'a file' "$(hex <"$tmp/two.mid")" "$(tr -d ' \n' <<'END'
4d546864 00000006 0001 0002 0060
4d54726b 0000000b 00ff510306 1a80 60ff2f00
4d54726b 00000014 00903c40 0099245a 60803c00 00892400 00ff2f00
END
)"
is 'in hex there are sixteen to a line' "$(midi-encode -s -x "$tmp/two.txt" | head -n 1)" \
	'4D 54 68 64 00 00 00 06 00 01 00 02 00 60 4D 54'
is 'of events alone a file too' "$(lines 'on C4 1' '480 off C4 0' | midi-encode -s | hex)" \
	4d546864000000060000000101e04d54726b0000000d00903c018360803c0000ff2f00
is 'what is missing is made, and counted' \
	"$(lines 'smf 0 9 ppq 96' track mc track mc | midi-encode -s | head -c 14 | hex)" \
	4d5468640000000600010002"0060"
is 'events of mixed tracks' \
	"$(lines 'smf 1 2 ppq 96' 'tr 1 0 mc' 2>/dev/null; lines '0 tr 2 on C4 1' '0 tr 1 pc 3' \
		'5 tr 2 off C4 0' | midi-encode -s | hex | cut -c 29-)" \
	'smf 1 2 ppq 96
tr 1 0 mc
4d54726b0000000700c00300ff2f004d54726b0000000c00903c0105803c0000ff2f00'
is 'bars, beats and seconds' "$(lines 'smf 0 1 ppq 96' track 'time-sig 3/4' \
	'1:2:5 mc' '2:1:0 mc' '2.0 mc' | midi-encode -s | hex | cut -c 61-)" \
	65f701f8"813bf701f8"60f701f800ff2f00
is 'a file to bytes, tracks in order of time' "$(midi-encode -x "$tmp/two.mid")" '90 3C 40
99 24 5A
80 3C 00
89 24 00'
is 'of text too' "$(midi-encode -x "$tmp/two.txt")" "$(midi-encode -x "$tmp/two.mid")"
is 'from a pipe' "$(midi-encode -x <"$tmp/two.mid")" "$(midi-encode -x "$tmp/two.mid")"
is 'byte by byte too' "$(dd bs=1 <"$tmp/two.mid" 2>/dev/null | midi-encode -x)" \
	"$(midi-encode -x "$tmp/two.mid")"
is 'a channel' "$(midi-encode -x --channel 2-9,10 "$tmp/two.mid")" '99 24 5A
89 24 00'
is 'a track' "$(midi-encode -x --track 1 "$tmp/two.mid")" ''
like 'one that is not there' "$(midi-encode -x --track 1,3-9 "$tmp/two.mid" 2>&1; echo $?
	midi-encode -s --track 99 "$tmp/two.mid" 2>&1 >/dev/null; echo $?
	lines 'tr 2 mc' | midi-encode -x --track 2-70 2>&1; echo $?
	lines 'tr 2 mc' | midi-encode --track 3 2>&1; echo $?)" \
"midi-encode: */two.mid: no track 3: there are 2
1
midi-encode: */two.mid: no track 99: there are 2
1
F8
0
midi-encode: standard input: no track 3: there are 2
1"
is 'transposed, but for drums' "$(midi-encode -x --transpose -1 "$tmp/two.mid")" '90 3B 40
99 24 5A
80 3B 00
89 24 00'
is 'too far' "$(midi-encode -x --transpose 100 "$tmp/two.mid" 2>&1)" \
'99 24 5A
89 24 00
midi-encode: notes left out, as too low or too high: 1'
is 'tempo in quarters a minute' "$(midi-encode -s --tempo 60 "$tmp/two.mid" | hex)" \
	"$(hex <"$tmp/two.mid" | sed 's/0000000b00ff5103061a80/0000001200ff51030f424000ff51030f4240/')"
is 'faster' "$(midi-encode -s --tempo 200% "$tmp/two.mid" | hex | grep -o 'ff5103......' | tr '\n' ' ')" \
	'ff510303d090 ff5103030d40 '
is 'a damaged file is read as far as it goes' \
	"$(head -c 51 "$tmp/two.mid" | midi-encode -x 2>&1; echo $?)" '90 3C 40
99 24 5A
midi-encode: standard input: byte 33: track goes beyond the file, as it says; 3 faults in all
1'
is 'and mended' "$(head -c 53 "$tmp/two.mid" | midi-encode -s 2>/dev/null | midi-encode -x)" \
'90 3C 40
99 24 5A
80 3C 00'

# When there is much, tracks go out one by one, and the header before them.
awk 'BEGIN {
	print "smf 0 1 ppq 96\ntrack"
	for (s = "01 02"; length(s) < 400000; s = s " " s)
		;
	for (i = 0; i < 50; i++)
		print i " syx " s
	print "track\n0 mc"
}' >"$tmp/long.txt"
midi-encode --smf "$tmp/long.txt" >"$tmp/long.mid"
is 'its header is mended' "$(head -c 14 "$tmp/long.mid" | hex)" 4d5468640000000600010002"0060"
is 'or it is said that it cannot be' \
	"$( (midi-encode --smf "$tmp/long.txt" | cat >/dev/null) 2>&1)" \
	'midi-encode: standard output: the header says 1 tracks, there are 2, and it is out: write to a file'
is 'nor is what it is appended to harmed' "$(echo x >"$tmp/app"
	midi-encode --smf "$tmp/long.txt" 2>/dev/null >>"$tmp/app"; echo $?
	wc -c <"$tmp/app")" "1
$(($(wc -c <"$tmp/long.mid") + 2))"

is 'tracks in any order of number' "$(lines '0 tr 3 mc' '0 tr 20 mc' '0 tr 1 on C4 1' '1 tr 1 on D4 1' |
	midi-encode --smf --running-status --tempo 60 | tail -c +19 | head -c 22 | hex)" \
	0000001200ff51030f424000903c01013e0100ff2f00

is 'one track behind another' "$(lines '0 tr 1 on C4 1' '96 tr 1 off C4 0' '0 tr 2 on E4 1' \
	'96 tr 2 off E4 0' | midi-encode --smf | tail -c +15 | hex)" \
	4d54726b0000000c00903c0160803c0000ff2f004d54726b0000000c0090400160804000"00ff2f00"
is 'each in order' "$(lines '0 tr 1 mc' '9 tr 2 mc' '8 tr 2 mc' | midi-encode --smf 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 3, column 1: a time not before the track'\''s last one expected'

is 'an exclusive in packets is not cut by other tracks' \
	"$(lines 'smf 1 3 ppq 96' track '1 on C4 1' '5 off C4 1' track '0 syx-begin 01' \
		'9 syx-more 02' '9 syx-end 03' '11 mc' track '2 on D4 1' '10 off D4 1' |
		midi-encode -x | tr '\n' ,)" \
	'F0 01,02,03 F7,90 3C 01,90 3E 01,80 3C 01,80 3E 01,F8,'
is 'but where it has no end' "$(lines 'smf 1 2 ppq 96' track '0 syx-begin 01' '9 pc 1' \
	track '2 on D4 1' | midi-encode -x | tr '\n' ,)" 'F0 01,90 3E 01,C0 01,'

# The exact form
is 'lies are kept' "$(lines 'smf 0 7 ppq 96 length 9 exact' 'track length 3' \
	'+0 on C4 1 delta/3' '+5 text "x" len/2' 'raw FF' 'track-end' 'raw 00' |
	midi-encode -s | hex)" \
	4d546864000000090000000700604d54726b000000038080"00903c01"05ff01800178ff00
is 'an event without a track' "$(lines 'raw 00 exact' '+0 mc' | midi-encode -s 2>&1 >/dev/null)" \
	'midi-encode: standard input: line 2, column 1: in the exact form, track expected first'
if command -v midi-snoop >/dev/null; then
	i=0
	for f in "$top"/t/fuzz/corpus/smf/* "$top"/t/fuzz/corpus/midi_stream/* \
		"$tmp/two.mid" "$top/man/midi-encode.1"; do
		[ -f "$f" ] || continue
		kind=
		case $(head -c 4 "$f" | hex) in 4d546864 | 4d54726b | 52494646) kind=--smf ;; esac
		for json in '' --json; do
			# shellcheck disable=SC2086
			midi-snoop --exact $json "$f" 2>/dev/null | midi-encode $kind |
				cmp -s - "$f" || echo "$f $json"
		done
		i=$((i + 1))
	done >"$tmp/differ"
	is 'there and back' "$(cat "$tmp/differ")" ''
	is 'of many' "$((i > 6))" 1
	head -c 100000 /dev/urandom >"$tmp/any"
	is 'of anything' "$(midi-snoop --exact "$tmp/any" 2>/dev/null | midi-encode | cmp - "$tmp/any" 2>&1)" ''
else
	skip 'there and back' 'no midi-snoop here'
fi

# Others see the same events in what we write.
lines 'smf 1 2 ppq 96' track '0 track-name "a"' '0 time-sig 6/8' '0 key-sig "Bb minor"' \
	'0 tempo 400000' '0 smpte-offset 1:2:3:4.5 25' '96 marker "m"' track \
	'0 seq-number 258' '0 channel-prefix 3' '0 port 1' '1 ch 2 on C4 64' '1 ch 3 pp C4 5' \
	'2 ch 4 cc 7 90' '3 ch 5 pc 9' '4 ch 6 cp 8' '5 ch 7 pb 8193' '6 syx 7E 7F 09 01' \
	'7 syx-begin 01' '8 syx-end 02' '9 escape F3 01' '10 sequencer 00 01' \
	'300 ch 2 off C4 64' | midi-encode --smf >"$tmp/all.mid"
if command -v midicsv >/dev/null; then
	is 'midicsv' "$(midicsv "$tmp/all.mid" | tr -d ' ')" "$(cat <<'END'
0,0,Header,1,2,96
1,0,Start_track
1,0,Title_t,"a"
1,0,Time_signature,6,3,24,8
1,0,Key_signature,-5,"minor"
1,0,Tempo,400000
1,0,SMPTE_offset,33,2,3,4,5
1,96,Marker_t,"m"
1,96,End_track
2,0,Start_track
2,0,Sequence_number,258
2,0,Channel_prefix,2
2,0,MIDI_port,1
2,1,Note_on_c,1,60,64
2,1,Poly_aftertouch_c,2,60,5
2,2,Control_c,3,7,90
2,3,Program_c,4,9
2,4,Channel_aftertouch_c,5,8
2,5,Pitch_bend_c,6,8193
2,6,System_exclusive,5,126,127,9,1,247
2,7,System_exclusive,1,1
2,8,System_exclusive_packet,2,2,247
2,9,System_exclusive_packet,2,243,1
2,10,Sequencer_specific,2,0,1
2,300,Note_off_c,1,60,64
2,300,End_track
0,0,End_of_file
END
	)"
elif [ -n "${CI-}" ]; then
	need midicsv
else
	skip 'midicsv' 'it is not installed'
fi
python=
for p in python3 /usr/bin/python3; do
	if $p -c 'import mido' 2>/dev/null; then python=$p; fi
done
if [ -n "$python" ]; then
	is 'mido' "$($python -c '
import mido, sys
for e in mido.merge_tracks(mido.MidiFile(sys.argv[1]).tracks):
	if e.type != "end_of_track":
		print(e.time, e.type, e.tempo if e.is_meta else e.bytes())
' "$tmp/two.mid")" '0 set_tempo 400000
0 note_on [144, 60, 64]
0 note_on [153, 36, 90]
96 note_off [128, 60, 0]
0 note_off [137, 36, 0]'
else
	[ -z "${CI-}" ] || { echo 'Bail out! no mido of python'; exit 1; }
	skip 'mido' 'python3 has none'
fi

# Scores
is 'a score' "$(lines 'tempo 120' 'c4' | midi-encode -x | grep -c '^90 3C')" 1
is 'a tune of ABC' "$(lines X:1 T:t K:C CDE | midi-encode -x | grep -c '^90 ')" 3
is 'which tune' "$(lines X:1 T:t K:C C '' X:2 T:u K:C DE | midi-encode -x --tune 2 |
	grep -c '^90 ')" 2
is 'a file of it' "$(lines 'c4' | midi-encode -s | head -c 4)" MThd
is 'a score of text that is none' "$(lines 'mc' | midi-encode --from score 2>&1 | wc -l)" 1

# In time: of 40 messages, 5 ms each.
seq 1 40 | awk '{ printf "%.6f mc\n", $1 * 0.005 }' >"$tmp/clock"
start=$(date +%s%N)
is 'in time' "$(midi-encode --pace "$tmp/clock" | wc -c)" 40
took=$((($(date +%s%N) - start) / 1000000))
is 'it takes that time' "$((took >= 200 && took < 1000)) $((took < 1000 ? 0 : took))" '1 0'
is 'a file in time: each message in its own' \
	"$(midi-encode --pace -x --tempo 400% "$tmp/two.mid" | tail -n 1)" '89 24 00'
start=$(date +%s%N)
midi-encode --pace "$tmp/two.mid" >/dev/null
took=$((($(date +%s%N) - start) / 1000000))
is 'by its tempo' "$((took >= 400 && took < 1200))" 1
start=$(date +%s%N)
is 'time begins with the first event' "$( (sleep 0.4; lines '0.0 mc' '0.3 mc') |
	midi-encode --pace | hex)" f8f8
took=$((($(date +%s%N) - start) / 1000000))
is 'not with the program' "$((took >= 690))" 1
is 'what sounds is ended' "$(lines 'ch 3 on C4 1' 'ch 2 cc 64 127' 'syx-begin 01' |
	midi-encode --pace | hex)" 923c01b1407ff001f7b140"00823c40"
lines '0.0 ch 3 on C4 1' '0.0 cc 64 127' '60.0 off C4 0' >"$tmp/long"
for sig in INT TERM HUP; do
	# In the background of a shell SIGINT is ignored; env gives it back.
	env --default-signal=INT midi-encode --pace "$tmp/long" >"$tmp/out" &
	pid=$!
	sleep 0.3
	kill -$sig $pid
	wait $pid 2>/dev/null
	status=$?
	is "and on SIG$sig" "$(hex <"$tmp/out") $((status > 128))" \
		'923c01b0407fb04000823c40 1'
done
mkfifo "$tmp/fifo"
env --default-signal=INT midi-encode --pace <"$tmp/fifo" >"$tmp/out" &
pid=$!
exec 3>"$tmp/fifo"
lines 'on C4 1' >&3
sleep 0.3
kill -INT $pid
wait $pid 2>/dev/null
exec 3>&-
is 'also while it waits for more' "$(hex <"$tmp/out")" 903c01803c40
env --default-signal=INT midi-encode --pace <"$tmp/fifo" >/dev/null &
pid=$!
sleep 2 >"$tmp/fifo" &
sleep 0.2
start=$(date +%s%N)
kill -INT $pid
wait $pid 2>/dev/null
took=$((($(date +%s%N) - start) / 1000000))
is 'and before anything has come' "$((took < 1000))" 1
{ printf '0.0 syx'; yes ' 11' | head -n 70000 | tr -d '\n'; lines '' '60.0 mc'; } >"$tmp/dump"
env --default-signal=INT midi-encode --pace "$tmp/dump" >"$tmp/fifo" &
pid=$!
exec 3<"$tmp/fifo"
sleep 0.3
kill -INT $pid
sleep 0.1
is 'an exclusive that it cuts is ended' "$(tail -c 2 <&3 | hex)" 11f7
exec 3<&-
wait $pid 2>/dev/null
{ lines '0.0 on C4 1'; sed '1s/$/\n0.0 off C4 1/' "$tmp/dump"; } >"$tmp/late"
env --default-signal=INT midi-encode --pace "$tmp/late" >"$tmp/fifo" &
pid=$!
exec 3<"$tmp/fifo"
sleep 0.3
kill -INT $pid
sleep 0.1
is 'and a note whose end was not out' "$(tail -c 4 <&3 | hex)" f7803c40
exec 3<&-
wait $pid 2>/dev/null
(
	trap '' HUP
	exec midi-encode --pace >"$tmp/out"
) <<'END' &
0.0 on C4 1
0.6 off C4 1
END
pid=$!
sleep 0.3
kill -HUP $pid
wait $pid
is 'a signal that is ignored, by nohup, stays so' "$? $(hex <"$tmp/out")" \
	'0 903c01803c01'
done_testing
