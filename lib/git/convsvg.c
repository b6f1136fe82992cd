/* SPDX-License-Identifier: ISC */
/* what is remembered of a conversation; it is drawn in convdraw.c */

#include "riad/convsvg.h"

#include <string.h>

/* A turn that makes room for another is summed up. */
static void
forget(struct riad_convsvg *svg, const struct riad_svg_turn *t)
{
	for (size_t i = 0; i < t->nlines; i++) {
		if (t->line[i].kind == RIAD_MSG_HAVE)
			svg->folded_haves += t->line[i].count;
		if (t->line[i].kind == RIAD_MSG_ACK)
			svg->folded_acks += t->line[i].count;
	}
}

static struct riad_svg_turn *
current_turn(struct riad_convsvg *svg, const struct riad_msg *msg)
{
	struct riad_svg_turn *t = NULL;

	if (svg->nturns > 0)
		t = &svg->turn[riad_svg_slot(svg->nturns - 1)];
	if (t == NULL || t->dir != msg->dir) {
		t = &svg->turn[riad_svg_slot(svg->nturns)];
		if (svg->nturns >= RIAD_SVG_FIRST + RIAD_SVG_LAST)
			forget(svg, t);
		svg->nturns++;
		t->dir = msg->dir;
		t->began = t->ended = msg->ns;
		t->left_out = 0;
		t->nlines = 0;
	}
	if (msg->ns > t->ended)
		t->ended = msg->ns;
	return t;
}

/* No UTF-8 character is cut in two. */
static void
add_text(struct riad_svg_line *line, const void *text, size_t len)
{
	size_t room = sizeof(line->text) - line->len;
	const uint8_t *p = text;

	if (len > room) {
		line->cut = true;
		for (len = room; len > 0 && (p[len] & 0xc0) == 0x80; len--)
			;
	}
	memcpy(line->text + line->len, p, len);
	line->len += len;
}

static struct riad_svg_line *
new_line(struct riad_svg_turn *t, const struct riad_msg *msg)
{
	/* The last line is kept for what matters most. */
	bool vital = msg->kind == RIAD_MSG_ERR || msg->kind == RIAD_MSG_RAW ||
		     (msg->kind == RIAD_MSG_BAND && msg->band != 2);
	if (t->nlines + !vital >= RIAD_SVG_LINES) {
		t->left_out++;
		if (!vital)
			return NULL;
		t->nlines--;
	}

	struct riad_svg_line *line = &t->line[t->nlines++];
	bool words = msg->kind == RIAD_MSG_CAP || msg->kind == RIAD_MSG_ARG ||
		     msg->kind == RIAD_MSG_STATUS;
	*line = (struct riad_svg_line){
	    .look = words ? RIAD_SVG_LIST : RIAD_SVG_PLAIN,
	    .kind = msg->kind,
	    .count = 1,
	    .began = msg->ns,
	    .ended = msg->ns,
	};
	return line;
}

/* Progress comes in lines, of which the last states are told by a LF. */
static void
add_progress(struct riad_convsvg *svg, struct riad_svg_turn *t,
    const struct riad_msg *msg)
{
	for (size_t i = 0; i < msg->len; i++) {
		uint8_t c = msg->text[i];

		if (c != '\r' && c != '\n') {
			if (svg->note_len < sizeof(svg->note))
				svg->note[svg->note_len++] = c;
			continue;
		}
		if (c == '\n' && svg->note_len > 0) {
			struct riad_svg_line *line = new_line(t, msg);
			if (line != NULL) {
				line->look = RIAD_SVG_NOTE;
				add_text(line, svg->note, svg->note_len);
			}
		}
		svg->note_len = 0;
	}
}

static void
add_pack(struct riad_svg_turn *t, const struct riad_conv *c,
    const struct riad_msg *msg)
{
	struct riad_svg_line *line = NULL;

	for (size_t i = 0; i < t->nlines; i++) {
		if (t->line[i].look == RIAD_SVG_PACK)
			line = &t->line[i];
	}
	if (line == NULL) {
		line = new_line(t, msg);
		if (line == NULL)
			return;
		line->look = RIAD_SVG_PACK;
	}
	line->bytes += msg->len;
	line->objects = c->objects;
	if (msg->ns > line->ended)
		line->ended = msg->ns;
}

/* Where v0 and v1 put capabilities into a line: behind a NUL or a want's id. */
static size_t
caps_at(const struct riad_msg *msg)
{
	const uint8_t *nul = memchr(msg->text, '\0', msg->len);
	size_t n = 5;

	if (nul != NULL)
		return (size_t)(nul - msg->text);
	if (msg->kind != RIAD_MSG_WANT || msg->len < n)
		return msg->len;
	while (n < msg->len && msg->text[n] != ' ')
		n++;
	return n;
}

static void
add_caps(struct riad_svg_turn *t, const struct riad_msg *msg, size_t from)
{
	struct riad_svg_line *line = new_line(t, msg);

	if (line == NULL)
		return;
	line->kind = RIAD_MSG_CAP;
	line->look = RIAD_SVG_LIST;
	for (size_t n; from < msg->len; from += n + 1) {
		const uint8_t *cap = msg->text + from;
		const uint8_t *end = memchr(cap, ' ', msg->len - from);
		n = end == NULL ? msg->len - from : (size_t)(end - cap);
		if (line->len > 0 && n > 0)
			add_text(line, " · ", 4);
		add_text(line, cap, n);
	}
}

/* Joins the line before if that is of its kind. */
static void
add_message(struct riad_svg_turn *t, const struct riad_msg *msg)
{
	struct riad_svg_line *line =
	    t->nlines > 0 ? &t->line[t->nlines - 1] : NULL;
	if (line != NULL && t->nlines > 1 && line->kind == RIAD_MSG_CAP &&
	    line[-1].kind == msg->kind)
		line--; /* the first one's capabilities stand between */

	if (line != NULL && line->kind == msg->kind &&
	    line->look <= RIAD_SVG_LIST) {
		line->count++;
		if (line->look == RIAD_SVG_LIST) {
			add_text(line, " · ", 4);
			add_text(line, msg->text, msg->len);
		}
		/* The last ACK says most: common, then ready. */
		if (msg->kind == RIAD_MSG_ACK) {
			line->len = 0;
			line->cut = false;
			add_text(line, msg->text, msg->len);
		}
		return;
	}
	size_t len = caps_at(msg);
	line = new_line(t, msg);
	if (line == NULL)
		return;
	add_text(line, msg->text, len);
	if (msg->len > len + 1)
		add_caps(t, msg, len + 1);
	if (msg->kind == RIAD_MSG_ERR || msg->kind == RIAD_MSG_BAD ||
	    (msg->kind == RIAD_MSG_BAND && msg->band == 3))
		line->look = RIAD_SVG_ERROR;
	if (msg->kind == RIAD_MSG_BAD)
		add_text(line, msg->why, strlen(msg->why));
}

/* What became of a push is packets in band 1. */
static void
add_report(struct riad_svg_turn *t, const struct riad_msg *msg)
{
	struct riad_msg part = *msg;
	const uint8_t *p = msg->text;
	size_t left = msg->len;
	struct riad_pkt pkt;
	ssize_t n;

	part.kind = RIAD_MSG_STATUS;
	while ((n = riad_pkt_parse(&pkt, p, left)) > 0) {
		part.text = pkt.data;
		part.len = pkt.len;
		if (pkt.len > 0 && pkt.data[pkt.len - 1] == '\n')
			part.len--;
		if (pkt.type == RIAD_PKT_DATA)
			add_message(t, &part);
		p += n;
		left -= (size_t)n;
	}
}

void
riad_convsvg_add(struct riad_convsvg *svg, const struct riad_conv *c,
    const struct riad_msg *msg)
{
	riad_convstat_add(&svg->stat, c, msg);
	if (msg->kind == RIAD_MSG_EOF || msg->kind == RIAD_MSG_EXIT)
		return;

	struct riad_svg_turn *t = current_turn(svg, msg);
	switch (msg->kind) {
	case RIAD_MSG_DELIM:
	case RIAD_MSG_END:
	case RIAD_MSG_S_PACK: /* the pack speaks for itself */
		return;
	case RIAD_MSG_FLUSH:
		if (t->nlines == 0)
			(void)new_line(t, msg);
		return;
	case RIAD_MSG_BAND:
		if (msg->band == 2)
			add_progress(svg, t, msg);
		else if (msg->band != 1)
			add_message(t, msg);
		else if (c->push)
			add_report(t, msg);
		else if (msg->len > 0)
			add_pack(t, c, msg);
		return;
	case RIAD_MSG_RAW:
		add_pack(t, c, msg);
		return;
	default:
		add_message(t, msg);
	}
}
