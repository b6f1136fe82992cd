#!/bin/sh
# upload-pack(1) with clients that go away, stall, drip, or don't read

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack pktline perl timeout
cd "$tmp" || exit 1
make_repo repo 2>/dev/null >&2
git -C repo repack -adfq
mkdir noise
git init -q noise
head -c 1500000 /dev/urandom | (cd noise && split -b 50000 - f.)
commit noise noise
git -C noise repack -adq

pkt() { printf '%04x%s' $((${#1} + 5)) "$1"; echo; }
# request VERSION DIR: a whole conversation, of the client's side
request() {
	id=$(git -C "$2" rev-parse main)
	case $1 in
	0)
		pkt "want $id side-band-64k ofs-delta agent=test/1"
		printf 0000
		pkt 'done'
		;;
	2)
		pkt 'command=ls-refs'
		printf 0001
		pkt 'peel'
		printf 0000
		pkt 'command=fetch'
		printf 0001
		pkt 'ofs-delta'
		pkt "want $id"
		pkt 'done'
		printf 00000000
		;;
	esac
}

# serve VERSION ARGUMENTS...: ends in ten seconds, or with status 124
serve() {
	version=$1
	shift
	GIT_PROTOCOL=version=$version timeout 10 upload-pack "$@"
}

# whole FILE DIR: whether a client can take the pack in it
whole() {
	rm -rf taken
	git init -q --bare taken
	pktline pack <"$1" 2>/dev/null |
		git -C taken index-pack --strict --stdin >/dev/null 2>&1 &&
		git -C taken update-ref refs/heads/main "$(git -C "$2" rev-parse main)" &&
		[ "$(objects taken main)" = "$(objects "$2" main)" ]
}

# --- the client closes

for v in 0 2; do
	request $v repo >full
	serve $v repo <full >out 2>err
	is "v$v: a conversation" "$? $(cat err)" '0 '
	is "v$v: its pack" "$(whole out repo && echo whole)" whole

	size=$(wc -c <full) wrong='' good=''
	k=-1
	while [ $((k += 1)) -lt "$size" ]; do
		head -c $k full | serve "$v" repo >answer 2>err
		status=$?
		case $status:$(wc -l <err) in
		0:0) good="$good $k" ;; # as it began: nothing was asked, or done
		1:1 | 128:1) ;;
		*) wrong="$wrong $k:$status:$(cat err)" ;;
		esac
		grep -aq PACK answer && [ $v = 0 ] && wrong="$wrong $k:pack"
	done
	is "v$v: closed after each of $size bytes, it ends and says so" "$wrong" ''
	case $v in
	0) is "v$v: whoever goes without a flush is missed" "$good" '' ;;
	2) # within the length of a packet that begins no request, too, as git
		between="0 $(request 2 repo | grep -abo 0000 | sed -n 's/:.*//p' | head -n 1 | awk '{ print $1 + 4 }') $((size - 4))"
		is "v$v: nor with ending between two requests" "$good" \
			"$(for k in $between; do printf ' %s' "$k" $((k + 1)) $((k + 2)) $((k + 3)); done)" ;;
	esac
done

# --- it doesn't read

for v in 0 2; do
	request $v noise >full
	for bytes in 0 1 4 100 5000 70000 1000000; do
		{ serve $v noise <full 2>err; echo $? >status; } | head -c $bytes >/dev/null
		case $(cat status):$(wc -l <err) in
		0:* | 124:* | 13[0-9]:*) is "v$v: $bytes bytes are read" "$(cat status)" 'some failure' ;;
		*:[01]) is "v$v: $bytes bytes are read" '' '' ;;
		*) is "v$v: $bytes bytes are read" "$(cat status) $(cat err)" 'a line' ;;
		esac
	done
	rm -f status
	{ serve $v --timeout 1 noise <full 2>err; echo $? >status; } | {
		while [ ! -s status ]; do sleep 0.1; done
		cat >late
	}
	like "v$v: nothing is read, with --timeout" "$(cat status) $(cat err)" '[1-9]*timed out*'
	is "v$v: and what came is no pack" "$(whole late noise && echo whole)" ''
	rm status
done

# --- it stalls, and drips

for v in 0 2; do
	request $v repo >full
	rm -f status
	{
		head -c 50 full
		while [ ! -s status ]; do sleep 0.1; done
	} | { serve $v --timeout 1 repo >out 2>err; echo $? >status; }
	like "v$v: it says half a request, with --timeout" "$(cat status) $(cat err)" '[1-9]*timed out*'
	rm status

	perl -e 'local $/; $_ = <>; $| = 1;
		for my $c (split //) { print $c; select undef, undef, undef, 0.002 }' <full |
		serve $v --timeout 2 repo >out 2>err
	is "v$v: byte by byte" "$? $(cat err)" '0 '
	is "v$v: byte by byte, its pack" "$(whole out repo && echo whole)" whole
done

# --- things happen to the repository, and to the process, while it is sent

# halfway COMMAND: runs it when the client has read 5000 bytes and no more
halfway() {
	rm -rf work
	cp -r noise work
	request 2 work >full
	{
		# shellcheck disable=SC2016 # the inner shell expands it
		GIT_PROTOCOL=version=2 sh -c 'echo $$ >pid; exec upload-pack work' <full 2>err
		echo $? >status
	} | {
		head -c 5000
		eval "$2" >/dev/null 2>&1
		cat
	} >out
	is "$1" "$(cat status) $(cat err) $(whole out noise && echo whole)" '0  whole'
}
halfway 'packs are removed' 'rm -f work/.git/objects/pack/*'
halfway 'all is removed' 'rm -rf work'
halfway 'packs are rewritten' 'git -C work repack -adfq --window=1 --no-reuse-object && git -C work gc -q --prune=now'
halfway 'references are removed' 'git -C work update-ref -d refs/heads/main'
# shellcheck disable=SC2016 # eval expands it
halfway 'it is stopped and goes on' 'kill -STOP $(cat pid); sleep 0.2; kill -CONT $(cat pid)'

# gone NAME COMMAND: runs it when the references are out
gone() {
	rm -rf work
	cp -r repo work
	rm -f in
	mkfifo in
	GIT_PROTOCOL=version=2 timeout 10 upload-pack work <in >out 2>err &
	pid=$!
	exec 3>in
	printf '0014command=ls-refs\n0000' >&3
	until grep -aq refs/heads/main out; do
		kill -0 $pid || break
		sleep 0.1
	done
	eval "$2"
	# It may be gone before all is said, and SIGPIPE is for a shell of its own.
	(pkt 'command=fetch'; printf 0001; pkt "want $(git -C repo rev-parse main)"; pkt 'done'; printf 00000000) >&3
	exec 3>&-
	wait $pid
	status=$?
	case $status:$(wc -l <err):$(whole out repo && echo whole) in
	0:0:whole | [1-9]:1: | 128:1:) is "$1" '' '' ;;
	*) is "$1" "$status $(cat err)" 'a whole pack, or a failure with a line' ;;
	esac
}
gone 'the pack is removed before it is asked for' 'rm work/.git/objects/pack/*'
gone 'its index is' 'rm work/.git/objects/pack/*.idx'
gone 'it is cut short' 'chmod u+w work/.git/objects/pack/*.pack; truncate -s 500 work/.git/objects/pack/*.pack'
# shellcheck disable=SC2016
gone 'it is damaged' 'chmod u+w work/.git/objects/pack/*.pack; printf xxxxxxxx | dd of="$(ls work/.git/objects/pack/*.pack)" bs=1 seek=600 conv=notrunc 2>/dev/null'

# --- nowhere to write

request 2 repo >full
if [ -c /dev/full ]; then
	serve 2 --log-json /dev/full repo <full >out 2>err
	is 'a log on a full disk' "$? $(whole out repo && echo whole)" '0 whole'
	serve 2 repo <full 2>err >/dev/full
	like 'an answer on a full disk' "$? $(cat err)" '[1-9] upload-pack:*'
fi

done_testing
