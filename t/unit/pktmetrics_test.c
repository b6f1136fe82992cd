/* SPDX-License-Identifier: ISC */

#include "riad/pktmetrics.h"

#include <string.h>

#include "tap.h"

static struct riad_metrics m;

static void
feed(const char *const *lines)
{
	riad_metrics_init(&m);
	for (; *lines != NULL; lines++) {
		struct riad_pkt pkt = {
		    RIAD_PKT_DATA, (const uint8_t *)*lines, strlen(*lines)};
		riad_metrics_packet(&m, &pkt);
		riad_metrics_packet(NULL, &pkt);
	}
}

#define ID "1234567890123456789012345678901234567890"

int
main(void)
{
	const char *const v0[] = {"want " ID
				  " side-band-64k agent=git/2 session-id=a-b\n",
	    "want " ID "\n", "deepen 3\n", "filter blob:none\n",
	    "have " ID "\n", "have " ID "\n", "have " ID "\n", "done\n", NULL};
	feed(v0);
	ok(m.wants == 2 && m.haves == 3, "v0: wants and haves");
	ok(strcmp(m.agent, "git/2") == 0 && strcmp(m.session_id, "a-b") == 0,
	    "v0: who it is");
	ok(strcmp(m.depth, "deepen 3") == 0 &&
		strcmp(m.filter, "blob:none") == 0 &&
		strcmp(m.command, "fetch") == 0,
	    "v0: what it wants");

	const char *const v2[] = {"command=ls-refs\n", "agent=git/2 x",
	    "command=fetch", "session-id=c", "want-ref refs/heads/main\n",
	    "want " ID, "deepen-since 1\n", "deepen-not refs/tags/v1\n", "",
	    "\n", "wan", "have", NULL};
	feed(v2);
	ok(m.wants == 2 && m.haves == 0, "v2: wants and haves");
	ok(strcmp(m.agent, "git/2 x") == 0 && strcmp(m.session_id, "c") == 0 &&
		strcmp(m.command, "fetch") == 0,
	    "v2: who it is");
	ok(strcmp(m.depth, "deepen-since 1, deepen-not refs/tags/v1") == 0,
	    "v2: several lines of depth: %s", m.depth);

	char text[2000] = "agent=";
	memset(text + 6, 'x', sizeof(text) - 7);
	const char *const longest[] = {text, NULL};
	feed(longest);
	ok(strlen(m.agent) == sizeof(m.agent) - 1, "what is too long is cut");
	memcpy(text, "deepen", 6);
	const char *const twice[] = {text, text, text, NULL};
	feed(twice);
	ok(strlen(m.depth) == sizeof(m.depth) - 1, "and so are all together");
	return tap_done();
}
