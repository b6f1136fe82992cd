#!/bin/sh
# Every fuzz target keeps its invariant on every input of its corpus.

. "${0%/*}/lib.sh"

for f in "${0%/*}"/fuzz/*_fuzz.c; do
	name=${f##*/} name=${name%_fuzz.c}
	replay=$BUILD/t/fuzz/${name}_replay
	[ -x "$replay" ] || { skip "$name" 'not built here'; continue; }
	is "$name holds on its corpus" \
		"$("$replay" "${0%/*}/fuzz/corpus/$name" 2>&1 | tail -n 1 | sed 's/^[1-9][0-9]* //')" inputs
done
done_testing
