/* SPDX-License-Identifier: ISC */
/* The picture of a long conversation: what is left out is summed up. */

#include "riad/convsvg.h"

#include <stdio.h>
#include <string.h>

#include "tap.h"

/* Two haves of the client, an ACK of the server, and so on; a ms a turn. */
static void
converse(struct riad_convsvg *svg, const struct riad_conv *c, unsigned turns)
{
	for (unsigned i = 0; i < turns; i++) {
		bool ask = i % 2 == 0;
		struct riad_msg msg = {
		    .kind = ask ? RIAD_MSG_HAVE : RIAD_MSG_ACK,
		    .dir = ask ? RIAD_TO_SERVER : RIAD_TO_CLIENT,
		    .ns = UINT64_C(1000000) * i,
		    .text = (const uint8_t *)"text",
		    .len = 4,
		};
		riad_convsvg_add(svg, c, &msg);
		if (ask)
			riad_convsvg_add(svg, c, &msg);
	}
}

static const char *
picture(unsigned turns)
{
	static char text[1 << 16];
	static struct riad_convsvg svg;
	static struct riad_out out;
	const struct riad_conv c = {.version = 2, .two_sided = true};
	FILE *f = tmpfile();

	memset(&svg, 0, sizeof(svg));
	converse(&svg, &c, turns);
	riad_out_init(&out, fileno(f));
	riad_convsvg_print(&out, &svg, &c);
	riad_out_flush(&out);
	rewind(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

static size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		n++;
	}
	return n;
}

int
main(void)
{
	enum { SHOWN = RIAD_SVG_FIRST + RIAD_SVG_LAST };

	const char *text = picture(SHOWN);
	ok(count(text, "class=\"fold\"") == 0, "nothing is left out");
	ok(count(text, "class=\"time\"") == SHOWN, "every turn is there");

	text = picture(SHOWN + 48);
	ok(strstr(text, "48 more turns: have × 48, ACK × 24") != NULL,
	    "what is left out is summed up");
	ok(count(text, "class=\"time\"") == SHOWN, "the others are there");
	ok(strstr(text, ">39.0 ms<") != NULL &&
		strstr(text, ">40.0 ms<") == NULL,
	    "up to the fold");
	ok(strstr(text, ">87.0 ms<") == NULL &&
		strstr(text, ">88.0 ms<") != NULL,
	    "and from it");
	ok(strstr(text, ">99.0 ms<") != NULL, "to the last");
	return tap_done();
}
