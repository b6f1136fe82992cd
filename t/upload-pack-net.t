#!/bin/sh
# upload-pack(1) behind the servers that call it: sshd, git daemon, HTTP

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
. "${0%/*}/serve.sh"
need upload-pack sshd ssh ssh-keygen lighttpd git
cd "$tmp" || exit 1
chmod 755 "$tmp"
make_repo repo
git clone -q --bare repo repo.git
touch repo.git/git-daemon-export-ok

# What an installation has in libexec/riad.
mkdir libexec
ln -s "$BUILD/bin/upload-pack" libexec/git-upload-pack

# clone_and_fetch NAME URL [GIT OPTIONS...]: all versions
clone_and_fetch() {
	name=$1 url=$2
	shift 2
	for v in 0 1 2; do
		rm -rf copy
		is "$name: clone, v$v" "$(git "$@" -c protocol.version=$v clone -q --bare "$url" copy 2>&1)" ''
		same_repo "$name: clone, v$v" repo.git copy
		agent "$name, v$v" "$url" "$@"
		echo "$name $v" >>repo/news
		commit repo "news for $name $v"
		git -C repo.git fetch -q "$tmp/repo" 'refs/*:refs/*'
		is "$name: fetch, v$v" "$(git "$@" -C copy -c protocol.version=$v fetch -q origin '+refs/*:refs/*' 2>&1)" ''
		same_repo "$name: fetch, v$v" repo.git copy
	done
}

# It is really ours that answers.
agent() {
	tag=$1 url=$2
	shift 2
	GIT_TRACE_PACKET=1 git "$@" -c protocol.version=$v ls-remote "$url" 2>trace >/dev/null
	is "$tag: it is ours" "$(grep -c 'agent=riad/' trace | sed 's/[1-9][0-9]*/yes/')" yes
}

# --- sshd

mkdir -p ssh
chmod 700 ssh
ssh-keygen -q -t ed25519 -N '' -f ssh/host
ssh-keygen -q -t ed25519 -N '' -f ssh/user
free_port
ssh_port=$port
cat >ssh/config <<X
Port $ssh_port
ListenAddress 127.0.0.1
HostKey $tmp/ssh/host
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
AuthorizedKeysFile $tmp/ssh/user.pub
AcceptEnv GIT_PROTOCOL
SetEnv PATH=$tmp/libexec:$PATH HOME=$HOME
X
# sshd parts with its rights in a directory of the system's.
[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
"$(command -v sshd)" -D -e -f ssh/config 2>ssh/log &
pids="$pids $!"
GIT_SSH_COMMAND="ssh -F none -i $tmp/ssh/user -o StrictHostKeyChecking=no \
-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes"
export GIT_SSH_COMMAND
# shellcheck disable=SC2086 # it is a command and its arguments
if wait_for $GIT_SSH_COMMAND -p "$ssh_port" 127.0.0.1 true; then
	clone_and_fetch ssh "ssh://127.0.0.1:$ssh_port$tmp/repo.git"
	git ls-remote "ssh://127.0.0.1:$ssh_port/nonexistent" >out 2>&1
	like 'ssh: no repository' "$? $(cat out)" "128 *'/nonexistent' does not appear to be a git repository*"
else
	is 'sshd answers' "$(cat ssh/log)" ''
fi

# --- git daemon, which looks for its services beside git

make_exec
serve_git
if wait_for git ls-remote "git://127.0.0.1:$port/repo.git"; then
	clone_and_fetch 'git daemon' "git://127.0.0.1:$port/repo.git"
else
	is 'git daemon answers' "$(cat daemon.log)" ''
fi

# --- HTTP: stateless, by git http-backend

serve_http
if wait_for git ls-remote "http://127.0.0.1:$port/git/repo.git"; then
	clone_and_fetch http "http://127.0.0.1:$port/git/repo.git"

	# Many rounds: a hundred commits of the client's own.
	git clone -q repo.git mine
	k=0
	while [ $((k += 1)) -le 100 ]; do
		commit mine "own $k"
	done
	echo more >>repo/news
	commit repo 'more news'
	git -C repo.git fetch -q "$tmp/repo" 'refs/*:refs/*'
	for v in 0 2; do
		is "http: a long negotiation, v$v" "$(git -C mine -c protocol.version=$v \
			fetch -q "http://127.0.0.1:$port/git/repo.git" "+main:theirs$v" 2>&1
			git -C mine rev-parse "theirs$v")" "$(git -C repo rev-parse main)"
	done
else
	is 'the HTTP server answers' "$(cat http.log)" ''
fi

done_testing
