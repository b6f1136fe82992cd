# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154 # tmp is lib.sh's
# Sourced after lib.sh by tests that need git: nobody's configuration but the
# test's own, commits with dates that count up, and a repository to serve.

need git
HOME=$tmp/home
XDG_CONFIG_HOME=$HOME
GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME='A U Thor' GIT_AUTHOR_EMAIL=author@example.org
GIT_COMMITTER_NAME='C O Mitter' GIT_COMMITTER_EMAIL=committer@example.org
export HOME XDG_CONFIG_HOME GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME \
	GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
unset GIT_PROTOCOL GIT_DIR GIT_WORK_TREE GIT_NAMESPACE
mkdir -p "$HOME"
git config --global init.defaultBranch main
git config --global advice.detachedHead false
git config --global gc.auto 0
git config --global maintenance.auto false
git config --global protocol.file.allow always
git config --global safe.directory '*'
clock=1200000000

# commit DIR MESSAGE: all that is in the work tree, a minute after the last.
commit() {
	clock=$((clock + 60))
	git -C "$1" add -A
	GIT_AUTHOR_DATE="$clock +0000" GIT_COMMITTER_DATE="$clock +0000" \
		git -C "$1" commit -q --allow-empty -m "$2"
}

# lines FROM TO: text that deltas can be made of.
lines() {
	i=$1
	while [ "$i" -le "$2" ]; do
		echo "line $i of a file that is long enough to be worth a delta"
		i=$((i + 1))
	done
}

# make_repo DIR: merges, a criss-cross, annotated tags of several kinds, a
# symbolic link, a file that is edited in many commits.
make_repo() {
	git init -q "$1"
	lines 1 200 >"$1/file"
	mkdir -p "$1/dir/sub"
	echo one >"$1/dir/sub/one"
	ln -s file "$1/link"
	commit "$1" first
	k=0
	while [ $((k += 1)) -le 12 ]; do
		{ lines 1 $((10 * k)); echo "edit $k"; lines $((10 * k)) 200; } >"$1/file"
		echo "$k" >"$1/dir/sub/n$k"
		commit "$1" "edit $k"
	done
	git -C "$1" tag -a -m 'annotated' v1 HEAD~4
	git -C "$1" tag -a -m 'of a tag' v1-again v1 2>/dev/null
	git -C "$1" tag -a -m 'of a tree' tree 'HEAD~3^{tree}'
	git -C "$1" tag light HEAD~2
	for b in left right; do
		git -C "$1" checkout -q -b $b main~1
		echo $b >"$1/$b"
		commit "$1" "$b 1"
	done
	# Each merges the other's first commit: two merge bases from here on.
	git -C "$1" checkout -q left
	git -C "$1" merge -q -m 'left of right' right
	git -C "$1" checkout -q right
	git -C "$1" merge -q -m 'right of left' right left~1
	for b in left right; do
		git -C "$1" checkout -q $b
		echo 2 >>"$1/$b"
		commit "$1" "$b 2"
	done
	git -C "$1" checkout -q main
	git -C "$1" merge -q -m 'all together' left right
}

# objects DIR REVISIONS...: what they reach, by id.
objects() {
	dir=$1
	shift
	git -C "$dir" rev-list --objects "$@" | cut -d' ' -f1 | sort
}

# same_repo NAME SOURCE COPY: all that the source has, sound.
same_repo() {
	is "$1: whole" "$(objects "$3" --all)" "$(objects "$2" --all)"
	is "$1: sound" "$(git -C "$3" fsck --strict 2>&1 | grep -v dangling)" ''
}
