/* SPDX-License-Identifier: ISC */

#include "riad/convstat.h"

#include <stdio.h>
#include <string.h>

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
		/* In v2 there is no word for it: all of them are. */
		st->acks_common += c->version == 2 ||
				   ends_with(msg, " common") ||
				   ends_with(msg, " continue");
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

static void
add(struct riad_figures *f, const char *key, enum riad_unit unit, bool known,
    uint64_t value, const char *text)
{
	if (known && f->n < RIAD_FIGURES_MAX)
		f->list[f->n++] = (struct riad_figure){key, unit, value, text};
}

static void
agent(char *buf, const struct riad_conv *c, enum riad_dir dir)
{
	const char *value = riad_conv_cap(c, dir, "agent");
	size_t n = value == NULL ? 0 : strcspn(value, "\n");

	if (n >= RIAD_AGENT_MAX)
		n = RIAD_AGENT_MAX - 1;
	/* As gitprotocol-capabilities(5) has it, or made so. */
	for (size_t i = 0; i < n; i++)
		buf[i] = value[i] > ' ' && value[i] <= '~' ? value[i] : '?';
	buf[n] = '\0';
}

void
riad_convstat_figures(struct riad_figures *f, const struct riad_convstat *st,
    const struct riad_conv *c, bool timed)
{
	const uint64_t *client = st->kinds[RIAD_TO_SERVER];
	const uint64_t *server = st->kinds[RIAD_TO_CLIENT];

	f->n = 0;
	snprintf(f->protocol, sizeof(f->protocol), "v%d", c->version);
	agent(f->client, c, RIAD_TO_SERVER);
	agent(f->server, c, RIAD_TO_CLIENT);

	add(f, "protocol", RIAD_UNIT_TEXT, c->version != -1, 0, f->protocol);
	add(f, "service", RIAD_UNIT_TEXT, c->version != -1, 0,
	    c->push ? "push" : "fetch");
	add(f, "client", RIAD_UNIT_TEXT, *f->client, 0, f->client);
	add(f, "server", RIAD_UNIT_TEXT, *f->server, 0, f->server);
	add(f, "refs", RIAD_UNIT_COUNT, true, server[RIAD_MSG_REF], NULL);
	add(f, "rounds", RIAD_UNIT_COUNT, c->two_sided, c->rounds, NULL);
	add(f, "wants", RIAD_UNIT_COUNT, true, client[RIAD_MSG_WANT], NULL);
	add(f, "haves", RIAD_UNIT_COUNT, true, client[RIAD_MSG_HAVE], NULL);
	add(f, "acks", RIAD_UNIT_COUNT, true, server[RIAD_MSG_ACK], NULL);
	add(f, "acks_common", RIAD_UNIT_COUNT, true, st->acks_common, NULL);
	add(f, "ready", RIAD_UNIT_COUNT, true, st->acks_ready, NULL);
	add(f, "naks", RIAD_UNIT_COUNT, true, server[RIAD_MSG_NAK], NULL);
	add(f, "updates", RIAD_UNIT_COUNT, c->push, client[RIAD_MSG_UPDATE],
	    NULL);
	add(f, "errors", RIAD_UNIT_COUNT, true,
	    server[RIAD_MSG_ERR] + (st->bands[3] > 0), NULL);
	add(f, "client_packets", RIAD_UNIT_COUNT, true,
	    c->packets[RIAD_TO_SERVER], NULL);
	add(f, "client_bytes", RIAD_UNIT_COUNT, true, st->bytes[RIAD_TO_SERVER],
	    NULL);
	add(f, "server_packets", RIAD_UNIT_COUNT, true,
	    c->packets[RIAD_TO_CLIENT], NULL);
	add(f, "server_bytes", RIAD_UNIT_COUNT, true, st->bytes[RIAD_TO_CLIENT],
	    NULL);
	add(f, "band_1_bytes", RIAD_UNIT_COUNT, true, st->bands[1], NULL);
	add(f, "band_2_bytes", RIAD_UNIT_COUNT, true, st->bands[2], NULL);
	add(f, "band_3_bytes", RIAD_UNIT_COUNT, true, st->bands[3], NULL);
	add(f, "pack_bytes", RIAD_UNIT_COUNT, true, c->pack_len, NULL);
	add(f, "pack_objects", RIAD_UNIT_COUNT, true, c->objects, NULL);
	add(f, "first_byte", RIAD_UNIT_NS, timed, st->first_answer, NULL);
	add(f, "first_pack_byte", RIAD_UNIT_NS, timed && c->pack_len > 0,
	    st->first_pack, NULL);
	add(f, "longest_silence", RIAD_UNIT_NS, timed, st->silence, NULL);
	add(f, "silence_began", RIAD_UNIT_NS, timed, st->silence_at, NULL);
	add(f, "total", RIAD_UNIT_NS, timed, st->last, NULL);
	add(f, st->signaled ? "signal" : "exit_status", RIAD_UNIT_COUNT,
	    st->exited, st->code, NULL);
}
