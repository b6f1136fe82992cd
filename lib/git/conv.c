/* SPDX-License-Identifier: ISC */

#include "riad/conv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "grammar.h"

/*
 * As much as is kept of what the server announces; git's is under 1 KiB.  What
 * a client asks for is looked up in it, which should not take for ever.
 */
enum { CAPS_MAX = 1 << 13, SMALL_BAND_MAX = 1000, SHOWN_MAX = 64 };

void
riad_conv_init(struct riad_conv *c, int version, bool two_sided)
{
	*c = (struct riad_conv){
	    .version = version,
	    .two_sided = two_sided,
	    .state = {[RIAD_TO_SERVER] = C_BEGIN, [RIAD_TO_CLIENT] = S_BEGIN},
	    .last = RIAD_TO_CLIENT,
	};
	riad_buf_init(&c->caps, CAPS_MAX);
	riad_buf_init(&c->asked, CAPS_MAX);
}

void
riad_conv_free(struct riad_conv *c)
{
	riad_buf_free(&c->caps);
	riad_buf_free(&c->asked);
}

/* The first finding of a message is the one that is told. */
static void wrong(struct riad_conv *c, struct riad_msg *msg, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

static void
wrong(struct riad_conv *c, struct riad_msg *msg, const char *fmt, ...)
{
	va_list ap;

	if (msg->why != NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	msg->why = c->why;
}

static const char *
find_line(const struct riad_buf *buf, const char *name, size_t name_len)
{
	const char *p = (const char *)buf->data;
	size_t len = buf->len;

	while (len > 0) {
		const char *end = memchr(p, '\n', len);
		size_t n = end == NULL ? len : (size_t)(end - p) + 1;
		if (n > name_len && memcmp(p, name, name_len) == 0) {
			if (p[name_len] == '=')
				return p + name_len + 1;
			if (p[name_len] == '\n')
				return p + name_len;
		}
		p += n;
		len -= n;
	}
	return NULL;
}

const char *
riad_conv_cap(const struct riad_conv *c, enum riad_dir dir, const char *name)
{
	return find_line(
	    dir == RIAD_TO_CLIENT ? &c->caps : &c->asked, name, strlen(name));
}

/* "filter" is a capability; "fetch=filter" a word in the value of one. */
static bool
announced(const struct riad_conv *c, const char *what)
{
	size_t n = strcspn(what, "=");
	const char *value = find_line(&c->caps, what, n);

	if (value == NULL || what[n] == '\0')
		return value != NULL;
	const char *word = what + n + 1;
	size_t len = strlen(word);
	while (*value != '\n') {
		n = strcspn(value, " \n");
		if (n == len && memcmp(value, word, len) == 0)
			return true;
		value += n;
		value += *value == ' ';
	}
	return false;
}

/* Adds capabilities, as lines; too many are not worth to be remembered. */
static int
add_caps(struct riad_buf *buf, const uint8_t *s, size_t len, char sep)
{
	while (len > 0) {
		const uint8_t *end = memchr(s, sep, len);
		size_t n = end == NULL ? len : (size_t)(end - s);
		if (n > 0 && memchr(s, '\n', n) == NULL &&
		    memchr(s, '\0', n) == NULL && n < buf->max - buf->len &&
		    (riad_buf_add(buf, s, n) == -1 ||
			riad_buf_addc(buf, '\n') == -1))
			return -1;
		n += n < len;
		s += n;
		len -= n;
	}
	return 0;
}

/* Every capability that the client asks for must have been announced. */
static void
check_asked(struct riad_conv *c, struct riad_msg *msg)
{
	const char *p = (const char *)c->asked.data;
	size_t len = c->asked.len;

	while (c->saw_caps && len > 0) {
		size_t name = strcspn(p, "=\n");
		size_t line = strcspn(p, "\n") + 1;
		if (find_line(&c->caps, p, name) == NULL) {
			wrong(c, msg, "capability %.*s was not announced",
			    name < SHOWN_MAX ? (int)name : SHOWN_MAX, p);
			return;
		}
		p += line;
		len -= line;
	}
	if (riad_conv_cap(c, RIAD_TO_SERVER, "side-band") != NULL &&
	    riad_conv_cap(c, RIAD_TO_SERVER, "side-band-64k") != NULL)
		wrong(c, msg, "both %s and %s", "side-band", "side-band-64k");
	if (riad_conv_cap(c, RIAD_TO_SERVER, "multi_ack") != NULL &&
	    riad_conv_cap(c, RIAD_TO_SERVER, "multi_ack_detailed") != NULL)
		wrong(c, msg, "both %s and %s", "multi_ack",
		    "multi_ack_detailed");
}

static bool
is_command(const struct riad_conv *c, const char *name)
{
	return strcmp(c->command, name) == 0;
}

/* Which answer begins, by the command, or by its looks if that is not seen. */
static void
begin_answer(struct riad_conv *c, struct riad_msg *msg)
{
	uint8_t *state = &c->state[RIAD_TO_CLIENT];

	if (msg->kind == RIAD_MSG_END || msg->kind == RIAD_MSG_ERR)
		return;
	if (!c->two_sided) {
		*state =
		    msg->kind >= RIAD_MSG_S_ACKS && msg->kind <= RIAD_MSG_S_PACK
			? S2_FETCH
			: S2_REFS;
	} else if (c->command[0] == '\0') {
		wrong(c, msg, "%s without a request", riad_msg_name(msg->kind));
	} else {
		*state = is_command(c, "fetch")     ? S2_FETCH
			 : is_command(c, "ls-refs") ? S2_REFS
						    : S2_OTHER;
		c->command[0] = '\0';
	}
}

/* A plain stream of v2 may begin with an answer: no version is told then. */
static void
begin_plain(struct riad_conv *c, const struct riad_pkt *pkt)
{
	size_t len = pkt->len;
	bool exact;

	if (len > 0 && pkt->data[len - 1] == '\n')
		len--;
	const struct form *f =
	    riad_form_find(&exact, REFS2 | FETCH2, pkt->data, len);
	if (f == NULL || !exact)
		return;
	/* The first ref of v0 and v1 has a NUL, and so not this form. */
	if (f->kind == RIAD_MSG_REF ||
	    (f->kind >= RIAD_MSG_S_ACKS && f->kind <= RIAD_MSG_S_PACK)) {
		c->version = 2;
		c->state[RIAD_TO_CLIENT] = S2_IDLE;
	}
}

static enum riad_msg_kind
by_looks(struct riad_conv *c, struct riad_msg *msg, unsigned says)
{
	bool exact;
	const struct form *f =
	    riad_form_find(&exact, says, msg->text, msg->len);

	if (f == NULL)
		return RIAD_MSG_UNKNOWN;
	const char *name = riad_msg_name(f->kind);
	if (!exact)
		wrong(c, msg, "malformed %s line", name);
	else if (f->needs != NULL && c->saw_caps && !announced(c, f->needs))
		wrong(c, msg, "%s, but %s was not announced", name, f->needs);
	else if (f->needs != NULL && f->kind == RIAD_MSG_ACK && c->two_sided &&
		 riad_conv_cap(c, RIAD_TO_SERVER, f->needs) == NULL)
		wrong(c, msg, "%s, but %s was not asked for", name, f->needs);
	return f->kind;
}

static enum riad_msg_kind
classify(struct riad_conv *c, struct riad_msg *msg, const struct riad_pkt *pkt)
{
	unsigned state = c->state[msg->dir];
	unsigned says = riad_states[state].says;
	bool server = msg->dir == RIAD_TO_CLIENT;

	if (pkt->type == RIAD_PKT_FLUSH)
		return RIAD_MSG_FLUSH;
	if (pkt->type == RIAD_PKT_DELIM)
		return RIAD_MSG_DELIM;
	if (pkt->type == RIAD_PKT_END)
		return RIAD_MSG_END;

	bool banded = server && pkt->len > 0 && pkt->data[0] >= 1 &&
		      pkt->data[0] <= 3 && c->version < 2;
	if (state == S_PACK || state == S2_PACK || banded) {
		msg->text = pkt->data;
		msg->len = pkt->len;
		if (msg->len > 0) {
			msg->band = *msg->text++;
			msg->len--;
		}
		return RIAD_MSG_BAND;
	}

	msg->text = pkt->data;
	msg->len = pkt->len;
	/* With sideband-all even lines are in band 1. */
	if (server && state > S2_IDLE && msg->len > 1 && *msg->text == 1) {
		msg->text++;
		msg->len--;
	}
	if (msg->len > 0 && msg->text[msg->len - 1] == '\n')
		msg->len--;
	if (server && msg->len >= 4 && memcmp(msg->text, "ERR ", 4) == 0)
		return RIAD_MSG_ERR;
	if (says & (CAPS_S | CAPS_C))
		return RIAD_MSG_CAP;
	if (says & FREE)
		return RIAD_MSG_ARG;
	return by_looks(c, msg, says);
}

static void
set_version(struct riad_conv *c, struct riad_msg *msg, int version)
{
	if (c->version != -1 && c->version != version)
		wrong(c, msg, "this is another protocol version");
	c->version = version;
}

/* The first 12 bytes of a pack say how many objects there are. */
static void
count_pack(struct riad_conv *c, struct riad_msg *msg)
{
	size_t want = sizeof(c->pack_hdr) - c->pack_hdr_len;
	size_t n = msg->len < want ? msg->len : want;

	c->pack_len += msg->len;
	if (n == 0)
		return;
	memcpy(c->pack_hdr + c->pack_hdr_len, msg->text, n);
	c->pack_hdr_len += n;
	if (c->pack_hdr_len < sizeof(c->pack_hdr))
		return;
	const uint8_t *p = c->pack_hdr;
	if (memcmp(p, "PACK\0\0\0", 7) != 0 || (p[7] != 2 && p[7] != 3)) {
		wrong(c, msg, "not a pack");
		return;
	}
	c->objects += (uint64_t)p[8] << 24 | (uint64_t)p[9] << 16 |
		      (uint64_t)p[10] << 8 | p[11];
}

static void
check_band(struct riad_conv *c, struct riad_msg *msg)
{
	if (msg->band < 1 || msg->band > 3) {
		wrong(c, msg, "no such side-band");
		return;
	}
	if (msg->band == 3)
		c->failed = true;
	if (msg->band == 1 && !c->push)
		count_pack(c, msg);
	if (c->version == 2 || !c->two_sided || c->asked.len == 0)
		return;
	if (riad_conv_cap(c, RIAD_TO_SERVER, "side-band-64k") != NULL)
		return;
	if (riad_conv_cap(c, RIAD_TO_SERVER, "side-band") == NULL)
		wrong(c, msg, "side-band data was not asked for");
	else if (msg->size > SMALL_BAND_MAX)
		wrong(c, msg, "longer than side-band allows");
}

/* Ids have one length throughout. */
static void
check_oid(struct riad_conv *c, struct riad_msg *msg)
{
	for (size_t i = 0; i < msg->len; i++) {
		if (i > 0 && msg->text[i - 1] != ' ')
			continue;
		size_t n = riad_oid_digits(msg->text + i, msg->len - i);
		if (n == 0)
			continue;
		if (c->hex_len == 0)
			c->hex_len = n;
		else if (c->hex_len != n)
			wrong(c, msg, "object id of another length");
		return;
	}
}

static int
take_caps(struct riad_conv *c, struct riad_msg *msg)
{
	const uint8_t *nul = memchr(msg->text, '\0', msg->len);

	if (msg->kind == RIAD_MSG_REF && nul != NULL) {
		if (c->saw_caps)
			wrong(c, msg, "capabilities for a second time");
		c->saw_caps = true;
		return add_caps(&c->caps, nul + 1,
		    msg->len - (size_t)(nul + 1 - msg->text), ' ');
	}
	if (msg->kind == RIAD_MSG_REF && !c->saw_caps)
		wrong(c, msg, "the first ref has no capabilities");

	const uint8_t *from = nul == NULL ? NULL : nul + 1;
	if (msg->kind == RIAD_MSG_WANT && msg->len > 5) {
		size_t skip = 5 + riad_oid_digits(msg->text + 5, msg->len - 5);
		from = msg->len > skip ? msg->text + skip : NULL;
	}
	if (from == NULL || msg->kind == RIAD_MSG_REF)
		return 0;
	if (c->asked.len > 0) {
		wrong(c, msg, "capabilities for a second time");
		return 0;
	}
	if (add_caps(&c->asked, from, msg->len - (size_t)(from - msg->text),
		' ') == -1)
		return -1;
	check_asked(c, msg);
	return 0;
}

static int
take_v2_cap(struct riad_conv *c, struct riad_msg *msg)
{
	if (msg->dir == RIAD_TO_CLIENT) {
		c->saw_caps = true;
		return add_caps(&c->caps, msg->text, msg->len, '\n');
	}

	const uint8_t *eq = memchr(msg->text, '=', msg->len);
	size_t n = eq == NULL ? msg->len : (size_t)(eq - msg->text);
	if (c->saw_caps &&
	    find_line(&c->caps, (const char *)msg->text, n) == NULL) {
		if (memchr(msg->text, ' ', n) != NULL)
			wrong(c, msg, "malformed capability");
		else
			wrong(c, msg, "capability %.*s was not announced",
			    n < SHOWN_MAX ? (int)n : SHOWN_MAX,
			    (const char *)msg->text);
	}
	return add_caps(&c->asked, msg->text, msg->len, '\n');
}

static void
take_command(struct riad_conv *c, struct riad_msg *msg)
{
	size_t n = msg->len < 8 ? 0 : msg->len - 8;

	set_version(c, msg, 2);
	if (c->two_sided && c->state[RIAD_TO_CLIENT] == S_BEGIN)
		c->state[RIAD_TO_CLIENT] = S2_IDLE;
	if (n >= sizeof(c->command))
		n = sizeof(c->command) - 1;
	if (n > 0)
		memcpy(c->command, msg->text + 8, n);
	c->command[n] = '\0';
	c->asked.len = 0;
	if (c->saw_caps && find_line(&c->caps, c->command, n) == NULL)
		wrong(c, msg, "command %s was not announced", c->command);
	else if (!c->saw_caps && !is_command(c, "fetch") &&
		 !is_command(c, "ls-refs") && !is_command(c, "object-info") &&
		 !is_command(c, "bundle-uri"))
		wrong(c, msg, "unknown command %s", c->command);
}

/* What a message that may come means for what may come next. */
static int
learn(struct riad_conv *c, struct riad_msg *msg, unsigned was)
{
	uint8_t *state = &c->state[msg->dir];

	switch (msg->kind) {
	case RIAD_MSG_VERSION: {
		int v = msg->len == 9 ? msg->text[8] - '0' : 9;
		if (v < 0 || v > 2)
			wrong(c, msg, "unknown version");
		else
			set_version(c, msg, v);
		*state = v == 2 ? S2_CAPS : S_ADV;
		if (v == 2)
			c->state[RIAD_TO_SERVER] = C2_IDLE;
		return 0;
	}
	case RIAD_MSG_REF:
		if (riad_states[was].says & ADV) {
			if (was == S_BEGIN)
				set_version(c, msg, 0);
			return take_caps(c, msg);
		}
		return 0;
	case RIAD_MSG_UPDATE:
		c->push = true;
		return take_caps(c, msg);
	case RIAD_MSG_WANT:
		if (was == C_BEGIN || was == C_WANTS) {
			if (c->version == -1)
				c->version = 0;
			return take_caps(c, msg);
		}
		return 0;
	case RIAD_MSG_CAP:
		return take_v2_cap(c, msg);
	case RIAD_MSG_COMMAND:
		take_command(c, msg);
		return 0;
	case RIAD_MSG_DELIM:
		if (was == C2_CAPS)
			*state = is_command(c, "fetch")     ? C2_FETCH
				 : is_command(c, "ls-refs") ? C2_LSREFS
							    : C2_OTHER;
		return 0;
	case RIAD_MSG_DEEPEN:
		c->asked_depth = true;
		return 0;
	case RIAD_MSG_FLUSH:
		if (was == S_REPLY && c->two_sided && !c->asked_depth)
			wrong(
			    c, msg, "flush packet, but no depth was asked for");
		return 0;
	case RIAD_MSG_S_PACK:
		c->pack_hdr_len = 0;
		return 0;
	case RIAD_MSG_BAND:
		check_band(c, msg);
		return 0;
	case RIAD_MSG_RAW:
		count_pack(c, msg);
		return 0;
	default:
		return 0;
	}
}

/* Out of place: it is taken for what it would be in a state alike. */
static void
misplaced(struct riad_conv *c, struct riad_msg *msg, unsigned was)
{
	const char *place = riad_states[was].name;

	if (riad_states[was].says & OVER)
		wrong(c, msg, "data after the end");
	else if (msg->kind == RIAD_MSG_UNKNOWN)
		wrong(c, msg, "unknown line in %s", place);
	else
		wrong(c, msg, "%s is out of place in %s",
		    riad_msg_name(msg->kind), place);

	const struct rule *rule =
	    riad_rule_like(riad_states[was].says, msg->kind);
	if (rule != NULL && msg->kind > RIAD_MSG_END)
		c->state[msg->dir] = rule->next;
}

int
riad_conv_next(
    struct riad_conv *c, const struct riad_trace_item *it, struct riad_msg *msg)
{
	*msg = (struct riad_msg){
	    .dir = it->dir,
	    .ns = it->ns,
	    .off = it->off,
	    .size = it->size,
	    .number = c->packets[it->dir] + 1,
	    .text = (const uint8_t *)"",
	};

	c->off[it->dir] = it->off + it->size;
	if (it->kind == RIAD_TRACE_EOF || it->kind == RIAD_TRACE_EXIT) {
		msg->kind =
		    it->kind == RIAD_TRACE_EOF ? RIAD_MSG_EOF : RIAD_MSG_EXIT;
		msg->signaled = it->signaled;
		msg->code = it->code;
		return 0;
	}
	if (c->last == RIAD_TO_CLIENT && it->dir == RIAD_TO_SERVER)
		c->rounds++;
	c->last = it->dir;
	if (it->kind == RIAD_TRACE_BAD) {
		msg->kind = RIAD_MSG_BAD;
		c->broken[it->dir] = true;
		msg->why = it->why;
		return 0;
	}

	bool may_be_v2 = c->version == -1 || c->version == 2;
	if (!c->two_sided && may_be_v2 && c->state[it->dir] == S_BEGIN &&
	    it->kind == RIAD_TRACE_PACKET && it->pkt.type == RIAD_PKT_DATA)
		begin_plain(c, &it->pkt);

	unsigned was = c->state[it->dir];
	if (it->kind == RIAD_TRACE_RAW) {
		msg->kind = RIAD_MSG_RAW;
		msg->text = it->data;
		msg->len = it->len;
	} else {
		c->packets[it->dir]++;
		msg->kind = classify(c, msg, &it->pkt);
		if (it->pkt.type == RIAD_PKT_DATA && it->pkt.len == 0)
			wrong(c, msg, "empty packet");
	}
	if (msg->kind == RIAD_MSG_ERR) {
		c->failed = true;
		c->state[it->dir] = S_OVER;
		return 0;
	}
	if (was == S2_IDLE) {
		begin_answer(c, msg);
		was = c->state[it->dir];
	}

	const struct rule *rule = riad_rule_find(was, msg->kind);
	if (rule == NULL)
		misplaced(c, msg, was);
	else
		c->state[it->dir] = rule->next;
	if (msg->kind != RIAD_MSG_BAND && msg->kind != RIAD_MSG_RAW &&
	    msg->kind != RIAD_MSG_CAP && msg->kind != RIAD_MSG_ARG)
		check_oid(c, msg);
	return learn(c, msg, was);
}

const char *
riad_conv_missing(const struct riad_conv *c, enum riad_dir dir)
{
	unsigned state = c->state[dir];

	if (c->failed || c->broken[dir] ||
	    (!c->two_sided && c->packets[dir] == 0))
		return NULL;
	if (state == C_HAVES && c->two_sided && c->saw_caps &&
	    riad_conv_cap(c, RIAD_TO_SERVER, "no-done") == NULL)
		return "it ends without done";
	return riad_states[state].missing;
}
