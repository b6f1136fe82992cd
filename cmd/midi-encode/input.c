/* SPDX-License-Identifier: ISC */
/* What the input is, and who reads it. */

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/io.h"
#include "riad/miditext.h"
#include "riad/tune.h"

int
failed_output(void)
{
	if (errno != 0 && out.err == 0)
		riad_warn("%s", errno == EMSGSIZE
				    ? "too much for a file: at most 512 MiB"
				    : strerror(errno));
	return RIAD_FAIL;
}

/* What the input is, from what has been read of it.  It may be more yet, unless
 * ended; then FORM_ANY. */
static enum form
recognise(const struct riad_buf *in, bool ended)
{
	const char *p = (const char *)in->data, *end = p + in->len;

	if (riad_smf_recognise(in->data, in->len))
		return FORM_SMF;
	if (in->len < 12 && !ended && in->len > 0 && (*p == 'R' || *p == 'M'))
		return FORM_ANY;
	if (in->len > 2 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		p += 3;
	for (const char *nl; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL && !ended)
			break;
		size_t len = (size_t)((nl != NULL ? nl : end) - p);
		if (riad_tune_is_abc(p, len))
			return FORM_ABC;
		int is = riad_miditext_is(p, len);
		if (is == 1)
			return FORM_TEXT;
		if (is == 0)
			return FORM_SCORE;
		if (nl == NULL)
			break;
	}
	return ended ? FORM_TEXT : FORM_ANY;
}

/* Reads on until it is known what it is, or all of it. */
static int
read_some(int fd, struct riad_buf *in, bool all)
{
	/* So much is enough to see what it is. */
	enum { PIECE = 1 << 16, ENOUGH = 1 << 20 };

	for (bool ended = false; !ended;) {
		if (!all && opt.from == FORM_ANY)
			opt.from = recognise(in, in->len >= ENOUGH);
		if (!all && opt.from != FORM_ANY)
			return 0;
		if (riad_buf_reserve(in, PIECE) == -1)
			return -1;
		/* Signals wait; they are seen there. */
		if (opt.pace && wire_wait(fd) == -1)
			return -1;
		ssize_t n = riad_read(fd, in->data + in->len,
		    all ? in->cap - in->len - 1 : PIECE);
		if (n == -1)
			return -1;
		in->len += (size_t)n;
		ended = n == 0;
	}
	if (opt.from == FORM_ANY)
		opt.from = recognise(in, true);
	return 0;
}

static int
take_item(void *name, const struct riad_smf_item *item)
{
	struct riad_smf_item copied = *item;

	(void)name;
	if (opt.smf && !edit(&copied))
		return 0;
	return file_take(&copied, false);
}

static int
read_tune(enum form form, const uint8_t *data, size_t len, const char *name)
{
	struct riad_tune_fault fault;
	struct riad_tune *tune =
	    riad_tune_read(form == FORM_ABC ? RIAD_TUNE_ABC : RIAD_TUNE_SCORE,
		(uint32_t)opt.tune, (const char *)data, len, &fault);

	if (tune == NULL && errno == EBADMSG) {
		riad_warn("%s: line %u, column %u: %s", name, fault.line,
		    fault.column, fault.why);
		return RIAD_FAIL;
	}
	if (tune == NULL)
		return failed_output();
	file_begin(!opt.smf, false, RIAD_TUNE_PPQ);
	int failed = riad_tune_items(tune, take_item, NULL);
	riad_tune_free(tune);
	if (failed != 0 || file_end() == -1)
		return failed_output();
	if (opt.smf)
		return RIAD_OK;
	return play(file_kept()->data, file_kept()->len, name);
}

/* A file that can be mapped is; of others all is read. */
static int
read_file(int fd, const char *name, struct riad_buf *in)
{
	struct stat st;
	const uint8_t *data = NULL;
	size_t len = 0;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    lseek(fd, 0, SEEK_CUR) == (off_t)in->len) {
		len = (size_t)st.st_size;
		void *p = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
		data = p == MAP_FAILED ? NULL : p;
	}
	if (data == NULL) {
		if (read_some(fd, in, true) == -1) {
			riad_warn("%s: %s", name,
			    errno == EMSGSIZE ? "longer than 512 MiB"
					      : strerror(errno));
			return RIAD_FAIL;
		}
		data = in->data;
		len = in->len;
	}
	if (opt.from == FORM_SMF)
		return opt.smf ? copy(data, len, name) : play(data, len, name);
	return read_tune(opt.from, data, len, name);
}

int
read_input(int fd, const char *name)
{
	struct riad_buf in;
	int status;

	riad_buf_init(&in, FILE_MAX);
	if (read_some(fd, &in, false) == -1) {
		riad_warn("%s: %s", name, strerror(errno));
		status = RIAD_FAIL;
	} else if (opt.from == FORM_TEXT || opt.from == FORM_JSON) {
		status = read_lines(fd, name, &in);
	} else {
		status = read_file(fd, name, &in);
	}
	riad_buf_free(&in);
	return status;
}
