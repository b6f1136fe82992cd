# SPDX-License-Identifier: ISC
# GNU make.  `make help` lists the targets.
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
PKG_CONFIG = pkg-config
CFLAGS = -O2 -g
WARN = -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -Wundef
STD = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
	-DRIAD_VERSION='"$(VERSION)"'
ALL_CFLAGS = $(STD) $(WARN) -Iinclude -MMD -MP $(CFLAGS)

# A tool is described by three variables, of which most tools need none:
# PC_x, pkg-config modules; OBJ_x, objects of the adapters that wrap them;
# LDLIBS_x, libraries that have no .pc file.
ALL_TOOLS = $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
REPO_OBJ = $(patsubst %.c,%.o,$(wildcard lib/repo/*.c))
PC_upload-pack = libgit2 libcrypto
OBJ_upload-pack = $(REPO_OBJ)

# What is missing here is left out, and `make all` says so.
have = $(if $(PC_$1),$(shell $(PKG_CONFIG) --exists $(PC_$1) && echo $1),$1)
TOOLS := $(foreach t,$(ALL_TOOLS),$(call have,$t))
LEFT_OUT := $(filter-out $(TOOLS),$(ALL_TOOLS))

# Without libcrypto the library has no pack trailers, and no tool needs them.
HAVE_CRYPTO := $(shell $(PKG_CONFIG) --exists libcrypto && echo yes)
HAVE_REPO := $(shell $(PKG_CONFIG) --exists $(PC_upload-pack) && echo yes)
CORE_SRC = $(filter-out $(if $(HAVE_CRYPTO),,lib/pack/hash.c),\
	$(wildcard $(patsubst %,lib/%/*.c,base cli sys git pack)))
CORE = $(CORE_SRC:.c=.o)
CORE_LIBS = $(if $(HAVE_CRYPTO),$$($(PKG_CONFIG) --libs libcrypto))

# Tests are found by name; those of a repository (repo_*) need the adapter,
# those of whole packs (pack_*) the hash.
found = $(filter-out $(if $(HAVE_CRYPTO),,pack_%) $(if $(HAVE_REPO),,repo_%),\
	$(patsubst t/$1/%_$2.c,%,$(wildcard t/$1/*_$2.c)))
UNIT = $(call found,unit,test)
FUZZ = $(call found,fuzz,fuzz)
BENCH = $(patsubst t/bench/%.c,%,$(wildcard t/bench/*.c))
TESTS = $(UNIT:%=$(BUILD)/t/unit/%_test) $(wildcard t/*.t)
FUZZ_SECONDS = 10

all: $(TOOLS:%=$(BUILD)/bin/%)
	@$(foreach t,$(LEFT_OUT),echo "left out: $t, which needs $(PC_$t);" \
		"'make deps' installs it" >&2;) :

$(BUILD)/libriad.a: $(CORE:%=$(BUILD)/%)
	rm -f $@
	$(AR) rcs $@ $^

.SECONDEXPANSION:
$(TOOLS:%=$(BUILD)/bin/%): $(BUILD)/bin/%: $(BUILD)/cmd/%.o \
		$$(addprefix $$(BUILD)/,$$(OBJ_$$*)) $(BUILD)/libriad.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS_$*) \
		$(if $(PC_$*),$$($(PKG_CONFIG) --libs $(PC_$*)))

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/t/unit/repo_%_test: $(BUILD)/t/unit/repo_%_test.o \
		$(REPO_OBJ:%=$(BUILD)/%) $(BUILD)/libriad.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ \
		$$($(PKG_CONFIG) --libs $(PC_upload-pack))

$(BUILD)/t/unit/%_test: $(BUILD)/t/unit/%_test.o $(BUILD)/libriad.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(BUILD)/t/bench/%: $(BUILD)/t/bench/%.o $(BUILD)/libriad.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

# A fuzz target is run over its corpus by any compiler, and fuzzed by clang.
$(BUILD)/t/fuzz/%_replay: $(BUILD)/t/fuzz/%_fuzz.o $(BUILD)/t/fuzz/replay.o \
		$(BUILD)/libriad.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CORE_LIBS)

$(BUILD)/t/fuzz/%: t/fuzz/%_fuzz.c $(CORE_SRC)
	@mkdir -p $(@D)
	clang $(STD) -Iinclude -g -O1 -fsanitize=fuzzer,address,undefined \
		-fno-sanitize-recover=all -o $@ $^ $(CORE_LIBS)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# The first command after a clone may be any of these: each brings in what it
# needs, and then make starts anew, so that the list of tools is made again.
ifndef RIAD_DEPS
demo check check-san fuzz lint bench:
	@./deps.sh $@
	@$(MAKE) --no-print-directory RIAD_DEPS=done $@
else
check: all $(UNIT:%=$(BUILD)/t/unit/%_test) $(FUZZ:%=$(BUILD)/t/fuzz/%_replay)
	BUILD=$(BUILD) CC='$(CC)' prove -e '' $(TESTS)

check-san:
	$(MAKE) BUILD=$(BUILD)/san CFLAGS='-O1 -g -fno-omit-frame-pointer \
		-fsanitize=address,undefined -fno-sanitize-recover=all' check

fuzz: $(FUZZ:%=$(BUILD)/t/fuzz/%)
	for f in $(FUZZ); do mkdir -p $(BUILD)/corpus/$$f && \
		$(BUILD)/t/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) \
		-verbosity=0 $(BUILD)/corpus/$$f t/fuzz/corpus/$$f || exit 1; \
	done

demo: all
	@BUILD=$(BUILD) t/demo/git.sh $(REPO)
endif

clean:
	rm -rf $(BUILD)

.PHONY: all check check-san fuzz lint bench demo deps install uninstall dist \
	clean help
