/* SPDX-License-Identifier: ISC */

#include "riad/convstat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "riad/json.h"
#include "riad/text.h"

enum { AGENT_MAX = 128, NS_PER_S = 1000000000 };

static bool
ends_with(const struct riad_msg *msg, const char *word)
{
	size_t n = strlen(word);

	return msg->len > n && memcmp(msg->text + msg->len - n, word, n) == 0;
}

void
riad_convstat_add(struct riad_convstat *st, const struct riad_conv *c,
    const struct riad_msg *msg)
{
	st->kinds[msg->dir][msg->kind]++;
	st->bytes[msg->dir] += msg->size;
	if (msg->ns > st->last && msg->ns - st->last > st->silence) {
		st->silence = msg->ns - st->last;
		st->silence_at = st->last;
	}
	if (msg->ns > st->last)
		st->last = msg->ns;
	if (st->first_answer == 0 && msg->dir == RIAD_TO_CLIENT)
		st->first_answer = msg->ns;
	if (st->first_pack == 0 && c->pack_len > 0)
		st->first_pack = msg->ns;

	if (msg->kind == RIAD_MSG_ACK) {
		st->acks_common +=
		    ends_with(msg, " common") || ends_with(msg, " continue");
		st->acks_ready += ends_with(msg, " ready");
	} else if (msg->kind == RIAD_MSG_READY) {
		st->acks_ready++;
	} else if (msg->kind == RIAD_MSG_BAND && msg->band <= 3) {
		st->bands[msg->band] += msg->len;
	} else if (msg->kind == RIAD_MSG_RAW) {
		st->bands[0] += msg->len;
	} else if (msg->kind == RIAD_MSG_EXIT) {
		st->exited = true;
		st->signaled = msg->signaled;
		st->code = msg->code;
	}
}

/* One figure, of one of these kinds. */
enum unit { COUNT, TEXT, TIME };

struct figure {
	const char *key; /* as in JSON; in text _ is a space */
	enum unit unit;
	bool known;
	uint64_t value;
	const char *text;
};

enum { FIGURES_MAX = 40 };

struct figures {
	struct figure list[FIGURES_MAX];
	size_t n;
	char protocol[8], client[AGENT_MAX], server[AGENT_MAX];
};

static void
add(struct figures *f, const char *key, enum unit unit, bool known,
    uint64_t value, const char *text)
{
	if (known && f->n < FIGURES_MAX)
		f->list[f->n++] =
		    (struct figure){key, unit, known, value, text};
}

static void
agent(char *buf, const struct riad_conv *c, enum riad_dir dir)
{
	const char *value = riad_conv_cap(c, dir, "agent");
	size_t n = value == NULL ? 0 : strcspn(value, "\n");

	if (n >= AGENT_MAX)
		n = AGENT_MAX - 1;
	if (n > 0)
		memcpy(buf, value, n);
	buf[n] = '\0';
}

static void
collect(struct figures *f, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed)
{
	const uint64_t *client = st->kinds[RIAD_TO_SERVER];
	const uint64_t *server = st->kinds[RIAD_TO_CLIENT];

	f->n = 0;
	snprintf(f->protocol, sizeof(f->protocol), "v%d", c->version);
	agent(f->client, c, RIAD_TO_SERVER);
	agent(f->server, c, RIAD_TO_CLIENT);

	add(f, "protocol", TEXT, c->version != -1, 0, f->protocol);
	add(f, "service", TEXT, c->version != -1, 0,
	    c->push ? "push" : "fetch");
	add(f, "client", TEXT, *f->client, 0, f->client);
	add(f, "server", TEXT, *f->server, 0, f->server);
	add(f, "refs", COUNT, true, server[RIAD_MSG_REF], NULL);
	add(f, "rounds", COUNT, c->two_sided, c->rounds, NULL);
	add(f, "wants", COUNT, true, client[RIAD_MSG_WANT], NULL);
	add(f, "haves", COUNT, true, client[RIAD_MSG_HAVE], NULL);
	add(f, "acks", COUNT, true, server[RIAD_MSG_ACK], NULL);
	add(f, "acks_common", COUNT, true, st->acks_common, NULL);
	add(f, "ready", COUNT, true, st->acks_ready, NULL);
	add(f, "naks", COUNT, true, server[RIAD_MSG_NAK], NULL);
	add(f, "updates", COUNT, c->push, client[RIAD_MSG_UPDATE], NULL);
	add(f, "errors", COUNT, true, server[RIAD_MSG_ERR] + (st->bands[3] > 0),
	    NULL);
	add(f, "client_packets", COUNT, true, c->packets[RIAD_TO_SERVER], NULL);
	add(f, "client_bytes", COUNT, true, st->bytes[RIAD_TO_SERVER], NULL);
	add(f, "server_packets", COUNT, true, c->packets[RIAD_TO_CLIENT], NULL);
	add(f, "server_bytes", COUNT, true, st->bytes[RIAD_TO_CLIENT], NULL);
	add(f, "band_1_bytes", COUNT, true, st->bands[1], NULL);
	add(f, "band_2_bytes", COUNT, true, st->bands[2], NULL);
	add(f, "band_3_bytes", COUNT, true, st->bands[3], NULL);
	add(f, "pack_bytes", COUNT, true, c->pack_len, NULL);
	add(f, "pack_objects", COUNT, true, c->objects, NULL);
	add(f, "first_byte", TIME, timed, st->first_answer, NULL);
	add(f, "first_pack_byte", TIME, timed && c->pack_len > 0,
	    st->first_pack, NULL);
	add(f, "longest_silence", TIME, timed, st->silence, NULL);
	add(f, "silence_began", TIME, timed, st->silence_at, NULL);
	add(f, "total", TIME, timed, st->last, NULL);
	add(f, st->signaled ? "signal" : "exit_status", COUNT, st->exited,
	    st->code, NULL);
}

void
riad_convstat_print(struct riad_out *out, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed)
{
	struct figures f;
	struct riad_buf safe;

	collect(&f, st, c, timed);
	for (size_t i = 0; i < f.n; i++) {
		const struct figure *g = &f.list[i];
		char name[32];

		snprintf(name, sizeof(name), "%s", g->key);
		for (char *p = name; *p != '\0'; p++)
			*p = *p == '_' ? ' ' : *p;
		riad_out_printf(out, "%-16s ", name);
		if (g->unit == TIME) {
			riad_out_printf(out, "%15" PRIu64 ".%06" PRIu64 " s\n",
			    g->value / NS_PER_S, g->value % NS_PER_S / 1000);
		} else if (g->unit == COUNT) {
			riad_out_printf(out, "%15" PRIu64 "\n", g->value);
		} else {
			riad_buf_init(&safe, (size_t)4 * AGENT_MAX);
			(void)riad_escape(&safe, g->text, strlen(g->text));
			riad_out_printf(out, "%15.*s\n", (int)safe.len,
			    (const char *)safe.data);
			riad_buf_free(&safe);
		}
	}
}

void
riad_convstat_json(struct riad_out *out, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed)
{
	struct figures f;
	struct riad_json json;

	collect(&f, st, c, timed);
	riad_json_begin(&json, out);
	for (size_t i = 0; i < f.n; i++) {
		const struct figure *g = &f.list[i];
		if (g->unit == TIME)
			riad_json_ns(&json, g->key, g->value);
		else if (g->unit == COUNT)
			riad_json_u64(&json, g->key, g->value);
		else
			riad_json_str(&json, g->key, g->text);
	}
	riad_json_end(&json);
}
