/* SPDX-License-Identifier: ISC */
/*
 * Whatever comes, as a stream or a file: what it means is printable and within
 * its range; a stream means the same and comes to the same figures however it
 * is cut; counts add up; and the picture has neither control bytes nor markup
 * that is not ours.
 */

#include "riad/mididecode.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "riad/midiroll.h"
#include "riad/midistat.h"
#include "riad/smf.h"
#include "riad/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIMIT = 16384 };

/* What one way of reading came to. */
struct result {
	struct riad_midistat stat;
	uint64_t meanings, hash, events;
};
static struct result whole, pieces;
static struct riad_mididecode decode;
static struct riad_midi_stream stream;
static struct riad_midiroll roll;
static struct riad_out out;

static void
hash(struct result *r, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (size_t i = 0; i < len; i++)
		r->hash = (r->hash ^ p[i]) * UINT64_C(0x100000001b3);
}

static void
check_meaning(const struct riad_midi_meaning *m)
{
	size_t len = strnlen(m->text, sizeof(m->text));

	if (len == sizeof(m->text))
		abort();
	for (size_t i = 0; i < len; i++)
		if (m->text[i] < ' ' || m->text[i] > '~')
			abort();
	if (*riad_midi_means_name(m->means) == '\0')
		abort();
	if (m->means == RIAD_MIDI_MEANS_PAIR && (m->key | m->velocity) > 127)
		abort();
	if ((m->means == RIAD_MIDI_MEANS_RPN ||
		m->means == RIAD_MIDI_MEANS_NRPN ||
		m->means == RIAD_MIDI_MEANS_CC14) &&
	    (m->number > 16383 || m->value > 16383))
		abort();
}

static void
take(struct result *r, const struct riad_midi_event *e, int64_t time)
{
	struct riad_midi_meaning m;

	r->events++;
	riad_midistat_add(&r->stat, e, time);
	if (riad_mididecode_next(&decode, &m, e) == 0)
		return;
	check_meaning(&m);
	r->meanings++;
	hash(r, &m.means, sizeof(m.means));
	hash(r, m.text, strlen(m.text));
}

/* Most of these structs is arrays, which a stream of LIMIT bytes uses the
 * begin of: clearing all of them would be all that is done. */
static void
clear(struct result *r)
{
	enum { SECONDS = LIMIT / 50 + 2 };

	memset(&decode, 0, offsetof(struct riad_mididecode, note));
	decode.pairs = true;
	memset(&r->stat, 0, offsetof(struct riad_midistat, since));
	r->stat.now = 0;
	r->stat.now_messages = r->stat.now_bytes = 0;
	memset(r->stat.second, 0, SECONDS * sizeof(*r->stat.second));
	memset(
	    r->stat.second_bytes, 0, SECONDS * sizeof(*r->stat.second_bytes));
	r->meanings = r->hash = r->events = 0;
	r->stat.timed = true;
}

static void
read_stream(struct result *r, const uint8_t *data, size_t size, size_t piece)
{
	struct riad_midi_event e;

	clear(r);
	riad_midi_stream_init(&stream, false);
	for (size_t i = 0; i < size; i += piece) {
		const uint8_t *p = data + i;
		size_t n = size - i < piece ? size - i : piece;
		while (riad_midi_stream_next(&stream, &e, &p, &n) == 1)
			take(r, &e, (int64_t)stream.off * 20000);
	}
	while (riad_midi_stream_end(&stream, &e) == 1)
		take(r, &e, (int64_t)stream.off * 20000);
	riad_midistat_end(&r->stat);
}

static void
check_stat(const struct riad_midistat *st)
{
	uint64_t sum = st->escapes;

	for (size_t i = 0; i < 16; i++) {
		sum += st->system[i];
		for (size_t w = 0; w < RIAD_MIDI_WORDS; w++)
			sum += st->by[i][w];
	}
	/* Data over 127, of files, are in no column. */
	if (sum > st->messages && st->messages < INT64_MAX)
		abort();
	if (st->running > st->could_run || st->sounding != 0)
		abort();
	if (riad_clockstat_percentile(&st->clock, 99) > st->clock.worst)
		abort();
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
	int fd = memfd_create("svg", MFD_CLOEXEC);

	riad_midiroll_end(&roll);
	riad_out_init(&out, fd);
	riad_midiroll_print(&out, &roll, map, division);
	if (riad_out_flush(&out) == -1)
		abort();
	check_picture(fd);
	close(fd);
}

static void
draw_stream(const uint8_t *data, size_t size)
{
	struct riad_midi_event e;

	memset(&roll, 0, sizeof(roll));
	roll.timed = true;
	riad_midi_stream_init(&stream, true);
	while (riad_midi_stream_next(&stream, &e, &data, &size) == 1)
		riad_midiroll_add(&roll, &e, (int64_t)stream.off * 20000);
	draw(NULL, 0);
}

static void
read_file(const uint8_t *data, size_t size)
{
	struct riad_smf_map *map = riad_smf_map_new(480);
	struct riad_smf_reader r;
	struct riad_smf_item item;
	uint16_t division = 480;

	if (map == NULL || riad_smf_map_read(map, data, size, 0) == -1)
		abort();
	clear(&whole);
	if (size % 16 == 0)
		memset(&roll, 0, sizeof(roll));
	riad_smf_init(&r, data, size);
	while (riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_HEADER)
			division = item.division;
		if (item.kind == RIAD_SMF_TRACK)
			riad_mididecode_reset(&decode);
		if (item.kind == RIAD_SMF_END) {
			riad_midistat_end(&whole.stat);
			if (size % 16 == 0)
				riad_midiroll_end(&roll);
		}
		if (item.kind != RIAD_SMF_EVENT)
			continue;
		take(
		    &whole, &item.event, riad_smf_map_us(map, item.event.time));
		if (size % 16 == 0)
			riad_midiroll_add(&roll, &item.event, item.event.time);
	}
	riad_midistat_end(&whole.stat);
	check_stat(&whole.stat);
	/* Pictures take their time. */
	if (size % 16 == 0)
		draw(map, division);
	riad_smf_map_free(map);
}

/* The first byte is how a stream is cut, and whether it is drawn. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1 || size > LIMIT)
		return 0;
	if (riad_smf_recognise(data, size)) {
		read_file(data, size);
		return 0;
	}
	uint8_t how = *data++;
	size--;
	read_stream(&whole, data, size, size > 0 ? size : 1);
	check_stat(&whole.stat);
	read_stream(&pieces, data, size, (size_t)(how & 63) + 1);
	if (whole.meanings != pieces.meanings || whole.hash != pieces.hash)
		abort();
	/* RAW bytes may come in more or fewer events. */
	pieces.events += whole.stat.raw - pieces.stat.raw;
	pieces.stat.raw = whole.stat.raw;
	if (whole.events != pieces.events ||
	    memcmp(&whole.stat.by, &pieces.stat.by, sizeof(whole.stat.by)) !=
		0 ||
	    whole.stat.messages != pieces.stat.messages ||
	    whole.stat.nstuck != pieces.stat.nstuck ||
	    whole.stat.bytes != pieces.stat.bytes)
		abort();
	if ((how & 240) == 64)
		draw_stream(data, size);
	return 0;
}
