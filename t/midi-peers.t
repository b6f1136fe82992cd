#!/bin/sh
# Every event of a file is what mido and midicsv, which know nothing of us,
# read of it.  MIDI_FILES names more files, of other origins.

. "${0%/*}/lib.sh"
need python3 midicsv
python=python3
for p in /usr/bin/python3 python3; do
	$p -c 'import mido' 2>/dev/null && python=$p && break
done
$python -c 'import mido' 2>/dev/null || need python3-mido
cd "$tmp" || exit

cat >all.txt <<'END'
smf 1 3 ppq 96
track
0 track-name "all kinds"
0 tempo 500000
0 time-sig 6/8 36 8
0 key-sig "F# minor"
0 key-sig "Cb major"
0 smpte-offset 1:2:3:4.05 25
0 seq-number 7
0 copyright "(c)"
0 text "a\xE9b"
0 instrument "x"
0 lyric ""
0 marker "A"
0 cue "q"
0 program-name "p"
0 device "d"
0 channel-prefix 3
0 port 2
0 sequencer 00 01 02
0 meta 66 01 02
100 syx 7E 7F 09 01
960 end
track
0 ch 1 on C4 100
0 ch 16 on G9 0
127 ch 1 off C4 64
128 ch 2 pp C4 1
16384 ch 3 cc 7 90
2097152 ch 4 pc 127
2097152 ch 5 cp 0
2097153 ch 6 pb 0
2097154 ch 6 pb 16383
track
0 end
END
midi-encode --smf all.txt >all.mid

# Music of a kind: four tracks of all sorts of messages.
awk 'BEGIN {
	srand(1)
	print "smf 1 4 ppq 480"
	for (t = 0; t < 4; t++) {
		print "track"
		at = 0
		for (i = 0; i < 2000; i++) {
			at += int(rand() * rand() * rand() * 2000)
			n = int(rand() * 128)
			v = int(rand() * 128)
			word = substr("on on off on off cc pp cp pc pb ", 3 * int(rand() * 10) + 1, 3)
			sub(/ .*/, "", word)
			if (word !~ /^(on|off|cc|pp|cp|pc|pb)$/)
				word = "on"
			two = word ~ /^(on|off|cc|pp)$/
			print at, "ch", 1 + int(rand() * 16), word, n, two ? v : ""
		}
	}
}' >music.txt
midi-encode --smf music.txt >music.mid
midi-encode --smf --running-status music.txt >running.mid
is 'running status makes files smaller' \
	"$(($(wc -c <running.mid) < $(wc -c <music.mid)))" 1

for f in all music running ${MIDI_FILES-}; do
	[ -e "$f" ] || f=$f.mid
	is "mido has the events of $f" \
		"$($python "$top/t/midi-peers.py" mido "$f" 2>&1)" ''
	is "and midicsv those of its channels" \
		"$($python "$top/t/midi-peers.py" midicsv "$f" 2>&1)" ''
done

# What mido writes, with lengths and all, is read and written as it is.
$python - <<'END'
import mido
f = mido.MidiFile(type=2, ticks_per_beat=77)
for t in range(3):
    track = mido.MidiTrack()
    f.tracks.append(track)
    track.append(mido.MetaMessage('track_name', name='n%d' % t))
    for i in range(100):
        track.append(mido.Message('note_on', note=i, time=i * i * i))
        track.append(mido.Message('sysex', data=range(i), time=3))
f.save('mido.mid')
END
is 'what mido writes is read' "$($python "$top/t/midi-peers.py" mido mido.mid 2>&1)" ''
midi-snoop --exact mido.mid | midi-encode --smf | cmp -s - mido.mid
is 'and comes back' $? 0
midi-snoop mido.mid | midi-encode --smf >plain.mid
is 'also by the plain form' "$($python "$top/t/midi-peers.py" mido plain.mid 2>&1)" ''
midicsv music.mid | csvmidi >csv.mid
is 'what csvmidi writes is read' "$($python "$top/t/midi-peers.py" midicsv csv.mid 2>&1)" ''
midi-snoop --exact csv.mid | midi-encode --smf | cmp -s - csv.mid
is 'and comes back' $? 0
done_testing
