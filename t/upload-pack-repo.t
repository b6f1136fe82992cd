#!/bin/sh
# What is served out of a repository that is kept in one way or another is what
# git's own server shows.

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"

cd "$tmp" || exit
ln -s "$(command -v upload-pack)" ours
ln -s "$(command -v git)" git-upload-pack

# same NAME DIR: both servers, by each protocol.
same() {
	for v in 0 1 2; do
		for side in ours git-upload-pack; do
			git -c protocol.version=$v ls-remote --symref \
				--upload-pack="env GIT_CONFIG_NOSYSTEM=${nosystem-1} $tmp/$side" "$2" \
				>"$side.out" 2>"$side.err"
			echo "exit $?" >>"$side.out"
		done
		# git shows the HEAD of a namespace twice.
		is "$1, v$v" "$(cat ours.out)" "$(awk '!seen[$0]++' git-upload-pack.out)"
	done
}

# refused NAME DIR MESSAGE: by both, with the same words.
refused() {
	for side in ours git-upload-pack; do
		"./$side" "$2" </dev/null >/dev/null 2>"$side.err"
		like "$1: $side" "$? $(head -n 1 "$side.err")" "*fatal: $3"
	done
}

make_repo repo
same 'a repository' repo
same 'its .git' repo/.git
git -C repo pack-refs --all
same 'packed' repo
git -C repo commit -q --allow-empty -m more
git -C repo tag -a -m x v9
git -C repo branch -f left HEAD
git -C repo branch new
same 'packed and loose' repo
git -C repo symbolic-ref refs/remotes/origin/HEAD refs/heads/left
git -C repo symbolic-ref refs/heads/dangling refs/heads/nowhere
same 'symbolic' repo
git -C repo checkout -q --detach
same 'a detached HEAD' repo
git -C repo checkout -q --orphan unborn
same 'an unborn HEAD' repo
git -C repo checkout -q -f main

git init -q empty
same 'nothing' empty
git init -q --bare bare.git
same 'nothing, bare' bare
git clone -q --bare repo clone.git
same 'a name without its end' clone

git -C repo worktree add -q -b wt ../worktree 2>/dev/null
git -C worktree update-ref refs/bisect/bad HEAD~1
git -C repo update-ref refs/bisect/good HEAD~2
git -C worktree update-ref refs/worktree/x HEAD~1
commit worktree 'there'
same 'a worktree' worktree
same 'a worktree by its directory' repo/.git/worktrees/worktree
same 'and the main one' repo
mkdir apart && git init -q --separate-git-dir=apart/dir apart/work
commit apart/work 'apart'
same 'a .git file' apart/work
sed -i 's,/.*,../dir,' apart/work/.git
same 'a relative one' apart/work
ln -s repo/.git link.git
same 'a link' link
mkdir linked && ln -s ../repo/.git linked/.git
same 'a link of that name' linked
ln -s repo/.git/worktrees/worktree link2
same 'a link to a worktree' link2
# shellcheck disable=SC2088
same 'a home' "~/../repo"
home=$(getent passwd "$(id -un)" 2>/dev/null | cut -d: -f6)
if [ -d "$home" ]; then
	down=$(printf '%s' "$home" | sed 's,/[^/]*,/..,g')$PWD/repo
	same "a user's home" "~$(id -un)$down"
	like 'but not by number' "$(upload-pack "~$(id -u)$down" 2>&1 </dev/null)" \
		'*does not appear to be a git repository*'
else
	skip "a user's home" 'nobody here has one'
fi

git -C repo update-ref refs/namespaces/a/refs/heads/x main
git -C repo update-ref refs/namespaces/a/refs/tags/v1 v1
git -C repo update-ref refs/namespaces/a/refs/namespaces/b/refs/heads/y main
git -C repo symbolic-ref refs/namespaces/a/HEAD refs/namespaces/a/refs/heads/x
for GIT_NAMESPACE in a a/b /a//b c; do
	export GIT_NAMESPACE
	same "namespace $GIT_NAMESPACE" repo
done
unset GIT_NAMESPACE

git init -q --object-format=sha256 sha256
commit sha256 one
git -C sha256 tag -a -m x v1
commit sha256 two
git -C sha256 pack-refs --all
for v in 0 2; do
	is "SHA-256, v$v" "$(GIT_PROTOCOL=version=$v upload-pack --advertise-refs sha256 2>&1 | tr -d '\0' |
		grep -aoE '[0-9a-f]{64} [^ ]*$')" \
		"$(GIT_PROTOCOL=version=$v git upload-pack --advertise-refs sha256 | tr -d '\0' |
		grep -aoE '[0-9a-f]{64} [^ ]*$')"
done

# Where the configuration comes from is shown by what it hides.
echo '[transfer]hideRefs=refs/tags' >hide
git config --global include.path "$tmp/hide"
same 'included' repo
git config --global --unset include.path
git config --global "includeIf.gitdir:$tmp/repo/.path" "$tmp/hide"
same 'included by directory' repo
same 'and not in another' clone
git config --global --remove-section "includeIf.gitdir:$tmp/repo/"
git -C repo config include.path ../../hide
same 'included by a relative name' repo
git -C repo config --unset include.path
git -C repo config includeIf.onbranch:main.path ../../hide
same 'included by branch' repo
git -C repo config --remove-section includeIf.onbranch:main
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=uploadpack.hideRefs GIT_CONFIG_VALUE_0=refs/heads
export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
same 'GIT_CONFIG_COUNT' "file://$tmp/repo"
unset GIT_CONFIG_COUNT
printf '[uploadpack]\n\thideRefs = refs/heads\n\thideRefs = !refs/heads/main\n' >system
nosystem=0 GIT_CONFIG_SYSTEM=$tmp/system
export GIT_CONFIG_SYSTEM
same 'GIT_CONFIG_SYSTEM' repo
unset GIT_CONFIG_SYSTEM nosystem
git -C repo config extensions.worktreeConfig true
git -C worktree config --worktree uploadpack.hideRefs refs/tags
same "a worktree's own" worktree
same 'not of the main one' repo

refused 'nothing there' nowhere "'nowhere' does not appear to be a git repository"
refused 'no repository' "$HOME" "'$HOME' does not appear to be a git repository"
refused 'a file' "$tmp/hide" "invalid gitfile format: $tmp/hide"
echo 'gitdir: nowhere' >gitfile
refused 'a .git file to nowhere' ./gitfile 'not a git repository: ./nowhere'
echo 'gitdir: ' >gitfile
refused 'of nothing' ./gitfile 'no path in gitfile: ./gitfile'
rm -rf broken.git && cp -r clone.git broken.git && echo nonsense >broken.git/HEAD
refused 'a HEAD of nonsense' broken.git "'broken.git' does not appear to be a git repository"
cp clone.git/HEAD broken.git/HEAD && echo '[a' >broken.git/config
refused 'bad configuration' broken.git 'bad config line 1 in file ./config'
printf '[core]\n\trepositoryformatversion = 7\n' >broken.git/config
refused 'another version' broken.git 'Expected git repo version <= 1, found 7'
GIT_CONFIG_PARAMETERS=x
export GIT_CONFIG_PARAMETERS
is 'bad parameters' "$(upload-pack clone.git 2>&1 >/dev/null </dev/null)" \
	'upload-pack: fatal: bogus format in GIT_CONFIG_PARAMETERS'
unset GIT_CONFIG_PARAMETERS

GIT_TEST_ASSUME_DIFFERENT_OWNER=1
export GIT_TEST_ASSUME_DIFFERENT_OWNER
git config --global --unset-all safe.directory
refused "somebody else's" "$tmp/clone.git" "detected dubious ownership in repository at '$tmp/clone.git'"
safe() { # VALUE...: whether clone.git is safe with these
	git config --global --unset-all safe.directory
	for s; do git config --global --add safe.directory "$s"; done
	upload-pack --advertise-refs "$tmp/clone.git" >/dev/null 2>&1 && echo safe || echo not
}
is 'by its name' "$(safe "$tmp/clone.git")" safe
is 'or any' "$(safe '*')" safe
is 'which is taken back' "$(safe '*' '')" not
is 'and given again' "$(safe '*' '' "$tmp/clone.git")" safe
is 'what lies below' "$(safe "$tmp/*")" safe
# shellcheck disable=SC2088
is 'of a home' "$(safe '~/../clone.git')" safe
is 'not another' "$(safe "$tmp/clone" "$tmp/clone.git2" "$tmp/repo/*")" not
git config --global --unset-all safe.directory
git config -f clone.git/config safe.directory '*'
is 'it has no say itself' "$(safe)" not
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
is 'who calls has' "$(safe)" safe
unset GIT_CONFIG_COUNT GIT_TEST_ASSUME_DIFFERENT_OWNER
done_testing
