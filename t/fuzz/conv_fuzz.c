/* SPDX-License-Identifier: ISC */
/*
 * Whatever a file holds: every finding has its words, the counts add up, and
 * the picture has neither control bytes nor markup that is not ours.
 */

#include "riad/conv.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riad/convstat.h"
#include "riad/convsvg.h"
#include "riad/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct riad_trace_reader rd;
static struct riad_convsvg svg;
static struct riad_out out;
static struct riad_figures figures;

/* Every element is closed, and text between them has no bare markup. */
static void
check_picture(int fd)
{
	size_t size = (size_t)lseek(fd, 0, SEEK_END);
	char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	long open = 0;

	if (p == MAP_FAILED || size == 0)
		abort();
	if (!riad_utf8_valid((const uint8_t *)p, size))
		abort();
	for (size_t i = 0; i < size; i++) {
		if ((p[i] >= 0 && p[i] < ' ' && p[i] != '\n') || p[i] == 0x7f)
			abort();
		if (p[i] == '<')
			open += i + 1 < size && p[i + 1] == '/' ? -1 : 1;
		if (p[i] == '/' && i + 1 < size && p[i + 1] == '>')
			open--;
	}
	if (open != 0)
		abort();
	munmap(p, size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_trace_item it;
	struct riad_conv c;
	struct riad_msg msg;
	uint64_t packets = 0;

	/* The first byte is of the options. */
	if (size < 1 || size > sizeof(rd.buf))
		return 0;
	uint8_t how = *data++;
	size--;

	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	riad_trace_reader_init(
	    &rd, null, how & 4 ? RIAD_TO_SERVER : RIAD_TO_CLIENT, data, size);
	riad_conv_init(&c, (how & 3) - 1, how & 8);
	memset(&svg, 0, sizeof(svg));
	while (riad_trace_read(&rd, &it) == 1) {
		if (riad_conv_next(&c, &it, &msg) == -1)
			abort();
		if (msg.why != NULL && *msg.why == '\0')
			abort();
		packets += it.kind == RIAD_TRACE_PACKET;
		riad_convsvg_add(&svg, &c, &msg);
	}
	if (packets != c.packets[0] + c.packets[1] ||
	    c.pack_len > svg.stat.bytes[0] + svg.stat.bytes[1])
		abort();
	for (int i = 0; i < 2; i++)
		(void)riad_conv_missing(&c, (enum riad_dir)i);

	int fd = memfd_create("svg", MFD_CLOEXEC);
	riad_out_init(&out, fd);
	riad_convsvg_print(&out, &svg, &c);
	if (riad_out_flush(&out) == -1)
		abort();
	check_picture(fd);
	close(fd);

	riad_convstat_figures(&figures, &svg.stat, &c, rd.tap);
	for (size_t i = 0; i < figures.n; i++) {
		const char *p = figures.list[i].text;
		for (; p != NULL && *p != '\0'; p++) {
			if (*p < ' ' || *p > '~')
				abort();
		}
	}
	close(null);
	riad_conv_free(&c);
	return 0;
}
