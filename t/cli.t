#!/bin/sh
# What all tools have in common.

. "${0%/*}/lib.sh"

# The long options of a tool, but for those that every tool has.
options() {
	"$1" --help | sed -n 's/^  \(-., \|    \)--\([a-z0-9-]*\).*/\2/p' | sort
}

for path in "$BUILD"/bin/*; do
	tool=${path##*/}
	is "$tool --help" "$("$tool" --help 2>&1 | head -n 1 | cut -c 1-40 |
		sed 's/ \[OPTION.*//')" "usage: $tool"
	is "$tool -h is the same" "$("$tool" -h)" "$("$tool" --help)"
	is "$tool --help fits a terminal" "$("$tool" --help | grep '.\{81\}')" ''
	like "$tool --version" "$("$tool" --version)" "$tool (riad) [0-9]*.[0-9]*"

	out=$("$tool" --no-such-option 2>&1 >/dev/null)
	is "$tool, wrongly used, is 2" $? 2
	like "$tool says so by name" "$out" "$tool: *"

	"$tool" --help >/dev/full 2>"$tmp/err"
	is "$tool on a full disk is 1" $? 1
	is "$tool says what is full" "$(cat "$tmp/err")" \
		"$tool: standard output: byte 0: No space left on device"
	"$tool" --help >&- 2>"$tmp/err"
	is "$tool without an output is 1" $? 1
	"$tool" --help 2>&- >/dev/null
	is "$tool without a place for errors is 0" $? 0

	for shell in bash zsh fish; do
		"$tool" --completion $shell >"$tmp/$shell"
		case $shell in
		bash) file=$tool.bash ;;
		zsh) file=_$tool ;;
		fish) file=$tool.fish ;;
		esac
		is "completions/$file is what $tool prints" \
			"$(diff "$top/completions/$file" "$tmp/$shell" 2>&1)" ''
		if command -v $shell >/dev/null; then
			is "$shell can read it" "$($shell -n "$tmp/$shell" 2>&1)" ''
		elif [ -n "${CI-}" ]; then
			need $shell
		else
			skip "$shell can read it" "no $shell"
		fi
	done

	# bash itself is asked; the others are searched.
	is "bash completes all options of $tool" "$(bash -c '
		. "$1"
		eval "$(complete -p "$2" | sed "s/.*-F \([^ ]*\).*/f=\1/")"
		COMP_WORDS=("$2" --) COMP_CWORD=1
		$f "$2" -- "$2"
		printf "%s\n" "${COMPREPLY[@]}"' bash "$tmp/bash" "$tool" |
		sed -n 's/^--//p' | sort)" "$(options "$tool")"
	is "zsh completes all options of $tool" \
		"$(sed -n 's/^	.*--\([a-z0-9-]*\)=\{0,1\}[}[].*/\1/p' "$tmp/zsh" |
			sort)" "$(options "$tool")"
	is "fish completes all options of $tool" \
		"$(sed -n 's/.* -l \([a-z0-9-]*\) .*/\1/p' "$tmp/fish" | sort)" \
		"$(options "$tool")"
	if command -v fish >/dev/null; then
		is "fish offers them" "$(fish --no-config -c "
			source $tmp/fish
			complete -C '$tool --'" | sed 's/^--//; s/	.*//' |
			sort)" "$(options "$tool")"
	fi
done
done_testing
