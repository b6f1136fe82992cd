/* SPDX-License-Identifier: ISC */

#include "riad/pkttrace.h"

#include <stdio.h>
#include <string.h>

#include "riad/text.h"

void
riad_pkttrace_init(struct riad_pkttrace *t, const char *name, int version,
    void (*line)(void *ctx, const char *text, size_t len), void *ctx)
{
	t->name = name;
	t->banded = version < 2;
	t->in_bands = t->raw = false;
	t->line = line;
	t->ctx = ctx;
	t->len = 0;
}

static void
say(struct riad_pkttrace *t, char arrow, const uint8_t *data, size_t len)
{
	char *p = t->text;

	p += snprintf(p, 64, "packet: %12.32s%c ", t->name, arrow);
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\n')
			continue;
		if (data[i] >= ' ' && data[i] <= '~')
			*p++ = (char)data[i];
		else
			p += snprintf(p, sizeof("\\377"), "\\%o", data[i]);
	}
	*p = '\0';
	t->line(t->ctx, t->text, (size_t)(p - t->text));
}

static void
say_packet(struct riad_pkttrace *t, char arrow, const struct riad_pkt *pkt)
{
	const uint8_t digits[4] = {
	    '0', '0', '0', (uint8_t)('0' + (int)pkt->type)};

	if (pkt->type == RIAD_PKT_DATA)
		say(t, arrow, pkt->data, pkt->len);
	else if (pkt->type != RIAD_PKT_RAW)
		say(t, arrow, digits, sizeof(digits));
}

void
riad_pkttrace_in(struct riad_pkttrace *t, const struct riad_pkt *pkt)
{
	say_packet(t, '<', pkt);
}

/*
 * Bands are not shown.  In version 2 they begin after the packet that says
 * so, and with sideband-all every packet before it begins with a one as well.
 */
static bool
is_band(struct riad_pkttrace *t, const struct riad_pkt *pkt)
{
	static const char word[] = "\1packfile\n";
	const uint8_t *p = pkt->data;
	size_t len = pkt->len;

	if (pkt->type != RIAD_PKT_DATA) {
		t->in_bands = false;
		return false;
	}
	if (len > 0 && p[0] >= 1 && p[0] <= 3 && (t->banded || t->in_bands))
		return true;
	if (len > 0 && p[0] != 1) {
		if (len == sizeof(word) - 2 && memcmp(p, word + 1, len) == 0)
			t->in_bands = true;
	} else if (len == sizeof(word) - 1 && memcmp(p, word, len) == 0) {
		t->in_bands = true;
	}
	return false;
}

/* How much the packet takes up that begins with these four bytes, or 0. */
static size_t
whole_len(const uint8_t *hdr)
{
	size_t n = 0;

	for (int i = 0; i < RIAD_PKT_HDR; i++) {
		int digit = riad_hex_digit(hdr[i]);
		if (digit == -1)
			return 0;
		n = n << 4 | (size_t)digit;
	}
	if (n < RIAD_PKT_END + 1)
		return RIAD_PKT_HDR;
	return n < RIAD_PKT_HDR || n > RIAD_PKT_MAX ? 0 : n;
}

void
riad_pkttrace_out(struct riad_pkttrace *t, const void *data, size_t len)
{
	const uint8_t *p = data;

	while (len > 0 && !t->raw) {
		size_t need = RIAD_PKT_HDR;
		if (t->len >= RIAD_PKT_HDR)
			need = whole_len(t->pkt);
		size_t n = need - t->len < len ? need - t->len : len;
		memcpy(t->pkt + t->len, p, n);
		t->len += n;
		p += n;
		len -= n;
		if (t->len < RIAD_PKT_HDR)
			return;

		need = whole_len(t->pkt);
		if (need == 0) {
			t->raw = true;
			return;
		}
		if (t->len < need)
			continue;
		struct riad_pkt pkt;
		(void)riad_pkt_parse(&pkt, t->pkt, t->len);
		if (!is_band(t, &pkt))
			say_packet(t, '>', &pkt);
		t->len = 0;
	}
}
