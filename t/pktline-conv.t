#!/bin/sh
# pktline stat, svg and lint on conversations of the real git

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"

cd "${tmp:?}" || exit 1

tap() { # name
	echo "pktline tap -o $tmp/$1.tap -- git-upload-pack"
}

# As many commits on a branch of a repository.
commits() { # repository branch count from
	i=0
	{
		while [ $((i += 1)) -le "$3" ]; do
			echo "commit refs/heads/$2"
			echo "committer a <a@example.org> $((1900000000 + i)) +0000"
			printf 'data %d\n%s\n' $((${#2} + ${#i})) "$2$i"
			[ $i -gt 1 ] || [ -z "$4" ] || echo "from $4"
		done
	} | git -C "$1" fast-import --quiet
}

git init -q --bare base
commits base main 20
git -C base symbolic-ref HEAD refs/heads/main
git -C base config uploadpack.allowFilter true
git -C base config uploadpack.allowAnySHA1InWant true
git -C base config receive.advertisePushOptions true
first=$(git -C base rev-parse main)
git -C base tag -a -m v1 v1 main

for v in 0 1 2; do
	git() { command git -c protocol.version="$v" "$@" 2>>log; }
	git clone -q --bare --no-local --upload-pack="$(tap clone$v)" base a$v
	git clone -q --bare --no-local --depth 2 \
		--upload-pack="$(tap depth$v)" base b$v
	git -C b$v fetch -q --deepen 3 --upload-pack="$(tap deepen$v)" origin
	git -C b$v fetch -q --unshallow --upload-pack="$(tap full$v)" origin
	git clone -q --bare --no-local --filter=blob:none \
		--upload-pack="$(tap filter$v)" base c$v
	git ls-remote --upload-pack="$(tap ls$v)" base >/dev/null
	git init -q --bare empty$v
	git clone -q --no-local --upload-pack="$(tap empty$v)" empty$v d$v
	git clone -q --no-local --upload-pack="$(tap lost$v)" \
		"file://$tmp/nonesuch" e$v
done
commits base side 300 "$first"
for v in 0 1 2; do
	commits a$v mine 250 "$first"
	git -C a$v fetch -q --upload-pack="$(tap rounds$v)" ../base \
		'refs/heads/*:refs/remotes/o/*'
	git -C a$v fetch -q --upload-pack="$(tap none$v)" ../base \
		'refs/heads/*:refs/remotes/o/*'
done
for v in 0 1 2; do
	git -C a$v push -q -o option --receive-pack="pktline tap \
		-o $tmp/push$v.tap -- git-receive-pack" ../base mine:new$v
	git -C base config uploadpack.allowAnySHA1InWant false
	git -C a$v fetch -q --upload-pack="$(tap err$v)" ../base \
		0123456789012345678901234567890123456789
done
unset -f git

for t in *.tap; do
	is "nothing against ${t%.tap}" "$(pktline lint "$t" 2>&1; echo $?)" 0
done
is 'another protocol is found' "$(pktline lint --proto v2 clone0.tap 2>&1; echo $?)" \
'pktline: clone0.tap: server packet 1, byte 0: this is another protocol version
1'

# The record is cut, here before its last: what there is can still be read.
head -c "$(($(wc -c <clone2.tap) - 16))" clone2.tap >cut.tap
is 'its figures are there' "$(pktline stat cut.tap 2>/dev/null | grep -c .)" \
	"$(($(pktline stat clone2.tap | grep -c .) - 1))"

# Plain streams are of one side.
command git upload-pack --advertise-refs base >adv
is 'an advertisement' "$(pktline lint adv 2>&1; echo $?)" 0
head -c "$(($(wc -c <adv) - 4))" adv >short
like 'without its flush' "$(pktline lint <short 2>&1; echo $?)" \
'pktline: standard input: server packet *: it ends without the flush packet after the refs
1'
printf '%s\n' ".... want $first" 0000 '.... done' | pktline -e >ask
is 'a request' "$(pktline lint --role client ask 2>&1; echo $?)" 0
is 'a request is no answer' "$(pktline lint ask >out 2>&1; echo $?; sed 1q out)" \
'1
pktline: ask: server packet 1, byte 0: unknown line in the beginning'
is 'nothing at all' "$(pktline lint </dev/null 2>&1; pktline stat </dev/null |
	grep -c protocol)" 0

# Without the client's side, an answer is known by its looks.
printf '%s\n' '.... command=ls-refs' 0000 '.... command=fetch' 0001 \
	".... want $first" '.... done' 0000 0000 | pktline -e |
	GIT_PROTOCOL=version=2 command git upload-pack base >both
is 'all that a server of v2 says' "$(pktline lint both 2>&1; echo $?)" 0
printf '%s\n' '.... command=fetch' 0001 ".... want $first" '.... done' 0000 |
	pktline -e | GIT_PROTOCOL=version=2 command git upload-pack \
	--stateless-rpc base >answer
is 'an answer of v2' "$(pktline lint answer 2>&1; echo $?)" 0
is 'and its protocol' "$(pktline stat --json answer | cut -c 1-16)" \
	'{"protocol":"v2"'

for c in stat svg lint; do
	is "$c: what are no packets" \
		"$(printf '0000zzzz' | pktline $c 2>&1 >/dev/null; echo $?)" \
'pktline: standard input: server packet 2, byte 4: bad packet length
1'
	is "$c: a record cut off" "$(pktline $c cut.tap 2>&1 >/dev/null; echo $?)" \
"pktline: cut.tap: byte $(wc -c <cut.tap): the record ends without an exit
1"
done
is 'svg draws one file' "$(pktline svg both answer 2>/dev/null; echo $?)" 2

figure() { # file key
	pktline stat --json "$1" | sed "s/.*\"$2\":\"\{0,1\}\([^,\"}]*\).*/\1/"
}
is 'protocol' "$(figure clone2.tap protocol) $(figure clone0.tap protocol)" 'v2 v0'
is objects "$(figure clone2.tap pack_objects)" 22
is 'haves of many rounds' "$(($(figure rounds2.tap haves) >= 250))" 1
is 'rounds' "$(($(figure rounds2.tap rounds) >= 4 && $(figure rounds0.tap rounds) >= 4))" 1
is 'exit status' "$(figure err2.tap exit_status)" 128
is 'a column of figures' "$(pktline stat clone2.tap | awk '{ print (NF > 1) }' | sort -u)" 1
is 'no times without a tap' "$(pktline stat adv | grep -c silence)" 0

for t in clone2 clone0 rounds2 rounds0 err2 err0 push2 cut; do
	pktline svg $t.tap >$t.svg 2>/dev/null
	like "picture of $t" "$(cat $t.svg)" '<svg *</svg>'
done
like 'packs are blocks' "$(cat clone2.svg)" '*class="pack"*>pack, *22 objects*'
like 'wants are counted' "$(cat rounds2.svg)" '*>have × 16<*'
like 'errors stand out' "$(cat err2.svg)" '*class="error"*not our ref*'
printf '%s\n' '.... ERR <b>&\x1b[31m' | pktline -e | pktline svg >evil.svg
like 'what became of a push' "$(cat push2.svg)" \
	'*>unpack ok · ok refs/heads/new2<*'
is 'no times without a tap' "$(pktline svg both | grep -c -e 'class="time"' -e ' ms')" 0
printf '%s\n' '.... ERR \xef\xbf\xbe\xef\xbf\xbf' | pktline -e | pktline svg >noxml.svg
like 'nor what XML forbids' "$(cat noxml.svg)" "*ERR $(printf '\357\277\275\357\277\275')<*"
printf '.... version 2\n.... %0119dä=\n0000\n' 0 | pktline -e | pktline svg >long.svg
is 'no character is cut in two' "$(grep -c '\\x' long.svg)" 0
like 'nothing of a peer is markup' "$(cat evil.svg)" '*ERR &lt;b&gt;&amp;\\x1b\[31m*'
if command -v rsvg-convert >/dev/null; then
	is 'a renderer takes them all' "$(for f in *.svg; do
		rsvg-convert "$f" -o out.png 2>&1 || echo "$f"; done)" ''
fi
is 'full disk' "$(pktline svg clone2.tap 2>&1 >/dev/full; echo $?)" \
'pktline: standard output: byte 0: No space left on device
1'
done_testing
