#!/bin/sh
# SPDX-License-Identifier: ISC
# MIDI in memory, and how late midi-encode --pace is at the end of a pipe.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}

"$build/t/bench/midi"
awk 'BEGIN {
	for (i = 0; i < 3000; i++)
		printf "%.3f %s\n", i * 0.005, i % 2 ? "off C4 64" : "on C4 100"
}' | "$build/bin/midi-encode" --pace | "$build/t/bench/jitter" 5000
