#!/bin/sh
# SPDX-License-Identifier: ISC
#
# git.sh - a clone and a fetch, answered by upload-pack while pktline looks on
#
# usage: t/demo/git.sh [REPO]          `make demo REPO=path`
#
# REPO is only read: what is cloned is a repository in build/demo that borrows
# its objects and shows what HEAD leads to, first without the last commits and
# then with them.  Without REPO one with some history is made for the purpose.

set -eu
top=$(cd "${0%/*}/../.." && pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
demo=${DEMO:-$BUILD/demo}
export LC_ALL=C GIT_AUTHOR_NAME=riad GIT_AUTHOR_EMAIL=riad@example.org \
	GIT_COMMITTER_NAME=riad GIT_COMMITTER_EMAIL=riad@example.org
bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ] && [ "${TERM-dumb}" != dumb ]; then
	bold=$(printf '\033[1m') plain=$(printf '\033[m')
fi

say() { # step text
	printf '%s%-11s%s %s\n' "$bold" "$1" "$plain" "$2"
}

die() {
	echo "demo: $*" >&2
	exit 1
}

for tool in pktline upload-pack; do
	[ -x "$BUILD/bin/$tool" ] || die "$tool was not built; 'make deps' installs what it needs"
done

# Forty commits on two branches that merge now and then, and two releases.
make_history() {
	git init -q -b main "$1"
	cd "$1"
	mkdir src
	for i in $(seq 40); do
		case $i in
		*[38]) git checkout -q -b "topic-$i" ;;
		esac
		seq "$((i * 20))" >src/numbers
		echo "line $i" >>"src/file-$((i % 7))"
		git add .
		GIT_COMMITTER_DATE="$((1700000000 + i * 3600)) +0000" \
			GIT_AUTHOR_DATE="$((1700000000 + i * 3600)) +0000" \
			git commit -q -m "change $i"
		case $i in
		*[49])
			git checkout -q main
			GIT_COMMITTER_DATE="$((1700000001 + i * 3600)) +0000" \
				GIT_AUTHOR_DATE="$((1700000001 + i * 3600)) +0000" \
				git merge -q --no-ff -m "merge topic" "topic-$((i - 1))"
			git branch -q -d "topic-$((i - 1))"
			;;
		20 | 40) git tag -a -m "release $i" "v$((i / 20))" ;;
		esac
	done
}

rm -rf "$demo"
mkdir -p "$demo"
if [ $# -gt 0 ]; then
	repo=$(cd "$1" && pwd)
else
	repo=$demo/repo
	(make_history "$repo")
fi
cd "$demo"
new=$(git -C "$repo" rev-parse -q --verify 'HEAD^{commit}') ||
	die "$repo: no commit to clone"
head=$(git -C "$repo" symbolic-ref -q HEAD) || head=refs/heads/main
old=$(git -C "$repo" rev-list --first-parent -n 11 HEAD | tail -n 1)
say repository "$repo: $(git -C "$repo" rev-list --count HEAD) commits, \
$(git -C "$repo" rev-list --count --merges HEAD) of them merges"

git init -q --bare --object-format="$(git -C "$repo" rev-parse --show-object-format)" server.git
git -C "$repo" rev-parse --path-format=absolute --git-path objects \
	>server.git/objects/info/alternates
git -C server.git symbolic-ref HEAD "$head"
git -C server.git config uploadpack.allowFilter true
shallow=$(git -C "$repo" rev-parse --path-format=absolute --git-path shallow)
[ ! -e "$shallow" ] || cp "$shallow" server.git

# The server shows the commit $1, and the branches and tags that it leads to.
show() {
	{
		echo "update $head $1"
		git -C "$repo" for-each-ref --merged="$1" \
			--format='update %(refname) %(objectname)' refs/heads refs/tags |
			grep -vF "update $head " || :
	} | git -C server.git update-ref --stdin
}

# One figure of a trace: the objects of its pack, the rounds of negotiation...
figure() { # name key
	sed -n 's/.*"'"$2"'": *\([0-9]*\).*/\1/p' "$1.json"
}

# What the trace of a clone or fetch tells, and its picture.
report() { # name
	pktline stat --json "$1.trace" >"$1.json"
	pktline svg "$1.trace" >"$1.svg"
	say '' "rounds $(figure "$1" rounds), wants $(figure "$1" wants), haves $(figure "$1" haves)"
	say '' "a pack of $(figure "$1" pack_objects) objects in $(figure "$1" pack_bytes) bytes"
}

say clone 'of the state ten commits ago, through pktline tap -- upload-pack'
show "$old"
git clone -q --no-local -u 'pktline tap -o clone.trace -- upload-pack' \
	server.git clone
report clone

show "$new"
if [ "$old" = "$new" ]; then
	say fetch 'nothing, there being one commit only'
else
	git -C clone for-each-ref --format='^%(objectname)' >has
	say fetch "what came since: $(git -C server.git rev-list --count --all --stdin <has) commits"
	git -C clone fetch -q --upload-pack 'pktline tap -o ../fetch.trace -- upload-pack'
	report fetch
	say '' "(git rev-list counts $(git -C server.git rev-list --objects --all --stdin <has | wc -l) new objects)"
fi

say partial 'a clone of the last commit alone, without files (--log-json)'
git clone -q --no-local --bare --depth 1 --filter=blob:none \
	-u 'upload-pack --log-json=log.json' server.git partial.git
say '' "a pack of $(figure log objects) objects in $(figure log pack_bytes) bytes, \
$(sed -n 's/.*"cpu":\([0-9.]*\).*/\1/p' log.json) s of CPU"

git -C clone fsck --strict --no-dangling --no-progress
[ "$(git -C clone rev-parse "origin/${head#refs/heads/}")" = "$new" ] ||
	die 'the clone did not get the last commit'
say checked 'git fsck --strict finds the clone whole, and it has the last commit'
say pictures "$demo/clone.svg"
[ ! -e fetch.svg ] || say '' "$demo/fetch.svg"
say 'look at' "$BUILD/bin/pktline $demo/clone.trace"
