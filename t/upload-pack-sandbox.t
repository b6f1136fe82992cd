#!/bin/sh
# upload-pack(1) in its sandbox: all that it serves it serves there as well,
# and it does not serve where a sandbox was required and is not to be had
# shellcheck disable=SC2016 # the inner shell expands those

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo
url=file://$tmp

if ! out=$(upload-pack --sandbox=require --advertise-refs repo 2>&1 >/dev/null); then
	like 'no sandbox here, and it says so' "$out" \
		'upload-pack: fatal: no sandbox: *'
	upload-pack --advertise-refs repo >/dev/null 2>err
	is 'but without one, silently' "$? $(cat err)" '0 '
	skip 'the rest' "$out"
	done_testing
fi

# --- the same repositories as without

git clone -q --bare "$url/repo" packed.git
git -C packed.git repack -adq
echo x >repo/second
commit repo 'second pack'
git -C packed.git fetch -q -k "$url/repo" main:main
echo y >repo/third
commit repo 'and loose'
git -C packed.git -c fetch.unpackLimit=1000 fetch -q "$url/repo" main:main
git clone -q --bare --shared packed.git borrowed.git
git clone -q --bare --shared borrowed.git again.git
git -C repo worktree add -q "$tmp/tree" right 2>/dev/null

# What git-new-workdir makes: all but HEAD by symbolic links, out of it.
mkdir -p linked/.git
for f in config refs logs objects info packed-refs; do
	[ ! -e "repo/.git/$f" ] || ln -s "$tmp/repo/.git/$f" linked/.git/$f
done
cp repo/.git/HEAD linked/.git/HEAD
mkdir -p "$tmp/elsewhere"
git clone -q --bare "$url/repo" moved.git
mv moved.git/objects/pack elsewhere/pack
ln -s "$tmp/elsewhere/pack" moved.git/objects/pack

for name in repo packed.git again.git tree linked moved.git; do
	for v in 0 2; do
		rm -rf copy
		is "$name, v$v" "$(git -c protocol.version=$v clone -q --bare \
			-u 'upload-pack --sandbox=require' "$url/$name" copy 2>&1)" ''
		is "$name, v$v: whole" "$(objects copy --all)" \
			"$(objects "$name" --branches --tags HEAD)"
	done
done
git clone -q --bare "$url/packed.git" old
git -C old update-ref -d refs/heads/main
git -C old gc -q --prune=now
is 'a fetch' "$(git -C old fetch -q --upload-pack='upload-pack --sandbox=require' \
	"$url/packed.git" main:main 2>&1)" ''
git clone -q --bare "$url/repo" poor.git
mv poor.git/objects rich
mkdir -p poor.git/objects/pack poor.git/objects/info
GIT_ALTERNATE_OBJECT_DIRECTORIES=$tmp/rich
export GIT_ALTERNATE_OBJECT_DIRECTORIES
rm -rf copy
upload-pack --sandbox=require --advertise-refs poor.git >out
like 'objects that the environment adds' "$(cat out)" "*$(git -C repo rev-parse main) HEAD*"
pkt() {
	printf '%04x%s\n' $((${#1} + 5)) "$1"
}
{
	pkt "want $(git -C repo rev-parse main) ofs-delta"
	printf 0000
	pkt 'done'
} | upload-pack --sandbox=require --stateless-rpc poor.git >out 2>err
is 'and they are sent' "$(head -c 12 out | tail -c 8 | head -c 3) $(cat err)" 'NAK '
tail -c +9 out >x.pack
git index-pack x.pack >out 2>&1
is 'all of them' "$? $(wc -c <out)" '0 41'
unset GIT_ALTERNATE_OBJECT_DIRECTORIES
is 'with limits, threads and a log' "$(rm -rf copy; git clone -q --bare -u \
	"upload-pack --sandbox=require --max-memory=512m --max-time=100 \
	--timeout=50 --threads=2 --log-json=$tmp/log" "$url/again.git" copy 2>&1)" ''
like 'the log was written' "$(cat log)" '{*"peak_anonymous":[1-9]*"status":0*}'
is 'with a cache' "$(mkdir cache; rm -rf copy; git clone -q --bare -u \
	"upload-pack --sandbox=require --cache=$tmp/cache" "$url/again.git" copy 2>&1)" ''
is 'with traces' "$(rm -rf copy; GIT_TRACE_PACKET=$tmp/trace git clone -q --bare -u \
	'upload-pack --sandbox=require' "$url/again.git" copy 2>&1)" ''
is 'and a time limit in it' "$(sleep 3 |
	upload-pack --sandbox=require --max-time=1 repo 2>&1 >/dev/null)" \
	'upload-pack: fatal: time limit of 1 s reached'

# --- what it is about: seen from outside

if [ -r /proc/self/status ]; then
	sandbox() { # of an upload-pack that waits for its client
		rm -f out && mkfifo fifo
		GIT_PROTOCOL=version=2 upload-pack "$@" repo <fifo >out 2>err &
		pid=$!
		exec 8>fifo
		until [ -s out ]; do sleep 0.1; done
		sed -n 's/^\(NoNewPrivs\|Seccomp\):[^0-9]*//p' /proc/$pid/status | tr '\n' ' '
		exec 8>&-
		wait $pid
		rm fifo out
	}
	is 'filtered under require' "$(sandbox --sandbox=require)" '1 2 '
	is 'and by default' "$(sandbox)" '1 2 '
	is 'but not under off' "$(sandbox --sandbox=off)" '0 0 '
	git config --global riad.sandbox off
	is 'nor by configuration' "$(sandbox)" '0 0 '
	is 'of which an option has the last word' "$(sandbox --sandbox=auto)" '1 2 '
	git config --global --unset riad.sandbox
	git -C repo config riad.sandbox off
	is 'and the repository has no say in it' "$(sandbox)" '1 2 '
	git -C repo config --unset riad.sandbox
fi

# A link that leads out of the repository is not followed by what is inside.
echo secret >secret
ln -s "$tmp/secret" packed.git/refs/heads/link
cp secret packed.git/refs/heads/bad
is 'a reference that leads out is not served' \
	"$(git ls-remote --upload-pack='upload-pack --sandbox=require' packed.git 2>&1 |
	grep -c secret)" 0
rm packed.git/refs/heads/link packed.git/refs/heads/bad

# --- a kernel that has none of it

# Runs a command in which the system call of that number is not known.
without() {
	perl -e '
		my ($nr, @command) = @ARGV;
		my ($prctl, $seccomp) = `uname -m` =~ /^x86_64/ ? (157, 317) : (167, 277);
		my $code = pack "(SCCL)4", 0x20, 0, 0, 0, 0x15, 0, 1, $nr,
			0x06, 0, 0, 0x50000 | 38, 0x06, 0, 0, 0x7fff0000;
		my $prog = pack "Sx![P]P", 4, $code;
		syscall($prctl, 38, 1, 0, 0, 0) == 0 or exit 99;
		syscall($seccomp, 1, 0, $prog) == 0 or exit 98;
		exec @command; exit 97' "$@"
}
seccomp=$(case $(uname -m) in x86_64) echo 317 ;; *) echo 277 ;; esac)
if command -v perl >/dev/null && without 999999 true; then
	for pair in 444=Landlock "$seccomp=seccomp"; do
		what=${pair#*=}
		out=$(without "${pair%=*}" upload-pack --sandbox=require --advertise-refs repo 2>err)
		is "no $what: refused" "$? $(cat err)" \
			"1 upload-pack: fatal: no sandbox: $what: Function not implemented"
		like "no $what: the client hears why" "$out" \
			"003?ERR no sandbox: $what: Function not implemented"
		is "no $what: under auto it is served, silently" \
			"$(without "${pair%=*}" upload-pack --advertise-refs repo 2>&1 | wc -l)" \
			"$(upload-pack --advertise-refs repo | wc -l)"
	done
else
	skip 'a kernel without' 'no perl that can filter'
fi
done_testing
