#!/bin/sh
# However a repository keeps its packs, git gets the same out of it.

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"

cd "$tmp" || exit
make_repo base
lines 300 900 >base/other
commit base 'another'
objects base --all >want

p() { # DIR REVISIONS...: a pack of what they reach
	dir=$1
	shift
	objects "$dir" "$@" |
		git -C "$dir" pack-objects -q .git/objects/pack/pack >/dev/null
}
several() { # DIR: packs that share objects
	cp -r base "$1"
	git -C "$1" repack -adq
	p "$1" main~8
	p "$1" main~8..main
	p "$1" main~5..main~2
}
midx() { # DIR...: a multi-pack-index, with its options
	dir=$1
	shift
	git -C "$dir" multi-pack-index write "$@" 2>/dev/null
}

# served NAME DIR: a clone, a fetch of what came, one without blobs, and a
# shallow one.
served() {
	rm -rf to.git old.git few.git shallow.git
	set -- "$1" "$2" "file://$tmp/$2"
	git clone -q --mirror --upload-pack=upload-pack "$3" to.git 2>err
	is "$1: clone" "$? $(objects to.git --all)" "0 $(git -C "$2" -c \
		core.multiPackIndex=false rev-list --objects --all | cut -d' ' -f1 | sort)"
	is "$1: sound" "$(git -C to.git fsck --strict 2>&1 | grep -v dangling)" ''
	git init -q --bare old.git
	git -C base push -q "$tmp/old.git" main~9:refs/heads/old
	git -C old.git fetch -q --upload-pack=upload-pack "$3" \
		'+refs/*:refs/*' 2>err
	is "$1: fetch" "$? $(objects old.git --all | cmp - to.objects 2>&1)" '0 '
	git clone -q --bare --filter=blob:none --upload-pack=upload-pack "$3" few.git 2>err
	is "$1: without blobs" "$? $(git -C few.git cat-file --batch-all-objects \
		--batch-check='%(objecttype)' | sort | uniq -c)" "0 $(cut -d' ' -f1 types | grep -v blob |
		sort | uniq -c)"
	git clone -q --bare --depth=3 --upload-pack=upload-pack "$3" shallow.git 2>err
	is "$1: shallow" "$? $(git -C shallow.git fsck --strict 2>&1 | grep -v dangling)" '0 '
}
objects base --all >to.objects
git -C base cat-file --batch-check='%(objecttype)' <want >types
# serve one that config needs for filters
git config --global uploadpack.allowFilter true

cp -r base loose
served 'loose objects' loose
several packs
served 'several packs' packs
several many
k=0
while [ $((k += 1)) -le 12 ]; do
	p many "main~$k..main~$((k - 1))"
done
git -C many prune-packed
served 'many packs' many
several m
midx m
served 'a multi-pack-index' m
several mb
midx mb --bitmap
served 'and its bitmap' mb
several mp
smallest=$(cd mp/.git/objects/pack && find . -name '*.idx' -exec ls -S {} + | tail -n 1)
midx mp --bitmap --preferred-pack="${smallest##*/}"
served 'a preferred pack' mp
several stale
midx stale --bitmap
cp stale/.git/objects/pack/multi* .
git -C stale repack -adq
cp multi* stale/.git/objects/pack
served 'one of packs that are gone' stale
several cut
midx cut
chmod u+w cut/.git/objects/pack/multi-pack-index
truncate -s 2000 cut/.git/objects/pack/multi-pack-index
served 'one that is damaged' cut
several lender
midx lender --bitmap
git clone -q --mirror -s lender borrower
git -C lender rev-list --objects main~3 | cut -d' ' -f1 |
	git -C borrower pack-objects -q objects/pack/pack >/dev/null
midx borrower
served 'what is borrowed' borrower
several v1
for i in v1/.git/objects/pack/*.idx; do
	rm -f "$i"
	git index-pack --index-version=1 -o "$i" "${i%.idx}.pack" >/dev/null
done
served 'indexes of version 1' v1
cp -r base rev
git -C rev config pack.writeReverseIndex true
git -C rev repack -adbq
served 'a reverse index' rev

# Patterns are a blob, by any name: what passes is the same.
echo '/dir/' >base/patterns
commit base patterns
git -C base tag -a -m x pt
id=$(git -C base rev-parse main:patterns)
sparse() { # NAME: what blobs a clone gets that names them so
	rm -rf sparse.git
	git clone -q --bare --filter="sparse:oid=$1" --upload-pack=upload-pack \
		"file://$tmp/base" sparse.git 2>err || tail -n 1 err
	git -C sparse.git cat-file --batch-all-objects --batch-check 2>/dev/null |
		grep -c blob
}
want=$(sparse "$id")
like 'patterns by id' "$want" '[1-9]*'
for name in main:patterns HEAD:patterns tags/pt:patterns refs/heads/main:patterns \
	"$(git -C base rev-parse main)":patterns "$(git -C base rev-parse 'main^{tree}')":patterns; do
	is "patterns: $name" "$(sparse "$name")" "$want"
done
for name in main:nothing nothing:patterns main:dir :patterns; do
	like "no patterns: $name" "$(sparse "$name" | tr '\n' ' ')" '*0 '
done

# What is damaged in one pack is taken from elsewhere, here a file that no delta
# can be made of.
git init -q noise
for k in 1 2; do
	head -c 4000 /dev/urandom >noise/file
	commit noise "$k"
	objects noise HEAD --not 'HEAD^@' |
		git -C noise pack-objects -q .git/objects/pack/pack >/dev/null
done
for i in noise/.git/objects/pack/*.idx; do
	at=$(git show-index <"$i" | sort -n | tail -n 1 | cut -d' ' -f1)
	pack=${i%.idx}.pack
	chmod u+w "$pack"
	printf 'XXXX' | dd of="$pack" bs=1 seek=$((at + 100)) conv=notrunc 2>/dev/null
done
git clone -q --mirror --upload-pack=upload-pack "file://$tmp/noise" noise.git 2>err
is 'damage in two packs, and loose objects' \
	"$? $(git -C noise.git fsck --strict 2>&1) $(cat err)" '0  '

# The damage of an entry without a checksum is seen, too.
pack=$(find v1/.git/objects/pack -name '*.pack' -exec ls -S {} + | head -n 1)
rm -f v1/.git/objects/pack/pack-*.idx.keep
for i in v1/.git/objects/pack/*.pack; do
	[ "$i" = "$pack" ] || rm -f "$i" "${i%.pack}.idx"
done
rm -rf v1/.git/objects/??
chmod u+w "$pack"
printf 'XXXX' | dd of="$pack" bs=1 seek=400 conv=notrunc 2>/dev/null
git clone -q --mirror --upload-pack=upload-pack "file://$tmp/v1" to2.git 2>err
like 'a damaged entry' "$? $(tr '\n' ' ' <err)" '128 *fatal*bad*'

# A pack that is sent as it is: a pipe is given its pages, a file their bytes.
git init -q whole
head -c 3000000 /dev/urandom >whole/file
commit whole 'some packets'
git -C whole repack -adq
pack=$(find whole/.git/objects/pack -name '*.pack')
make_request() {
	pktline -e <<-END
		.... command=fetch\n
		0001
		.... ofs-delta\n
		.... no-progress\n
		.... want $(git -C whole rev-parse HEAD)\n
		.... done\n
		0000
	END
}
make_request >request
GIT_PROTOCOL=version=2
export GIT_PROTOCOL
upload-pack --stateless-rpc --timeout=20 whole <request >whole.file
upload-pack --stateless-rpc --timeout=20 whole <request |
	while dd bs=9000 count=40 of=part 2>/dev/null && [ -s part ]; do
		cat part
		sleep 0.01
	done >whole.pipe
GIT_TRACE_PACKET=$tmp/whole.trace upload-pack --stateless-rpc whole <request |
	cat >whole.traced
unset GIT_PROTOCOL
is 'through a pipe as into a file' "$(cmp whole.pipe whole.file)" ''
is 'and with a trace' "$(cmp whole.traced whole.file)" ''
pktline pack <whole.file >whole.pack 2>err || cat err
is 'the pack that is there' "$(cmp whole.pack "$pack")" ''

chmod u+w "$pack"
printf 'XXXX' | dd of="$pack" bs=1 seek=2900000 conv=notrunc 2>/dev/null
GIT_PROTOCOL=version=2 upload-pack --stateless-rpc whole <request 2>err |
	cat >whole.bad
like 'its damage' "$(cat err)" 'upload-pack: fatal: *bad packed object*'
is 'and no trailer' "$(pktline pack <whole.bad 2>/dev/null | wc -c)" 0
done_testing
