/* SPDX-License-Identifier: ISC */
/* a conversation drawn, out of what convsvg.c has remembered */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "riad/convsvg.h"
#include "riad/text.h"

/* Lengths in user units, which are pixels where nothing is scaled. */
enum {
	WIDTH = 900,
	CLIENT_X = 98,
	SERVER_X = 802,
	MIDDLE_X = (CLIENT_X + SERVER_X) / 2,
	TIME_X = CLIENT_X - 12,
	TOP = 138, /* where the lifelines begin */
	LINE = 17,
	NOTE_LINE = 15,
	ARROW = 12, /* from the last line to the arrow below it */
	PACK_MIN = 42,
	PACK_W = 380,
	GAP_MIN = 22, /* between turns */
	GAP_MAX = 58,
	FOLD = 44,
	BOTTOM = 64,
};

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/* 1,234,567 */
static const char *
number(char buf[32], uint64_t v)
{
	char digits[24];
	int n = snprintf(digits, sizeof(digits), "%" PRIu64, v);
	char *p = buf;

	for (int i = 0; i < n; i++) {
		if (i > 0 && (n - i) % 3 == 0)
			*p++ = ',';
		*p++ = digits[i];
	}
	*p = '\0';
	return buf;
}

static const char *
size(char buf[32], uint64_t bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	uint64_t unit = 1000;
	size_t i = 0;

	if (bytes < 1000) {
		snprintf(buf, 32, "%" PRIu64 " bytes", bytes);
		return buf;
	}
	while (i < 3 && bytes / unit >= 1000) {
		unit *= 1000;
		i++;
	}
	uint64_t tenths = bytes / (unit / 10);
	snprintf(buf, 32, "%" PRIu64 ".%" PRIu64 " %s", tenths / 10,
	    tenths % 10, units[i]);
	return buf;
}

static const char *
duration(char buf[32], uint64_t ns)
{
	if (ns < NS_PER_S)
		snprintf(buf, 32, "%" PRIu64 ".%" PRIu64 " ms", ns / NS_PER_MS,
		    ns % NS_PER_MS / 100000);
	else
		snprintf(buf, 32, "%" PRIu64 ".%02" PRIu64 " s", ns / NS_PER_S,
		    ns % NS_PER_S / 10000000);
	return buf;
}

/* Peers' bytes: no control gets through, no markup, nothing that is no XML. */
static void
put_text(struct riad_out *out, const void *text, size_t len)
{
	const uint8_t *p = text;
	struct riad_buf safe;

	/* A byte is four at most. */
	riad_buf_init(&safe, 4 * len + 1);
	for (size_t n; len > 0; p += n, len -= n) {
		n = riad_utf8_len(p, len);
		/* U+FFFE and U+FFFF are characters, but none of XML's. */
		if (n == 3 && memcmp(p, "\xef\xbf", 2) == 0 && p[2] >= 0xbe) {
			riad_out_str(out, "\xef\xbf\xbd");
			continue;
		}
		n = n > 0 ? n : 1;
		if (*p == '<')
			riad_out_str(out, "&lt;");
		else if (*p == '>')
			riad_out_str(out, "&gt;");
		else if (*p == '&')
			riad_out_str(out, "&amp;");
		else if (riad_escape(&safe, p, n) == 0)
			riad_out_add(out, safe.data, safe.len);
		safe.len = 0;
	}
	riad_buf_free(&safe);
}

static void
put_str(struct riad_out *out, const char *s)
{
	put_text(out, s, strlen(s));
}

static void
open_text(struct riad_out *out, const char *class, int x, int y)
{
	riad_out_printf(
	    out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, y);
}

static void
close_text(struct riad_out *out)
{
	riad_out_str(out, "</text>\n");
}

/* The text of a message with its object ids cut to a length people use. */
static void
put_short(struct riad_out *out, const struct riad_svg_line *line)
{
	enum { SHOWN = 7, MAX = 96 };
	size_t shown = 0;

	for (size_t i = 0; i < line->len && shown < MAX;) {
		size_t n = 0;
		while (i + n < line->len &&
		       riad_hex_digit(line->text[i + n]) != -1)
			n++;
		size_t take = n >= 40 ? SHOWN : n > 0 ? n : 1;
		if (n == 0) {
			size_t u = riad_utf8_len(line->text + i, line->len - i);
			take = n = u > 0 ? u : 1;
		}
		if (line->text[i] == '\0' && line->kind == RIAD_MSG_REF)
			return;
		put_text(out, line->text + i, take);
		shown += take;
		i += n;
	}
	if (shown >= MAX || line->cut)
		riad_out_str(out, "…");
}

static void
put_plain(struct riad_out *out, const struct riad_svg_line *line)
{
	char n[32];

	if (line->kind == RIAD_MSG_FLUSH) {
		put_str(out, riad_msg_name(line->kind));
		return;
	}
	if (line->count == 1 || line->look == RIAD_SVG_LIST) {
		put_short(out, line);
		return;
	}
	riad_out_printf(
	    out, "%s × %s", riad_msg_name(line->kind), number(n, line->count));
	/* How an ACK ends tells what it is about. */
	if (line->kind == RIAD_MSG_ACK && line->len > 45) {
		const uint8_t *sp = memrchr(line->text, ' ', line->len);
		size_t at = (size_t)(sp - line->text);
		put_str(out, ", last:");
		put_text(out, sp, line->len - at);
	}
}

/* Bigger with size, but by its digits: a pack may be a million times one. */
static int
pack_height(uint64_t bytes)
{
	int h = PACK_MIN;

	for (; bytes >= 1000; bytes /= 10)
		h += 7;
	return h;
}

static int
line_height(const struct riad_svg_line *line)
{
	if (line->look == RIAD_SVG_PACK)
		return pack_height(line->bytes) + 12;
	return line->look == RIAD_SVG_NOTE ? NOTE_LINE : LINE;
}

static int
turn_height(const struct riad_svg_turn *t)
{
	int h = ARROW;

	for (size_t i = 0; i < t->nlines; i++)
		h += line_height(&t->line[i]);
	return h + (t->left_out > 0 ? LINE : 0);
}

/* What was waited before t: longer is further down, but not by much. */
static int
gap(const struct riad_svg_turn *prev, const struct riad_svg_turn *t)
{
	int h = GAP_MIN;

	if (prev == NULL || t->began <= prev->ended)
		return h;
	for (uint64_t ms = (t->began - prev->ended) / NS_PER_MS;
	     ms > 0 && h < GAP_MAX; ms /= 2)
		h += 4;
	return h;
}

static void
draw_pack(struct riad_out *out, const struct riad_svg_line *line, int y)
{
	char a[32], b[32];
	int h = pack_height(line->bytes);
	uint64_t ns = line->ended - line->began;

	riad_out_printf(out,
	    "<rect class=\"pack\" x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\" rx=\"5\"/>\n",
	    MIDDLE_X - PACK_W / 2, y, PACK_W, h);
	open_text(out, "packname", MIDDLE_X, y + h / 2 - 3);
	riad_out_printf(out, "pack, %s", size(a, line->bytes));
	close_text(out);
	open_text(out, "packnote", MIDDLE_X, y + h / 2 + 14);
	riad_out_printf(out, "%s object%s", number(a, line->objects),
	    line->objects == 1 ? "" : "s");
	if (ns >= NS_PER_MS)
		riad_out_printf(out, " in %s, %s/s", duration(a, ns),
		    size(b, (uint64_t)((double)line->bytes * (double)NS_PER_S /
				       (double)ns)));
	close_text(out);
}

static void
draw_arrow(struct riad_out *out, const struct riad_svg_turn *t, int y, bool bad)
{
	bool right = t->dir == RIAD_TO_SERVER;
	int from = right ? CLIENT_X : SERVER_X;
	int to = right ? SERVER_X - 2 : CLIENT_X + 2;
	int back = right ? to - 11 : to + 11;
	const char *class = bad ? " bad" : right ? " ask" : " answer";

	riad_out_printf(out,
	    "<line class=\"arrow%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
	    "y2=\"%d\"/>\n"
	    "<path class=\"head%s\" d=\"M%d %dL%d %dL%d %dz\"/>\n",
	    class, from, y, back, y, class, to, y, back, y - 5, back, y + 5);
}

static void
draw_time(struct riad_out *out, uint64_t ns, int y)
{
	char text[32];

	open_text(out, "time", TIME_X, y);
	put_str(out, duration(text, ns));
	close_text(out);
}

/* A turn: its lines, and the arrow that carries them.  Returns where it ends.
 */
static int
draw_turn(
    struct riad_out *out, const struct riad_svg_turn *t, bool timed, int y)
{
	char more[32];
	bool bad = false;
	int top = y;

	if (timed)
		draw_time(out, t->began, y + 12);
	for (size_t i = 0; i < t->nlines; i++) {
		const struct riad_svg_line *line = &t->line[i];

		if (line->look == RIAD_SVG_PACK) {
			draw_pack(out, line, y + 8);
		} else {
			bad |= line->look == RIAD_SVG_ERROR;
			open_text(out,
			    line->look == RIAD_SVG_ERROR     ? "error"
			    : line->look == RIAD_SVG_NOTE    ? "note"
			    : line->kind == RIAD_MSG_COMMAND ? "strong"
			    : line->look == RIAD_SVG_LIST    ? "caps"
							     : "plain",
			    MIDDLE_X, y + 12);
			if (line->look == RIAD_SVG_NOTE)
				put_text(out, line->text, line->len);
			else
				put_plain(out, line);
			close_text(out);
		}
		y += line_height(line);
	}
	if (t->left_out > 0) {
		open_text(out, "note", MIDDLE_X, y + 12);
		riad_out_printf(
		    out, "… and %s more", number(more, t->left_out));
		close_text(out);
		y += LINE;
	}
	y += ARROW;
	draw_arrow(out, t, y - 5, bad);

	/* When it took its time, the end is worth a label too. */
	if (t->ended - t->began >= NS_PER_MS && y - top > 2 * LINE + ARROW)
		draw_time(out, t->ended, y - 1);
	return y;
}

static int
draw_fold(
    struct riad_out *out, const struct riad_convsvg *svg, uint64_t turns, int y)
{
	char a[32], b[32], c[32];

	riad_out_printf(out,
	    "<rect class=\"fold\" x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"%d\"/>\n",
	    CLIENT_X - 8, y, SERVER_X - CLIENT_X + 16, FOLD);
	open_text(out, "note", MIDDLE_X, y + FOLD / 2 + 4);
	riad_out_printf(out, "⋮  %s more turns: have × %s, ACK × %s  ⋮",
	    number(a, turns), number(b, svg->folded_haves),
	    number(c, svg->folded_acks));
	close_text(out);
	return y + FOLD;
}

/* Calls draw_turn for all that is shown; with out NULL it only measures. */
static int
draw_turns(struct riad_out *out, const struct riad_convsvg *svg, bool timed)
{
	const struct riad_svg_turn *prev = NULL;
	uint64_t shown = (uint64_t)RIAD_SVG_FIRST + RIAD_SVG_LAST;
	uint64_t folded = svg->nturns > shown ? svg->nturns - shown : 0;
	int y = TOP;

	for (uint64_t n = 0; n < svg->nturns; n++) {
		if (n == RIAD_SVG_FIRST && folded > 0) {
			y += GAP_MIN;
			y = out == NULL ? y + FOLD
					: draw_fold(out, svg, folded, y);
			n += folded;
		}
		const struct riad_svg_turn *t = &svg->turn[riad_svg_slot(n)];
		y += gap(prev, t);
		y = out == NULL ? y + turn_height(t)
				: draw_turn(out, t, timed, y);
		prev = t;
	}
	return y;
}

static const char style[] =
    "<style>\n"
    "text{font-family:'DejaVu Sans','Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:12px;fill:#24292f;text-anchor:middle}\n"
    ".title{font-size:20px;font-weight:bold;text-anchor:start}\n"
    ".total{font-size:12.5px;fill:#57606a;text-anchor:start}\n"
    ".peer{font-size:13px;font-weight:bold;fill:#fff}\n"
    ".peerbox{fill:#3d4a5c}\n"
    ".life{stroke:#9aa5b1;stroke-width:1.5;stroke-dasharray:4 3}\n"
    ".time{font-size:10.5px;fill:#6b7683;text-anchor:end}\n"
    ".strong{font-weight:bold}\n"
    ".note{font-size:11px;font-style:italic;fill:#57606a}\n"
    ".caps{fill:#57606a}\n"
    ".error{font-weight:bold;fill:#b42318}\n"
    ".arrow{stroke-width:1.6}\n"
    ".ask{stroke:#0b62c4}.answer{stroke:#1a7f4b}.bad{stroke:#b42318}\n"
    ".head{stroke-width:0}\n"
    ".head.ask{fill:#0b62c4}.head.answer{fill:#1a7f4b}"
    ".head.bad{fill:#b42318}\n"
    ".pack{fill:#dff3e6;stroke:#1a7f4b}\n"
    ".packname{font-size:14px;font-weight:bold;fill:#14532d}\n"
    ".packnote{font-size:11.5px;fill:#14532d}\n"
    ".fold{fill:#fbfcfd;stroke:none}\n"
    ".exit{font-size:12px;font-weight:bold;fill:#1a7f4b}\n"
    ".exit.bad{fill:#b42318;stroke:none}\n"
    "</style>\n";

static void
draw_title(struct riad_out *out, const struct riad_convsvg *svg,
    const struct riad_conv *c)
{
	const struct riad_convstat *st = &svg->stat;
	char a[32];

	open_text(out, "title", 24, 38);
	riad_out_str(out, c->push ? "git push" : "git fetch");
	if (c->version != -1)
		riad_out_printf(out, ", protocol version %d", c->version);
	close_text(out);

	open_text(out, "total", 24, 62);
	riad_out_printf(
	    out, "%s round%s", number(a, c->rounds), c->rounds == 1 ? "" : "s");
	riad_out_printf(out, " · client sent %s", size(a, st->bytes[0]));
	riad_out_printf(out, " · server sent %s", size(a, st->bytes[1]));
	if (c->pack_len > 0)
		riad_out_printf(out, " · %s object%s", number(a, c->objects),
		    c->objects == 1 ? "" : "s");
	if (c->two_sided)
		riad_out_printf(out, " · %s", duration(a, st->last));
	if (st->exited)
		riad_out_printf(out, " · %s %d",
		    st->signaled ? "killed by signal" : "exit status",
		    st->code);
	close_text(out);
}

static void
draw_peer(struct riad_out *out, const struct riad_conv *c, enum riad_dir dir,
    int x, const char *name)
{
	enum { HALF = 80, SHOWN = 22 };
	const char *agent = riad_conv_cap(c, dir, "agent");
	size_t n = agent == NULL ? 0 : strcspn(agent, "\n");

	riad_out_printf(out,
	    "<rect class=\"peerbox\" x=\"%d\" y=\"%d\" width=\"%d\" "
	    "height=\"42\" rx=\"6\"/>\n",
	    x - HALF, TOP - 52, 2 * HALF);
	open_text(out, "peer", x, n > 0 ? TOP - 35 : TOP - 27);
	put_str(out, name);
	close_text(out);
	if (n > 0) {
		riad_out_printf(out,
		    "<text x=\"%d\" y=\"%d\" style=\"fill:#dfe5ec;"
		    "font-size:11px\">",
		    x, TOP - 18);
		put_text(out, agent, n < SHOWN ? n : SHOWN);
		riad_out_str(out, n < SHOWN ? "</text>\n" : "…</text>\n");
	}
}

void
riad_convsvg_print(struct riad_out *out, const struct riad_convsvg *svg,
    const struct riad_conv *c)
{
	const struct riad_convstat *st = &svg->stat;
	int end = draw_turns(NULL, svg, c->two_sided) + 26;
	int height = end + BOTTOM;

	riad_out_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\">\n",
	    WIDTH, height, WIDTH, height);
	riad_out_str(out, style);
	riad_out_printf(out,
	    "<rect width=\"%d\" height=\"%d\" fill=\"#fbfcfd\"/>\n", WIDTH,
	    height);
	draw_title(out, svg, c);
	for (int i = 0; i < 2; i++)
		riad_out_printf(out,
		    "<line class=\"life\" x1=\"%d\" y1=\"%d\" x2=\"%d\" "
		    "y2=\"%d\"/>\n",
		    i ? SERVER_X : CLIENT_X, TOP - 10, i ? SERVER_X : CLIENT_X,
		    end);
	draw_peer(out, c, RIAD_TO_SERVER, CLIENT_X, "client");
	draw_peer(out, c, RIAD_TO_CLIENT, SERVER_X, "server");
	(void)draw_turns(out, svg, c->two_sided);

	if (st->exited) {
		bool bad = st->signaled || st->code != 0;

		open_text(out, bad ? "exit bad" : "exit", SERVER_X, end + 22);
		riad_out_printf(
		    out, "%s %d", st->signaled ? "signal" : "exit", st->code);
		close_text(out);
		draw_time(out, st->last, end + 22);
	}
	riad_out_str(out, "</svg>\n");
}
