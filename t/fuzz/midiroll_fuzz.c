/* SPDX-License-Identifier: ISC */
/*
 * Of whatever comes, as a stream or a file, the picture is closed, and has
 * neither control bytes nor markup that is not ours.
 */

#include "riad/midiroll.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riad/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 16384 };

static struct riad_midi_stream stream;
static struct riad_midiroll roll;
static struct riad_out out;

/* Notes and points are there as far as they are counted: clearing all of them
 * would be most of what is done. */
static void
clear(void)
{
	const size_t notes = offsetof(struct riad_midiroll, note);
	const size_t since = offsetof(struct riad_midiroll, since);
	const size_t line = offsetof(struct riad_midiroll, line);
	const size_t clock = offsetof(struct riad_midiroll, clock);
	const size_t dev = offsetof(struct riad_midiroll, dev);
	const size_t names = offsetof(struct riad_midiroll, track_name);
	char *p = (char *)&roll;

	for (uint32_t i = 0; i < roll.nlines; i++)
		memset(
		    &roll.line[i], 0, offsetof(struct riad_roll_line, point));
	memset(p, 0, notes);
	memset(p + since, 0, line - since);
	memset(p + clock, 0, dev - clock);
	memset(p + names, 0, sizeof(roll) - names);
}

/* Every element is closed, and text between them has no bare markup. */
static void
check_picture(int fd)
{
	size_t size = (size_t)lseek(fd, 0, SEEK_END);
	char *p = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	long open = 0;

	if (p == MAP_FAILED || !riad_utf8_valid((const uint8_t *)p, size))
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

static void
draw(struct riad_smf_map *map, uint16_t division)
{
	static int fd = -1;

	if (fd == -1)
		fd = memfd_create("svg", MFD_CLOEXEC);
	riad_midiroll_end(&roll);
	riad_out_init(&out, fd);
	riad_midiroll_print(&out, &roll, map, division);
	if (riad_out_flush(&out) == -1)
		abort();
	check_picture(fd);
	if (ftruncate(fd, 0) == -1 || lseek(fd, 0, SEEK_SET) == -1)
		abort();
}

static void
draw_stream(const uint8_t *data, size_t size)
{
	struct riad_midi_event e;

	clear();
	roll.timed = true;
	riad_midi_stream_init(&stream, true);
	while (riad_midi_stream_next(&stream, &e, &data, &size) == 1)
		riad_midiroll_add(&roll, &e, (int64_t)stream.off * 20000);
	draw(NULL, 0);
}

static void
draw_file(const uint8_t *data, size_t size)
{
	struct riad_smf_map *map = riad_smf_map_new(480);
	struct riad_smf_reader r;
	struct riad_smf_item item;
	uint16_t division = 480;

	if (map == NULL || riad_smf_map_read(map, data, size, 0) == -1)
		abort();
	clear();
	riad_smf_init(&r, data, size);
	while (riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_HEADER)
			division = item.division;
		else if (item.kind == RIAD_SMF_END)
			riad_midiroll_end(&roll);
		else if (item.kind == RIAD_SMF_EVENT)
			riad_midiroll_add(&roll, &item.event, item.event.time);
	}
	draw(map, division);
	riad_smf_map_free(map);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > LIMIT)
		return 0;
	if (riad_smf_recognise(data, size))
		draw_file(data, size);
	else
		draw_stream(data, size);
	return 0;
}
