/* SPDX-License-Identifier: ISC */
/* what comes in: which of the two it is, and what is wrong with it */

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"

enum { RECOGNISE = 12 }; /* bytes: "RIFF", a length, "RMID" */

/* Of noise each byte is a fault: so many are told, and how many the others
 * were. */
enum { FAULTS_TOLD = 100 };

struct input input;

void
fault(uint64_t off, const char *why)
{
	input.status = RIAD_FAIL;
	if (++input.faults > FAULTS_TOLD)
		return;

	/* What was before the damage is out before it is told. */
	if (opt.through)
		side_drain();
	else
		(void)riad_out_flush(&out);
	riad_warn("%s: byte %" PRIu64 ": %s", opt.name, off, why);
}

int
failed(int status, const char *why)
{
	riad_warn("%s: %s", opt.name, why);
	return status;
}

void
view_begin(void)
{
	if (opt.view == VIEW_EVENTS)
		show_begin();
	else
		report_begin();
}

void
view_item(struct riad_smf_item *item)
{
	if (opt.view == VIEW_EVENTS)
		show_item(item);
	else
		report_item(item);
	/* Few system calls, but nothing that would have to be waited for. */
	if (opt.through && out.len > sizeof(out.buf) / 4)
		side_drain();
}

/* As long as it may become a file's begin, wait for more of it. */
static bool
may_be_file(const uint8_t *data, size_t len)
{
	size_t n = len < 4 ? len : 4;

	if (riad_smf_recognise(data, len))
		return false; /* it is one */
	return (len < 4 && (memcmp(data, "MThd", n) == 0 ||
			       memcmp(data, "MTrk", n) == 0)) ||
	       (len < RECOGNISE && memcmp(data, "RIFF", n) == 0);
}

int
read_input(int fd)
{
	static uint8_t data[1 << 17];
	struct stat st;
	size_t len = 0, n;
	/* What somebody has read of standard input is not ours. */
	off_t at = lseek(fd, 0, SEEK_CUR);
	bool regular = at >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		       !opt.through;
	int r;

	do {
		n = read_more(fd, data + len, sizeof(data) - len, true);
		len += n;
	} while (n > 0 && may_be_file(data, len));
	if (!riad_smf_recognise(data, len))
		r = read_stream(fd, data, len, sizeof(data), regular);
	else if (regular && at < st.st_size)
		r = read_mapped(fd, at, (size_t)(st.st_size - at));
	else
		r = read_whole(fd, data, len, sizeof(data));
	if (r == RIAD_USAGE)
		return r;
	if (opt.view == VIEW_EVENTS)
		show_end();
	else
		r |= report_end();
	if (input.faults > FAULTS_TOLD)
		riad_warn("%s: %" PRIu64 " more faults", opt.name,
		    input.faults - FAULTS_TOLD);
	riad_smf_map_free(input.map);
	return r | input.status;
}
