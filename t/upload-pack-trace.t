#!/bin/sh
# upload-pack(1): GIT_TRACE_PACKET and GIT_TRACE, beside git's own

. "${0%/*}/lib.sh"
. "${0%/*}/git.sh"
need upload-pack
cd "$tmp" || exit 1
make_repo repo
url=file://$tmp
TZ=UTC-5:30
export TZ

# traced SERVER VERSION COMMAND ARGUMENTS...: the lines of the server alone, in
# which what the two may announce differently is left out.
traced() {
	server=$1 version=$2 command=$3
	shift 3
	rm -rf trace copy
	git init -q --bare copy
	git -C copy -c protocol.version="$version" "$command" --upload-pack="env \
		GIT_TRACE_BARE=1 GIT_TRACE_PACKET=$tmp/trace $server" "$@" >out 2>err
	sed -e 's/agent=[^ ]*/agent=X/' -e '/upload-pack> /s/\(HEAD\|{}\)\\0.*/\1/' \
		-e '/> \(agent\|ls-refs\|fetch\|server-option\|object-\|bundle\)/d' \
		-e 's/ \(shallow\|deepen-[a-z]*\)//g' trace
}

# Both clients choose by what was announced, so that is made the same.
for v in 0 1 2; do
	for c in "ls-remote $url/repo" "fetch $url/repo main:main"; do
		# shellcheck disable=SC2086
		want=$(traced git-upload-pack $v $c)
		# shellcheck disable=SC2086
		is "v$v: ${c%% *}: as git traces it" \
			"$(traced upload-pack $v $c)" "$want"
		like "v$v: ${c%% *}: something is" "$want" '*upload-pack> 0000*'
	done
done

# Where questions and answers alternate they stay in order.
git clone -q --bare repo ahead
echo new >repo/new
commit repo new
git -C ahead fetch -q "$tmp/repo" main:main
git clone -q repo behind
git -C behind reset -q --hard HEAD~3
echo own >behind/own
commit behind own
for server in git-upload-pack upload-pack; do
	rm -rf try trace
	cp -R behind try
	git -C try -c protocol.version=0 fetch -q --upload-pack="env \
		GIT_TRACE_BARE=1 GIT_TRACE_PACKET=$tmp/trace $server" "$url/ahead" main:x
	sed 's/\\0.*//; /want /d' trace >$server.trace
done
is 'a negotiation, line by line' "$(cat upload-pack.trace)" \
	"$(cat git-upload-pack.trace)"

# --- the values

GIT_TRACE_PACKET=1 upload-pack --advertise-refs repo 2>err >/dev/null
like '1 is standard error, with time and source' "$(tail -n 1 err)" \
	"$(TZ=$TZ date +%H):[0-9][0-9]:[0-9][0-9].[0-9][0-9][0-9][0-9][0-9][0-9] *.c:[0-9]* packet:  upload-pack> 0000"
is 'what is said begins where git has it' "$(tail -n 1 err | cut -c 41-)" \
	'packet:  upload-pack> 0000'
for v in true 2; do
	is "$v is standard error" "$(GIT_TRACE_PACKET=$v upload-pack \
		--advertise-refs repo 2>&1 >/dev/null | grep -c 'upload-pack> 0000')" 1
done
for v in '' 0 false FALSE; do
	is "'$v' is for none" "$(GIT_TRACE_PACKET=$v GIT_TRACE=$v upload-pack \
		--advertise-refs repo 2>&1 >/dev/null)" ''
done
is 'a descriptor' "$(GIT_TRACE_PACKET=7 upload-pack --advertise-refs repo \
	7>&1 >/dev/null | grep -c 'upload-pack> 0000')" 1
echo first >file
GIT_TRACE_PACKET=$tmp/file upload-pack --advertise-refs repo >/dev/null
is 'a file, added to' "$(head -n 1 file)$(grep -c 'upload-pack> 0000' file)" first1
is 'a value that is none' "$(GIT_TRACE_PACKET="file" upload-pack \
	--advertise-refs repo 2>&1 >/dev/null)" \
	"upload-pack: warning: unknown trace value for 'GIT_TRACE_PACKET': file"
is 'a file that cannot be' "$(GIT_TRACE=/no/file upload-pack \
	--advertise-refs repo 2>&1 >/dev/null)" \
	"upload-pack: warning: could not open '/no/file' for tracing: No such file or directory"

# --- GIT_TRACE

GIT_TRACE=1 GIT_TRACE_BARE=1 upload-pack --strict --timeout=5 --advertise-refs \
	"repo/.git" 2>err >/dev/null
is 'the command line' "$(cat err)" \
	'trace: built-in: git upload-pack --strict --timeout=5 --advertise-refs repo/.git'
GIT_TRACE=1 GIT_TRACE_BARE=1 upload-pack "it's no repository!" 2>err >/dev/null
is 'quoted as git quotes' "$(head -n 1 err)" \
	"trace: built-in: git upload-pack 'it'\\''s no repository'\\!''"

# Nobody's terminal is written to by a client.
printf '0013agent=\033[31mred\n' | GIT_PROTOCOL=version=2 GIT_TRACE_PACKET=1 \
	GIT_TRACE_BARE=1 upload-pack repo 2>err >/dev/null
is 'what a client sends is escaped' "$(grep -c 'upload-pack< agent=\\33\[31mred$' err)" 1
done_testing
