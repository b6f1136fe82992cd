#!/bin/sh
# The demo, on a repository of its own and on one that it may not write to.

. "${0%/*}/lib.sh"
need git
[ -x "$BUILD/bin/upload-pack" ] || { echo '1..0 # SKIP without upload-pack'; exit; }

HOME=$tmp GIT_CONFIG_NOSYSTEM=1
export HOME GIT_CONFIG_NOSYSTEM
run() { # name repository...
	DEMO="$tmp/$1" && shift
	export DEMO
	"$top/t/demo/git.sh" "$@" >"$tmp/out" 2>&1
}

run 'de mo'
is 'make demo' $? 0
is 'in a dozen lines' "$(awk 'END { print (NR >= 8 && NR <= 16) }' "$tmp/out")" 1
like 'of which one tells of fsck' "$(cat "$tmp/out")" '*fsck --strict*whole*'
like 'the fetch sends what is new and no more' \
	"$(sed -n 's/.*pack of \([0-9]*\) objects.*/\1/p
		s/.*counts \([0-9]*\) new.*/\1/p' "$tmp/out" | sed 1d | uniq)" '[1-9]*[0-9]'
for picture in clone fetch; do
	like "a picture of the $picture" "$(cat "$tmp/de mo/$picture.svg")" '*<svg*</svg>'
done

# A repository with one commit, and with a detached HEAD.
repo=$tmp/repo
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org \
	GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
git init -q "$repo" && git -C "$repo" commit -q --allow-empty -m one
git -C "$repo" checkout -q --detach
before=$(cd "$repo" && find . -exec ls -ld --time-style=full-iso {} +)
run one "$repo"
is 'a repository of one commit' $? 0
run again "$repo/.git"
is 'named by its .git' $? 0
is 'is not written to' "$(cd "$repo" && find . -exec ls -ld --time-style=full-iso {} +)" "$before"
run empty "$tmp"
is 'no repository is an error' $? 1

# The tune: needs nothing of git's.
${CC:-cc} -O1 -o "$tmp/pty" "$top/t/port/pty.c" || { echo 'Bail out! no pty'; exit 1; }
mkdir -p "$tmp/build/t/port" && cp "$tmp/pty" "$tmp/build/t/port" &&
	ln -s "$BUILD/bin" "$tmp/build/bin"
for tune in tune.txt tune.abc; do
	BUILD=$tmp/build DEMO="$tmp/mi di" "$top/t/demo/midi.sh" "$top/t/demo/$tune" >"$tmp/out" 2>&1
	is "$tune, down a line" "$? $(grep -c 'all [0-9]* bytes came' "$tmp/out")" '0 1'
	like 'without stuck notes' "$(cat "$tmp/out")" '*finds 0 stuck notes, 0 errors*'
	like 'with a picture' "$(cat "$tmp/mi di/midi/tune.svg")" '*<svg*</svg>*'
done
done_testing
