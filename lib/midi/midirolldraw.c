/* SPDX-License-Identifier: ISC */
/* a piano roll drawn, out of what midiroll.c has remembered */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "riad/midinames.h"
#include "riad/midiroll.h"
#include "riad/text.h"

/* Lengths in user units, which are pixels where nothing is scaled. */
enum {
	LEFT = 64, /* of the plot */
	RIGHT = 24,
	TOP = 104,
	WIDTH_MIN = 720,
	WIDTH_MAX = 3600,
	BEAT = 28, /* as wide as that, if there is room */
	SECOND = 60,
	BAR_MIN = 8, /* between lines of bars */
	LABEL_MIN = 56,
	GAP = 22, /* between lanes, with a name */
	VELOCITY_H = 56,
	LANE_H = 44,
	LANES = 6,
	CLOCK_H = 120,
	SPREAD_W = 150, /* of the clock's distribution */
	SPREAD_BINS = 30,
	LEVELS = 8, /* of velocity */
	LEGEND_H = 18,
	LEGEND_W = 340,
	NAME_CHARS = 20,
};

struct plot {
	struct riad_out *out;
	struct riad_midiroll *roll;
	struct riad_smf_map *map;
	uint16_t division;
	double width, scale; /* of a unit of time */
	int low, high, row;  /* keys, and the height of one */
	int bottom;          /* where the next lane begins */
};

static double
x_of(const struct plot *p, uint32_t place, uint8_t shift)
{
	return LEFT + (double)((uint64_t)place << shift) * p->scale;
}

static double
x_time(const struct plot *p, int64_t time)
{
	return LEFT + (double)time * p->scale;
}

/* What others wrote: no control gets through, no markup, and nothing that is
 * no XML. */
static void
put_text(struct riad_out *out, const void *text, size_t len)
{
	const uint8_t *p = text;
	uint8_t space[16]; /* of a character, \xNN four times at most */

	for (size_t n; len > 0; p += n, len -= n) {
		struct riad_buf safe = {
		    space, 0, sizeof(space), sizeof(space) - 1};
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
	}
}

static void
put_label(struct riad_out *out, const char *class, double x, double y,
    const char *text)
{
	riad_out_printf(
	    out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	put_text(out, text, strlen(text));
	riad_out_str(out, "</text>\n");
}

static void
put_box(const struct plot *p, const char *class, int y, int height)
{
	riad_out_printf(p->out,
	    "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.0f\" "
	    "height=\"%d\"/>\n",
	    class, LEFT, y, p->width, height);
}

/* 3:05, or 0:00.25 where that is little. */
static const char *
clock_text(char text[32], int64_t us, bool fine)
{
	int64_t s = us / 1000000;

	if (fine)
		snprintf(text, 32, "%" PRId64 ":%02" PRId64 ".%02" PRId64,
		    s / 60, s % 60, us / 10000 % 100);
	else
		snprintf(text, 32, "%" PRId64 ":%02" PRId64, s / 60, s % 60);
	return text;
}

/* --- keys and bars */

static void
find_keys(struct plot *p)
{
	const struct riad_midiroll *roll = p->roll;

	p->low = 127;
	p->high = 0;
	for (uint32_t i = 0; i < roll->nnotes; i++) {
		int key = roll->note[i].key;
		p->low = key < p->low ? key : p->low;
		p->high = key > p->high ? key : p->high;
	}
	if (p->low > p->high) {
		p->low = 60;
		p->high = 71;
	}
	/* From a C on, and an octave at least. */
	p->low -= p->low % 12;
	p->high = p->high < p->low + 11 ? p->low + 11 : p->high;
	int rows = p->high - p->low + 1;
	p->row = rows <= 36 ? 9 : rows <= 60 ? 7 : 5;
}

static int
y_key(const struct plot *p, int key)
{
	return TOP + (p->high - key) * p->row;
}

static void
draw_keys(const struct plot *p)
{
	static const char black[12] = {0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0};
	char name[RIAD_MIDI_NOTE_NAME];

	for (int key = p->low; key <= p->high; key++) {
		if (black[key % 12])
			put_box(p, "black", y_key(p, key), p->row);
		if (key % 12 != 0)
			continue;
		int y = y_key(p, key) + p->row;
		riad_out_printf(p->out,
		    "<path class=\"octave\" d=\"M%d %dh%.0f\"/>\n", LEFT, y,
		    p->width);
		put_label(p->out, "key", LEFT - 8, y - 1,
		    riad_midi_note_name(name, (uint8_t)key));
	}
}

/* The first of 1, 2, 4, ... of which a step is at least so wide. */
static int64_t
bar_step(double bar_width, double min)
{
	int64_t step = 1;

	while ((double)step * bar_width < min && step < INT64_MAX / 4)
		step *= 2;
	return step;
}

static void
draw_bar(const struct plot *p, double x, int height, bool strong)
{
	riad_out_printf(p->out, "<path class=\"bar%s\" d=\"M%.1f %dv%d\"/>\n",
	    strong ? " strong" : "", x, TOP, height);
}

static void
draw_bars(const struct plot *p, int height)
{
	int64_t end = p->roll->end;
	int64_t bars = riad_smf_map_beat(p->map, end).bar;
	double bar_width = p->width / (double)(bars > 0 ? bars : 1);
	int64_t step = bar_step(bar_width, BAR_MIN);
	int64_t labels = bar_step(bar_width, LABEL_MIN);
	uint32_t tempo = 0;
	double free_from = 0;
	char text[32];

	for (int64_t bar = 1; bar <= bars; bar += step) {
		struct riad_smf_beat beat = {.bar = bar, .beat = 1};
		int64_t at = riad_smf_map_of_beat(p->map, &beat);
		if (at < 0 || at > end)
			continue;
		double x = x_time(p, at);
		bool labeled = (bar - 1) % labels == 0 &&
			       x < LEFT + p->width - LABEL_MIN / 2.0;
		draw_bar(p, x, height, labeled);
		if (labeled) {
			snprintf(text, sizeof(text), "%" PRId64, bar);
			put_label(p->out, "bar-name", x + 3, TOP - 5, text);
			put_label(p->out, "time", x + 3, TOP + height + 11,
			    clock_text(
				text, riad_smf_map_us(p->map, at), false));
		}
		uint32_t now = riad_smf_map_tempo(p->map, at);
		if (now != tempo && now > 0 && x >= free_from) {
			snprintf(text, sizeof(text), "%.4g bpm", 60e6 / now);
			put_label(p->out, "tempo", x + 3, TOP - 19, text);
			tempo = now;
			free_from = x + LABEL_MIN;
		}
	}
}

static void
draw_seconds(const struct plot *p, int height)
{
	static const int64_t steps[] = {1, 2, 5};
	int64_t step = 10000, unit = 10000; /* us */
	char text[32];

	for (size_t i = 0; (double)step * p->scale < LABEL_MIN; i++) {
		if (unit > INT64_MAX / 100)
			return;
		unit *= i > 0 && i % 3 == 0 ? 10 : 1;
		step = unit * steps[i % 3];
	}
	for (int64_t t = 0; t <= p->roll->end; t += step) {
		double x = x_time(p, t);
		draw_bar(p, x, height, true);
		put_label(p->out, "bar-name", x + 3, TOP - 5,
		    clock_text(text, t, step < 1000000));
		if (t > INT64_MAX - step)
			break;
	}
}

/* --- notes */

static int
level(uint8_t velocity)
{
	return velocity * LEVELS / 128;
}

/* A channel's notes of a level are one path, which says least. */
static int
compare_looks(const void *a, const void *b)
{
	const struct riad_roll_note *p = a, *q = b;
	int x = p->channel * LEVELS + level(p->velocity);
	int y = q->channel * LEVELS + level(q->velocity);

	if (x != y)
		return x - y;
	if (p->start != q->start)
		return p->start < q->start ? -1 : 1;
	return p->key - q->key;
}

static void
draw_notes(const struct plot *p)
{
	struct riad_midiroll *roll = p->roll;
	int look = -1;

	qsort(roll->note, roll->nnotes, sizeof(*roll->note), compare_looks);
	riad_out_printf(p->out, "<g stroke-width=\"%d\">\n", p->row - 1);
	for (uint32_t i = 0; i < roll->nnotes; i++) {
		const struct riad_roll_note *n = &roll->note[i];
		int its = n->channel * LEVELS + level(n->velocity);
		double x = x_of(p, n->start, roll->shift);
		double w = x_of(p, n->length, roll->shift) - LEFT;

		if (its != look)
			riad_out_printf(p->out,
			    "%s<path class=\"c%d v%d\" d=\"",
			    look != -1 ? "\"/>\n" : "", n->channel,
			    level(n->velocity));
		look = its;
		/* A short note is to be seen too; between two is a seam. */
		w = w < 1.5 ? 1.5 : w > 3 ? w - 0.6 : w;
		riad_out_printf(p->out, "M%.1f %.1fh%.1f", x,
		    y_key(p, n->key) + p->row / 2.0, w);
	}
	riad_out_str(p->out, look != -1 ? "\"/>\n</g>\n" : "</g>\n");
}

static void
lane_name(const struct plot *p, const char *name)
{
	put_label(p->out, "lane", LEFT, p->bottom - 4, name);
}

static void
draw_velocities(struct plot *p)
{
	const struct riad_midiroll *roll = p->roll;
	int channel = -1, y = p->bottom + VELOCITY_H;

	put_box(p, "box", p->bottom, VELOCITY_H);
	for (uint32_t i = 0; i < roll->nnotes; i++) {
		const struct riad_roll_note *n = &roll->note[i];

		if (n->channel != channel)
			riad_out_printf(p->out,
			    "%s<path class=\"c%d stem\" d=\"",
			    channel != -1 ? "\"/>\n" : "", n->channel);
		channel = n->channel;
		riad_out_printf(p->out, "M%.1f %dv-%.1f",
		    x_of(p, n->start, roll->shift), y,
		    n->velocity * (VELOCITY_H - 4) / 127.0);
	}
	if (channel != -1)
		riad_out_str(p->out, "\"/>\n");
	lane_name(p, "velocity");
	p->bottom += VELOCITY_H + GAP;
}

/* --- controllers */

static int
compare_times(const void *a, const void *b)
{
	const struct riad_roll_point *p = a, *q = b;

	return p->time < q->time ? -1 : p->time > q->time;
}

static double
y_value(const struct plot *p, int32_t value, int32_t max)
{
	return p->bottom + LANE_H - 2 - value * (LANE_H - 4.0) / max;
}

static void
draw_line(const struct plot *p, struct riad_roll_line *line, int32_t max)
{
	qsort(line->point, line->n, sizeof(*line->point), compare_times);
	riad_out_printf(p->out, "<path class=\"c%d line\" d=\"", line->channel);
	for (uint32_t i = 0; i < line->n; i++) {
		const struct riad_roll_point *q = &line->point[i];
		double x = x_of(p, q->time, line->shift);
		if (i == 0)
			riad_out_printf(
			    p->out, "M%.1f %.1f", x, y_value(p, q->last, max));
		else
			riad_out_printf(p->out, "H%.1f", x);
		if (q->min != q->max)
			riad_out_printf(p->out, "V%.1fV%.1f",
			    y_value(p, q->min, max), y_value(p, q->max, max));
		riad_out_printf(p->out, "V%.1f", y_value(p, q->last, max));
	}
	riad_out_printf(p->out, "H%.1f\"/>\n", LEFT + p->width);
}

static void
draw_lane(struct plot *p, uint8_t what)
{
	struct riad_midiroll *roll = p->roll;
	int32_t max = what == 128 ? 16383 : 127;
	const char *name = what < 128 ? riad_midi_controller(what) : NULL;
	char text[64];

	if (what == 128)
		snprintf(text, sizeof(text), "pitch bend");
	else if (what == 129)
		snprintf(text, sizeof(text), "pressure");
	else
		snprintf(text, sizeof(text), "cc %u %s", what,
		    name != NULL ? name : "");
	put_box(p, "box", p->bottom, LANE_H);
	for (uint32_t i = 0; i < roll->nlines; i++)
		if (roll->line[i].what == what)
			draw_line(p, &roll->line[i], max);
	lane_name(p, text);
	p->bottom += LANE_H + GAP;
}

/* The controllers that move most.  One that is set once is no line. */
static void
draw_controllers(struct plot *p)
{
	const struct riad_midiroll *roll = p->roll;
	uint64_t changes[130] = {0};
	bool chosen[130] = {false};

	for (uint32_t i = 0; i < roll->nlines; i++) {
		const struct riad_roll_line *line = &roll->line[i];
		changes[line->what] += line->changes - 1;
	}
	for (int n = 0; n < LANES; n++) {
		size_t most = 130;
		for (size_t i = 0; i < 130; i++)
			if (!chosen[i] && changes[i] > 0 &&
			    (most == 130 || changes[i] > changes[most]))
				most = i;
		if (most == 130)
			break;
		chosen[most] = true;
	}
	for (uint8_t i = 0; i < 130; i++)
		if (chosen[i])
			draw_lane(p, i);
}

/* --- the clock */

static void
us_text(char text[32], uint64_t us)
{
	if (us < 1000)
		snprintf(text, 32, "%" PRIu64 " us", us);
	else
		snprintf(text, 32, "%.2f ms", (double)us / 1000);
}

/* To a number that is easily read. */
static double
round_up(uint64_t v)
{
	static const uint64_t tenths[] = {10, 15, 20, 30, 40, 50, 60, 80, 100};
	uint64_t unit = 1;
	size_t i = 0;

	while (unit < UINT64_MAX / 1000 && 10 * unit < v)
		unit *= 10;
	while (tenths[i] < 100 && tenths[i] * unit < 10 * v)
		i++;
	return (double)(tenths[i] * unit) / 10;
}

/* How the sizes of deviations are spread, beside the lane and at its scale. */
static void
draw_spread(const struct plot *p, double range)
{
	const struct riad_clockstat *c = &p->roll->clock;
	uint64_t bins[SPREAD_BINS] = {0}, most = 1;
	double x = LEFT + p->width + GAP;
	double h = CLOCK_H / 2.0 / SPREAD_BINS,
	       middle = p->bottom + CLOCK_H / 2.0;

	for (size_t i = 0; i < RIAD_CLOCK_BUCKETS; i++) {
		double at = (double)riad_clockstat_least(i) / range;
		size_t bin =
		    at < 1 ? (size_t)(at * SPREAD_BINS) : SPREAD_BINS - 1;
		bins[bin] += c->bucket[i];
	}
	for (size_t i = 0; i < SPREAD_BINS; i++)
		most = bins[i] > most ? bins[i] : most;
	riad_out_printf(p->out,
	    "<path class=\"octave\" d=\"M%.1f %.1fh%dM%.1f %dV%.1f\"/>\n", x,
	    middle, SPREAD_W, x, p->bottom, middle);
	riad_out_str(p->out, "<path class=\"spread\" d=\"");
	for (size_t i = 0; i < SPREAD_BINS; i++)
		riad_out_printf(p->out, "M%.1f %.1fh%.1f", x,
		    middle - h * ((double)i + 0.5),
		    (double)bins[i] * SPREAD_W / (double)most);
	riad_out_str(p->out, "\"/>\n");
	put_label(p->out, "lane", x, p->bottom - 4, "how often, either way");
}

static void
draw_clock(struct plot *p)
{
	struct riad_midiroll *roll = p->roll;
	const struct riad_clockstat *c = &roll->clock;
	uint64_t p99 = riad_clockstat_percentile(c, 99);
	double range = round_up(p99 > 25 ? 2 * p99 : 50);
	double middle = p->bottom + CLOCK_H / 2.0;
	char a[32], b[32], text[160];

	put_box(p, "box", p->bottom, CLOCK_H);
	riad_out_printf(p->out,
	    "<path class=\"octave\" d=\"M%d %.1fh%.0f\"/>\n", LEFT, middle,
	    p->width);
	qsort(roll->dev, roll->nclocks, sizeof(*roll->dev), compare_times);
	riad_out_str(p->out, "<path class=\"clock\" d=\"");
	for (uint32_t i = 0; i < roll->nclocks; i++) {
		const struct riad_roll_point *q = &roll->dev[i];
		double low = q->min / range, high = q->max / range;
		low = low < -1 ? -1 : low > 1 ? 1 : low;
		high = high > 1 ? 1 : high < -1 ? -1 : high;
		/* One point is to be seen too. */
		double h = (high - low) * CLOCK_H / 2;
		riad_out_printf(p->out, "M%.1f %.1fv%.1f",
		    x_of(p, q->time, roll->clock_shift),
		    middle - high * CLOCK_H / 2 - 1, h + 2);
	}
	riad_out_str(p->out, "\"/>\n");
	us_text(a, riad_clockstat_percentile(c, 50));
	us_text(b, p99);
	snprintf(text, sizeof(text),
	    "clock: %.2f bpm, off by %s (half), %s (99 of 100)",
	    (double)riad_clockstat_mbpm(c) / 1000, a, b);
	lane_name(p, text);
	us_text(a, (uint64_t)range);
	snprintf(text, sizeof(text), "+%s", a);
	put_label(p->out, "key", LEFT - 8, p->bottom + 10, text);
	snprintf(text, sizeof(text), "-%s", a);
	put_label(p->out, "key", LEFT - 8, p->bottom + CLOCK_H, text);
	put_label(p->out, "key", LEFT - 8, middle + 3, "0");
	draw_spread(p, range);
	p->bottom += CLOCK_H + GAP;
}

/* --- around it */

/* No more of a name than there is room for. */
static void
put_name(struct riad_out *out, const uint8_t *name, size_t len)
{
	size_t n = 0;

	for (int i = 0; n < len && i < NAME_CHARS; i++) {
		size_t u = riad_utf8_len(name + n, len - n);
		n += u > 0 ? u : 1;
	}
	put_text(out, name, n);
	if (n < len)
		riad_out_str(out, "…");
}

/* What a channel plays; NULL if that isn't known, or is its name anyway. */
static const char *
program_of(const struct riad_midiroll *roll, int channel)
{
	const char *program =
	    channel == 9 ? "drums"
	    : roll->channel[channel].has_program
		? riad_midi_program(roll->channel[channel].program)
		: NULL;
	const uint8_t *name = roll->channel[channel].name;
	size_t len = roll->channel[channel].len, i = 0;

	if (program == NULL || strlen(program) != len)
		return program;
	while (i < len && (name[i] | 0x20) == (program[i] | 0x20))
		i++;
	return i == len ? NULL : program;
}

static void
draw_legend(struct plot *p)
{
	const struct riad_midiroll *roll = p->roll;
	int x = LEFT, y = p->bottom + LEGEND_H - 4;

	for (int i = 0; i < 16; i++) {
		if (!roll->channel[i].used)
			continue;
		if (x > LEFT && x + LEGEND_W > LEFT + p->width) {
			x = LEFT;
			y += LEGEND_H;
		}
		const char *program = program_of(roll, i);
		riad_out_printf(p->out,
		    "<path class=\"c%d\" stroke-width=\"9\" "
		    "d=\"M%d %dh14\"/>\n<text x=\"%d\" y=\"%d\">%d ",
		    i, x, y - 4, x + 20, y, i + 1);
		put_name(p->out, roll->channel[i].name, roll->channel[i].len);
		if (program != NULL)
			riad_out_printf(p->out, "%s%s%s",
			    roll->channel[i].len > 0 ? " (" : "", program,
			    roll->channel[i].len > 0 ? ")" : "");
		riad_out_str(p->out, "</text>\n");
		x += LEGEND_W;
	}
	p->bottom = y + LEGEND_H;
}

static const char style[] =
    "<style>\n"
    "text{font-family:'DejaVu Sans','Noto Sans',Helvetica,Arial,sans-serif;"
    "font-size:11px;fill:#24292f}\n"
    ".title{font-size:20px;font-weight:bold}\n"
    ".total{font-size:12.5px;fill:#57606a}\n"
    ".key{font-size:9.5px;fill:#6b7683;text-anchor:end}\n"
    ".bar-name{fill:#57606a}.time{font-size:9px;fill:#6b7683}\n"
    ".tempo{font-size:10px;font-style:italic;fill:#0b62c4}\n"
    ".lane{font-size:10px;fill:#57606a}\n"
    ".box{fill:#fff;stroke:#d0d7de}.black{fill:#f0f2f5}\n"
    "path{fill:none}\n"
    ".octave{stroke:#d0d7de}.bar{stroke:#e6e9ee}.strong{stroke:#c3cad3}\n"
    ".stem{stroke-width:1.2;stroke-opacity:.75}\n"
    ".line{stroke-width:1.3}\n"
    ".clock{stroke:#b42318;stroke-width:2}\n"
    ".spread{stroke:#d98b82;stroke-width:1.4}\n";

static void
draw_style(struct riad_out *out)
{
	/* Told apart by hue, and by how dark they are; drums are grey. */
	static const char *const colours[16] = {"#0b62c4", "#d9480f", "#1a7f4b",
	    "#a21caf", "#b58900", "#0c8599", "#c92a2a", "#6a9a1f", "#6d28d9",
	    "#57534e", "#4dabf7", "#e64980", "#22543d", "#b197fc", "#7a4a1e",
	    "#1e293b"};

	riad_out_str(out, style);
	for (int i = 0; i < 16; i++)
		riad_out_printf(out, ".c%d{stroke:%s}", i, colours[i]);
	/* The quietest is to be seen as well. */
	for (int i = 0; i < LEVELS; i++)
		riad_out_printf(out, ".v%d{stroke-opacity:.%02d}", i,
		    30 + i * 69 / (LEVELS - 1));
	riad_out_str(out, "\n</style>\n");
}

static void
draw_title(const struct plot *p)
{
	const struct riad_midiroll *roll = p->roll;
	char text[32];

	put_label(
	    p->out, "title", 24, 36, roll->name != NULL ? roll->name : "MIDI");
	int64_t us =
	    p->map != NULL ? riad_smf_map_us(p->map, roll->end) : roll->end;
	riad_out_printf(p->out,
	    "<text class=\"total\" x=\"24\" y=\"58\">%" PRIu64 " note%s · %s",
	    roll->total, roll->total == 1 ? "" : "s",
	    clock_text(text, us, true));
	if (p->map != NULL) {
		int64_t bars = riad_smf_map_beat(p->map, roll->end).bar;
		riad_out_printf(
		    p->out, " · %" PRId64 " bar%s", bars, bars == 1 ? "" : "s");
	}
	if (roll->total > roll->nnotes)
		riad_out_printf(p->out,
		    " · drawn as %" PRIu32 ", of which some are several",
		    roll->nnotes);
	riad_out_str(p->out, "</text>\n");
}

/* As tall as what is drawn will be. */
static int
measure(struct plot *p, int roll_height)
{
	const struct riad_midiroll *roll = p->roll;
	bool what[130] = {false};
	uint64_t changes[130] = {0};
	int lanes = 0, channels = 0, columns = (int)p->width / LEGEND_W;

	for (uint32_t i = 0; i < roll->nlines; i++) {
		const struct riad_roll_line *line = &roll->line[i];
		changes[line->what] += line->changes - 1;
		what[line->what] |= changes[line->what] > 0;
	}
	for (size_t i = 0; i < 130; i++)
		lanes += what[i];
	lanes = lanes < LANES ? lanes : LANES;
	for (int i = 0; i < 16; i++)
		channels += roll->channel[i].used;
	columns = columns > 0 ? columns : 1;
	return TOP + roll_height + GAP + 6 + VELOCITY_H + GAP +
	       lanes * (LANE_H + GAP) +
	       (roll->nclocks > 0 ? CLOCK_H + GAP : 0) +
	       ((channels + columns - 1) / columns + 1) * LEGEND_H + 8;
}

static double
width_of(const struct plot *p)
{
	double end = (double)p->roll->end;
	double unit =
	    p->map == NULL ? 1e6 / SECOND : (double)p->division / BEAT;
	double width = unit > 0 ? end / unit : 0;

	return width < WIDTH_MIN   ? WIDTH_MIN
	       : width > WIDTH_MAX ? WIDTH_MAX
				   : (double)(int)width;
}

void
riad_midiroll_print(struct riad_out *out, struct riad_midiroll *roll,
    struct riad_smf_map *map, uint16_t division)
{
	struct plot p = {.out = out,
	    .roll = roll,
	    .map = map,
	    .division = division > 0 ? division : 480};

	p.width = width_of(&p);
	p.scale = p.width / (double)(roll->end > 0 ? roll->end : 1);
	find_keys(&p);
	int roll_height = (p.high - p.low + 1) * p.row;
	int height = measure(&p, roll_height);
	int width = LEFT + (int)p.width + RIGHT +
		    (roll->nclocks > 0 ? SPREAD_W + GAP : 0);

	riad_out_printf(out,
	    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
	    "height=\"%d\" viewBox=\"0 0 %d %d\">\n",
	    width, height, width, height);
	draw_style(out);
	riad_out_printf(out,
	    "<rect width=\"%d\" height=\"%d\" fill=\"#fbfcfd\"/>\n", width,
	    height);
	draw_title(&p);
	put_box(&p, "box", TOP, roll_height);
	draw_keys(&p);
	if (map != NULL)
		draw_bars(&p, roll_height);
	else
		draw_seconds(&p, roll_height);
	draw_notes(&p);
	p.bottom = TOP + roll_height + GAP + 6;
	draw_velocities(&p);
	draw_controllers(&p);
	if (roll->nclocks > 0)
		draw_clock(&p);
	draw_legend(&p);
	riad_out_str(out, "</svg>\n");
}
