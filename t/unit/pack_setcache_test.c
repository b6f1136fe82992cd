/* SPDX-License-Identifier: ISC */

#include "riad/setcache.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "riad/hash.h"
#include "scratch.h"
#include "tap.h"

enum { SETS = 3, BLOCK = 4096, PLENTY = 1 << 20 };
static const size_t sizes[SETS] = {1000, 0, 64};

/* The same sets for the same seed. */
static void
make(struct riad_bits sets[SETS], unsigned seed)
{
	for (size_t i = 0; i < SETS; i++) {
		if (riad_bits_init(&sets[i], sizes[i]) == -1)
			exit(1);
		for (size_t k = 0; k < sizes[i]; k++) {
			if (seed != 0 && (k / 100 + seed) % 2 == 0 &&
			    rand_r(&seed) % 8 != 0)
				riad_bits_add(&sets[i], k);
		}
	}
}

static void
unmake(struct riad_bits sets[SETS])
{
	for (size_t i = 0; i < SETS; i++)
		riad_bits_free(&sets[i]);
}

static struct riad_oid
key_of(unsigned i)
{
	struct riad_oid key = {{(uint8_t)i, (uint8_t)(i >> 8), 3}};

	key.id[31] = 7;
	return key;
}

static char *
path_of(unsigned i)
{
	static char path[128];
	char hex[RIAD_OID_HEX_MAX + 1];
	struct riad_oid key = key_of(i);

	snprintf(path, sizeof(path), "c/%s.sets",
	    riad_oid_hex(hex, &key, RIAD_SHA256_LEN));
	return path;
}

static int
put(unsigned i, uint64_t max)
{
	struct riad_bits sets[SETS];
	struct riad_oid key = key_of(i);

	make(sets, i + 1);
	int r = riad_setcache_put("c", &key, sets, SETS, max);
	int err = errno;
	unmake(sets);
	errno = err;
	return r;
}

/* 1 only if they are what was put. */
static int
get(unsigned i)
{
	struct riad_bits sets[SETS], want[SETS];
	struct riad_oid key = key_of(i);

	make(sets, 0);
	make(want, i + 1);
	int r = riad_setcache_get("c", &key, sets, SETS);
	int err = errno;
	for (size_t k = 0; r == 1 && k < SETS; k++) {
		if (sizes[k] > 0 && memcmp(sets[k].words, want[k].words,
					(sizes[k] + 63) / 64 * 8) != 0)
			r = 2;
	}
	unmake(sets);
	unmake(want);
	errno = err;
	return r;
}

static bool
exists(unsigned i)
{
	return access(path_of(i), F_OK) == 0;
}

static int
count_files(void)
{
	FILE *f = popen("ls -A c | wc -l", "r");
	int n = -1;

	if (f == NULL || fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f != NULL)
		pclose(f);
	return n;
}

static void
test_bytes(void)
{
	struct riad_bits sets[SETS], again[SETS];
	struct riad_oid key = key_of(1);
	struct riad_buf buf;
	int read = 0;

	make(sets, 1);
	make(again, 0);
	riad_buf_init(&buf, PLENTY);
	ok(riad_buf_addstr(&buf, "before") == 0 &&
		riad_setcache_write(&buf, &key, sets, SETS) == 0,
	    "written after something else");
	const size_t len = buf.len - 6;
	for (size_t n = 1; n <= len; n++) {
		/* Of its exact size, so that a sanitizer sees one more. */
		uint8_t *data = malloc(n);
		if (data == NULL)
			exit(1);
		memcpy(data, buf.data + 6, n);
		read += riad_setcache_read(data, n, &key, again, SETS) == 0;
		free(data);
	}
	ok(read == 1 && memcmp(again[0].words, sets[0].words, 125) == 0,
	    "read, but not if it is cut");
	riad_buf_free(&buf);
	ok(riad_setcache_write(&buf, &key, NULL, 0) == 0 &&
		riad_setcache_read(buf.data, buf.len, &key, NULL, 0) == 0,
	    "no sets");
	riad_buf_free(&buf);
	bool whole = true;
	for (size_t max = 0; max < len; max++) {
		riad_buf_init(&buf, max);
		whole &= riad_setcache_write(&buf, &key, sets, SETS) == -1 &&
			 errno == EMSGSIZE && buf.len == 0;
		riad_buf_free(&buf);
	}
	ok(whole, "too little room");
	unmake(sets);
	unmake(again);
}

static void
test_keep(void)
{
	struct riad_bits sets[SETS];
	struct riad_oid key = key_of(1);

	ok(get(1) == -1 && errno == ENOENT, "no directory");
	ok(put(1, PLENTY) == -1 && errno == ENOENT, "it isn't made");
	sh("mkdir -m 700 c");
	ok(get(1) == 0, "nothing there");
	ok(put(1, PLENTY) == 0 && put(2, PLENTY) == 0, "two put there");
	ok(get(1) == 1 && get(2) == 1 && get(3) == 0, "and got");
	for (int i = 0; i < 3000; i++)
		(void)get((unsigned)i % 4);
	int fd = open("c", O_RDONLY | O_CLOEXEC);
	ok(fd >= 0 && fd < 32, "no descriptor is left");
	close(fd);
	ok(count_files() == 2, "no other file is left");
	ok(sh("test \"$(stat -c %%a c/* | sort -u)\" = 600"), "for the user");
	ok(put(1, PLENTY) == 0 && get(1) == 1, "put once more");
	ok(count_files() == 2, "in the same file");

	make(sets, 0);
	ok(riad_setcache_get("c", &key, sets, SETS - 1) == 0 && !exists(1),
	    "not so many sets: it is removed");
	put(1, PLENTY);
	riad_bits_free(&sets[2]);
	if (riad_bits_init(&sets[2], 65) == -1)
		exit(1);
	ok(riad_setcache_get("c", &key, sets, SETS) == 0 && !exists(1),
	    "not of such a size: it is removed");
	unmake(sets);
}

/* As large as files get: no run of words in it. */
static void
test_dense(void)
{
	struct riad_oid key = key_of(1);
	struct riad_bits set, again;

	if (riad_bits_init(&set, 1000) == -1 ||
	    riad_bits_init(&again, 1000) == -1)
		exit(1);
	for (size_t i = 0; i < 1000; i += 3)
		riad_bits_add(&set, i);
	ok(riad_setcache_put("c", &key, &set, 1, PLENTY) == 0 &&
		riad_setcache_get("c", &key, &again, 1) == 1 &&
		memcmp(set.words, again.words, 125) == 0,
	    "sets that don't compress");

	/* As many words again, all of them runs. */
	riad_bits_free(&set);
	riad_bits_free(&again);
	if (riad_bits_init(&set, 1024) == -1 ||
	    riad_bits_init(&again, 1024) == -1)
		exit(1);
	for (size_t i = 0; i < 1024; i += i % 64 == 63 ? 65 : 1)
		riad_bits_add(&set, i);
	ok(riad_setcache_put("c", &key, &set, 1, PLENTY) == 0 &&
		riad_setcache_get("c", &key, &again, 1) == 1 &&
		memcmp(set.words, again.words, 128) == 0,
	    "nor in runs");
	riad_bits_free(&set);
	riad_bits_free(&again);
}

static void
test_damage(void)
{
	static uint8_t data[4096];
	int good = 0, gone = 0;

	put(1, PLENTY);
	FILE *f = fopen(path_of(1), "re");
	size_t len = f != NULL ? fread(data, 1, sizeof(data), f) : 0;
	fclose(f);
	for (size_t i = 0; i < 2 * len; i++) {
		f = fopen(path_of(1), "we");
		if (i < len)
			data[i] ^= 0x10;
		if (f == NULL ||
		    fwrite(data, 1, i < len ? len : i - len, f) == SIZE_MAX)
			exit(1);
		fclose(f);
		if (i < len)
			data[i] ^= 0x10;
		good += get(1) != 0;
		gone += !exists(1);
	}
	ok(len > 100 && good == 0, "damaged and cut files are of no use");
	ok((size_t)gone == 2 * len, "and removed");
	put(1, PLENTY);
	ok(sh("truncate -s 1G %s", path_of(1)) && get(1) == 0 && !exists(1),
	    "one too large isn't read");
	put(1, PLENTY);
	ok(sh("mv %s c/x", path_of(1)) && sh("mv c/x %s", path_of(2)) &&
		get(2) == 0,
	    "one of another key");
}

static void
test_strangers(void)
{
	sh("rm -rf c && mkdir -m 700 c");
	put(1, PLENTY);
	sh("mv %s real && ln -s ../real %s", path_of(1), path_of(1));
	ok(get(1) == 0, "a link is not followed");
	ok(put(1, PLENTY) == -1 && errno == EEXIST, "nor replaced");
	ok(sh("rm -f %s && mkfifo %s", path_of(1), path_of(1)) && get(1) == 0,
	    "a pipe is not waited for");
	ok(sh("rm -f %s && mkdir %s", path_of(1), path_of(1)) && get(1) == 0 &&
		put(1, PLENTY) == -1,
	    "a directory is left alone");
	sh("rmdir %s && rm -f real", path_of(1));

	ok(sh("chmod 770 c") && put(1, PLENTY) == -1 && errno == EACCES &&
		get(1) == -1 && errno == EACCES,
	    "a directory that others may write to");
	sh("chmod 755 c");
	ok(put(1, PLENTY) == 0 && get(1) == 1, "or only read");
	sh("chmod 500 c");
	ok(geteuid() == 0 || (put(2, PLENTY) == -1 && errno == EACCES),
	    "one that the user may not write to");
	ok(get(1) == 1, "but read from");
	sh("chmod 700 c && mv c d && echo >c");
	ok(put(1, PLENTY) == -1 && errno == ENOTDIR, "not a directory");
	sh("rm -f c && mv d c");
}

static void
test_limit(void)
{
	sh("rm -rf c && mkdir -m 700 c");
	ok(put(1, BLOCK - 1) == -1 && errno == EFBIG && count_files() == 0,
	    "too large for the limit");
	ok(put(1, 10) == -1 && errno == EFBIG && count_files() == 0,
	    "much too large");

	sh("touch -d '1 year ago' c/notes c/0.sets c/%064d.sets.orig", 0);
	sh("ln -s x c/%064x.sets && mkdir c/%064x.sets", 1, 2);
	for (unsigned i = 0; i < 100; i++) {
		put(i, (uint64_t)200 * BLOCK);
		sh("touch -d '%u minutes ago' %s", 200 - i, path_of(i));
	}
	ok(count_files() == 105, "within the limit all stay");
	ok(get(5) == 1 && get(50) == 1, "two are used");
	ok(put(100, (uint64_t)10 * BLOCK) == 0, "the limit is lowered");
	int kept = 0;
	for (unsigned i = 93; i < 100; i++)
		kept += exists(i);
	ok(exists(100) && exists(5) && exists(50) && kept == 7 && !exists(92),
	    "the least recently used were removed");
	ok(count_files() == 15, "and nothing that isn't ours");
	ok(put(101, BLOCK) == 0 && exists(101) && count_files() == 6,
	    "the new one stays");

	sh("touch -d '2 hours ago' %.66s.new-0123456789abcdef", path_of(7));
	sh("touch %.66s.new-0123456789abcdee", path_of(7));
	put(102, PLENTY);
	ok(sh("ls c | grep -q 'new-0123456789abcdee$' && "
	      "! ls c | grep -q 'new-0123456789abcdef$'"),
	    "what was begun long ago is removed");
}

/* A disk that is full, as far as a process can be told so. */
static void
test_full(void)
{
	const struct rlimit none = {0, 0};
	int status = -1;

	sh("rm -rf c && mkdir -m 700 c");
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		_exit(setrlimit(RLIMIT_FSIZE, &none) == -1 ||
		      put(1, PLENTY) != -1 || errno != EFBIG);
	}
	ok(waitpid(pid, &status, 0) == pid && status == 0, "no room to write");
	ok(count_files() == 0, "nothing is left of it");
}

/* Many write, read and remove the same few files. */
static void
test_processes(void)
{
	enum { PROCESSES = 8, KEYS = 12 };
	int bad = 0;

	sh("rm -rf c && mkdir -m 700 c");
	fflush(stdout);
	for (unsigned p = 0; p < PROCESSES; p++) {
		if (fork() != 0)
			continue;
		unsigned seed = p;
		for (int i = 0; i < 300; i++) {
			unsigned k = (unsigned)rand_r(&seed) % KEYS;
			int r = i % 2 ? get(k) : put(k, (uint64_t)6 * BLOCK);
			if (r != 0 && r != 1)
				_exit(1);
		}
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		int status;
		bad += wait(&status) == -1 || status != 0;
	}
	ok(bad == 0, "several processes at once");
	put(0, (uint64_t)6 * BLOCK);
	ok(count_files() <= 6 && get(0) == 1, "within the limit");
}

int
main(void)
{
	scratch_enter();
	test_bytes();
	test_keep();
	test_dense();
	test_damage();
	test_strangers();
	test_limit();
	test_full();
	test_processes();
	return tap_done();
}
