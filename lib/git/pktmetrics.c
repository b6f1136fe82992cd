/* SPDX-License-Identifier: ISC */

#include "riad/pktmetrics.h"

#include <string.h>

#include "riad/request.h"

/* The rest of a line after a word that it begins with, or NULL. */
static const char *
after(const char *text, size_t len, const char *word, size_t *rest)
{
	size_t n = strlen(word);

	if (len < n || memcmp(text, word, n) != 0)
		return NULL;
	*rest = len - n;
	return text + n;
}

static void
keep_depth(struct riad_metrics *m, const char *text, size_t len)
{
	size_t n = strlen(m->depth);

	if (n > 0 && n + 2 < sizeof(m->depth)) {
		memcpy(m->depth + n, ", ", 3);
		n += 2;
	}
	riad_metrics_text(m->depth + n, sizeof(m->depth) - n, text, len);
}

static void
keep_value(char *to, size_t size, const char *text, size_t len, const char *key)
{
	size_t n;
	const char *value = riad_request_value(text, len, key, &n);

	if (value != NULL)
		riad_metrics_text(to, size, value, n);
}

void
riad_metrics_packet(struct riad_metrics *m, const struct riad_pkt *pkt)
{
	const char *text = (const char *)pkt->data, *rest;
	size_t len = pkt->len, n;

	if (m == NULL || pkt->type != RIAD_PKT_DATA)
		return;
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (after(text, len, "have ", &n) != NULL) {
		m->haves++;
	} else if ((rest = after(text, len, "want ", &n)) != NULL) {
		/* In versions 0 and 1 the first brings the capabilities. */
		if (m->wants++ == 0) {
			keep_value(
			    m->agent, sizeof(m->agent), rest, n, "agent");
			keep_value(m->session_id, sizeof(m->session_id), rest,
			    n, "session-id");
		}
		memcpy(m->command, "fetch", 6);
	} else if (after(text, len, "want-ref ", &n) != NULL) {
		m->wants++;
	} else if (after(text, len, "deepen", &n) != NULL) {
		keep_depth(m, text, len);
	} else if ((rest = after(text, len, "filter ", &n)) != NULL) {
		riad_metrics_text(m->filter, sizeof(m->filter), rest, n);
	} else if ((rest = after(text, len, "command=", &n)) != NULL) {
		riad_metrics_text(m->command, sizeof(m->command), rest, n);
	} else if ((rest = after(text, len, "agent=", &n)) != NULL) {
		riad_metrics_text(m->agent, sizeof(m->agent), rest, n);
	} else if ((rest = after(text, len, "session-id=", &n)) != NULL) {
		riad_metrics_text(
		    m->session_id, sizeof(m->session_id), rest, n);
	}
}
