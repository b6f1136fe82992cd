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

done_testing
