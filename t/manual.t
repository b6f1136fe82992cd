#!/bin/sh
# The manuals tell the truth: their options are those of --help, and so are
# their commands; their examples run, in a directory that has
#	repo.git	a bare repository of a few commits, two branches and a tag
#	trace		what pktline tap recorded of its clone
#	tune.mid	a standard MIDI file

. "${0%/*}/lib.sh"
need mandoc git

HOME=$tmp GIT_CONFIG_NOSYSTEM=1
GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
export HOME GIT_CONFIG_NOSYSTEM GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
	GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
{
	git init -q -b main "$tmp/work" && cd "$tmp/work" &&
		for i in 1 2 3; do
			echo $i >file && git add file && git commit -m $i
		done &&
		git branch other HEAD^ && git tag -a -m first v1 &&
		git clone --bare . "$tmp/repo.git" && cd "$tmp" &&
		git clone -u 'pktline tap -o trace -- git-upload-pack' repo.git temp
} >"$tmp/log" 2>&1

# "-o --output FILE" and "--json", a line for each option of --help.
help_options() {
	"$1" --help | sed -n 's/^  -\(.\), --\([a-z0-9-]*\).*/-\1 --\2/p
		s/^      --\([a-z0-9-]*\).*/--\1/p' | sort
}

# The same of the lines ".It Fl o , Fl -output Ar file".
manual_options() {
	sed -n '/^\.It Fl /p' "$1" | awk '{
		short = ""
		for (i = 2; i < NF; i++) {
			if ($i != "Fl")
				continue
			name = $(i + 1)
			if (name !~ /^-/)
				short = "-" name " "
			else {
				print short "-" name
				short = ""
			}
		}
	}' | sort
}

# In the manual a command is what follows the name in the synopsis.
help_commands() {
	"$1" --help | sed -n '1,/^$/s/^[usage: ]* '"$1"' \([a-z-]*\) .*/\1/p' | sort
}
manual_commands() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.\(Nm \)\{0,1\}Cm \([a-z-]*\).*/\2/p' "$1" |
		sort -u
}

# The commands shown in the section EXAMPLES, which begin with a dollar sign.
examples() {
	mandoc -T ascii -O width=900 "$1" | sed 's/.'"$(printf '\010')"'//g' |
		sed -n '/^EXAMPLES/,/^[A-DF-Z]/s/^ *\$ //p'
}

for path in "$BUILD"/bin/*; do
	tool=${path##*/} man=$top/man/${path##*/}.1
	[ -e "$man" ] || { is "$tool has a manual" no yes; continue; }
	is "$tool.1 has the options of $tool" \
		"$(manual_options "$man")" "$(help_options "$tool")"
	is "$tool.1 has the commands of $tool" \
		"$(manual_commands "$man")" "$(help_commands "$tool")"
done

for man in "$top"/man/*.[1-9]; do
	name=${man##*/}
	is "$name is well-formed" "$(mandoc -T lint -W warning "$man")" ''
	[ -x "$BUILD/bin/upload-pack" ] ||
		{ skip "the examples of $name" 'without upload-pack'; continue; }
	mkdir "$tmp/$name" && cd "$tmp/$name" || exit
	cp -R ../repo.git . && cp ../trace . 2>/dev/null
	printf 'MThd\0\0\0\6\0\0\0\1\0\140MTrk\0\0\0\14\0\220<@`\200<@\0\377/\0' \
		>tune.mid
	examples "$man" | sed 's|/path/to/||g' >../commands
	like "$name has examples" "$(cat ../commands)" '?*'
	while read -r line; do
		is "$name: $line" "$(sh -c "$line" 2>../err >../out </dev/null ||
			{ echo "exit $?"; cat ../err; })" ''
	done <../commands
done

# So do the pipelines of the README, from "with a repository" to the next words.
if [ -x "$BUILD/bin/upload-pack" ]; then
	sed -n '/with a repository .repo.git/,/^[A-Z]/{//!s/^    //p;}' \
		"$top/README.md" >"$tmp/script"
	mkdir "$tmp/readme" && cd "$tmp/readme" && cp -R ../repo.git . || exit
	like 'README.md has pipelines' "$(cat "$tmp/script")" '*pktline*|*pktline*'
	is 'README.md: they run' "$({
		sh -e "$tmp/script" </dev/null 2>&1 >/dev/null && echo well
	} | grep -v '^Cloning')" well
fi
done_testing
