#!/bin/sh
# make install puts things where they belong, where they work, and uninstall
# takes them away; make dist makes the same bytes twice.

. "${0%/*}/lib.sh"
need make git pkg-config

dest=$tmp/dest prefix=/opt/riad
# The flags of the make that runs the tests, less its job server.
MAKEFLAGS=$(echo "${MAKEFLAGS-}" | sed 's/-j[0-9]* *//; s/--jobserver[^ ]* *//')
export MAKEFLAGS
make() {
	command make -s --no-print-directory -C "$top" DEPS=no BUILD="$BUILD" \
		DESTDIR="$dest" PREFIX=$prefix "$@"
}
tools=$(cd "$BUILD/bin" && echo *)

make install >"$tmp/log" 2>&1
is 'make install' $? 0
is 'says nothing' "$(cat "$tmp/log")" ''
is 'it installs what it should' "$(cd "$dest$prefix" && find . ! -type d | sort)" "$({
	for t in $tools; do
		echo "./bin/$t"
		echo "./share/man/man1/$t.1"
		echo "./share/bash-completion/completions/$t"
		echo "./share/zsh/site-functions/_$t"
		echo "./share/fish/vendor_completions.d/$t.fish"
	done
	for h in "$top"/include/riad/*.h; do
		name=$(basename "$h" .h)
		[ -e "$top/lib/repo/$name.c" ] || [ -e "$top/lib/port/$name.c" ] ||
			[ -e "$top/lib/http/$name.c" ] || echo "./include/riad/$name.h"
	done
	echo ./share/man/man5/riad-midi.5
	echo ./share/man/man5/riad-score.5
	echo ./share/man/man7/riad.7
	echo ./lib/libriad.a
	echo ./lib/pkgconfig/libriad.pc
	case " $tools " in *' upload-pack '*)
		echo ./libexec/riad/git
		echo ./libexec/riad/git-upload-pack
		;;
	esac
	case " $tools " in *' dohd '*)
		echo ./lib/systemd/system/dohd.service
		echo ./lib/systemd/system/dohd.socket
		;;
	esac
} | sort)"
is 'and nothing elsewhere' "$(find "$dest" ! -type d ! -path "$dest$prefix/*")" ''
is 'all can be read by all' "$(find "$dest" ! -type l ! -perm -444)" ''

# A program of somebody else's, by way of the .pc file.
cat >"$tmp/user.c" <<'END'
#include <riad/cli.h>
#include <riad/pktline.h>
int main(void)
{
	struct riad_pkt pkt = {RIAD_PKT_DATA, (const uint8_t *)"hello\n", 6};
	return riad_pkt_write(1, &pkt) == 0 ? 0 : 1;
}
END
# shellcheck disable=SC2046
is 'the library can be used' "$(
	export PKG_CONFIG_PATH="$dest$prefix/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$dest"
	case $BUILD in */san) san=-fsanitize=address,undefined ;; *) san= ;; esac
	${CC:-cc} $san -o "$tmp/user" "$tmp/user.c" \
		$(pkg-config --cflags --libs --static libriad) 2>&1 && "$tmp/user"
)" '000ahello'
headers=$(cd "$dest$prefix/include" && echo riad/*.h)
is 'each header stands alone' "$(for h in $headers; do
	echo "#include <$h>" | ${CC:-cc} -std=c11 -Wall -Wextra -Werror \
		-D_GNU_SOURCE -I"$dest$prefix/include" -fsyntax-only -x c - 2>&1
done)" ''

if [ -e "$dest$prefix/libexec/riad/git-upload-pack" ]; then
	(
		GIT_CONFIG_NOSYSTEM=1 HOME=$tmp
		GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org
		GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org
		export GIT_CONFIG_NOSYSTEM HOME GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
			GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
		git init -q "$tmp/repo" && git -C "$tmp/repo" commit -q --allow-empty -m one
		# What sshd does for the client: the account's shell finds the server.
		cat >"$tmp/ssh" <<-END
			#!/bin/sh
			while [ \$# -gt 1 ]; do shift; done
			PATH=$dest$prefix/libexec/riad:\$PATH
			export PATH
			command -v git-upload-pack >$tmp/server
			exec sh -c "\$1"
		END
		chmod +x "$tmp/ssh"
		GIT_SSH=$tmp/ssh GIT_SSH_VARIANT=simple git clone -q "ssh://host$tmp/repo" "$tmp/clone"
	) >"$tmp/log" 2>&1
	is 'a clone through PATH' $? 0
	is 'is answered by the installed server' "$(cat "$tmp/server")" \
		"$dest$prefix/libexec/riad/git-upload-pack"

	# git-daemon runs "git upload-pack", and is itself run without a port.
	cat >"$tmp/daemon" <<-END
		#!/bin/sh
		PATH=$dest$prefix/libexec/riad:$PATH
		exec $(git --exec-path)/git-daemon --inetd --export-all --base-path=$tmp
	END
	chmod +x "$tmp/daemon"
	is 'git-daemon too is turned over by PATH' "$(
		GIT_PROXY_COMMAND=$tmp/daemon GIT_TRACE_PACKET=1 \
			git ls-remote git://host/repo 2>&1 | grep -o '< agent=riad'
	)" '< agent=riad'
	is 'while git is git' "$("$dest$prefix/libexec/riad/git" --version)" \
		"$(git --version)"
	is 'and whole' "$(git -C "$tmp/clone" rev-parse HEAD)" \
		"$(git -C "$tmp/repo" rev-parse HEAD)"
else
	skip 'a clone through PATH' 'upload-pack is not built here'
fi

echo mine >"$dest$prefix/share/man/man1/other.1"
make uninstall >"$tmp/log" 2>&1
is 'make uninstall' $? 0
is 'takes its own away' "$(cd "$dest$prefix" && find . ! -name .)" "./share
./share/man
./share/man/man1
./share/man/man1/other.1"
make uninstall >"$tmp/log" 2>&1
is 'and minds nothing if it is gone' $? 0

if git -C "$top" rev-parse -q --verify HEAD >/dev/null 2>&1 && [ -e "$top/.git" ]; then
	make dist DIST="$tmp/one.tar.gz"
	(umask 077 && TZ=Asia/Tokyo make dist DIST="$tmp/two.tar.gz")
	is 'make dist twice is the same' "$(cmp "$tmp/one.tar.gz" "$tmp/two.tar.gz" 2>&1)" ''
	is 'and all of HEAD' \
		"$(tar -tzf "$tmp/one.tar.gz" | grep -v '/$' | sed 's|^riad-[0-9.]*/||' | sort)" \
		"$(git -C "$top" ls-tree -r --name-only HEAD | sort)"
else
	skip 'make dist' 'not a repository'
fi
done_testing
