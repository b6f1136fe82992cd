#!/bin/sh
# SPDX-License-Identifier: ISC
#
# growth.sh - what an object costs as repositories grow
#
#	GROWTH='10k 100k 1m 5m' ROUNDS=1 SERVERS=ours t/bench/growth.sh
#
# For each size a repository of so many objects is made, the same each time:
# one pack as git fast-import writes it, and a copy with a bitmap.  A clone
# of each is answered by upload-pack and by git's; CPU time (of all threads)
# and the peak of memory that belongs to no file are shown for each object.
# The table goes to standard output and the plot to build/bench/growth.svg.
#
# 5m takes 4 GB below TMPDIR and a quarter of an hour; the others, 1 GB.

set -eu
export LC_ALL=C
build=$(cd "${BUILD:-build}" && pwd)
PATH=$build/bin:$PATH
usage=$build/t/bench/usage
[ -x "$usage" ] || { echo "growth.sh: $usage is not built" >&2; exit 1; }
dir=$(mktemp -d "${TMPDIR:-/tmp}/riad-growth.XXXXXX")
trap 'rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$build/bench"

# A commit brings five objects: itself, a file, and three trees above it.  One
# in four is a new file, so that trees grow as those of real projects do.
history() { # COMMITS
	awk -v commits="$1" 'BEGIN {
		srand(1)
		files = 1
		for (c = 1; c <= commits; c++) {
			f = c % 4 == 1 ? files++ : int(files * rand())
			text = ""
			for (l = 0; l < 12; l++)
				text = text sprintf("line %d of file %d: %d\n", l, f, l % 6 ? l * f : c)
			printf "commit refs/heads/main\n"
			printf "committer A <a@example.org> %d +0000\n", 1000000000 + c
			printf "data 8\nchange\n\n"
			printf "M 644 inline d%d/e%d/f%d\ndata %d\n%s\n", int(f / 1024), \
				int(f / 32) % 32, f, length(text), text
		}
		print "done"
	}'
}

make_repo() { # DIRECTORY OBJECTS
	git init -q --bare "$1"
	history $(($2 / 5)) | git -C "$1" fast-import --quiet --done
	git -C "$1" symbolic-ref HEAD refs/heads/main
}

add_bitmap() { # DIRECTORY
	git -C "$1" -c pack.window=0 repack -adbq
	git -C "$1" commit-graph write --reachable --no-progress
}

# The least of the rounds.
measure() { # SERVER REPOSITORY
	command=upload-pack
	[ "$1" = ours ] || command='git upload-pack'
	i=0
	# shellcheck disable=SC2086 # two words
	while [ $((i += 1)) -le "${ROUNDS:-1}" ]; do
		"$usage" "$dir/request" $command --stateless-rpc "$2"
	done | sort -n | sed 1q
}

row() { # VARIANT
	for server in ${SERVERS:-ours git}; do
		# shellcheck disable=SC2046 # four numbers
		set -- "$1" $(measure "$server" "$dir/repo.git")
		printf '%s %s %d %s %s %s %s\n' "$1" "$server" "$objects" "$2" \
			"$3" "$4" "$5" | tee -a "$dir/table" | show
	done
}

show() {
	awk '{ printf "%9d %-8s %-5s %9.3f %9.3f %9.1f %9.3f %9.1f %12.0f\n", $3, $1,
		$2, $4, $5, $6 / 1048576, $4 / $3 * 1e6, $6 / $3, $7 }'
}

export GIT_PROTOCOL=version=2
printf '%9s %-8s %-5s %9s %9s %9s %9s %9s %12s\n' objects bitmap by 'CPU s' \
	'wall s' 'peak MiB' us/object B/object bytes
for size in ${GROWTH:-10k 100k 1m}; do
	case $size in
	*k) n=${size%k}000 ;;
	*m) n=${size%m}000000 ;;
	*) n=$size ;;
	esac
	make_repo "$dir/repo.git" "$n"
	objects=$(git -C "$dir/repo.git" count-objects -v | sed -n 's/^in-pack: //p')
	head=$(git -C "$dir/repo.git" rev-parse HEAD)
	{
		printf '.... %s\\n\n' command=fetch object-format=sha1
		echo 0001
		printf '.... %s\\n\n' thin-pack ofs-delta no-progress include-tag \
			"want $head" 'done'
		echo 0000
	} | pktline -e >"$dir/request"
	row without
	add_bitmap "$dir/repo.git"
	row with
	rm -rf "$dir/repo.git"
done

# Two panels of lines between points, on logarithmic axes.
awk '
function log10(x) { return log(x) / log(10) }
function panel(left, title, column,    i, v, lo, hi, e, k, x, y, last, points) {
	lo = 1e30; hi = 1e-30
	for (i = 1; i <= n; i++) {
		v = value[i, column]
		if (v < lo) lo = v
		if (v > hi) hi = v
	}
	lo = floor(log10(lo)); hi = -floor(-log10(hi))
	if (hi == lo) hi++
	printf "<text x=\"%d\" y=\"24\" class=\"t\">%s</text>\n", left, title
	for (e = lo; e <= hi; e++) {
		y = 300 - 250 * (e - lo) / (hi - lo)
		printf "<path d=\"M%d %.1fh300\" class=\"g\"/>", left, y
		printf "<text x=\"%d\" y=\"%.1f\" class=\"e\">%s</text>\n", left - 6, y + 4, tick(e)
	}
	for (e = xlo; e <= xhi; e++) {
		x = left + 300 * (e - xlo) / (xhi - xlo)
		printf "<path d=\"M%.1f 50v250\" class=\"g\"/>", x
		printf "<text x=\"%.1f\" y=\"318\" class=\"m\">%s</text>\n", x, tick(e)
	}
	for (k = 1; k <= keys; k++) {
		points = ""
		for (i = 1; i <= n; i++) {
			if (key[i] != names[k]) continue
			x = left + 300 * (log10(size[i]) - xlo) / (xhi - xlo)
			y = 300 - 250 * (log10(value[i, column]) - lo) / (hi - lo)
			points = points sprintf(" %.1f,%.1f", x, y)
			printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>", x, y, colour[names[k]]
		}
		printf "<polyline points=\"%s\" stroke=\"%s\" class=\"l\"%s/>\n", substr(points, 2),
			colour[names[k]], names[k] ~ /without/ ? "" : " stroke-dasharray=\"6 3\""
	}
}
function floor(x,    i) { i = int(x); return i > x ? i - 1 : i }
function tick(e) {
	if (e >= 6) return sprintf("%gM", 10 ^ (e - 6))
	if (e >= 3) return sprintf("%gk", 10 ^ (e - 3))
	return sprintf("%g", 10 ^ e)
}
BEGIN {
	colour["without ours"] = colour["with ours"] = "#0a6"
	colour["without git"] = colour["with git"] = "#c40"
	xlo = 1e30; xhi = 0
}
$4 > 0 && $6 > 0 {
	n++
	key[n] = $1 " " $2
	if (!(key[n] in seen)) { seen[key[n]]; names[++keys] = key[n] }
	size[n] = $3; value[n, 1] = $4 / $3 * 1e6; value[n, 2] = $6 / $3
	if (log10($3) < xlo) xlo = log10($3)
	if (log10($3) > xhi) xhi = log10($3)
}
END {
	xlo = floor(xlo + 0.01); xhi = -floor(0.01 - xhi)
	if (xhi == xlo) xhi++
	print "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 380\">"
	print "<style>text{font:12px sans-serif}.t{font-weight:bold}.e{text-anchor:end}" \
		".m{text-anchor:middle}.g{stroke:#ddd;fill:none}.l{fill:none;stroke-width:2}</style>"
	print "<rect width=\"760\" height=\"380\" fill=\"#fff\"/>"
	panel(60, "a clone: CPU, microseconds an object", 1)
	panel(440, "a clone: peak of memory, bytes an object", 2)
	print "<text x=\"400\" y=\"340\" class=\"m\">objects in the repository</text>"
	for (k = 1; k <= keys; k++) {
		x = 60 + 170 * (k - 1)
		printf "<path d=\"M%d 360h30\" stroke=\"%s\" class=\"l\"%s/>", x, colour[names[k]],
			names[k] ~ /without/ ? "" : " stroke-dasharray=\"6 3\""
		split(names[k], word, " ")
		printf "<text x=\"%d\" y=\"364\">%s, %s bitmap</text>\n", x + 36,
			word[2] == "ours" ? "upload-pack" : "git", word[1]
	}
	print "</svg>"
}' "$dir/table" >"$build/bench/growth.svg"
echo "$build/bench/growth.svg"
