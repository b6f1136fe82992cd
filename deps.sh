#!/bin/sh
# SPDX-License-Identifier: ISC
#
# deps.sh - install what a make target needs and this machine lacks
#
# usage: deps.sh [TARGET...]      check, demo, lint, fuzz, peers, ...
#
# Nothing is said or done where nothing is missing.  Else packages are
# installed by root, or through sudo once a person at a terminal has agreed;
# where neither is possible the command is printed and the status is 1.
#
# The peers are the programs that the tests talk to, and do without where
# there are none; with CI=true in the environment, check needs them too.

set -u
ci=${CI-}
[ "$ci" != false ] || ci=

# A row: the group, how to tell that the thing is here (a command, a
# pkg-config module, a header, a module of python's, a flag that clang can link
# with), the packages that bring it, and other names of these by package
# manager.
table='
build cmd:cc            gcc brew=-
build h:stdio.h         libc6-dev dnf=glibc-devel pacman=glibc apk=musl-dev brew=-
build cmd:ar            binutils brew=-
build cmd:pkg-config    pkg-config dnf=pkgconf-pkg-config pacman=pkgconf apk=pkgconf brew=pkgconf
build pc:libcrypto      libssl-dev dnf=openssl-devel pacman=openssl apk=openssl-dev brew=openssl
build pc:libdeflate     libdeflate-dev dnf=libdeflate-devel pacman=libdeflate brew=libdeflate
build pc:zlib           zlib1g-dev dnf=zlib-devel pacman=zlib apk=zlib-dev brew=zlib
build pc:libssl         libssl-dev dnf=openssl-devel pacman=openssl apk=openssl-dev brew=openssl
build pc:libnghttp2     libnghttp2-dev dnf=libnghttp2-devel pacman=libnghttp2 apk=nghttp2-dev brew=libnghttp2
build h:idn2.h          libidn2-dev dnf=libidn2-devel pacman=libidn2 apk=libidn2-dev brew=libidn2
build h:portmidi.h      libportmidi-dev dnf=portmidi-devel pacman=portmidi apk=portmidi-dev brew=portmidi
run   cmd:git           git
run   cmd:openssl       openssl
test  cmd:prove         perl dnf=perl-Test-Harness apk=perl-utils
peer  cmd:ssh           openssh-client dnf=openssh-clients pacman=openssh brew=-
peer  cmd:sshd          openssh-server pacman=openssh brew=-
peer  cmd:lighttpd      lighttpd
peer  cmd:curl          curl
peer  py:dulwich        python3-dulwich dnf=python3-dulwich pacman=python-dulwich apk=py3-dulwich brew=-
peer  py:pygit2         python3-pygit2 dnf=python3-pygit2 pacman=python-pygit2 apk=py3-pygit2 brew=-
peer  cmd:socat         socat
peer  cmd:midicsv       midicsv dnf=- pacman=- apk=- brew=midicsv
peer  py:mido           python3-mido dnf=- pacman=python-mido apk=- brew=-
peer  cmd:xmllint       libxml2-utils dnf=libxml2 pacman=libxml2 apk=libxml2-utils brew=libxml2
peer  cmd:named         bind9 dnf=bind pacman=bind apk=bind brew=bind
peer  cmd:dig           bind9-dnsutils dnf=bind-utils pacman=bind apk=bind-tools brew=bind
peer  cmd:dnssec-signzone bind9-utils dnf=bind-dnssec-utils pacman=bind apk=bind-dnssec-tools brew=bind
peer  cmd:unbound       unbound
peer  cmd:dnsperf       dnsperf apk=-
peer  cmd:dnsdist       dnsdist
peer  cmd:kresd         knot-resolver
peer  cmd:knotd         knot
peer  cmd:kdig          knot-dnsutils dnf=knot-utils pacman=knot apk=knot-utils brew=knot
peer  cmd:nginx         nginx-light dnf=nginx pacman=nginx apk=nginx brew=nginx
peer  cmd:drill         ldnsutils dnf=ldns-utils pacman=ldns apk=drill brew=ldns
peer  cmd:nghttpd       nghttp2-server dnf=nghttp2 pacman=nghttp2 apk=nghttp2 brew=nghttp2
peer  cmd:bash          bash
peer  cmd:zsh           zsh
peer  cmd:fish          fish
peer  cmd:mandoc        mandoc
peer  cmd:readelf       binutils
peer  cmd:abc2midi      abcmidi brew=abcmidi
lint  cmd:gcc           gcc
lint  cmd:clang         clang brew=llvm
lint  cmd:clang-format  clang-format dnf=clang-tools-extra pacman=clang apk=clang-extra-tools
lint  cmd:clang-tidy    clang-tidy dnf=clang-tools-extra pacman=clang apk=clang-extra-tools brew=llvm
lint  cmd:mandoc        mandoc
lint  cmd:shellcheck    shellcheck dnf=ShellCheck
bench cmd:time          time brew=gnu-time
fuzz  cmd:clang         clang brew=llvm
fuzz  ld:-fsanitize=fuzzer  libclang-rt-dev dnf=compiler-rt pacman=compiler-rt apk=compiler-rt brew=llvm
'

present() {
	case $1 in
	cmd:*) command -v "${1#*:}" ;;
	pc:*) "${PKG_CONFIG:-pkg-config}" --exists "${1#*:}" ;;
	py:*) python3 -c "import ${1#*:}" || /usr/bin/python3 -c "import ${1#*:}" ;;
	h:*) ${CC:-cc} -E -include "${1#*:}" -x c /dev/null ;;
	ld:*) echo 'int LLVMFuzzerTestOneInput(void) { return 0; }' |
		clang "${1#*:}" -x c -o /dev/null - ;;
	esac >/dev/null 2>&1
}

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

die() {
	echo "deps.sh: $*" >&2
	exit 1
}

[ $# -gt 0 ] || set -- check
groups=
for target; do
	case $target in
	check | check-san) groups="$groups build run test ${ci:+peer}" ;;
	peers) groups="$groups build run test peer" ;;
	fuzz-long) groups="$groups build run fuzz" ;;
	lint | fuzz | bench) groups="$groups build run $target" ;;
	*) groups="$groups build run" ;;
	esac
done

PATH=$PATH:/usr/sbin:/sbin # where daemons live
for manager in apt-get dnf pacman apk brew none; do
	command -v $manager >/dev/null && break
done

missing='' packages=''
while read -r group thing names; do
	case " $groups " in *" $group "*) ;; *) continue ;; esac
	present "$thing" && continue
	package=${names%% *}
	case " $names " in
	*" $manager="*) package=${names#*"$manager="} package=${package%% *} ;;
	esac
	missing="$missing ${thing#*:}"
	case " $packages " in *" $package "*) continue ;; esac
	[ "$package" = - ] || packages="${packages:+$packages }$package"
done <<END
$table
END
[ -n "$missing" ] || exit 0
[ -z "${RIAD_DEPS_TRIED-}" ] || die "still missing:$missing"

case $manager in
apt-get)
	# The lists of a fresh machine are missing, and those of others old.
	apt='DEBIAN_FRONTEND=noninteractive apt-get -qq'
	install="apt-get -qq update && $apt install --no-install-recommends"
	;;
dnf) install='dnf -q -y --setopt=install_weak_deps=False install' ;;
pacman) install='pacman -S --needed --noconfirm' ;;
apk) install='apk -q add' ;;
brew) install='brew install -q' ;;
esac
if [ "$manager" = none ] || [ -z "$packages" ]; then
	die "please install:$missing"
fi
install="$install $packages"

if [ "$manager" = brew ]; then
	as_root() { "$@"; } # which root must not run
elif [ "$(id -u)" != 0 ]; then
	command="sudo sh -c '$install'"
	if ! command -v sudo >/dev/null; then
		die "missing:$missing; as root, run: $install"
	elif [ -t 0 ] && [ -t 2 ]; then
		printf 'missing:%s\n%s\nRun this? [y/N] ' "$missing" "$command" >&2
		read -r answer
		case $answer in [yY]*) ;; *) exit 1 ;; esac
	elif [ -z "$ci" ] || ! sudo -n true 2>/dev/null; then
		die "missing:$missing; run: $command"
	fi
fi

# A daemon's package would start it; this is the distribution's own way to
# say no, and it is gone again afterwards.
policy=/usr/sbin/policy-rc.d
case "$manager $packages" in
apt-get*openssh-server* | apt-get*lighttpd*)
	if [ ! -e $policy ]; then
		trap 'as_root rm -f $policy' EXIT
		trap 'exit 130' INT TERM
		printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
		as_root chmod 755 $policy
	fi
	;;
esac

echo "deps.sh: installing $packages" >&2
as_root sh -c "$install" </dev/null >/dev/null || die "failed: $install"
RIAD_DEPS_TRIED=1 "$0" "$@"
