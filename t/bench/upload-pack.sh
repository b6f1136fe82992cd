#!/bin/bash
# upload-pack beside git's, the server's side alone: requests as a client of
# protocol v2 sends them, answers counted and thrown away.  Runs alternate, and
# the medians of CPU time, peak memory and bytes are shown, with their ratios.
#
#	REPO=path ROUNDS=5 make bench
#
# Without REPO a repository of 30,000 objects is made; it has a bitmap, as bare
# ones have by git's default, which git profits from and riad does not yet.
# shellcheck disable=SC2086 # lists of ids, and commands with arguments

set -eu
BUILD=${BUILD:-build}
PATH=$(cd "$BUILD" && pwd)/bin:$PATH
ROUNDS=${ROUNDS:-5}
[ -x /usr/bin/time ] || { echo "upload-pack: GNU time is not installed" >&2; exit 0; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/riad-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

make_repo() {
	git init -q --bare "$1"
	awk 'BEGIN {
		srand(1)
		for (c = 1; c <= 5000; c++) {
			printf "commit refs/heads/main\nmark :%d\n", c
			printf "committer A <a@example.org> %d +0000\ndata 2\nc\n", 1e9 + 60 * c
			if (c > 1) printf "from :%d\n", c - 1
			for (k = 0; k < 2; k++) {
				f = int(400 * rand() * rand()); text = ""
				n[f]++
				for (l = 0; l < 60; l++)
					text = text sprintf("line %d of file %d, as edited %d times\n", l, f,
						l % 7 == n[f] % 7 ? n[f] : 0)
				printf "M 644 inline d%d/f%d\ndata %d\n%s\n", f % 20, f, length(text), text
			}
		}
		print "done"
	}' | git -C "$1" fast-import --quiet --done
	git -C "$1" symbolic-ref HEAD refs/heads/main
	git -C "$1" repack -adq
}

repo=${REPO:-$dir/repo.git}
[ -n "${REPO-}" ] || make_repo "$repo"
head=$(git -C "$repo" rev-parse HEAD)

# request WANTS HAVES: pkt-lines of a fetch
request() {
	{
		printf '%s\n' '.... command=fetch\n' '.... object-format=sha1\n' 0001 \
			'.... thin-pack\n' '.... ofs-delta\n' '.... no-progress\n'
		printf '.... want %s\\n\n' $1
		[ -z "$2" ] || printf '.... have %s\\n\n' $2
		printf '%s\n' '.... done\n' 0000
	} | pktline -e
}

run() { # SERVER REQUEST: CPU seconds, KiB, bytes
	bytes=$(GIT_PROTOCOL=version=2 /usr/bin/time -o "$dir/usage" -f '%U %S %M' \
		$1 --stateless-rpc "$repo" <"$2" | wc -c)
	read -r user sys kib <"$dir/usage"
	awk -v u="$user" -v s="$sys" -v k="$kib" -v b="$bytes" 'BEGIN { print u + s, k, b }'
}

median() { # FILE COLUMN
	sort -n -k "$2,$2" "$1" | awk -v c="$2" '{ v[NR] = $c } END { print v[int((NR + 1) / 2)] }'
}

echo "upload-pack beside git's: $(git -C "$repo" rev-list --objects --all | wc -l) objects, $ROUNDS rounds"
printf '%-12s %8s %8s %6s %9s %9s %6s %11s %11s %6s\n' request \
	'CPU s' git ratio 'RSS KiB' git ratio bytes git ratio
for case in clone fetch-1 fetch-10 fetch-1000; do
	wants=$head haves=
	if [ $case = clone ]; then
		wants=$(git -C "$repo" for-each-ref --format='%(objectname)' | sort -u)
	else
		haves=$(git -C "$repo" rev-list --skip="${case#fetch-}" --max-count=16 "$head")
		[ -n "$haves" ] || continue
	fi
	request "$wants" "$haves" >"$dir/request"
	rm -f "$dir/ours" "$dir/git"
	for ((i = 0; i < ROUNDS; i++)); do
		run upload-pack "$dir/request" >>"$dir/ours"
		run 'git upload-pack' "$dir/request" >>"$dir/git"
	done
	for c in 1 2 3; do
		echo "$(median "$dir/ours" $c) $(median "$dir/git" $c)"
	done | awk -v what=$case '{ a[NR] = $1; b[NR] = $2; r[NR] = $2 ? $1 / $2 : 0 }
		END { printf "%-12s %8.3f %8.3f %6.2f %9d %9d %6.2f %11d %11d %6.2f\n", what,
			a[1], b[1], r[1], a[2], b[2], r[2], a[3], b[3], r[3] }'
done
