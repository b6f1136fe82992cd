# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Sourced by t/*.t: TAP on stdout, a directory of its own to work in.

top=$(cd "${0%/*}/.." && pwd)
case ${BUILD:=build} in /*) ;; *) BUILD=$top/$BUILD ;; esac
PATH=$BUILD/bin:$PATH
LC_ALL=C.UTF-8
export BUILD PATH LC_ALL
n=0 failed=0
tmp=$(mktemp -d "${TMPDIR:-/tmp}/riad-test.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM

is() { # name got want
	n=$((n + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $n - $1"
	else
		failed=$((failed + 1))
		echo "not ok $n - $1"
		printf '# got:\n%s\n# want:\n%s\n' "$2" "$3" | sed 's/^[^#]/#  &/'
	fi
}

like() { # name got pattern, as of case
	# shellcheck disable=SC2254
	case $2 in
	$3) is "$1" '' '' ;;
	*) is "$1" "$2" "like: $3" ;;
	esac
}

skip() { # name why
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# A peer that is not there is an error in CI, and a skip with a reason here.
need() { # command...
	for c; do
		command -v "$c" >/dev/null && continue
		[ -z "${CI-}" ] || { echo "Bail out! $c is not installed"; exit 1; }
		echo "1..0 # SKIP $c is not installed"
		exit 0
	done
}

done_testing() {
	echo "1..$n"
	exit $((failed > 0))
}
