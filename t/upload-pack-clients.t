#!/bin/sh
# upload-pack(1) with clients that have nothing in common with git's

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
. "${0%/*}/serve.sh"
need upload-pack git lighttpd python3
cd "$tmp" || exit 1
chmod 755 "$tmp"
make_repo repo
git -C repo tag -d tree >/dev/null # dulwich has no tags of trees
git clone -q --bare repo repo.git
touch repo.git/git-daemon-export-ok

# The python that has a module: packages of the system are for its own alone.
python_with() {
	for python in python3 /usr/bin/python3; do
		"$python" -c "import $1" 2>/dev/null && return
	done
	return 1
}

cat >dulwich.in <<'X'
import sys
from dulwich import porcelain
from dulwich.client import get_transport_and_path
from dulwich.repo import Repo

what, url, path, depth = sys.argv[1:5]
depth = int(depth) or None
if what == "clone":
    porcelain.clone(url, path, bare=True, depth=depth,
                    errstream=open("/dev/null", "wb"))
else:
    client, where = get_transport_and_path(url)
    repo = Repo(path)
    for name, oid in client.fetch(where, repo, depth=depth).refs.items():
        if name.startswith(b"refs/") and not name.endswith(b"^{}"):
            repo.refs[name] = oid
X
cat >pygit2.in <<'X'
import sys
import pygit2

what, url, path = sys.argv[1:4]
if what == "clone":
    pygit2.clone_repository(url, path, bare=True)
else:
    repo = pygit2.Repository(path)
    repo.remotes["origin"].fetch(["+refs/*:refs/*"])
X

client() { # module clone|fetch URL DIRECTORY DEPTH
	module=$1
	shift
	"$python" "$tmp/$module.in" "$@" 2>&1 | tail -1
}

news() {
	echo "$1" >>repo/news
	commit repo "news for $1"
	git -C repo.git fetch -q "$tmp/repo" '+refs/*:refs/*'
}

# What a clone lacks that fetches all at the first time.
refs() { git -C "$1" for-each-ref --format='%(objectname) %(refname)' \
	refs/heads refs/tags; }

try() { # module URL
	name="$1, ${2%%:*}"
	rm -rf copy
	is "$name: clone" "$(client "$1" clone "$2" copy 0)" ''
	git -C copy fetch -q "$tmp/repo.git" '+refs/*:refs/*'
	same_repo "$name: clone" repo.git copy
	for i in 1 2; do
		news "$name $i"
		is "$name: fetch $i" "$(client "$1" fetch "$2" copy 0)" ''
		same_repo "$name: fetch $i" repo.git copy
		is "$name: references $i" "$(refs copy)" "$(refs repo.git)"
	done
}

# depth URL: how dulwich's history ends is how git's does.  (It deepens none
# that has tags.)
depth() {
	for d in 1 3; do
		name="dulwich, ${1%%:*}, depth $d"
		rm -rf copy theirs
		is "$name" "$(client dulwich clone "$1" copy $d)" ''
		git clone -q --bare --depth=$d --no-single-branch "$1" theirs
		is "$name: as git's" "$(objects copy main)" "$(objects theirs main)"
		is "$name: sound" \
			"$(git -C copy fsck --strict 2>&1 | grep -v dangling)" ''
	done
}

make_exec
serve_git
urls=git://127.0.0.1:$port/repo.git
serve_http
urls="$urls http://127.0.0.1:$port/git/repo.git"
for url in $urls; do
	if ! wait_for git ls-remote "$url"; then
		is "${url%%:*} answers" "$(cat daemon.log http.log)" ''
		continue
	fi
	for module in dulwich pygit2; do
		if python_with $module; then
			try $module "$url"
			[ $module != dulwich ] || depth "$url"
		elif [ -n "${CI-}" ]; then
			is "$module is installed" no yes
		else
			skip "$module, ${url%%:*}" "python3-$module is not installed"
		fi
	done
done

done_testing
