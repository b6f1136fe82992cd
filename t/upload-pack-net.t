#!/bin/sh
# upload-pack(1) behind the servers that call it: sshd, git daemon, HTTP

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack sshd ssh ssh-keygen lighttpd git
cd "$tmp" || exit 1
chmod 755 "$tmp"
make_repo repo
git clone -q --bare repo repo.git
touch repo.git/git-daemon-export-ok

# What an installation has in libexec/riad.
mkdir libexec
ln -s "$BUILD/bin/upload-pack" libexec/git-upload-pack
git=$(command -v git)
exec_path=$(git --exec-path)

pids=
# shellcheck disable=SC2317 # the trap reaches it
stop() {
	for p in $pids; do
		kill "$p" 2>/dev/null
		wait "$p" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap stop EXIT

# A port that nobody listens on, as the kernel chooses one.
free_port() {
	port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
		Listen => 1, LocalAddr => "127.0.0.1", Proto => "tcp")->sockport')
}

wait_for() { # command...: until it succeeds, for ten seconds
	tries=0
	until "$@" >/dev/null 2>&1; do
		[ $((tries += 1)) -lt 100 ] || return 1
		sleep 0.1
	done
}

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

mkdir exec
for f in "$exec_path"/*; do
	case ${f##*/} in
	git | git-upload-pack) ;;
	*) ln -s "$f" exec/ ;;
	esac
done
ln -s "$BUILD/bin/upload-pack" exec/git-upload-pack
cat >exec/git <<X
#!/bin/sh
# "git upload-pack" is a builtin to git itself
[ "\$1" != upload-pack ] || { shift; exec "$BUILD/bin/upload-pack" "\$@"; }
exec "$git" "\$@"
X
chmod 755 exec/git
free_port
PATH=$tmp/exec:$PATH GIT_EXEC_PATH=$tmp/exec "$exec_path/git-daemon" --listen=127.0.0.1 \
	--port="$port" --base-path="$tmp" --timeout=20 2>daemon.log &
pids="$pids $!"
if wait_for git ls-remote "git://127.0.0.1:$port/repo.git"; then
	clone_and_fetch 'git daemon' "git://127.0.0.1:$port/repo.git"
else
	is 'git daemon answers' "$(cat daemon.log)" ''
fi

# --- HTTP: stateless, by git http-backend

free_port
cat >lighttpd.conf <<X
server.document-root = "$tmp"
server.bind = "127.0.0.1"
server.port = $port
server.modules = ("mod_alias", "mod_cgi", "mod_setenv")
alias.url = ("/git" => "$exec_path/git-http-backend")
\$HTTP["url"] =~ "^/git" {
	cgi.assign = ("" => "")
	setenv.set-environment = (
		"GIT_PROJECT_ROOT" => "$tmp",
		"GIT_HTTP_EXPORT_ALL" => "1",
		"GIT_EXEC_PATH" => "$tmp/exec",
		"PATH" => "$tmp/exec:$PATH",
		"HOME" => "$HOME"
	)
}
X
lighttpd -D -f lighttpd.conf 2>http.log &
pids="$pids $!"
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
