#!/bin/sh
# Compare what makes entries with git pack-objects, on the same objects.
#	t/bench/press.sh [REPO [N...]]
# For the tree of HEAD, and fetches of what is new since N commits ago: CPU and
# bytes of the objects that can't be copied, and git's for the pack as a whole.
# PRESS has options of t/bench/press.

build=${BUILD:-build}
repo=${1:-.}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- 10 1000
tmp=$(mktemp -d) || exit
trap 'rm -rf "$tmp"' EXIT
git -C "$repo" rev-parse -q --verify HEAD >/dev/null || exit 0

# What is in the commits of stdin, with paths.
trees() {
	while read -r c; do
		echo "$(git -C "$repo" rev-parse "$c^{tree}") "
		git -C "$repo" ls-tree -rt "$c" | awk -F '\t' '
			{ split($1, f, " ") } f[2] != "commit" { print f[3], $2 }'
	done | awk '!seen[$1]++'
}

# Roles for the objects in want and client.
roles() {
	cat "$tmp/want" "$tmp/client" | cut -d' ' -f1 | git -C "$repo" cat-file \
		--batch-check='%(objectname) %(deltabase)' | sed 's/ 0*$/ -/' >"$tmp/bases"
	awk '
	function path() { return substr($0, length($1) + 2) }
	FILENAME ~ /bases$/ { base[$1] = $2; next }
	FILENAME ~ /client$/ { client[$1]; if (path() != "") named[path()]; next }
	FILENAME ~ /want1$/ { want[$1]; next }
	{
		b = base[$1]
		if (b == "-")
			role = path() in named ? "target" : "sent"
		else if (b in want || b in client)
			next
		else
			role = "target"
		print $1, role, path()
	}' "$tmp/bases" "$tmp/client" "$tmp/want1" "$tmp/want" >"$tmp/list"
	awk '
	function path() { return substr($0, length($1) + 2) }
	FILENAME ~ /list$/ { if ($2 == "target") names[substr($0, length($1) + 9)]; next }
	path() in names { print $1, "client", path() }' \
		"$tmp/list" "$tmp/client" >"$tmp/more"
	cat "$tmp/more" >>"$tmp/list"
	cut -d' ' -f1 "$tmp/list" | git -C "$repo" cat-file --batch >"$tmp/batch"
}

run() {
	cp "$tmp/want" "$tmp/want1"
	roles
	# shellcheck disable=SC2086 # options, if any
	"$build/t/bench/press" $PRESS "$tmp/list" "$tmp/batch" "$tmp/ours.pack" || exit
	git init -q --bare "$tmp/check.git"
	echo "$(git -C "$repo" rev-parse --absolute-git-dir)/objects" \
		>"$tmp/check.git/objects/info/alternates"
	git -C "$tmp/check.git" index-pack --stdin --fix-thin <"$tmp/ours.pack" \
		>/dev/null || exit
	rm -rf "$tmp/check.git"
}

# CPU and bytes of git, and its bytes in what isn't copied.
theirs() {
	bash -c 'TIMEFORMAT="git: %U s and %S s of the system"; time "$@"' - \
		git -C "$repo" pack-objects --threads=1 -q --delta-base-offset \
		--stdout "$@" >"$tmp/git.pack" || exit
	git init -q --bare "$tmp/check.git"
	echo "$(git -C "$repo" rev-parse --absolute-git-dir)/objects" \
		>"$tmp/check.git/objects/info/alternates"
	git -C "$tmp/check.git" index-pack --stdin --fix-thin <"$tmp/git.pack" \
		>/dev/null || exit
	git -C "$tmp/check.git" show-index \
		<"$(echo "$tmp"/check.git/objects/pack/*.idx)" >"$tmp/index"
	rm -rf "$tmp/check.git"
	sort -n "$tmp/index" | awk -v size="$(wc -c <"$tmp/git.pack")" '
	FILENAME ~ /list$/ { target[$1] = $2 == "target"; next }
	{
		if (id in target && target[id] && $1 < size)
			sum += $1 - at
		at = $1
		id = $2
	}
	END { printf "git: %d bytes in these, %d in all\n", sum, size }' \
		"$tmp/list" -
}

head=$(git -C "$repo" rev-parse HEAD)
echo "$repo: the tree of HEAD"
{ echo "$head "; echo "$head" | trees; } >"$tmp/want"
: >"$tmp/client"
run
theirs <"$tmp/want"

for n; do
	git -C "$repo" rev-list --skip="$n" --max-count=16 "$head" >"$tmp/haves"
	[ -s "$tmp/haves" ] || continue
	echo "$repo: since $n commits ago"
	{ echo "$head"; sed 's/^/^/' "$tmp/haves"; } >"$tmp/revs"
	git -C "$repo" rev-list --objects --stdin <"$tmp/revs" >"$tmp/want"
	git -C "$repo" rev-list --boundary --stdin <"$tmp/revs" |
		sed -n 's/^-//p' | head -n 100 | trees >"$tmp/client"
	run
	theirs --revs --thin <"$tmp/revs"
done
