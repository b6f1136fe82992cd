/* SPDX-License-Identifier: ISC */

#include "grammar.h"

#include <string.h>

#include "riad/text.h"

const struct place riad_states[] = {
    [S_BEGIN] = {BEGIN_S | ADV | REPLY, "the beginning", NULL},
    [S_SERVICE] = {BEGIN_S, "the service", "it ends without the flush packet"},
    [S_ADV] = {ADV, "the refs",
	"it ends without the flush packet after the refs"},
    [S_ADV_SHALLOW] = {ADV, "the shallow refs",
	"it ends without the flush packet after the refs"},
    [S_REPLY] = {REPLY, "the answer", NULL},
    [S_SHALLOW] = {REPLY, "the shallow answer",
	"it ends without the flush packet after the shallow lines"},
    [S_ACKS] = {REPLY, "the acknowledgments", NULL},
    [S_PACK] = {PACK2, "the side-band",
	"it ends without the flush packet after the pack"},
    [S_RAW] = {PACK2, "the pack", NULL},
    [S_STATUS] = {REPLY, "the report",
	"it ends without the flush packet after the report"},
    [S_OVER] = {OVER, "the end", NULL},
    [S2_CAPS] = {CAPS_S, "the capabilities",
	"it ends without the flush packet after the capabilities"},
    [S2_IDLE] = {REFS2 | FETCH2, "the pause between answers", NULL},
    [S2_REFS] = {REFS2, "the refs",
	"it ends without the flush packet after the refs"},
    [S2_OTHER] = {FREE, "the answer",
	"it ends without the flush packet after the answer"},
    [S2_FETCH] = {FETCH2, "the answer", "it ends without a section"},
    [S2_ACKS] = {FETCH2, "the acknowledgments",
	"it ends without the flush packet after the acknowledgments"},
    [S2_READY] = {FETCH2, "the acknowledgments after ready",
	"it ends after ready"},
    [S2_AFTER_ACKS] = {FETCH2, "the beginning of a section",
	"it ends without a section"},
    [S2_SHALLOW] = {FETCH2, "the shallow section",
	"it ends without a packfile section"},
    [S2_AFTER_SHALLOW] = {FETCH2, "the beginning of a section",
	"it ends without a section"},
    [S2_WANTED] = {FETCH2, "the wanted-refs section",
	"it ends without a packfile section"},
    [S2_AFTER_WANTED] = {FETCH2, "the beginning of a section",
	"it ends without a section"},
    [S2_URIS] = {FREE, "the packfile-uris section",
	"it ends without a packfile section"},
    [S2_AFTER_URIS] = {FETCH2, "the beginning of a section",
	"it ends without a section"},
    [S2_PACK] = {PACK2, "the packfile section",
	"it ends without the flush packet after the pack"},
    [C_BEGIN] = {BEGIN_C | ASK | PUSH, "the beginning", NULL},
    [C_WANTS] = {ASK, "the wants",
	"it ends without the flush packet after the wants"},
    [C_SHALLOWS] = {ASK, "the shallow lines",
	"it ends without the flush packet after the wants"},
    [C_DEPTH] = {ASK, "the depth",
	"it ends without the flush packet after the wants"},
    [C_FILTER] = {ASK, "the filter",
	"it ends without the flush packet after the wants"},
    [C_HAVES] = {ASK, "the haves", NULL},
    [C_OVER] = {OVER, "the end", NULL},
    [C_UPDATES] = {PUSH, "the commands",
	"it ends without the flush packet after the commands"},
    [C_SENT] = {FREE, "the push options", NULL},
    [C_RAW] = {PACK2, "the pack", NULL},
    [C2_IDLE] = {BEGIN_C, "the pause between requests", NULL},
    [C2_CAPS] = {CAPS_C, "the capabilities",
	"it ends without the flush packet of the request"},
    [C2_LSREFS] = {LSREFS, "the arguments of ls-refs",
	"it ends without the flush packet of the request"},
    [C2_FETCH] = {FETCH, "the arguments of fetch",
	"it ends without the flush packet of the request"},
    [C2_OTHER] = {FREE, "the arguments",
	"it ends without the flush packet of the request"},
};

/*
 * Lines by their looks: # is an object id, % a number, @ a word, * anything,
 * & a NUL and capabilities.
 */
static const struct form forms[] = {
    {BEGIN_S, RIAD_MSG_VERSION, "version %", NULL},
    {BEGIN_S, RIAD_MSG_SERVICE, "# service=*", NULL},
    {ADV, RIAD_MSG_REF, "# @", NULL},
    {ADV, RIAD_MSG_REF, "# @&", NULL},
    {ADV | REPLY | FETCH2 | ASK | PUSH, RIAD_MSG_SHALLOW, "shallow #", NULL},
    {REPLY | FETCH2, RIAD_MSG_UNSHALLOW, "unshallow #", NULL},
    {REPLY | FETCH2, RIAD_MSG_ACK, "ACK #", NULL},
    {REPLY, RIAD_MSG_ACK, "ACK # continue", "multi_ack"},
    {REPLY, RIAD_MSG_ACK, "ACK # common", "multi_ack_detailed"},
    {REPLY, RIAD_MSG_ACK, "ACK # ready", "multi_ack_detailed"},
    {REPLY | FETCH2, RIAD_MSG_NAK, "NAK", NULL},
    {REPLY, RIAD_MSG_STATUS, "unpack *", NULL},
    {REPLY, RIAD_MSG_STATUS, "ok @", NULL},
    {REPLY, RIAD_MSG_STATUS, "ng @ *", NULL},
    {REPLY, RIAD_MSG_STATUS, "option *", NULL},
    {REFS2 | FETCH2, RIAD_MSG_REF, "# @", NULL},
    {REFS2, RIAD_MSG_REF, "# @ *", NULL},
    {REFS2, RIAD_MSG_REF, "unborn @", "ls-refs=unborn"},
    {REFS2, RIAD_MSG_REF, "unborn @ *", "ls-refs=unborn"},
    {FETCH2, RIAD_MSG_READY, "ready", NULL},
    {FETCH2, RIAD_MSG_S_ACKS, "acknowledgments", NULL},
    {FETCH2, RIAD_MSG_S_SHALLOW, "shallow-info", "fetch=shallow"},
    {FETCH2, RIAD_MSG_S_WANTED, "wanted-refs", "fetch=ref-in-want"},
    {FETCH2, RIAD_MSG_S_URIS, "packfile-uris", "fetch=packfile-uris"},
    {FETCH2, RIAD_MSG_S_PACK, "packfile", NULL},

    {BEGIN_C, RIAD_MSG_REQUEST, "git-upload-pack *", NULL},
    {BEGIN_C, RIAD_MSG_REQUEST, "git-receive-pack *", NULL},
    {BEGIN_C, RIAD_MSG_COMMAND, "command=@", NULL},
    {ASK, RIAD_MSG_WANT, "want #", NULL},
    {ASK, RIAD_MSG_WANT, "want # *", NULL},
    {ASK | FETCH, RIAD_MSG_HAVE, "have #", NULL},
    {ASK | FETCH, RIAD_MSG_DONE, "done", NULL},
    {ASK, RIAD_MSG_DEEPEN, "deepen %", "shallow"},
    {ASK, RIAD_MSG_DEEPEN, "deepen-since %", "deepen-since"},
    {ASK, RIAD_MSG_DEEPEN, "deepen-not @", "deepen-not"},
    {ASK, RIAD_MSG_FILTER, "filter *", "filter"},
    {PUSH, RIAD_MSG_UPDATE, "# # @", NULL},
    {PUSH, RIAD_MSG_UPDATE, "# # @&", NULL},
    {FETCH, RIAD_MSG_WANT, "want #", NULL},
    {FETCH, RIAD_MSG_WANT, "want-ref @", "fetch=ref-in-want"},
    {FETCH, RIAD_MSG_SHALLOW, "shallow #", "fetch=shallow"},
    {FETCH, RIAD_MSG_DEEPEN, "deepen %", "fetch=shallow"},
    {FETCH, RIAD_MSG_DEEPEN, "deepen-since %", "fetch=shallow"},
    {FETCH, RIAD_MSG_DEEPEN, "deepen-not @", "fetch=shallow"},
    {FETCH, RIAD_MSG_DEEPEN, "deepen-relative", "fetch=shallow"},
    {FETCH, RIAD_MSG_FILTER, "filter *", "fetch=filter"},
    {FETCH, RIAD_MSG_ARG, "thin-pack", NULL},
    {FETCH, RIAD_MSG_ARG, "no-progress", NULL},
    {FETCH, RIAD_MSG_ARG, "include-tag", NULL},
    {FETCH, RIAD_MSG_ARG, "ofs-delta", NULL},
    {FETCH, RIAD_MSG_ARG, "sideband-all", "fetch=sideband-all"},
    {FETCH, RIAD_MSG_ARG, "wait-for-done", "fetch=wait-for-done"},
    {FETCH, RIAD_MSG_ARG, "packfile-uris *", "fetch=packfile-uris"},
    {LSREFS, RIAD_MSG_ARG, "peel", NULL},
    {LSREFS, RIAD_MSG_ARG, "symrefs", NULL},
    {LSREFS, RIAD_MSG_ARG, "unborn", "ls-refs=unborn"},
    {LSREFS, RIAD_MSG_ARG, "ref-prefix *", NULL},
};

/* The grammar: in a state a message may come, and leads to the next. */
static const struct rule rules[] = {
    {S_BEGIN, RIAD_MSG_VERSION, S_ADV},
    {S_BEGIN, RIAD_MSG_SERVICE, S_SERVICE},
    {S_BEGIN, RIAD_MSG_REF, S_ADV},
    {S_BEGIN, RIAD_MSG_SHALLOW, S_SHALLOW},
    {S_BEGIN, RIAD_MSG_UNSHALLOW, S_SHALLOW},
    {S_BEGIN, RIAD_MSG_ACK, S_ACKS},
    {S_BEGIN, RIAD_MSG_NAK, S_ACKS},
    {S_BEGIN, RIAD_MSG_BAND, S_PACK},
    {S_BEGIN, RIAD_MSG_RAW, S_RAW},
    {S_BEGIN, RIAD_MSG_STATUS, S_STATUS},
    {S_BEGIN, RIAD_MSG_FLUSH, S_REPLY},
    {S_SERVICE, RIAD_MSG_FLUSH, S_BEGIN},
    {S_ADV, RIAD_MSG_REF, S_ADV},
    {S_ADV, RIAD_MSG_SHALLOW, S_ADV_SHALLOW},
    {S_ADV, RIAD_MSG_FLUSH, S_REPLY},
    {S_ADV_SHALLOW, RIAD_MSG_SHALLOW, S_ADV_SHALLOW},
    {S_ADV_SHALLOW, RIAD_MSG_FLUSH, S_REPLY},
    {S_REPLY, RIAD_MSG_SHALLOW, S_SHALLOW},
    {S_REPLY, RIAD_MSG_UNSHALLOW, S_SHALLOW},
    {S_REPLY, RIAD_MSG_FLUSH, S_ACKS},
    {S_REPLY, RIAD_MSG_ACK, S_ACKS},
    {S_REPLY, RIAD_MSG_NAK, S_ACKS},
    {S_REPLY, RIAD_MSG_BAND, S_PACK},
    {S_REPLY, RIAD_MSG_STATUS, S_STATUS},
    {S_SHALLOW, RIAD_MSG_SHALLOW, S_SHALLOW},
    {S_SHALLOW, RIAD_MSG_UNSHALLOW, S_SHALLOW},
    {S_SHALLOW, RIAD_MSG_FLUSH, S_ACKS},
    {S_ACKS, RIAD_MSG_ACK, S_ACKS},
    {S_ACKS, RIAD_MSG_NAK, S_ACKS},
    {S_ACKS, RIAD_MSG_BAND, S_PACK},
    {S_ACKS, RIAD_MSG_RAW, S_RAW},
    {S_PACK, RIAD_MSG_BAND, S_PACK},
    {S_PACK, RIAD_MSG_FLUSH, S_OVER},
    {S_RAW, RIAD_MSG_RAW, S_RAW},
    {S_STATUS, RIAD_MSG_STATUS, S_STATUS},
    {S_STATUS, RIAD_MSG_FLUSH, S_OVER},

    {S2_CAPS, RIAD_MSG_CAP, S2_CAPS},
    {S2_CAPS, RIAD_MSG_FLUSH, S2_IDLE},
    {S2_IDLE, RIAD_MSG_END, S2_IDLE},
    {S2_REFS, RIAD_MSG_REF, S2_REFS},
    {S2_REFS, RIAD_MSG_FLUSH, S2_IDLE},
    {S2_OTHER, RIAD_MSG_ARG, S2_OTHER},
    {S2_OTHER, RIAD_MSG_DELIM, S2_OTHER},
    {S2_OTHER, RIAD_MSG_FLUSH, S2_IDLE},
    {S2_FETCH, RIAD_MSG_S_ACKS, S2_ACKS},
    {S2_FETCH, RIAD_MSG_S_SHALLOW, S2_SHALLOW},
    {S2_FETCH, RIAD_MSG_S_WANTED, S2_WANTED},
    {S2_FETCH, RIAD_MSG_S_URIS, S2_URIS},
    {S2_FETCH, RIAD_MSG_S_PACK, S2_PACK},
    {S2_ACKS, RIAD_MSG_ACK, S2_ACKS},
    {S2_ACKS, RIAD_MSG_NAK, S2_ACKS},
    {S2_ACKS, RIAD_MSG_READY, S2_READY},
    {S2_ACKS, RIAD_MSG_FLUSH, S2_IDLE},
    {S2_READY, RIAD_MSG_DELIM, S2_AFTER_ACKS},
    {S2_AFTER_ACKS, RIAD_MSG_S_SHALLOW, S2_SHALLOW},
    {S2_AFTER_ACKS, RIAD_MSG_S_WANTED, S2_WANTED},
    {S2_AFTER_ACKS, RIAD_MSG_S_URIS, S2_URIS},
    {S2_AFTER_ACKS, RIAD_MSG_S_PACK, S2_PACK},
    {S2_SHALLOW, RIAD_MSG_SHALLOW, S2_SHALLOW},
    {S2_SHALLOW, RIAD_MSG_UNSHALLOW, S2_SHALLOW},
    {S2_SHALLOW, RIAD_MSG_DELIM, S2_AFTER_SHALLOW},
    {S2_AFTER_SHALLOW, RIAD_MSG_S_WANTED, S2_WANTED},
    {S2_AFTER_SHALLOW, RIAD_MSG_S_URIS, S2_URIS},
    {S2_AFTER_SHALLOW, RIAD_MSG_S_PACK, S2_PACK},
    {S2_WANTED, RIAD_MSG_REF, S2_WANTED},
    {S2_WANTED, RIAD_MSG_DELIM, S2_AFTER_WANTED},
    {S2_AFTER_WANTED, RIAD_MSG_S_URIS, S2_URIS},
    {S2_AFTER_WANTED, RIAD_MSG_S_PACK, S2_PACK},
    {S2_URIS, RIAD_MSG_ARG, S2_URIS},
    {S2_URIS, RIAD_MSG_DELIM, S2_AFTER_URIS},
    {S2_AFTER_URIS, RIAD_MSG_S_PACK, S2_PACK},
    {S2_PACK, RIAD_MSG_BAND, S2_PACK},
    {S2_PACK, RIAD_MSG_FLUSH, S2_IDLE},

    {C_BEGIN, RIAD_MSG_REQUEST, C_BEGIN},
    {C_BEGIN, RIAD_MSG_WANT, C_WANTS},
    {C_BEGIN, RIAD_MSG_COMMAND, C2_CAPS},
    {C_BEGIN, RIAD_MSG_UPDATE, C_UPDATES},
    {C_BEGIN, RIAD_MSG_SHALLOW, C_UPDATES},
    {C_BEGIN, RIAD_MSG_FLUSH, C_OVER},
    {C_WANTS, RIAD_MSG_WANT, C_WANTS},
    {C_WANTS, RIAD_MSG_SHALLOW, C_SHALLOWS},
    {C_WANTS, RIAD_MSG_DEEPEN, C_DEPTH},
    {C_WANTS, RIAD_MSG_FILTER, C_FILTER},
    {C_WANTS, RIAD_MSG_FLUSH, C_HAVES},
    {C_SHALLOWS, RIAD_MSG_SHALLOW, C_SHALLOWS},
    {C_SHALLOWS, RIAD_MSG_DEEPEN, C_DEPTH},
    {C_SHALLOWS, RIAD_MSG_FILTER, C_FILTER},
    {C_SHALLOWS, RIAD_MSG_FLUSH, C_HAVES},
    {C_DEPTH, RIAD_MSG_DEEPEN, C_DEPTH},
    {C_DEPTH, RIAD_MSG_FILTER, C_FILTER},
    {C_DEPTH, RIAD_MSG_FLUSH, C_HAVES},
    {C_FILTER, RIAD_MSG_FLUSH, C_HAVES},
    {C_HAVES, RIAD_MSG_HAVE, C_HAVES},
    {C_HAVES, RIAD_MSG_FLUSH, C_HAVES},
    {C_HAVES, RIAD_MSG_DONE, C_OVER},
    {C_UPDATES, RIAD_MSG_UPDATE, C_UPDATES},
    {C_UPDATES, RIAD_MSG_SHALLOW, C_UPDATES},
    {C_UPDATES, RIAD_MSG_FLUSH, C_SENT},
    {C_SENT, RIAD_MSG_ARG, C_SENT},
    {C_SENT, RIAD_MSG_FLUSH, C_SENT},
    {C_SENT, RIAD_MSG_RAW, C_RAW},
    {C_RAW, RIAD_MSG_RAW, C_RAW},

    {C2_IDLE, RIAD_MSG_COMMAND, C2_CAPS},
    {C2_IDLE, RIAD_MSG_FLUSH, C_OVER},
    {C2_CAPS, RIAD_MSG_CAP, C2_CAPS},
    {C2_CAPS, RIAD_MSG_DELIM, C2_OTHER},
    {C2_CAPS, RIAD_MSG_FLUSH, C2_IDLE},
    {C2_LSREFS, RIAD_MSG_ARG, C2_LSREFS},
    {C2_LSREFS, RIAD_MSG_FLUSH, C2_IDLE},
    {C2_FETCH, RIAD_MSG_ARG, C2_FETCH},
    {C2_FETCH, RIAD_MSG_WANT, C2_FETCH},
    {C2_FETCH, RIAD_MSG_HAVE, C2_FETCH},
    {C2_FETCH, RIAD_MSG_DONE, C2_FETCH},
    {C2_FETCH, RIAD_MSG_SHALLOW, C2_FETCH},
    {C2_FETCH, RIAD_MSG_DEEPEN, C2_FETCH},
    {C2_FETCH, RIAD_MSG_FILTER, C2_FETCH},
    {C2_FETCH, RIAD_MSG_FLUSH, C2_IDLE},
    {C2_OTHER, RIAD_MSG_ARG, C2_OTHER},
    {C2_OTHER, RIAD_MSG_FLUSH, C2_IDLE},
};

static const char *const names[RIAD_MSG_KINDS] = {
    [RIAD_MSG_UNKNOWN] = "unknown line",
    [RIAD_MSG_FLUSH] = "flush packet",
    [RIAD_MSG_DELIM] = "delimiter packet",
    [RIAD_MSG_END] = "response-end packet",
    [RIAD_MSG_VERSION] = "version",
    [RIAD_MSG_SERVICE] = "service",
    [RIAD_MSG_REQUEST] = "request",
    [RIAD_MSG_CAP] = "capability",
    [RIAD_MSG_REF] = "ref",
    [RIAD_MSG_COMMAND] = "command",
    [RIAD_MSG_ARG] = "argument",
    [RIAD_MSG_WANT] = "want",
    [RIAD_MSG_HAVE] = "have",
    [RIAD_MSG_DONE] = "done",
    [RIAD_MSG_SHALLOW] = "shallow",
    [RIAD_MSG_UNSHALLOW] = "unshallow",
    [RIAD_MSG_DEEPEN] = "deepen",
    [RIAD_MSG_FILTER] = "filter",
    [RIAD_MSG_ACK] = "ACK",
    [RIAD_MSG_NAK] = "NAK",
    [RIAD_MSG_READY] = "ready",
    [RIAD_MSG_S_ACKS] = "acknowledgments",
    [RIAD_MSG_S_SHALLOW] = "shallow-info",
    [RIAD_MSG_S_WANTED] = "wanted-refs",
    [RIAD_MSG_S_URIS] = "packfile-uris",
    [RIAD_MSG_S_PACK] = "packfile",
    [RIAD_MSG_BAND] = "side-band data",
    [RIAD_MSG_RAW] = "pack",
    [RIAD_MSG_ERR] = "ERR",
    [RIAD_MSG_UPDATE] = "update",
    [RIAD_MSG_STATUS] = "status",
    [RIAD_MSG_EOF] = "end of stream",
    [RIAD_MSG_EXIT] = "exit",
    [RIAD_MSG_BAD] = "bad packet",
};

const char *
riad_msg_name(enum riad_msg_kind kind)
{
	return names[kind];
}

size_t
riad_oid_digits(const uint8_t *s, size_t len)
{
	size_t n = 0;

	while (n < len && n <= 64 && riad_hex_digit(s[n]) != -1)
		n++;
	return n == 40 || n == 64 ? n : 0;
}

static size_t
digits(const uint8_t *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

/* Visible and no blank: what is safe to call a word. */
static size_t
word_len(const uint8_t *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] > ' ' && s[n] != 0x7f)
		n++;
	return n;
}

static bool
looks_like(const char *looks, const uint8_t *s, size_t len)
{
	for (; *looks != '\0'; looks++) {
		size_t n = 0;

		switch (*looks) {
		case '#':
			/* "# service" is the one literal '#'. */
			n = strncmp(looks, "# service", 9) == 0
				? len > 0 && *s == '#'
				: riad_oid_digits(s, len);
			break;
		case '%':
			n = digits(s, len);
			break;
		case '@':
			n = word_len(s, len);
			break;
		case '*':
			return true;
		case '&':
			return len > 0 && *s == '\0';
		default:
			n = len > 0 && *s == (uint8_t)*looks;
		}
		if (n == 0)
			return false;
		s += n;
		len -= n;
	}
	return len == 0;
}

/* Whether both begin with the same word. */
static bool
same_word(const char *looks, const uint8_t *s, size_t len)
{
	size_t n = strcspn(looks, " %@*&");

	return n > 1 && len >= n && memcmp(looks, s, n) == 0 &&
	       (len == n || s[n] == ' ' || looks[n] != ' ');
}

const struct form *
riad_form_find(bool *exact, unsigned says, const uint8_t *s, size_t len)
{
	const struct form *near = NULL;

	*exact = true;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *f = &forms[i];
		if (!(f->said & says))
			continue;
		if (looks_like(f->looks, s, len))
			return f;
		if (near == NULL && same_word(f->looks, s, len))
			near = f;
	}
	*exact = false;
	return near;
}

const struct rule *
riad_rule_find(unsigned state, enum riad_msg_kind kind)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (rules[i].state == state && rules[i].kind == kind)
			return &rules[i];
	}
	return NULL;
}

const struct rule *
riad_rule_like(unsigned says, enum riad_msg_kind kind)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		if (riad_states[rules[i].state].says & says &&
		    rules[i].kind == kind)
			return &rules[i];
	}
	return NULL;
}
