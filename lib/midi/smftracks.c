/* SPDX-License-Identifier: ISC */

#include "riad/smftracks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What a writer puts before its first track, and the file doesn't need. */
#define HEADER_LEN ((size_t)14)

struct riad_smf_part {
	struct riad_buf buf;
	struct riad_smf_writer w; /* begun once it has an out */
};

void
riad_smf_tracks_init(struct riad_smf_tracks *t, size_t max)
{
	*t = (struct riad_smf_tracks){.max = max};
}

void
riad_smf_tracks_free(struct riad_smf_tracks *t)
{
	for (size_t i = 0; i < t->cap; i++)
		riad_buf_free(&t->parts[i].buf);
	free(t->parts);
	t->parts = NULL;
	t->n = t->cap = t->len = 0;
}

bool
riad_smf_tracks_has(const struct riad_smf_tracks *t, uint32_t track)
{
	return track < t->n && t->parts[track].w.out != NULL;
}

static int
grow(struct riad_smf_tracks *t, size_t need)
{
	size_t cap = need < 16 ? 16 : need * 2;
	struct riad_smf_part *p = realloc(t->parts, cap * sizeof(*p));

	if (p == NULL)
		return -1;
	memset(p + t->cap, 0, (cap - t->cap) * sizeof(*p));
	for (size_t i = t->cap; i < cap; i++)
		riad_buf_init(&p[i].buf, t->max);
	/* Those that have begun have moved. */
	for (size_t i = 0; i < t->n; i++) {
		if (p[i].w.out != NULL)
			p[i].w.out = &p[i].buf;
	}
	t->parts = p;
	t->cap = cap;
	return 0;
}

static struct riad_smf_part *
part_of(struct riad_smf_tracks *t, uint32_t track)
{
	if (track >= RIAD_SMF_TRACKS_MAX) {
		errno = EMSGSIZE;
		return NULL;
	}
	if (track >= t->cap && grow(t, (size_t)track + 1) == -1)
		return NULL;
	if (track >= t->n)
		t->n = (size_t)track + 1;

	struct riad_smf_part *p = &t->parts[track];
	if (p->w.out == NULL) {
		riad_smf_writer_init(&p->w, &p->buf, false);
		p->w.compress = t->compress;
	}
	return p;
}

int
riad_smf_tracks_write(
    struct riad_smf_tracks *t, const struct riad_smf_item *item)
{
	struct riad_smf_part *p = part_of(t, item->track);

	if (p == NULL)
		return -1;
	size_t had = p->buf.len;
	if (riad_smf_write(&p->w, item) == -1)
		return -1;
	t->len += p->buf.len - had;
	if (t->len <= t->max)
		return 0;
	errno = EMSGSIZE;
	return -1;
}

int
riad_smf_tracks_join(
    struct riad_smf_tracks *t, struct riad_smf_writer *w, uint16_t division)
{
	static const struct riad_smf_item track = {.kind = RIAD_SMF_TRACK};
	const struct riad_smf_item header = {
	    .kind = RIAD_SMF_HEADER,
	    .format = 1,
	    .division = division,
	};

	if (!w->has_header && riad_smf_write(w, &header) == -1)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		struct riad_smf_part *p = part_of(t, (uint32_t)i);

		if (p == NULL ||
		    (!p->w.in_track && riad_smf_write(&p->w, &track) == -1) ||
		    riad_smf_writer_end(&p->w) == -1 ||
		    riad_buf_add(w->out, p->buf.data + HEADER_LEN,
			p->buf.len - HEADER_LEN) == -1)
			return -1;
		w->ntracks++;
		riad_buf_free(&p->buf);
	}
	return 0;
}
