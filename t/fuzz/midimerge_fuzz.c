/* SPDX-License-Identifier: ISC */
/*
 * Whatever some sources send, and however their ends and the output's come:
 * of several, what comes out is whole messages without fault, real-time
 * between them; of one, it is what went in.  After a stop no note is on.
 */

#include "riad/midimerge.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct riad_midi_stream reader;
static struct riad_midi_sounding heard;
static uint8_t in[1 << 12], out[1 << 14];
static size_t nin, nout;

static void
take(struct riad_midi_merge *m, size_t max)
{
	struct riad_midi_event event;
	const uint8_t *p;
	size_t len;

	while (max > 0 && (p = riad_midi_merge_next(m, &len)) != NULL) {
		if (len == 0)
			abort();
		if (len > max)
			len = max;
		max -= len;
		if (nout + len <= sizeof(out))
			memcpy(out + nout, p, len);
		nout += len;
		riad_midi_sounding_see(&heard, p, len);
		const uint8_t *q = p;
		size_t left = len;
		while (riad_midi_stream_next(&reader, &event, &q, &left) == 1)
			;
		riad_midi_merge_taken(m, len);
	}
}

static void
operate(struct riad_midi_merge *m, const uint8_t *p, size_t size, bool gentle)
{
	while (size >= 2) {
		unsigned op = p[0] % (gentle ? 6U : 10U), i = p[1] % m->n;
		size_t n = p[1];
		p += 2;
		size -= 2;
		switch (op) {
		case 0:
		case 1:
		case 2:
		case 3:
			if (n > size)
				n = size;
			if (riad_midi_merge_room(m, i) > 0) {
				riad_midi_merge_feed(m, i, p, n);
				if (nin + n <= sizeof(in))
					memcpy(in + nin, p, n);
				nin += n;
			}
			p += n;
			size -= n;
			break;
		case 4:
		case 5:
			take(m, n);
			break;
		case 6:
			riad_midi_merge_end(m, i, n & 16);
			break;
		case 7:
			/* The new device hears nothing of before; input may be
			 * dropped while there is none. */
			riad_midi_merge_anew(m);
			if (n & 16)
				riad_midi_merge_drop(m, i);
			riad_midi_stream_init(&reader, false);
			riad_midi_sounding_init(&heard);
			break;
		case 8:
			if (riad_midi_merge_stuck(m))
				riad_midi_merge_release(m);
			break;
		default:
			for (unsigned k = 0; k < m->n; k++)
				riad_midi_merge_end(m, k, true);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct riad_midi_merge m;

	if (size < 2 || size > sizeof(in))
		return 0;
	unsigned n = 1 + data[0] % 3;
	bool gentle = n == 1 && data[1] & 1, stops = data[1] & 2;
	if (riad_midi_merge_init(&m, n) == -1)
		return 0;
	nin = nout = 0;
	riad_midi_stream_init(&reader, false);
	riad_midi_sounding_init(&heard);
	operate(&m, data + 2, size - 2, gentle);
	if (stops)
		riad_midi_merge_stop(&m);
	else
		for (unsigned i = 0; i < n; i++)
			riad_midi_merge_end(&m, i, false);
	take(&m, SIZE_MAX);

	if (!riad_midi_merge_idle(&m) && (stops || m.owner == -1))
		abort();
	if (n > 1 &&
	    (reader.cut > 0 || reader.stray > 0 || reader.undefined > 0 ||
		heard.need > 0 || heard.in_exclusive))
		abort();
	if (stops && n > 1 && riad_midi_sounding_count(&heard) > 0)
		abort();
	/* At the end a message that isn't whole is missing, and there may be an
	 * end of an exclusive. */
	size_t sure = nin > 2 ? nin - 2 : 0;
	if (gentle && !stops &&
	    (nout < sure || nout > nin + 1 || memcmp(in, out, sure) != 0))
		abort();
	riad_midi_merge_free(&m);
	return 0;
}
