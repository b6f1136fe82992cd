#!/bin/sh
# SPDX-License-Identifier: ISC
#
# upload-pack.sh - upload-pack beside git's, the server's side alone
#
#	REPO=path ROUNDS=5 SERVERS=ours t/bench/upload-pack.sh [CASE...]
#
# Requests are those that a client of protocol v2 sends; answers are counted
# and thrown away.  Runs alternate, the least CPU time of the rounds counts,
# and a ratio is ours by git's.  Peak is of memory that belongs to no file; the
# bytes are those of the answer, the objects those that its pack says it has.
#
# REPO is only read: what is served are two copies of it, with links to its
# packs where it is on the file system of TMPDIR.  The one has no bitmap, the
# other one of its only pack.  Without REPO a repository of 30,000 objects is
# made.

set -eu
export LC_ALL=C
build=$(cd "${BUILD:-build}" && pwd)
PATH=$build/bin:$PATH
usage=$build/t/bench/usage
rounds=${ROUNDS:-3}
[ $# -gt 0 ] || set -- clone blob:none depth-1 fetch-10 fetch-1000 \
	clone+bitmap blob:none+bitmap depth-1+bitmap fetch-10+bitmap \
	fetch-1000+bitmap advertise ls-refs 50k-refs
[ -x "$usage" ] || { echo "upload-pack.sh: $usage is not built" >&2; exit 1; }
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
	git -C "$1" -c repack.writeBitmaps=false repack -adq
}

# Fifty thousand names of a few commits, in packed-refs.
make_refs() {
	git init -q --bare "$1"
	git -C "$plain" rev-parse --path-format=absolute --git-path objects \
		>"$1/objects/info/alternates"
	git -C "$plain" rev-list -n 100 "$head" | awk '
	{ id[NR] = $1 }
	END {
		print "# pack-refs with: peeled fully-peeled sorted "
		for (i = 0; i < 50000; i++)
			printf "%s refs/heads/team-%02d/topic-%05d\n", id[i % NR + 1], i / 1000, i
	}' >"$1/packed-refs"
	git -C "$1" symbolic-ref HEAD refs/heads/team-00/topic-00000
}

plain=$dir/plain.git bitmap=$dir/bitmap.git refs=$dir/refs.git
if [ -n "${REPO-}" ]; then
	git clone -q --mirror "$REPO" "$plain"
else
	make_repo "$plain"
fi
rm -f "$plain"/objects/pack/*.bitmap "$plain"/objects/pack/multi-pack-index*
head=$(git -C "$plain" rev-parse HEAD)
case " $* " in
*+bitmap*)
	git clone -q --mirror "$plain" "$bitmap"
	git -C "$bitmap" repack -adbq
	git -C "$bitmap" commit-graph write --reachable --no-progress
	;;
esac
case " $* " in
*" 50k-refs "*) make_refs "$refs" ;;
esac

# Lines of the arguments, and pkt-lines of those.
lines() { [ $# -eq 0 ] || printf '.... %s\\n\n' "$@"; }
request() { # COMMAND ARGUMENT...
	{
		lines "command=$1" "object-format=$format"
		echo 0001
		shift
		lines "$@"
		echo 0000
	} | pktline -e
}

fetch() { # WANTS HAVES ARGUMENT...
	wants=$1 haves=$2
	shift 2
	for id in $wants; do set -- "$@" "want $id"; done
	for id in $haves; do set -- "$@" "have $id"; done
	request fetch thin-pack ofs-delta no-progress include-tag "$@" 'done'
}

# The request of a case; nothing where the repository is too small for it.
request_of() {
	all=$(git -C "$plain" for-each-ref --format='%(objectname)' | sort -u)
	case $1 in
	clone) fetch "$all" '' ;;
	blob:none) fetch "$all" '' 'filter blob:none' ;;
	depth-1) fetch "$head" '' 'deepen 1' ;;
	fetch-*)
		fetch "$head" "$(git -C "$plain" rev-list --skip="${1#fetch-}" -n 16 "$head")"
		;;
	advertise) : ;;
	*) request ls-refs peel symrefs unborn 'ref-prefix HEAD' \
		'ref-prefix refs/heads/' 'ref-prefix refs/tags/' ;;
	esac
}

serve() { # theirs|ours COMMAND-TO-RUN-IT...
	case $1 in
	ours) set -- "$@" upload-pack ;;
	*) set -- "$@" git upload-pack ;;
	esac
	shift
	case $case in
	advertise) "$@" --advertise-refs "$repo" ;;
	*) "$@" --stateless-rpc "$repo" ;;
	esac
}

# Objects, of the pack's head; a pipe that ends early is no fault.
objects() {
	{ serve "$1" env <"$dir/request" | pktline pack - | head -c 12 |
		od -A n -t u1; } 2>/dev/null | awk 'NF == 12 {
			print (($9 * 256 + $10) * 256 + $11) * 256 + $12; n = 1 }
			END { if (!n) print 0 }'
}

format=$(git -C "$plain" rev-parse --show-object-format)
export GIT_PROTOCOL=version=2 GIT_CONFIG_COUNT=1 \
	GIT_CONFIG_KEY_0=uploadpack.allowFilter GIT_CONFIG_VALUE_0=true
echo "upload-pack beside git $(git version | cut -d' ' -f3):" \
	"$(git -C "$plain" rev-list --objects --all | wc -l) objects, $rounds rounds"
printf '%-18s %8s %8s %6s  %9s %9s %6s  %11s %11s %6s  %8s %8s\n' request \
	'CPU s' git ratio 'peak KiB' git ratio bytes git ratio objects git
for case; do
	what=$case repo=$plain runs=1
	case $case in
	*+bitmap) repo=$bitmap case=${case%+bitmap} ;;
	50k-refs) repo=$refs runs=10 ;;
	advertise | ls-refs) runs=10 ;;
	esac
	request_of "$case" >"$dir/request"
	if [ "${case#fetch}" != "$case" ] && ! pktline "$dir/request" | grep -q 'have '; then
		continue
	fi
	rm -f "$dir/ours" "$dir/theirs"
	i=0
	while [ $((i += 1)) -le "$rounds" ]; do
		for server in ${SERVERS:-ours theirs}; do
			serve "$server" "$usage" -n $runs "$dir/request" >>"$dir/$server"
		done
	done
	for server in ours theirs; do
		[ -s "$dir/$server" ] || echo 0 0 0 0 >"$dir/$server"
		sort -n "$dir/$server" | sed 1q
	done | awk -v what="$what" -v n="$(objects ours)" -v m="$(objects theirs)" '
		{ cpu[NR] = $1; peak[NR] = $3 / 1024; bytes[NR] = $4 }
		function by(v) { return v[2] > 0 ? v[1] / v[2] : 0 }
		END { printf "%-18s %8.4f %8.4f %6.2f  %9d %9d %6.2f  %11.0f %11.0f %6.3f  %8d %8d\n",
			what, cpu[1], cpu[2], by(cpu), peak[1], peak[2], by(peak),
			bytes[1], bytes[2], by(bytes), n, m }'
done
