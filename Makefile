# SPDX-License-Identifier: ISC
# GNU make.
#
# make              build the tools, in build/bin
# make demo         show what they do, on a new repository or on REPO=path
# make check        run the tests; a few of them with TESTS='t/pktline.t ...'
# make check-san    run them under the address and undefined sanitizers
# make fuzz         run each fuzz target, or FUZZ=name, for FUZZ_SECONDS=10
# make fuzz-long    the same, for FUZZ_RUNS=100000000 of inputs kept short
# make bench        measure
# make lint         everything else that finds faults
# make format       indent the C sources
# make completions  write the shell completions anew, from the tools
# make install      to PREFIX=/usr/local, in DESTDIR= if given
# make uninstall    remove what install put there
# make dist         make a tarball of HEAD
# make deps         install what the build and the tests need
# make clean        remove build/
#
# demo and everything from check to lint install what is missing themselves,
# and do without if DEPS=no.  CC, CFLAGS and LDFLAGS are yours to set, and
# STATIC=no for tools that load their libraries.

.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:

VERSION = 0.1.0
PREFIX = /usr/local
BINDIR = $(PREFIX)/bin
LIBDIR = $(PREFIX)/lib
LIBEXECDIR = $(PREFIX)/libexec
INCLUDEDIR = $(PREFIX)/include
DATADIR = $(PREFIX)/share
MANDIR = $(DATADIR)/man
BUILD = build

CC = cc
AR = ar
INSTALL = install
PKG_CONFIG = pkg-config
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef
STD = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DRIAD_VERSION='"$(VERSION)"' $(if $(LDSTATIC),-DRIAD_STATIC)
ALL_CFLAGS = $(STD) $(WARN) -Iinclude $(PC_CFLAGS) -MMD -MP $(CFLAGS)

# A tool is described by three variables, of which most tools need none:
# PC_x, pkg-config modules; OBJ_x, objects of the adapters that wrap them;
# LDLIBS_x, libraries that have no .pc file.
ALL_TOOLS = $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
REPO_SRC = $(wildcard lib/repo/*.c)
REPO_OBJ = $(REPO_SRC:.c=.o)
PC_PACK = libcrypto libdeflate zlib
PC_upload-pack = $(PC_PACK)
OBJ_upload-pack = $(REPO_OBJ) \
	$(patsubst %.c,%.o,$(wildcard cmd/upload-pack/*.c))

# A tool of many commands keeps them in a folder of its name.
OBJ_pktline = $(patsubst %.c,%.o,$(wildcard cmd/pktline/*.c))
OBJ_midi-snoop = $(patsubst %.c,%.o,$(wildcard cmd/midi-snoop/*.c))
OBJ_midi-encode = $(patsubst %.c,%.o,$(wildcard cmd/midi-encode/*.c))

# Debian's portmidi has no .pc file.  Without its header midi-port is built for
# raw devices and serial lines.
PORT_SRC = $(wildcard lib/port/*.c)
HAVE_PORTMIDI := $(shell $(CC) $(CFLAGS) -E -include portmidi.h -x c \
	-o /dev/null /dev/null 2>/dev/null && echo yes)
PORT_OBJ = $(patsubst %.c,%.o,$(filter-out $(if $(HAVE_PORTMIDI),\
	%/nodevice.c,%/portmidi.c),$(PORT_SRC)))
OBJ_midi-port = $(PORT_OBJ) $(patsubst %.c,%.o,$(wildcard cmd/midi-port/*.c))
LDLIBS_midi-port = $(if $(HAVE_PORTMIDI),-lportmidi)

# HTTP over TLS is linked in like the rest.  dohq asks the system for names and
# loads libidn2 (LGPL), so it can't be static.
HTTP_SRC = $(wildcard lib/http/*.c)
HTTP_OBJ = $(HTTP_SRC:.c=.o)
PC_HTTP = libnghttp2 libssl libcrypto
PC_dohq = $(PC_HTTP)
OBJ_dohq = $(HTTP_OBJ) $(patsubst %.c,%.o,$(wildcard cmd/dohq/*.c))
LDLIBS_dohq = -ldl
PC_dohd = $(PC_HTTP)
# libcrypto could load engines and ask for addresses, for which a libc that is
# linked in is no good, as the linker warns; dohd has it do neither.
LD_QUIET := $(shell echo 'int main(void) { return 0; }' | $(CC) $(LDFLAGS) \
	-Wl,--no-warnings -x c -o /dev/null - 2>/dev/null && \
	echo -Wl,--no-warnings)
LDFLAGS_dohd = $(LD_QUIET)
LDLIBS_dohd = $(if $(LD_QUIET),,-ldl)
OBJ_dohd = $(HTTP_OBJ) $(patsubst %.c,%.o,$(wildcard cmd/dohd/*.c))

# What needs a module that is not there is left out, and `make` says so.
MODULES := $(strip $(foreach m,\
	$(sort $(foreach t,$(ALL_TOOLS),$(PC_$t)) $(PC_PACK) $(PC_HTTP)),\
	$(shell $(PKG_CONFIG) --exists $m 2>/dev/null && echo $m)))
PC_CFLAGS := $(if $(MODULES),$(shell $(PKG_CONFIG) --cflags $(MODULES)))
lacks = $(filter-out $(MODULES),$(PC_$1))
TOOLS := $(foreach t,$(ALL_TOOLS),$(if $(call lacks,$t),,$t))
LEFT_OUT := $(filter-out $(TOOLS),$(ALL_TOOLS))

# The library is the pure cores.  Without PC_PACK it writes no packs.
HAVE_PACK = $(if $(filter-out $(MODULES),$(PC_PACK)),,yes)
HAVE_REPO = $(filter upload-pack,$(TOOLS))
HAVE_HTTP = $(if $(filter-out $(MODULES),$(PC_HTTP)),,yes)
CORE_ALL = $(wildcard $(patsubst %,lib/%/*.c,base cli sys git pack midi net dns))
CORE_SRC = $(filter-out $(if $(HAVE_PACK),,\
	$(shell grep -lE '<(zlib|libdeflate|openssl/.*)\.h>' $(CORE_ALL))),\
	$(CORE_ALL))
CORE_LIBS := $(if $(HAVE_PACK),$(shell $(PKG_CONFIG) --libs $(PC_PACK)))
LIBRIAD = $(BUILD)/libriad.a

# Loading libraries takes longer than an answer of a few references, so they
# are linked in, where there are archives: libc too, unless STATIC=no, or a
# sanitizer wants it otherwise.
STATIC = yes
LDSTATIC := $(if $(HAVE_PACK),$(if $(filter no,$(STATIC))$(findstring \
	-fsanitize,$(CFLAGS) $(LDFLAGS)),,$(shell \
	echo 'int main(void) { return !__PIE__; }' | $(CC) $(CFLAGS) $(LDFLAGS) \
	-static-pie -x c -o /dev/null - \
	$$($(PKG_CONFIG) --libs --static $(PC_PACK)) 2>/dev/null && \
	echo -static-pie)))
archive = $(filter /%,$(shell $(CC) -print-file-name=lib$1.a 2>/dev/null))
linked = $(if $(filter -L%,$1),$1,\
	$(foreach l,$1,$(or $(call archive,$(patsubst -l%,%,$l)),$l)))
link_libs = $(if $1,$(call linked,$(shell $(PKG_CONFIG) --libs $1)))
PACK_LIBS := $(if $(HAVE_PACK),$(call link_libs,$(PC_PACK)))

# Tests are found by name; those of a repository (repo_*) need the adapter,
# those of whole packs (pack_*) what writes packs, those of HTTP (http_*) what
# speaks it.
found = $(filter-out $(if $(HAVE_PACK),,pack_%) $(if $(HAVE_REPO),,repo_%) \
	$(if $(HAVE_HTTP),,http_%),\
	$(patsubst t/$1/%$2.c,%,$(wildcard t/$1/*$2.c)))
UNIT = $(call found,unit,_test)
FUZZ = $(call found,fuzz,_fuzz)
BENCH = $(call found,bench,)

# What takes longest is begun first, so that several at a time end together.
LONG = pack_store repo_pack pack_engine pack_scan
TESTS = $(filter-out $(SKIP),$(patsubst %,$(BUILD)/t/unit/%_test,\
	$(filter $(LONG),$(UNIT))) $(wildcard t/upload-pack*.t) \
	$(filter-out t/upload-pack%,$(wildcard t/*.t)) \
	$(patsubst %,$(BUILD)/t/unit/%_test,$(filter-out $(LONG),$(UNIT))))
TEST_PROGS = $(UNIT:%=$(BUILD)/t/unit/%_test) \
	$(BUILD)/t/port/pty $(if $(HAVE_HTTP),$(BUILD)/t/dns/hostile) \
	$(FUZZ:%=$(BUILD)/t/fuzz/%_replay) $(BENCH:%=$(BUILD)/t/bench/%)
JOBS = $(patsubst %,-j%%,1 2 3 4 5 6 7 8 9)
FUZZ_SECONDS = 10
FUZZ_RUNS = 100000000
FUZZ_LEN = 128
FUZZ_CORPUS = $(BUILD)/corpus
FUZZ_ARGS = -max_total_time=$(FUZZ_SECONDS)

# In one line each: what a make in a make says of its flags is to be the same.
SAN_CFLAGS = -O1 -g -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CFLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined \
	-fno-sanitize-recover=all

# What learns from comparisons finds its way sooner, and takes most of the time
# once it is found: many runs go without.  So do stacks of allocations; a leak
# is found as memory that grows.
FUZZ_LONG_CFLAGS = -O2 -g -fsanitize=address,undefined \
	-fsanitize-coverage=inline-8bit-counters,pc-table \
	-fno-sanitize-recover=all
FUZZ_LONG_ARGS = -runs=$(FUZZ_RUNS) -max_len=$(FUZZ_LEN) -entropic=0 \
	-detect_leaks=0

all: $(TOOLS:%=$(BUILD)/bin/%) $(LIBRIAD)
	@$(foreach t,$(LEFT_OUT),echo "left out: $t, for want of" \
		"$(call lacks,$t), which 'make deps' installs" >&2;) \
	$(if $(HAVE_PORTMIDI),,echo "midi-port: for paths only, for want of" \
		"portmidi, which 'make deps' installs" >&2;) :

$(LIBRIAD): $(CORE_SRC:%.c=$(BUILD)/%.o)
	rm -f $@
	$(AR) rcs $@ $^

.SECONDEXPANSION:
$(TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: $(BUILD)/cmd/%.o \
		$$(addprefix $$(BUILD)/,$$(OBJ_$$*)) $(LIBRIAD)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(LDFLAGS_$*) \
		$(if $(LDLIBS_$*),,$(LDSTATIC)) -o $@ $^ \
		$(LDLIBS_$*) \
		$(call link_libs,$(PC_$*))

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(if $(filter t/%,$<),,$(ANALYZER)) -c -o $@ $<

# With other flags than last time everything is compiled again.
$(BUILD)/flags: export FLAGS = $(CC) $(ALL_CFLAGS) $(LDFLAGS) $(LDSTATIC)
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' "$$FLAGS" | cmp -s - $@ || printf '%s\n' "$$FLAGS" >$@

$(BUILD)/t/unit/repo_%_test: $(BUILD)/t/unit/repo_%_test.o \
		$(REPO_OBJ:%=$(BUILD)/%) $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACK_LIBS)

$(BUILD)/t/unit/http_%_test: $(BUILD)/t/unit/http_%_test.o \
		$(HTTP_OBJ:%=$(BUILD)/%) $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call link_libs,$(PC_HTTP))

$(BUILD)/t/unit/port_%_test: $(BUILD)/t/unit/port_%_test.o \
		$(PORT_OBJ:%=$(BUILD)/%) $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS_midi-port)

$(BUILD)/t/unit/%_test: $(BUILD)/t/unit/%_test.o $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACK_LIBS)

$(BUILD)/t/bench/%: $(BUILD)/t/bench/%.o $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACK_LIBS)

# The far end of a serial line.
$(BUILD)/t/port/pty: $(BUILD)/t/port/pty.o
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^

# A server that is wrong in many ways, for dohq to meet.
$(BUILD)/t/dns/hostile: $(patsubst %.c,$(BUILD)/%.o,$(wildcard t/dns/hostile*.c))
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call link_libs,$(PC_HTTP))

# A fuzz target is run over its corpus by any compiler, and fuzzed by clang.
$(BUILD)/t/fuzz/http_%_replay: $(BUILD)/t/fuzz/http_%_fuzz.o \
		$(BUILD)/t/fuzz/replay.o $(HTTP_OBJ:%=$(BUILD)/%) $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call link_libs,$(PC_HTTP))

$(BUILD)/t/fuzz/http_%_fuzz: $(BUILD)/t/fuzz/http_%_fuzz.o \
		$(HTTP_OBJ:%=$(BUILD)/%) $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ \
		$(call link_libs,$(PC_HTTP))

$(BUILD)/t/fuzz/%_replay: $(BUILD)/t/fuzz/%_fuzz.o $(BUILD)/t/fuzz/replay.o \
		$(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(PACK_LIBS)

$(BUILD)/t/fuzz/%_fuzz: $(BUILD)/t/fuzz/%_fuzz.o $(LIBRIAD)
	$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PACK_LIBS)

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d)

# Any of these may be the first command after a clone.  They bring in what
# they need, and then make starts anew, since the list of tools may be longer.
ifneq ($(DEPS),no)
demo check check-san fuzz fuzz-long bench lint:
	@./deps.sh $@
	@$(MAKE) $(if $(filter demo,$@),-s) --no-print-directory DEPS=no $@
else
demo: all $(BUILD)/t/port/pty
	@BUILD=$(BUILD) t/demo/git.sh $(if $(REPO),'$(REPO)')
	@BUILD=$(BUILD) t/demo/midi.sh
	@BUILD=$(BUILD) t/demo/dns.sh

# As many at a time as make was told to run.
check: programs
	BUILD=$(BUILD) CC='$(CC)' prove $(filter $(JOBS),$(MAKEFLAGS)) -e '' $(TESTS)

# Without those that read sources and files, and run nothing of ours.
check-san:
	$(MAKE) BUILD=$(BUILD)/san CFLAGS='$(SAN_CFLAGS)' \
		SKIP='t/install.t t/layering.t t/linkage.t' check

fuzz:
	$(MAKE) BUILD=$(BUILD)/fuzz CC=clang CFLAGS='$(FUZZ_CFLAGS)' fuzz-run

fuzz-long: export ASAN_OPTIONS = malloc_context_size=0:quarantine_size_mb=1
fuzz-long:
	$(MAKE) BUILD=$(BUILD)/fuzz-long CC=clang CFLAGS='$(FUZZ_LONG_CFLAGS)' \
		FUZZ_ARGS='$(FUZZ_LONG_ARGS)' fuzz-run

bench: all $(BENCH:%=$(BUILD)/t/bench/%)
	@for b in t/bench/*.sh; do BUILD=$(BUILD) $$b || exit 1; done

# Each compiler has warnings of its own, and an analyzer that follows paths: of
# what we install, since that takes nearly all of the time.  clang's goes a
# third as far as it would.  Of gcc's two things are left out, which do not see
# ownership pass, or one condition follow from another.
TIDY = sh -c 'clang-tidy --quiet "$$@" -- $(subst ','\'',$(STD)) -Iinclude \
	-Xclang -analyzer-config -Xclang max-nodes=75000 2>/dev/null' sh
lint:
	clang-format --dry-run -Werror $(C_FILES)
	ls -S $(filter-out t/%,$(filter %.c,$(C_FILES))) | xargs -P 2 -n 1 $(TIDY)
	printf '%s\n' $(filter t/%.c,$(C_FILES)) | \
		xargs -P 2 -n 10 $(TIDY) --checks='-clang-analyzer-*'
	$(MAKE) BUILD=$(BUILD)/lint/clang CC=clang CFLAGS='-O2 -Werror' objects
	$(MAKE) BUILD=$(BUILD)/lint/gcc CC=gcc CFLAGS='-O2 -Werror' \
		ANALYZER='-fanalyzer -Wno-analyzer-malloc-leak \
		-Wno-analyzer-use-of-uninitialized-value' objects
	mandoc -T lint -W warning $(wildcard man/*.[1-9])
	shellcheck -x -P t $(SH_FILES)
endif

programs: all $(TEST_PROGS)

objects: $(patsubst %.c,$(BUILD)/%.o,$(CORE_SRC) \
	$(foreach t,$(TOOLS),cmd/$t.c $(patsubst %.o,%.c,$(OBJ_$t))) \
	$(wildcard t/unit/*.c t/fuzz/*.c t/bench/*.c t/port/*.c))

# Two at a time: as many as the machines that CI runs on have cores.
fuzz-run: $(FUZZ:%=$(BUILD)/t/fuzz/%_fuzz)
	@printf '%s\n' $(FUZZ) | xargs -P 2 -n 1 sh -c 'f=$$1 b=$(BUILD) && \
		c=$(FUZZ_CORPUS)/$$f && mkdir -p $$c && \
		if $$b/t/fuzz/$${f}_fuzz $(FUZZ_ARGS) \
			-artifact_prefix=$$b/$$f- $$c \
			t/fuzz/corpus/$$f >$$b/$$f.log 2>&1; then \
			echo "fuzz $$f: $$(sed -n "/^Done/p" $$b/$$f.log)"; \
		else \
			echo "fuzz $$f failed"; tail -n 60 $$b/$$f.log; \
			exit 255; \
		fi' sh

C_FILES = $(wildcard cmd/*.c cmd/*/*.[ch] include/riad/*.h lib/*/*.[ch] \
	t/unit/*.[ch] t/fuzz/*.[ch] t/bench/*.c t/port/*.c t/dns/*.[ch])
SH_FILES = deps.sh .ci/run $(wildcard cmd/*.sh t/*.sh t/*.t t/*/*.sh \
	completions/*.bash)

format:
	clang-format -i $(C_FILES)

completions: all
	mkdir -p $@
	$(foreach t,$(TOOLS),\
		$(BUILD)/bin/$t --completion bash >$@/$t.bash && \
		$(BUILD)/bin/$t --completion zsh >$@/_$t && \
		$(BUILD)/bin/$t --completion fish >$@/$t.fish &&) :

# What is installed, directory by directory; uninstall removes just that.
HEADERS = $(filter-out $(REPO_SRC:lib/repo/%.c=include/riad/%.h) \
	$(PORT_SRC:lib/port/%.c=include/riad/%.h) \
	$(HTTP_SRC:lib/http/%.c=include/riad/%.h),\
	$(wildcard include/riad/*.h))
MAN5 = $(wildcard man/*.5)
MAN1DIR = $(MANDIR)/man1
MAN5DIR = $(MANDIR)/man5
MAN7DIR = $(MANDIR)/man7
HEADERDIR = $(INCLUDEDIR)/riad
PCDIR = $(LIBDIR)/pkgconfig
SERVERDIR = $(LIBEXECDIR)/riad
UNITDIR = $(LIBDIR)/systemd/system
UNITS = $(wildcard systemd/dohd.*)
BASHDIR = $(DATADIR)/bash-completion/completions
ZSHDIR = $(DATADIR)/zsh/site-functions
FISHDIR = $(DATADIR)/fish/vendor_completions.d
INSTALL_DIRS = $(BINDIR) $(MAN1DIR) $(MAN5DIR) $(MAN7DIR) $(HEADERDIR) \
	$(LIBDIR) $(PCDIR) $(SERVERDIR) $(UNITDIR) $(BASHDIR) $(ZSHDIR) $(FISHDIR)
INSTALLED = $(ALL_TOOLS:%=$(BINDIR)/%) $(ALL_TOOLS:%=$(MAN1DIR)/%.1) \
	$(MAN5:man/%=$(MAN5DIR)/%) $(MAN7DIR)/riad.7 \
	$(HEADERS:include/riad/%=$(HEADERDIR)/%) \
	$(LIBDIR)/libriad.a $(PCDIR)/libriad.pc \
	$(SERVERDIR)/git $(SERVERDIR)/git-upload-pack \
	$(UNITS:systemd/%=$(UNITDIR)/%) \
	$(ALL_TOOLS:%=$(BASHDIR)/%) $(ALL_TOOLS:%=$(ZSHDIR)/_%) \
	$(ALL_TOOLS:%=$(FISHDIR)/%.fish)

define LIBRIAD_PC
prefix=$(PREFIX)
includedir=$(INCLUDEDIR)
libdir=$(LIBDIR)

Name: libriad
Description: the wire protocols of Git, MIDI and DNS, in small pieces
Version: $(VERSION)
Cflags: -I$${includedir}
Libs: -L$${libdir} -lriad
Libs.private: $(CORE_LIBS)
endef

install: export PC = $(LIBRIAD_PC)
install: all
	$(INSTALL) -d $(INSTALL_DIRS:%="$(DESTDIR)%")
	$(INSTALL) -m 755 $(TOOLS:%=$(BUILD)/bin/%) "$(DESTDIR)$(BINDIR)"
	$(INSTALL) -m 644 $(TOOLS:%=man/%.1) "$(DESTDIR)$(MAN1DIR)"
	$(INSTALL) -m 644 $(MAN5) "$(DESTDIR)$(MAN5DIR)"
	$(INSTALL) -m 644 man/riad.7 "$(DESTDIR)$(MAN7DIR)"
	$(INSTALL) -m 644 $(HEADERS) "$(DESTDIR)$(HEADERDIR)"
	$(INSTALL) -m 644 $(LIBRIAD) "$(DESTDIR)$(LIBDIR)"
	@printf '%s\n' "$$PC" >"$(DESTDIR)$(PCDIR)/libriad.pc"
	$(foreach t,$(TOOLS),\
		$(INSTALL) -m 644 completions/$t.bash "$(DESTDIR)$(BASHDIR)/$t" && \
		$(INSTALL) -m 644 completions/_$t "$(DESTDIR)$(ZSHDIR)" && \
		$(INSTALL) -m 644 completions/$t.fish "$(DESTDIR)$(FISHDIR)" &&) :
ifneq ($(filter upload-pack,$(TOOLS)),)
	$(INSTALL) -m 755 cmd/git.sh "$(DESTDIR)$(SERVERDIR)/git"
	ln -sfr "$(DESTDIR)$(BINDIR)/upload-pack" \
		"$(DESTDIR)$(SERVERDIR)/git-upload-pack"
endif
ifneq ($(filter dohd,$(TOOLS)),)
	$(foreach u,$(UNITS),sed 's|/usr/local/bin|$(BINDIR)|' $u \
		>"$(DESTDIR)$(UNITDIR)/$(notdir $u)" &&) :
endif

uninstall:
	rm -f $(INSTALLED:%="$(DESTDIR)%")
	-cd "$(DESTDIR)$(PREFIX)" && rmdir -p 2>/dev/null \
		$(patsubst $(PREFIX)/%,%,$(filter $(PREFIX)/%,$(INSTALL_DIRS)))

# The same commit makes the same bytes, whoever makes them and when.
DIST = riad-$(VERSION).tar.gz
dist:
	git -c tar.umask=0022 archive --prefix=riad-$(VERSION)/ HEAD \
		>$(DIST).tmp
	gzip -9n <$(DIST).tmp >$(DIST)
	rm $(DIST).tmp

deps:
	@./deps.sh check demo

clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^# \(make .*\)/\1/p' $(firstword $(MAKEFILE_LIST))

.PHONY: all programs objects demo check check-san fuzz fuzz-long fuzz-run \
	bench lint format completions install uninstall dist deps clean help FORCE
