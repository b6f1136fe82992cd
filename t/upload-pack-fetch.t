#!/bin/sh
# upload-pack(1): filters, depths and single objects bring what git would send

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo
git -C repo config uploadpack.allowFilter true
git -C repo config uploadpack.allowAnySHA1InWant true

# has DIR: the objects that are there, and none that others would bring.
has() {
	git -C "$1" cat-file --batch-all-objects --unordered \
		--batch-check='%(objecttype) %(objectname)' 2>/dev/null | sort
}

# brings SERVER CLIENT URL ARGUMENTS...: all that CLIENT has after the fetch.
brings() {
	rm -rf try
	cp -r "$2" try
	server=$1 there=$3
	shift 3
	git -C try fetch -q --upload-pack="$server" "$there" "$@" 2>&1
	has try
	cat try/shallow try/.git/shallow 2>/dev/null | sort
}

# same NAME CLIENT SERVED ARGUMENTS...: the same from us as from git.
same() {
	name=$1 from=$2 url=file://$tmp/$3
	shift 3
	want=$(brings 'git upload-pack' "$from" "$url" "$@")
	is "$name" "$(brings upload-pack "$from" "$url" "$@")" "$want"
}

# --- filters, with and without a bitmap

git init -q --bare none
git init -q --bare one
git -C one fetch -q "$tmp/repo" left
for client in none one; do
	git -C $client config remote.p.url "file://$tmp/bitmap"
	git -C $client config remote.p.promisor true
done
git clone -q --bare repo bitmap
git -C bitmap config uploadpack.allowFilter true
git -C bitmap config uploadpack.allowAnySHA1InWant true
git -C bitmap repack -adq --write-bitmap-index
blob=$(git -C repo rev-parse main:file)
tree=$(git -C repo rev-parse 'main^{tree}')
for served in repo bitmap; do
	for filter in blob:none blob:limit=100 blob:limit=10k tree:0 tree:1 \
		tree:2 object:type=commit object:type=tree object:type=blob \
		object:type=tag combine:blob:none+tree:1; do
		same "$filter of $served" none $served --filter=$filter \
			'refs/heads/*:refs/heads/*' 'refs/tags/v*:refs/tags/v*'
	done
	same "blob:none of $served, what is new" one $served \
		--filter=blob:none 'refs/heads/*:refs/heads/*'

	# As a partial clone gets what it lacks.
	same "a blob of $served" none $served --filter=blob:none "$blob"
	same "a tree of $served" none $served --filter=blob:none "$tree"
	same "a tree of $served and nothing else" none $served \
		--filter=tree:0 "$tree"
	same "a tree of $served and all that is in it" none $served "$tree"
done

# Patterns, by all that may lead to them.
git clone -q repo patterns
printf '/dir/\n!n3\n' >patterns/only
mkdir patterns/lists
echo /link >patterns/lists/links
commit patterns patterns
git -C patterns config uploadpack.allowFilter true
git -C patterns tag -a -m tagged sp main
git -C patterns update-ref refs/remotes/far/HEAD main
for name in "$(git -C patterns rev-parse main:only)" main:only \
	heads/main:lists/links sp:only far:only "$(git -C patterns rev-parse sp):only"; do
	same "sparse:oid by $(echo "$name" | cut -c1-20)" none patterns \
		--filter="sparse:oid=$name" main:main
done
for name in main:none nowhere:only main:lists/links/x; do
	like "no patterns: $name" \
		"$(brings upload-pack none "file://$tmp/patterns" "--filter=sparse:oid=$name" main:main)" \
		"*unable to access sparse blob in '$name'*"
done
like 'no patterns in a tree' \
	"$(brings upload-pack none "file://$tmp/patterns" --filter=sparse:oid=main main:main)" \
	"*unable to parse sparse filter data in $(git -C patterns rev-parse main)*"

# --- the tree of nothing, which need not be there

git init -q hollow
c=$(git -C hollow commit-tree -m hollow 4b825dc642cb6eb9a060e54bf8d69288fbee4904)
git -C hollow update-ref refs/heads/main "$c"
same 'a tree of nothing' none hollow main:main
is 'is not in its repository' "$(find hollow/.git/objects -type f | wc -l)" 1

# --- what is missing here and the client has

rm -rf hole.git
git init -q --bare hole.git
echo added >repo/added
commit repo 'a hole to come'
git -C hole.git fetch -q "$tmp/repo" main:main
git -C hole.git repack -adq
git -C hole.git unpack-objects -q <"$(mv hole.git/objects/pack/*.pack . && ls pack-*.pack)"
rm -f hole.git/objects/pack/* pack-*.pack
hole=$(git -C repo rev-parse main:dir/sub/n3)
rm -f "hole.git/objects/$(echo "$hole" | cut -c1-2)/$(echo "$hole" | cut -c3-)"
git init -q --bare whole
git -C whole fetch -q "$tmp/repo" "$(git -C repo rev-parse main~1)":refs/heads/main
same 'a hole that the client can fill' whole hole.git main:main

# --- depths

# A commit that changes nothing, and where history ends now: all its trees the
# client has by another commit.
git clone -q --bare repo ends
git -C repo checkout -q main
commit repo 'nothing new'
for v in 0 2; do
	for how in upload-pack 'git upload-pack'; do
		rm -rf try
		cp -r ends try
		git -C try -c protocol.version=$v fetch --progress --depth=1 \
			--upload-pack="$how" "file://$tmp/repo" main:main 2>err
		is "one commit alone, v$v, $how" \
			"$(tr '\r' '\n' <err | grep -o 'Total [0-9]*')" 'Total 1'
	done
done
for depth in --depth=1 --depth=3 --shallow-since=1200000500 \
	--shallow-exclude=v1; do
	same "$depth" one repo $depth main:main
	for v in 0 2; do
		git clone -q --bare --depth=2 -c protocol.version=$v \
			"file://$tmp/repo" shallow$v$depth
		same "$depth of a shallow clone, v$v" shallow$v$depth repo $depth \
			'refs/heads/*:refs/heads/*'
	done
done
for v in 0 2; do
	same "deepened by two, v$v" shallow$v--depth=1 repo --deepen=2
	same "not shallow any more, v$v" shallow$v--depth=1 repo --unshallow
done

done_testing
