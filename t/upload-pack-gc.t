#!/bin/sh
# upload-pack(1) while the repository is rewritten under it
# shellcheck disable=SC2016 # the inner shell expands those

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo 2>/dev/null >&2
git -C repo config core.logAllRefUpdates false
rm -rf repo/.git/logs
git -C repo config core.logAllRefUpdates false

# want ID: a request of version 2
want() {
	printf '0012command=fetch\n00010032want %s\n0009done\n0000' "$1"
}

# --- between the references and the request

# meanwhile NAME COMMAND: runs it when the references are out, then asks for
# what was at main; leaves the pack, if one comes.
meanwhile() {
	old=$(git -C repo rev-parse main)
	rm -f in out
	mkfifo in
	GIT_PROTOCOL=version=2 upload-pack repo <in >out 2>err &
	server=$!
	exec 3>in
	printf '0014command=ls-refs\n0000' >&3
	while ! grep -q refs/heads/main out; do
		kill -0 $server || break
		sleep 0.1
	done
	(eval "$2") >/dev/null 2>&1
	(want "$old" && printf 0000) >&3
	exec 3>&-
	wait $server
	status=$?
	rm -rf taken
	git init -q --bare taken
	pktline pack <out 2>/dev/null |
		git -C taken index-pack --stdin >/dev/null 2>&1 &&
		git -C taken update-ref refs/heads/main "$old" &&
		git -C taken fsck --strict >/dev/null 2>&1 && status="$status whole"
	is "$1" "$status $(cat err)" "$3"
}
git -C repo repack -adfq
meanwhile 'all is packed anew' 'git -C repo repack -adfq --depth=3 && git -C repo prune-packed' '0 whole '
meanwhile 'all is unpacked' 'mv repo/.git/objects/pack/* . && for p in *.pack; do git -C repo unpack-objects -q <$p; done' '0 whole '
meanwhile 'all is packed and files are gone' 'git -C repo gc -q --prune=now' '0 whole '
old=$(git -C repo rev-parse main)
meanwhile 'it is gone' 'git -C repo commit -q --amend --allow-empty -m other && git -C repo gc -q --prune=now' \
	"1 upload-pack: fatal: not our ref $old"

# --- while the pack is on its way

git init -q noise
git -C noise config core.logAllRefUpdates false
head -c 2000000 /dev/urandom | (cd noise && split -b 20000 - f.)
commit noise noise
cp -r noise noise2
git -C noise2 repack -adq
for kind in noise noise2; do
	old=$(git -C $kind rev-parse main)
	want "$old" | { GIT_PROTOCOL=version=2 upload-pack --stateless-rpc $kind 2>err; echo $? >status; } | {
		head -c 5000
		git -C $kind update-ref -d refs/heads/main
		rm -f $kind/.git/index
		git -C $kind gc -q --prune=now
		cat
	} >out
	rm -rf taken
	git init -q --bare taken
	pktline pack <out 2>/dev/null | git -C taken index-pack --stdin >/dev/null 2>&1
	got="$(cat status) $? $(cut -d: -f2,3 err)"
	if [ $kind = noise ]; then # files are read one by one
		like 'what is loose goes away' "$got" '1 128 * fatal: pack'
	else
		is 'what is packed goes away, and is there to the end' "$got" '0 0 '
	fi
done

# --- all the time

# Rewrites history and throws away the old one, packed in one way or another,
# until it is told to stop.
rewrite() {
	i=0
	while [ ! -e stop ]; do
		i=$((i + 1))
		seq $i 1000 | (cd repo/dir && split -l 10 - many.)
		git -C repo tag -f -a -m "$i" "moved$((i % 3))" left >/dev/null
		git -C repo tag -d "moved$(((i + 1) % 3))" >/dev/null 2>&1
		git -C repo add -A
		git -C repo commit -q --amend -m "$i" || return 1
		case $((i % 3)) in
		0) git -C repo repack -adfq && git -C repo prune --expire=now ;;
		1) git -C repo gc --prune=now -q ;;
		2) git -C repo prune --expire=now && git -C repo pack-refs --all ;;
		esac || return 1
	done
	# If nothing changed, nothing was tried.
	[ $i -gt 3 ]
}

rewrite 2>rewrite.err &
pid=$!
clones=0 whole=0 wrong=
end=$(($(date +%s) + 4))
while [ "$(date +%s)" -lt $end ] && kill -0 $pid 2>/dev/null; do
	rm -rf copy
	clones=$((clones + 1))
	if git -c protocol.version=$((clones % 3)) clone -q --bare \
		--upload-pack=upload-pack "file://$tmp/repo" copy 2>err; then
		whole=$((whole + 1))
		git -C copy fsck --strict >sound 2>&1 || wrong="$wrong $(cat sound)"
	else
		# What went away in between can be missing, and is named so.
		grep -q -e 'upload-pack: not our ref' \
			-e 'upload-pack: fatal: pack: .*missing' \
			-e 'upload-pack: fatal: pack: .*unable to read' err ||
			wrong="$wrong $(cat err)"
		[ ! -e copy ] || wrong="$wrong a copy is left"
	fi
done
touch stop
wait $pid
is 'the repository is rewritten all the time' "$? $(cat rewrite.err)" '0 '
is "each of $clones clones is whole, or fails and says why" "$wrong" ''
is 'and some are whole' $((whole > 0)) 1
echo "# $whole of $clones whole"

rm -rf copy
git clone -q --bare --upload-pack=upload-pack "file://$tmp/repo" copy
same_repo 'in the end' repo copy

done_testing
