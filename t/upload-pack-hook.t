#!/bin/sh
# upload-pack(1): uploadpack.packObjectsHook
# shellcheck disable=SC2016 # the inner shell expands those

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo
url=file://$tmp

cat >repo/.git/hook <<'X'
#!/bin/sh
echo "hook running" >&2
printf '%s\n' "$*" >hook.args
printf '%s\n' "$GIT_DIR $GIT_NO_LAZY_FETCH" >hook.env
cat >hook.stdin
"$@" <hook.stdin
X
chmod +x repo/.git/hook
git config --global uploadpack.packObjectsHook ./hook
hook=repo/.git/hook

# cloned VERSION SERVER OPTIONS...: what is said, and the status
cloned() {
	version=$1 server=$2
	shift 2
	rm -rf copy $hook.*
	git -c protocol.version="$version" clone --bare -u "$server" "$@" \
		"$url/repo" copy 2>&1 | tr '\r' '\n'
	[ -d copy/refs ]
	echo $?
}

for v in 0 2; do
	for opt in -q --progress; do
		out=$(cloned $v git-upload-pack $opt)
		mv $hook.args args && sort $hook.stdin >stdin
		out=$(cloned $v upload-pack $opt)
		like "it runs, v$v $opt" "$out" '*hook running*0'
		same_repo "v$v $opt" repo copy
		is "v$v $opt: its arguments are git's" "$(cat $hook.args)" "$(cat args)"
		is "v$v $opt: and so is its input" "$(sort $hook.stdin)" "$(cat stdin)"
		is "v$v $opt: it is at home" "$(cat $hook.env)" '. 1'
	done
done
like 'its progress is for the client' "$out" '*remote: hook running*'
git clone -q --bare repo old
echo new >>repo/file
commit repo new
for v in 0 2; do
	for server in git-upload-pack upload-pack; do
		rm -rf try
		cp -R old try
		git -C try -c protocol.version=$v fetch -q --upload-pack=$server \
			"$url/repo" main:main 2>/dev/null
		mv $hook.args args.$server && sort $hook.stdin >stdin.$server
	done
	is "a fetch, v$v: arguments" "$(cat args.upload-pack)" "$(cat args.git-upload-pack)"
	is "a fetch, v$v: what is there" "$(sed '/^--/,$d' stdin.upload-pack)" \
		"$(sed '/^--/,$d' stdin.git-upload-pack)"
	is "a fetch, v$v: it arrived" "$(git -C try rev-parse main)" \
		"$(git -C repo rev-parse main)"
done

# --- whose word it is

git config --global --unset uploadpack.packObjectsHook
git -C repo config uploadpack.packObjectsHook ./hook
is 'not the repository itself' "$(cloned 2 upload-pack -q)" 0
is 'nothing ran' "$(ls $hook.* 2>/dev/null)" ''
git -C repo config --unset uploadpack.packObjectsHook
git config --global uploadpack.packObjectsHook ./hook
out=$(cloned 2 'upload-pack --sandbox=require' -q)
case $out in
*'no sandbox'*) skip 'not in a sandbox' "$out" ;;
*)
	is 'not in a sandbox' "$out" \
		"upload-pack: warning: uploadpack.packObjectsHook is not run in a sandbox
0"
	is 'nothing ran there either' "$(ls $hook.* 2>/dev/null)" ''
	;;
esac

# --- how it may fail

try() { # COMMAND: as the hook
	git config --global uploadpack.packObjectsHook "$1"
	cloned 2 upload-pack -q
}
like 'it fails' "$(try 'exit 3;')" \
	'*upload-pack: fatal: pack: packObjectsHook exited with status 3*aborting due to*1'
like 'it fails at the end' "$(try 'fail() { "$@"; exit 4; }; fail')" \
	'*upload-pack: fatal: pack: packObjectsHook exited with status 4*1'
like 'it is killed' "$(try 'kill -9 $$;')" \
	'*upload-pack: fatal: pack: packObjectsHook died of signal 9*1'
like 'it is not there' "$(try /no/such/hook)" \
	'*upload-pack: fatal: pack: packObjectsHook exited with status 127*1'
like 'it goes on for ever' "$(
	git config --global riad.maxTime 1
	try 'exec sleep 100;'
	git config --global --unset riad.maxTime)" \
	'*remote: upload-pack: time limit of 1 s reached*1'
is 'it does as it is told' "$(try 'set -e;')" 0
GIT_TRACE=$tmp/trace GIT_TRACE_BARE=1 cloned 2 upload-pack -q >/dev/null
like 'GIT_TRACE tells of it' "$(cat trace)" \
	"*trace: run_command: 'set -e;' git pack-objects --revs*"
done_testing
