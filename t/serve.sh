# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2034,SC2154 # tmp is lib.sh's, port the caller's
# Sourced after git.sh by tests of upload-pack behind other servers.  They are
# stopped at the end.

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

# What looks for its services beside git finds ours.
make_exec() {
	mkdir "$tmp/exec"
	for f in "$exec_path"/*; do
		case ${f##*/} in
		git | git-upload-pack) ;;
		*) ln -s "$f" "$tmp/exec/" ;;
		esac
	done
	ln -s "$BUILD/bin/upload-pack" "$tmp/exec/git-upload-pack"
	cat >"$tmp/exec/git" <<X
#!/bin/sh
# "git upload-pack" is a builtin to git itself
[ "\$1" != upload-pack ] || { shift; exec "$BUILD/bin/upload-pack" "\$@"; }
exec "$git" "\$@"
X
	chmod 755 "$tmp/exec/git"
}

# serve_git: what is in $tmp, at git://127.0.0.1:$port/
serve_git() {
	free_port
	PATH=$tmp/exec:$PATH GIT_EXEC_PATH=$tmp/exec "$exec_path/git-daemon" \
		--listen=127.0.0.1 --port="$port" --base-path="$tmp" \
		--timeout=20 2>"$tmp/daemon.log" &
	pids="$pids $!"
}

# serve_http: the same, at http://127.0.0.1:$port/git/, by git http-backend
serve_http() {
	free_port
	cat >"$tmp/lighttpd.conf" <<X
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
	lighttpd -D -f "$tmp/lighttpd.conf" 2>"$tmp/http.log" &
	pids="$pids $!"
}
