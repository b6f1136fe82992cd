/* SPDX-License-Identifier: ISC */

#include "riad/convsvg.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* --- what is remembered ------------------------------------------------- */

static struct riad_svg_turn *
turn_at(struct riad_convsvg *svg, uint64_t n)
{
	return n < RIAD_SVG_FIRST
		   ? &svg->first[n]
		   : &svg->last[(n - RIAD_SVG_FIRST) % RIAD_SVG_LAST];
}

static const struct riad_svg_turn *
turn_of(const struct riad_convsvg *svg, uint64_t n)
{
	return n < RIAD_SVG_FIRST
		   ? &svg->first[n]
		   : &svg->last[(n - RIAD_SVG_FIRST) % RIAD_SVG_LAST];
}

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
	struct riad_svg_turn *t =
	    svg->nturns > 0 ? turn_at(svg, svg->nturns - 1) : NULL;

	if (t == NULL || t->dir != msg->dir) {
		t = turn_at(svg, svg->nturns);
		if (svg->nturns >= RIAD_SVG_FIRST + RIAD_SVG_LAST)
			forget(svg, t);
		svg->nturns++;
		t->dir = msg->dir;
		t->began = msg->ns;
		t->left_out = 0;
		t->nlines = 0;
	}
	t->ended = msg->ns;
	return t;
}

static void
add_text(struct riad_svg_line *line, const void *text, size_t len)
{
	size_t room = sizeof(line->text) - line->len;
	size_t n = len < room ? len : room;

	memcpy(line->text + line->len, text, n);
	line->len += n;
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
	*line = (struct riad_svg_line){
	    .kind = msg->kind,
	    .count = 1,
	    .began = msg->ns,
	};
	return line;
}

/* Those whose words stand side by side on one line. */
static bool
is_listed(enum riad_msg_kind kind)
{
	return kind == RIAD_MSG_CAP || kind == RIAD_MSG_ARG;
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
	for (size_t i = from; i < msg->len; i++) {
		if (msg->text[i] != ' ')
			add_text(line, msg->text + i, 1);
		else if (line->len > 0 && i + 1 < msg->len)
			add_text(line, " · ", 4);
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
	struct riad_svg_line *line =
	    t->nlines > 0 ? &t->line[t->nlines - 1] : NULL;
	if (line != NULL && t->nlines > 1 && line->kind == RIAD_MSG_CAP &&
	    line[-1].kind == msg->kind)
		line--; /* the first one's capabilities stand between */
	bool alike = line != NULL && line->kind == msg->kind &&
		     line->look == RIAD_SVG_PLAIN;

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
		if (msg->band == 2) {
			add_progress(svg, t, msg);
			return;
		}
		if (msg->band == 1 && !c->push) {
			if (msg->len > 0)
				add_pack(t, c, msg);
			return;
		}
		break;
	case RIAD_MSG_RAW:
		add_pack(t, c, msg);
		return;
	default:
		break;
	}

	if (alike) {
		line->count++;
		if (is_listed(msg->kind)) {
			add_text(line, " · ", 4);
			add_text(line, msg->text, msg->len);
		}
		/* The last ACK says most: common, then ready. */
		if (msg->kind == RIAD_MSG_ACK) {
			line->len = 0;
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

/* --- text --------------------------------------------------------------- */

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

/* Peers' bytes: no control gets through, and no markup. */
static void
put_text(struct riad_out *out, const void *text, size_t len)
{
	struct riad_buf safe;

	/* Each byte is four at most. */
	riad_buf_init(&safe, 4 * len + 1);
	(void)riad_escape(&safe, text, len);
	for (size_t i = 0; i < safe.len; i++) {
		char c = (char)safe.data[i];
		if (c == '<')
			riad_out_str(out, "&lt;");
		else if (c == '>')
			riad_out_str(out, "&gt;");
		else if (c == '&')
			riad_out_str(out, "&amp;");
		else
			riad_out_char(out, c);
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
	if (shown >= MAX || line->len == sizeof(line->text))
		riad_out_str(out, "…");
}

static void
put_plain(struct riad_out *out, const struct riad_svg_line *line)
{
	char n[32];

	if (line->kind == RIAD_MSG_FLUSH || line->kind == RIAD_MSG_BAD) {
		put_str(out, riad_msg_name(line->kind));
		return;
	}
	if (line->count == 1 || is_listed(line->kind)) {
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

/* --- layout ------------------------------------------------------------- */

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

/* A turn: its lines, and the arrow that carries them.  Returns where it ends.
 */
static int
draw_turn(struct riad_out *out, const struct riad_svg_turn *t, int y)
{
	char text[32];
	bool bad = false;

	open_text(out, "time", TIME_X, y + 12);
	put_str(out, duration(text, t->began));
	close_text(out);
	int top = y;
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
			    : is_listed(line->kind)          ? "caps"
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
		    out, "… and %s more", number(text, t->left_out));
		close_text(out);
		y += LINE;
	}
	y += ARROW;
	draw_arrow(out, t, y - 5, bad);

	/* When it took its time, the end is worth a label too. */
	if (t->ended - t->began >= NS_PER_MS && y - top > 2 * LINE + ARROW) {
		open_text(out, "time", TIME_X, y - 1);
		put_str(out, duration(text, t->ended));
		close_text(out);
	}
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
draw_turns(struct riad_out *out, const struct riad_convsvg *svg)
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
		const struct riad_svg_turn *t = turn_of(svg, n);
		y += gap(prev, t);
		y = out == NULL ? y + turn_height(t) : draw_turn(out, t, y);
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
		riad_out_printf(out, " · %s objects", number(a, c->objects));
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
	int end = draw_turns(NULL, svg) + 26;
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
	(void)draw_turns(out, svg);

	if (st->exited) {
		bool bad = st->signaled || st->code != 0;
		char text[32];
		open_text(out, bad ? "exit bad" : "exit", SERVER_X, end + 22);
		riad_out_printf(
		    out, "%s %d", st->signaled ? "signal" : "exit", st->code);
		close_text(out);
		open_text(out, "time", TIME_X, end + 22);
		put_str(out, duration(text, st->last));
		close_text(out);
	}
	riad_out_str(out, "</svg>\n");
}
