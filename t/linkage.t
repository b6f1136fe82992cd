#!/bin/sh
# A tool loads the libraries that its work needs, and no others.

. "${0%/*}/lib.sh"
need readelf

# What the program $1 loads that is not among the rest of the arguments.
extra() {
	program=$1 && shift
	readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\([^]]*\)\.so.*/\1/p' |
		grep -vE '^lib([aut]san|ubsan)$' | sort |
		while read -r lib; do
			case " $* " in *" $lib "*) ;; *) echo "$lib" ;; esac
		done
}

while read -r tool libs; do
	[ -x "$BUILD/bin/$tool" ] || { skip "$tool" 'not built here'; continue; }
	# shellcheck disable=SC2086
	is "$tool loads $libs" "$(extra "$BUILD/bin/$tool" $libs)" ''
done <<'END'
dohd libc
dohq libc
midi-encode libc
midi-port libc libportmidi
midi-snoop libc
pktline libc
upload-pack libc libcrypto libdeflate libz
END

for tool in "$BUILD"/bin/*; do
	is "${tool##*/} has a row here" \
		"$(grep -c "^${tool##*/} lib" "$top/t/linkage.t")" 1
done
like 'what else is loaded is seen' "$(extra "$(command -v readelf)" libc)" '*lib*'
done_testing
