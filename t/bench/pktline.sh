#!/bin/sh
# How fast pktline goes, beside cat, and beside git's own test helper where
# TEST_TOOL names it.  Runs alternate, and the best of three counts; output
# goes through a pipe to a cat that throws it away.
#
#	SIZE=200000000 TEST_TOOL=.../t/helper/test-tool make bench

BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
SIZE=${SIZE:-200000000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/riad-bench.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
cd "$dir" || exit 1

"$BUILD/t/bench/pktgen" text "$SIZE" 50 >small
"$BUILD/t/bench/pktgen" pack "$SIZE" 65520 >large
"$BUILD/t/bench/pktgen" pack "$SIZE" 1000 >medium
pktline small >small.txt
pktline --version | sed 1q

# GNU time, for the peak of memory, is not everywhere.
measure() { # file command...: microseconds user sys KiB
	in=$1
	shift
	start=$(date +%s%N)
	if [ -x /usr/bin/time ]; then
		{ /usr/bin/time -o usage -f '%U %S %M' "$@" <"$in"; } 2>/dev/null | cat >/dev/null
	else
		{ "$@" <"$in"; } 2>/dev/null | cat >/dev/null
		echo '0 0 0' >usage
	fi
	end=$(date +%s%N)
	read -r user sys rss <usage
	echo "$(((end - start) / 1000)) $user $sys $rss"
}

# The file, its packets' length, and the commands that are beside each other.
compare() { # file len label=command...
	file=$1 len=$2
	shift 2
	rm -f run.*
	for _ in 1 2 3; do
		i=0
		for c; do
			i=$((i + 1))
			# shellcheck disable=SC2086 # words, as they stand
			measure "$file" ${c#*=} >>"run.$i"
		done
	done
	i=0
	for c; do
		i=$((i + 1))
		sort -n "run.$i" | head -n 1 |
			awk -v what="${c%%=*}" -v bytes="$(wc -c <"$file")" -v n="$((SIZE / len))" '{
			s = $1 / 1e6
			printf "%-28s %7.3f s  %8.2f M packets/s  %6.2f GB/s  %6.2f s CPU  %6d KiB\n",
				what, s, n / s / 1e6, bytes / s / 1e9, $2 + $3, $4 }'
	done
}

helper() { [ -z "${TEST_TOOL-}" ] || echo "git test-tool $1=$TEST_TOOL pkt-line $1"; }

echo "packets of 50 bytes, $SIZE bytes"
set -- 'cat=cat' 'decode=pktline' 'json=pktline --json'
[ -z "${TEST_TOOL-}" ] || set -- "$@" "$(helper unpack)"
compare small 50 "$@"
compare small.txt 50 'encode=pktline -e'
echo "side-band packets of 1000 bytes"
set -- 'cat=cat' 'demux=pktline demux' 'pack=pktline pack'
[ -z "${TEST_TOOL-}" ] || set -- "$@" "$(helper unpack-sideband)"
compare medium 1000 "$@"
echo "side-band packets of 65520 bytes"
compare large 65520 "$@"
