#!/bin/sh
# upload-pack(1): limits of time, memory and packs, and the log of requests
# shellcheck disable=SC2016 # the inner shell expands those

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo
url=file://$tmp
main=$(git -C repo rev-parse main)

# A sanitizer takes more memory for itself than any limit here.
memory=--max-memory=512m
case $(upload-pack --sandbox=require --advertise-refs repo 2>&1 >/dev/null) in
*sanitizer*) memory= ;;
esac

# try VERSION OPTIONS...: a clone, and what was said, status last
try() {
	version=$1
	shift
	rm -rf copy
	git -c protocol.version="$version" clone -q --bare \
		-u "upload-pack $*" "$url/repo" copy 2>&1
	echo "$?"
}

# --- options and variables

for o in --timeout --max-time --threads; do
	for v in '' x -1 1.5 1k 2000000000 99999999999999999999; do
		upload-pack $o="$v" repo >/dev/null 2>err
		is "$o '$v' is no number" "$? $(cat err)" \
			"2 upload-pack: bad ${o#--} '$v' (try 'upload-pack --help')"
	done
done
for o in --max-memory --max-pack; do
	for v in '' x -1 1.5k 1t 1kk 99999999999999999999; do
		upload-pack $o="$v" repo >/dev/null 2>err
		is "$o '$v' is no size" "$? $(cat err)" \
			"2 upload-pack: bad ${o#--} '$v' (try 'upload-pack --help')"
	done
done
is 'what is within the limits is served' "$(try 2 --timeout=100 \
	--max-time=100 $memory --max-pack=1g --threads=2)" 0
same_repo 'within the limits' repo copy

for name in timeout maxTime maxMemory maxPack threads sandbox; do
	git config --global riad.$name wrong
	upload-pack --advertise-refs repo >/dev/null 2>err
	is "riad.$name has a bad value" "$? $(cat err)" \
		"1 upload-pack: fatal: riad.$(echo $name | tr '[:upper:]' '[:lower:]'): bad value 'wrong'"
	git config --global --unset riad.$name
done

# --- each of them

# refused NAME VERSION OPTION WHY: the client hears it
refused() {
	out=$(try "$2" "$3")
	like "$1, v$2: it fails" "$out" "*
128"
	like "$1, v$2: the client hears why" "$out" \
		"*remote: upload-pack: $4*"
	like "$1, v$2: and so does the server" "$out" \
		"*upload-pack: fatal: pack: $4*"
}
for v in 0 2; do
	refused 'a pack' $v --max-pack=100 'pack size limit of 100 reached'
	is "a pack of the size, v$v" "$(try $v --max-pack=1m)" 0
done
git config --global riad.maxPack 1k
refused 'by configuration' 2 '' 'pack size limit of 1k reached'
is 'the option has the last word' "$(try 2 --max-pack=1m)" 0
is 'and 0 is no limit' "$(try 2 --max-pack=0)" 0
git -C repo config riad.maxPack 1g
refused 'not by that of the repository' 2 '' 'pack size limit of 1k reached'
git -C repo config --unset riad.maxPack
git config --global --unset riad.maxPack

# A megabyte that does not compress, in a process that may have less.
git init -q big
dd if=/dev/urandom of=big/file bs=1048576 count=24 2>/dev/null
commit big one
if [ -n "$memory" ]; then
	rm -rf copy
	git clone -q --bare -u 'upload-pack --max-memory=8m' "$url/big" copy 2>err
	like 'memory: the client hears why' "$? $(cat err)" \
		'128*remote: upload-pack: out of memory: limit of 8m reached*'
	like 'memory: and so does the server' "$(cat err)" \
		'*upload-pack: fatal: pack: out of memory: limit of 8m reached*'
else
	skip 'memory' 'a sanitizer is built in'
fi
upload-pack --max-memory=1 --advertise-refs repo >out 2>err
is 'memory for nothing at all ends cleanly' "$(($? == 1 || $? == 0))" 1

# A client that drips, one that says nothing, one that never reads.
drip() {
	while echo "0032want $main"; do
		sleep 0.3
	done
}
# What this shell holds open, and never writes to.
mkfifo silent
exec 9<>silent
begin=$(date +%s)
drip | upload-pack --max-time=1 --timeout=5 repo 2>err >out
is 'time: a client that drips' "$? $(cat err)" \
	'1 upload-pack: fatal: time limit of 1 s reached'
like 'time: it hears why' "$(tail -n 1 out)" \
	'*002fERR upload-pack: time limit of 1 s reached'
timeout 10 upload-pack --max-time=1 repo <silent 2>err >out
is 'time: a client that is silent' "$(cat err)" \
	'upload-pack: fatal: time limit of 1 s reached'
like 'time: it hears why, too' "$(tail -n 1 out)" \
	'*002fERR upload-pack: time limit of 1 s reached'
timeout 10 upload-pack --timeout=1 --max-time=100 repo <silent 2>err >out
is 'stalled' "$(cat err)" 'upload-pack: fatal: timed out'
like 'stalled: it hears why' "$(tail -n 1 out)" \
	'*001fERR upload-pack: timed out'
git config --global riad.timeout 1
timeout 10 upload-pack repo <silent 2>err >out
is 'stalled, by configuration' "$(cat err)" 'upload-pack: fatal: timed out'
git config --global --unset riad.timeout
is 'all that took its time and no more' \
	"$(($(date +%s) - begin < 25))" 1

# What it wants is larger than any pipe, and it takes nothing of it.
pkt() {
	printf '%04x%s\n' $((${#1} + 5)) "$1"
}
{
	pkt "want $(git -C big rev-parse HEAD) side-band-64k ofs-delta no-progress"
	printf 0000
	pkt 'done'
} >request
for o in --timeout=1 --max-time=1; do
	timeout 10 upload-pack $o big <request 2>err 1<>silent
	like "$o: a client that never reads" "$? $(cat err)" \
		'1 upload-pack: fatal: *ti*'
done
exec 9>&-

# --- the log

log=$tmp/log
field() { # LINE NAME
	printf '%s\n' "$1" | sed -n "s/.*[{,]\"$2\":\"\{0,1\}\([^,\"}]*\).*/\1/p"
}
for v in 0 2; do
	rm -f log
	is "a clone with a log, v$v" "$(try $v --log-json="$log")" 0
	line=$(cat log)
	is "v$v: one line" "$(wc -l <log)" 1
	for pair in version=$v command=fetch common=0 haves=0 status=0 error= \
		depth= filter=; do
		is "v$v: $pair" "$(field "$line" "${pair%%=*}")" "${pair#*=}"
	done
	like "v$v: the agent" "$(field "$line" agent)" 'git/*'
	like "v$v: the repository" "$(field "$line" repository)" "$tmp/repo*"
	like "v$v: the time" "$(field "$line" time)" \
		"$(date -u +%Y-%m-%d)T*[0-9].[0-9][0-9][0-9]Z"
	is "v$v: the objects" "$(field "$line" objects)" \
		"$(git -C copy count-objects -v | sed -n 's/^in-pack: //p')"
	is "v$v: the bytes" "$(($(field "$line" pack_bytes) > 1000 &&
		$(field "$line" bytes_out) > $(field "$line" pack_bytes)))" 1
	is "v$v: the memory" "$(($(field "$line" peak_memory) > 1000000))" 1
	like "v$v: the phases" "$line" \
		'*"negotiate_wall":*"negotiate_cpu":*"write_cpu":*'
done
if command -v python3 >/dev/null; then
	is 'it is JSON' "$(python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)' <log 2>&1)" ''
fi
rm -f log
upload-pack --log-json="$log" --advertise-refs repo >/dev/null
is 'an advertisement is a request' "$(field "$(cat log)" command)" advertise
git -c protocol.version=2 ls-remote --upload-pack="upload-pack --log-json=$log" repo >/dev/null
is 'so is ls-remote' "$(field "$(tail -n 1 log)" command)" ls-refs
is 'and it has a line of its own' "$(wc -l <log)" 2
{ pkt command=fetch; pkt 'agent=a/"b'; printf 0000; } >bad
GIT_PROTOCOL=version=2 upload-pack --log-json=fd:7 --stateless-rpc repo \
	<bad 7>log >/dev/null 2>&1
like 'to a descriptor, escaped' "$(cat log)" '*"agent":"a/\\"b"*'
upload-pack --log-json=fd:7 --advertise-refs nowhere 7>log >/dev/null 2>&1
like 'a repository that is not there' "$(cat log)" \
	'*"repository":"nowhere"*"status":1,"error":"*nowhere*'
timeout 10 upload-pack --log-json=fd:7 --timeout=1 repo 7>log \
	<>silent >/dev/null 2>&1
like 'a client that stalled' "$(cat log)" '*"status":1,"error":"timed out"}'
upload-pack --log-json=fd:7 big <request 2>/dev/null 7>log | head -c 100000 >/dev/null
like 'a client that went away' "$(cat log)" '*"status":1,"error":"*'
is 'with the line whole' "$(wc -l <log)" 1
rm -f out && mkfifo fifo
upload-pack --log-json=fd:7 repo <fifo 7>log >out &
exec 8>fifo
until [ -s out ]; do sleep 0.1; done
kill $!
wait $!
is 'a signal ends it' "$?" 143
exec 8>&-
like 'and is told of' "$(cat log)" '*"status":1,"error":"ended by a signal"}'
rm -f log
git config --global riad.logJson "$log"
git ls-remote --upload-pack=upload-pack repo >/dev/null
is 'by configuration' "$(wc -l <log)" 1
git config --global --unset riad.logJson
upload-pack --log-json=/no/such/file --advertise-refs repo 2>err >out
is 'a log that cannot be is a warning' "$? $(cat err)" \
	'0 upload-pack: warning: /no/such/file: No such file or directory'
upload-pack --log-json=fd:77 --advertise-refs repo 2>err >out
is 'and so is no descriptor' "$? $(cat err)" \
	'0 upload-pack: warning: fd:77: Bad file descriptor'

# Many at once, none mixed with another.
rm -f log
k=0
while [ $((k += 1)) -le 20 ]; do
	upload-pack --log-json="$log" --advertise-refs repo >/dev/null &
done
wait
is 'twenty lines of twenty' "$(grep -c '^{"time":.*"error":""}$' log)" 20
done_testing
