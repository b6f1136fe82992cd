#!/bin/sh
# pktline tap: a command behind it is as the command itself

# Commands in quotes are for the shells that tap runs.
# shellcheck disable=SC2016

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need perl

cd "${tmp:?}" || exit 1

# Waits until a condition holds, for ten seconds at most.
await() {
	tries=100
	until eval "$1"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# The exit status: a shell's own word about a signal is not part of it.
status() {
	sh -c '"$@" 2>/dev/null; exit $?' sh "$@" 2>/dev/null
	echo $?
}

is 'output' "$(pktline tap -o t -- echo hi)" hi
is 'input' "$(echo hi | pktline tap -o t -- cat)" hi
is 'only the owner may read the trace' "$(stat -c %a t)" 600
is 'standard error is left alone' \
	"$(pktline tap -o t -- sh -c 'echo e >&2' 2>&1 >/dev/null)" e
is 'options after the command are its own' \
	"$(pktline tap -o t -- sh -c 'echo $1' sh -o)" -o
is 'no -o' "$(status pktline tap -- true)" 2
is 'no command' "$(status pktline tap -o t)" 2
is 'no such directory' "$(status pktline tap -o nonesuch/t -- true)" 1

is 'exit status' "$(status pktline tap -o t -- sh -c 'exit 7')" 7
is 'not found' "$(status pktline tap -o t -- ./nonesuch)" 127
: >plain
is 'cannot be run' "$(status pktline tap -o t -- ./plain)" 126
is 'death by signal' "$(status pktline tap -o t -- sh -c 'kill -TERM $$')" 143
is 'it is a signal, not a status' "$(perl -e '
	system @ARGV; print $? & 127' pktline tap -o t -- sh -c 'kill -9 $$')" 9

for sig in HUP INT TERM; do
	# In the background of a script INT is ignored unless perl resets it.
	perl -e '$SIG{INT} = "DEFAULT"; exec @ARGV' \
		pktline tap -o t -- sh -c "trap 'echo got; exit 5' $sig
		: >ready; while :; do sleep 0.1; done" >out &
	pid=$!
	await '[ -e ready ]'
	kill -$sig $pid
	wait $pid
	is "$sig goes to the command" "$? $(cat out)" '5 got'
	rm -f ready
done

is 'SIGPIPE is the default in the command' \
	"$(pktline tap -o t -- sh -c 'kill -PIPE $$; echo alive' | cat)" ''
pktline tap -o t -- sh -c 'trap "" PIPE; echo 1; sleep 0.3
	while echo 2; do sleep 0.1; done 2>/dev/null; : >noticed' | head -n 1 >out
await '[ -e noticed ]'
is 'the command learns that its reader went' "$? $(cat out)" '0 1'

is 'end of input is passed on' "$(printf x | pktline tap -o t -- sh -c 'cat; echo y')" xy
is 'end of output too, while the command runs on' \
	"$(pktline tap -o t -- sh -c 'echo 1; exec >&-; sleep 0.5; : >late' |
		{ cat; [ -e late ] || echo early; })" '1
early'
is 'the end of the command is the end, with input open' \
	"$(sleep 5 | timeout 3 pktline tap -o t -- echo end)" end
is 'closed standard input' "$(pktline tap -o t -- cat <&- && echo ok)" ok
is 'nothing is held back' "$(
	{ printf a; await '[ -s got ]' && printf b; } |
	pktline tap -o t -- sh -c 'dd bs=1 count=1; cat' 2>/dev/null |
	{ dd bs=1 count=1 of=got 2>/dev/null; cat; })" b
is 'a child of the command may go on writing' \
	"$(pktline tap -o t -- sh -c '(sleep 0.3; echo late) & echo soon')" 'soon
late'

is 'full disk' "$(echo hi | pktline tap -o /dev/full -- cat 2>&1)" \
	'pktline: /dev/full: byte 0: No space left on device
hi'
is 'full disk is a failure' "$(status pktline tap -o /dev/full -- true)" 1
is 'but not as bad as that of the command' \
	"$(status pktline tap -o /dev/full -- sh -c 'exit 3')" 3
is 'full disk behind standard output' \
	"$(pktline tap -o t -- echo hi 2>&1 >/dev/full; echo $?)" \
'pktline: standard output: byte 0: No space left on device
1'
is 'that too is not as bad' \
	"$(pktline tap -o t -- sh -c 'echo hi; exit 3' 2>/dev/null >/dev/full
	echo $?)" 3
is 'SIGCHLD that is blocked' "$(status timeout -s KILL 5 perl -e '
	use POSIX; sigprocmask(SIG_BLOCK, POSIX::SigSet->new(SIGCHLD));
	exec @ARGV' pktline tap -o t -- sh -c 'exit 3')" 3

# What the command left behind may hold its output open for ever.
pktline tap -o t -- sh -c 'sleep 60 & echo $! >child; exit 5' >out &
pid=$!
await '[ -s child ]'
sleep 0.2
kill -TERM $pid
wait $pid
is 'a signal after the command has ended is the end' "$?" 5
kill "$(cat child)"
(ulimit -f 1; head -c 100000 /dev/zero | pktline tap -o limit -- cat 2>err) | wc -c >out
is 'a file that may grow no more' "$(sed 's/byte [1-9][0-9]*:/byte N:/' out err)" '100000
pktline: limit: byte N: File too large'
if command -v script >/dev/null; then
	# A terminal's signal has gone to the command already, if it is to.
	cat >count <<'EOF'
$n = 0;
$SIG{INT} = sub { $n++ };
setpgrp;
open F, ">ready";
select undef, undef, undef, 0.05 while -e "ready";
print "got $n\n";
EOF
	{ await '[ -e ready ]'; sleep 0.2; printf '\003'; sleep 1; rm -f ready; sleep 0.3; } |
		script -qec 'pktline tap -o t -- perl count' /dev/null >out
	like 'a signal of the terminal is not passed on' "$(cat out)" '*got 0*'
else
	skip 'a signal of the terminal is not passed on' 'script is not installed'
fi

# A reader that sleeps: the writer stops after what pipes and tap can hold.
pktline tap -o t -- sh -c 'while head -c 65536 /dev/zero; do
	echo >>blocks; done' | { await '[ -e blocks ] && a=$(wc -l <blocks); sleep 0.3
	[ "$(wc -l <blocks)" = "$a" ]'; wc -l <blocks >held; head -c 4000000 >/dev/null; }
held=$(cat held)
like 'a slow reader stops the command' "$((held > 0 && held < 48))" 1

# Both directions full at once: neither peer reads before it has written.
is 'both directions at once' "$(
	head -c 3000000 /dev/zero | pktline tap -o t -- sh -c '
	cat >/dev/null & head -c 3000000 /dev/zero; wait' | wc -c)" 3000000
is 'a file as output' "$(head -c 3000000 /dev/zero | pktline tap -o t -- cat >big; wc -c <big)" 3000000
is 'a socket as output' "$(perl -e '
	use Socket;
	socketpair(A, B, AF_UNIX, SOCK_STREAM, 0) or die;
	if (!fork) {
		close A;
		open STDIN, "<&B"; open STDOUT, ">&B"; close B;
		exec "pktline", "tap", "-o", "t", "--",
		    "head", "-c", "3000000", "/dev/zero";
	}
	close B;
	select undef, undef, undef, 0.3;
	my $n = 0;
	while (my $r = sysread A, my $buf, 65536) { $n += $r }
	print $n;')" 3000000

# The real thing.
git init -q src
i=0
while [ $((i += 1)) -le 30 ]; do
	echo $i >src/file
	git -C src add file
	git -C src commit -q -m $i
done
head -c 3000000 /dev/urandom >src/big
git -C src add big
git -C src commit -q -m big
for version in 0 1 2; do
	git -c protocol.version=$version clone -q --no-local \
		--upload-pack='pktline tap -o ../t -- git-upload-pack' \
		src dst$version
	is "clone, protocol $version" "$?" 0
	is 'fsck' "$(git -C dst$version fsck --strict 2>&1)" ''
	is 'the same history' "$(git -C dst$version rev-parse HEAD)" \
		"$(git -C src rev-parse HEAD)"
done
git -C dst2 checkout -q -b new
git -C dst2 commit -q --allow-empty -m pushed
git -C dst2 push -q --receive-pack='pktline tap -o t -- git-receive-pack' \
	../src new 2>/dev/null
is 'push' "$(git -C src rev-parse new)" "$(git -C dst2 rev-parse new)"
done_testing
