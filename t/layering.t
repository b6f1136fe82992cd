#!/bin/sh
# No include points upward, and an outside library is known in one place.

. "${0%/*}/lib.sh"

# The includes of the tree in $1 that are not allowed.
violations() (
	cd "$1" || exit
	{
		for f in lib/*/*.c; do echo "source $f"; done
		find cmd lib include -name '*.[ch]' -exec \
			grep -HnE '^[[:space:]]*#[[:space:]]*include' {} + |
			sed 's/:\([0-9]*\):[^"<A-Z]*/ \1 /'
	} | awk '
	BEGIN {
		below["cmd"] = " repo port http dns net git pack midi sys cli base "
		below["repo"] = " git pack base "
		below["http"] = " net base "
		below["port"] = " midi base "
		below["git"] = " pack base "
		below["dns"] = below["net"] = below["pack"] = below["midi"] = below["sys"] = below["cli"] = " base "

		# A header belongs to the folder of its .c; these have none.
		folder["odb"] = folder["packer"] = "pack"

		only["portmidi.h"] = "^lib/port/"
		only["git2.h"] = only["git2/"] = "^lib/repo/"
		only["openssl/"] = "^lib/(pack/hash\\.c$|http/)"
		only["nghttp2/"] = "^lib/http/"
		only["idn2.h"] = "^cmd/dohq"
		only["pthread.h"] = "^lib/(pack/|sys/memory\\.c$)"
		only["zlib.h"] = only["libdeflate.h"] = "^lib/pack/"
	}
	function bad(why) { print $1 ":" $2 ": " $3 ": " why }
	function base(path) { sub(/.*\//, "", path); sub(/\.[ch]$/, "", path); return path }

	$1 == "source" {
		split($2, part, "/")
		if (base($2) in folder)
			print $2 ": " folder[base($2)] " has one of that name"
		folder[base($2)] = part[2]
		next
	}
	{
		split($1, part, "/")
		from = part[1] == "cmd" ? "cmd" : part[1] == "lib" ? part[2] : folder[base($1)]
		name = $3
		gsub(/["<>]/, "", name)
	}
	from == "" { bad("the header is of no folder"); next }
	!(from in below) && from != "base" { bad("the folder is of no layer"); next }
	$3 ~ /^"riad\// {
		to = folder[base(name)]
		if (to == "")
			bad("of no folder")
		else if (to != from && !index(below[from], " " to " "))
			bad(from " may not use " to)
		next
	}
	$3 ~ /^"/ { if (name ~ /\// && $1 !~ "^cmd/[^/]*$") bad("reaches into another folder"); next }
	$3 !~ /^</ { bad("not a name"); next }
	{
		for (lib in only)
			if (index(name, lib) == 1 && $1 !~ only[lib])
				bad("not here")
	}'
)

is 'the layers hold' "$(violations "$top")" ''

# One offence of each kind, to see that each is found.
mkdir -p "$tmp/cmd" "$tmp/include/riad" "$tmp/lib/base" "$tmp/lib/cli" \
	"$tmp/lib/git" "$tmp/lib/pack" "$tmp/lib/repo" "$tmp/lib/sys" \
	"$tmp/lib/other"
cd "$tmp" || exit
put() { file=$1 && shift && printf '%s\n' "$@" >"$file"; }
put cmd/tool.c '#include "riad/repo.h"' '#include "riad/cli.h"' '#include <git2.h>'
put lib/base/io.c '#include "riad/io.h"' '#include "riad/pktline.h"'
put lib/base/text.c '#  include "riad/cli.h"' '#include <stdio.h>'
put lib/cli/cli.c '#include "riad/io.h"' '#include "riad/child.h"' '#include <pthread.h>'
put lib/sys/child.c '#include "riad/io.h"' '#include "riad/walk.h"'
put lib/git/pktline.c '#include "riad/walk.h"' '#include "riad/repo.h"' '#include <zlib.h>'
put lib/pack/walk.c '#include "riad/odb.h"' '#include "riad/pktline.h"' '#include <zlib.h>'
put lib/pack/hash.c '#include <openssl/evp.h>' '#include "../repo/handle.h"'
put lib/repo/repo.c '#include <git2.h>' '#include "handle.h"' '#include <openssl/evp.h>'
put lib/repo/walk.c '#include "riad/cli.h"'
put lib/other/new.c '#include NAME'
put include/riad/odb.h '#include "riad/io.h"' '#include "riad/packer.h"'
put include/riad/pktline.h '#include "riad/repo.h"'
put include/riad/lost.h '#include <stddef.h>'
is 'and an offence is found' "$(violations . | sort)" "$(sort <<'END'
cmd/tool.c:3: <git2.h>: not here
lib/base/io.c:2: "riad/pktline.h": base may not use git
lib/base/text.c:1: "riad/cli.h": base may not use cli
lib/cli/cli.c:2: "riad/child.h": cli may not use sys
lib/cli/cli.c:3: <pthread.h>: not here
lib/sys/child.c:2: "riad/walk.h": sys may not use repo
lib/git/pktline.c:1: "riad/walk.h": git may not use repo
lib/git/pktline.c:2: "riad/repo.h": git may not use repo
lib/git/pktline.c:3: <zlib.h>: not here
lib/pack/walk.c:2: "riad/pktline.h": pack may not use git
lib/pack/hash.c:2: "../repo/handle.h": reaches into another folder
lib/repo/walk.c: pack has one of that name
lib/repo/repo.c:3: <openssl/evp.h>: not here
lib/repo/walk.c:1: "riad/cli.h": repo may not use cli
lib/other/new.c:1: NAME: the folder is of no layer
include/riad/pktline.h:1: "riad/repo.h": git may not use repo
include/riad/lost.h:1: <stddef.h>: the header is of no folder
END
)"
done_testing
