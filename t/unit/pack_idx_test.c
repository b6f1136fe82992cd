/* SPDX-License-Identifier: ISC */
/* Indexes of both versions and hashes, against git show-index. */

#include "riad/idx.h"

#include <string.h>

#include "gitfile.h"
#include "scratch.h"
#include "tap.h"

static void
test_git(const char *format, size_t hash_len, int version)
{
	size_t len, n;
	struct riad_idx idx;

	ok(sh("rm -rf r && git init -q --object-format=%s r && cd r && "
	      "for i in $(seq 600); do echo $i >$((i %% 300)); done && "
	      "git add . && git commit -qm 1 && "
	      "for i in $(seq 100); do echo x$i >$i; done && "
	      "git commit -qam 2 && "
	      "git -c pack.indexVersion=%d repack -qadf",
	       format, version),
	    "%s, version %d", format, version);
	uint8_t *file = whole("r/.git/objects/pack/*.idx", &len);
	char *all = said(&n,
	    "git show-index --object-format=%s <$(ls "
	    "r/.git/objects/pack/*.idx)",
	    format);

	ok(riad_idx_open(&idx, file, len, hash_len) == 0 && idx.count > 400 &&
		riad_idx_has_crc(&idx) == (version == 2),
	    "  is opened");
	uint32_t i = 0, same = 0;
	for (char *line = strtok(all, "\n"); line != NULL && i < idx.count;
	     line = strtok(NULL, "\n"), i++) {
		char hex[RIAD_OID_HEX_MAX + 1], sum[32];
		unsigned long long off;
		struct riad_oid oid;

		if (sscanf(line, "%llu %64s %31s", &off, hex, sum) < 2 ||
		    riad_oid_parse(&oid, hex, strlen(hex), hash_len) == -1)
			break;
		int64_t at = riad_idx_find(&idx, &oid);
		same += at == i && riad_idx_offset(&idx, i) == off &&
			(version == 1 || strtoul(sum + 1, NULL, 16) ==
					     riad_idx_crc(&idx, i));
	}
	ok(same == idx.count && i == idx.count, "  as git shows it");
	free(all);
	free(file);
}

int
main(void)
{
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	scratch_enter();
	for (int version = 1; version <= 2; version++) {
		test_git("sha1", RIAD_SHA1_LEN, version);
		test_git("sha256", RIAD_SHA256_LEN, version);
	}
	return tap_done();
}
