#!/bin/sh
# Scores and ABC: the tunes of the demo, and what another program makes of
# the same ABC.

. "${0%/*}/lib.sh"
need midi-encode

cd "$tmp" || exit
demo=$top/t/demo corpus=$top/t/fuzz/corpus/abc

midi-encode "$demo/tune.txt" >score 2>err
is 'the score of the demo' "$? $(cat err)" '0 '
midi-encode "$demo/tune.abc" >abc 2>err
is 'the ABC of the demo' "$? $(cat err)" '0 '
midi-encode <"$demo/tune.abc" | cmp -s - abc
is 'from a pipe it is recognised' $? 0
{ printf '\n%% words\n'; cat "$demo/tune.abc"; } |
	midi-encode --from abc | cmp -s - abc
is 'the same after other lines' $? 0

# The score that the manual shows.
sed -n '/^\.Bd -literal/,/^\.Ed/p' "$top/man/riad-score.5" | grep -v '^\.' >shown
midi-encode --from score shown >out 2>err
is 'the score of the manual' "$? $(cat err) $([ -s out ] && echo some)" '0  some'

# What is wrong is told once, with its place; and nothing comes out.
printf 'part a\nc4 d e x\n' | midi-encode --from score >out 2>err
is 'a fault of a score' "$? $(wc -c <out) $(wc -l <err)" '1 0 1'
like 'and its place' "$(cat err)" 'midi-encode: *line 2, column 8: expected *'
printf 'X:1\nK:C\nC D [EG\n' | midi-encode >out 2>err
like 'a fault of ABC' "$? $(cat err)" '1 midi-encode: *line 3, column 5: expected *'

if [ -z "${CI-}" ] && ! { command -v abc2midi && command -v midicsv; } >log; then
	skip 'notes as abc2midi has them' 'abc2midi or midicsv is not installed'
	done_testing
fi
need abc2midi midicsv

# "TICK KEY" of each note on, of a file of 480 ticks a quarter.
notes() {
	midicsv "$1" | tr -d ' ' |
		awk -F, '$3 == "Note_on_c" && $6 > 0 { print $2, $5 }' | sort -n
}

# Notes of one that the other doesn't have: abc2midi rounds down, begins later
# by a tick where there are several voices, and spreads chords.
differ() {
	awk 'NR == FNR { have[$1, $2]++; next }
	{
		for (d = -2; d <= 32; d++)
			if (have[$1 + d, $2] > 0) {
				have[$1 + d, $2]--
				next
			}
		print "ours only:", $0
	}
	END {
		for (k in have)
			for (; have[k] > 0; have[k]--) {
				split(k, p, SUBSEP)
				print "abc2midi only:", p[1], p[2]
			}
	}' "$1" "$2"
}

# Chord symbols, which it plays, are left out.
for tune in "$demo/tune.abc" "$corpus/kesh" "$corpus/speed" "$corpus/horn" \
	"$corpus/early" "$corpus/canon" "$corpus/acc" "$corpus/rhythm" \
	"$corpus/voices" "$corpus/parts"; do
	# It has a way of its own with grace notes.
	sed 's/{[^}]*}//g' "$tune" >tune.abc
	abc2midi tune.abc -o theirs.mid -NGUI -STFU >log 2>&1
	midi-encode --smf tune.abc >ours.mid
	notes theirs.mid >theirs
	notes ours.mid >ours
	[ -s ours ] || echo none >ours
	is "${tune##*/}: the notes are those of abc2midi" \
		"$(differ theirs ours | head -n 5)" ''
done
done_testing
