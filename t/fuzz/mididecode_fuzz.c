/* SPDX-License-Identifier: ISC */
/*
 * Whatever comes, as a stream or a file: what it means is printable and within
 * its range; a stream means the same and comes to the same figures however it
 * is cut; and counts add up.
 */

#include "riad/mididecode.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "riad/midistat.h"
#include "riad/smf.h"

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

static void
read_file(const uint8_t *data, size_t size)
{
	struct riad_smf_map *map = riad_smf_map_new(480);
	struct riad_smf_reader r;
	struct riad_smf_item item;

	if (map == NULL || riad_smf_map_read(map, data, size, 0) == -1)
		abort();
	clear(&whole);
	riad_smf_init(&r, data, size);
	while (riad_smf_next(&r, &item) == 1) {
		if (item.kind == RIAD_SMF_TRACK)
			riad_mididecode_reset(&decode);
		if (item.kind == RIAD_SMF_END)
			riad_midistat_end(&whole.stat);
		if (item.kind != RIAD_SMF_EVENT)
			continue;
		take(
		    &whole, &item.event, riad_smf_map_us(map, item.event.time));
	}
	riad_midistat_end(&whole.stat);
	check_stat(&whole.stat);
	riad_smf_map_free(map);
}

/* The first byte is how a stream is cut. */
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
	return 0;
}
