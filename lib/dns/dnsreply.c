/* SPDX-License-Identifier: ISC */
#include "dnsreply.h"

#include <string.h>

#include "riad/dnsedns.h"
#include "riad/dnsrr.h"

enum {
	OPT_FIXED = 11,   /* owner, type, class, TTL and length of OPT */
	OPT_OPTION = 4,   /* code and length of an option */
	PLAIN_SIZE = 512, /* by UDP without EDNS: RFC 1035 section 4.2.1 */
	ANSWER_PAD = 468, /* RFC 8467 section 4.1 */
	MAX_AGE = 86400
};

static uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void
put16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static int
read_options(struct riad_dns_client *client, const uint8_t *opt, size_t len)
{
	struct riad_dns_edns edns = {.present = true};
	struct riad_dns_opt option;
	size_t at = 0;

	if (len < OPT_FIXED ||
	    (edns.options_len = get16(opt + 9)) > len - OPT_FIXED)
		return -1;
	edns.options = opt + OPT_FIXED;
	while (riad_dns_edns_next(&option, &edns, &at) == 1) {
		if (option.code == RIAD_DNS_PADDING)
			client->pad = true;
	}
	return at == edns.options_len ? 0 : -1;
}

int
riad_dns_client_init(struct riad_dns_client *client,
    enum riad_dns_way transport, uint16_t udp_size,
    const struct riad_dns_key *key, const uint8_t *query, size_t len)
{
	uint16_t flags = get16(query + 2);

	client->transport = transport;
	client->id = get16(query);
	client->kept = flags & (RIAD_DNS_RD | RIAD_DNS_CD);
	client->ad = (flags & RIAD_DNS_AD) || key->edns.dnssec;
	client->question_end = key->question_end;
	client->edns = key->edns.present;
	client->dnssec = key->edns.dnssec;
	client->pad = false;
	client->rcode_high = 0;
	client->cookie = false;
	client->limit = RIAD_DNS_MESSAGE;
	if (transport == RIAD_DNS_BY_UDP) {
		client->limit = PLAIN_SIZE;
		if (key->edns.present && key->edns.size > PLAIN_SIZE)
			client->limit = key->edns.size < udp_size
					    ? key->edns.size
					    : udp_size;
	}
	if (!key->edns.present)
		return 0;
	return read_options(client, query + key->edns.at, len - key->edns.at);
}

void
riad_dns_client_malformed(struct riad_dns_client *client,
    enum riad_dns_way transport, const uint8_t *query, int rcode)
{
	memset(client, 0, sizeof(*client));
	client->transport = transport;
	client->id = get16(query);
	client->kept =
	    get16(query + 2) & (RIAD_DNS_OPCODE | RIAD_DNS_RD | RIAD_DNS_CD);
	client->question_end = RIAD_DNS_HEADER;
	client->limit = PLAIN_SIZE;
	client->rcode_high = (uint8_t)(rcode >> 4);
	client->edns = client->rcode_high != 0;
}

static void
put_header(const struct riad_dns_client *client, uint8_t *to, unsigned flags)
{
	put16(to, client->id);
	put16(to + 2, RIAD_DNS_QR | RIAD_DNS_RA | client->kept | flags);
	memset(to + 4, 0, RIAD_DNS_HEADER - 4);
}

size_t
riad_dns_reply_empty(const struct riad_dns_client *client, const uint8_t *query,
    uint8_t *to, unsigned rcode)
{
	put_header(client, to, rcode & RIAD_DNS_RCODE);
	if (client->question_end > RIAD_DNS_HEADER) {
		put16(to + 4, 1);
		memcpy(to + RIAD_DNS_HEADER, query + RIAD_DNS_HEADER,
		    client->question_end - RIAD_DNS_HEADER);
	}
	return client->question_end;
}

void
riad_dns_reply_flags(
    const struct riad_dns_client *client, uint8_t *to, bool trust_ad)
{
	unsigned flags = get16(to + 2);
	unsigned keep = RIAD_DNS_RCODE | RIAD_DNS_TC;

	if (trust_ad && client->ad)
		keep |= RIAD_DNS_AD;
	put16(
	    to + 2, RIAD_DNS_QR | RIAD_DNS_RA | client->kept | (flags & keep));
}

void
riad_dns_reply_adapt(const struct riad_dns_client *client, const uint8_t *query,
    uint8_t *to, bool trust_ad)
{
	put16(to, client->id);
	riad_dns_reply_flags(client, to, trust_ad);
	memcpy(to + RIAD_DNS_HEADER, query + RIAD_DNS_HEADER,
	    client->question_end - RIAD_DNS_HEADER);
}

/* Bytes of padding that len, with its option's head, takes to be even. */
static size_t
padding(const struct riad_dns_client *client, size_t len)
{
	size_t whole;

	len += OPT_OPTION;
	whole = (len + ANSWER_PAD - 1) / ANSWER_PAD * ANSWER_PAD;
	if (whole > client->limit)
		whole = client->limit;
	return whole > len ? whole - len : 0;
}

static size_t
put_option(uint8_t *to, unsigned code, const void *data, size_t len)
{
	put16(to, code);
	put16(to + 2, (unsigned)len);
	if (data != NULL)
		memcpy(to + OPT_OPTION, data, len);
	else
		memset(to + OPT_OPTION, 0, len);
	return OPT_OPTION + len;
}

size_t
riad_dns_reply_finish(const struct riad_dns_client *client,
    const uint8_t *query, uint8_t *to, size_t len, int ede)
{
	size_t opt = OPT_FIXED;

	if (client->cookie)
		opt += OPT_OPTION + sizeof(client->cookie_data);
	if (ede != -1)
		opt += OPT_OPTION + 2;
	if (!client->edns)
		opt = 0;
	if (len > client->limit || opt > client->limit - len) {
		unsigned flags = get16(to + 2);
		put_header(client, to,
		    (flags & (RIAD_DNS_RCODE | RIAD_DNS_AD | RIAD_DNS_AA)) |
			RIAD_DNS_TC);
		put16(to + 4, 1);
		memcpy(to + RIAD_DNS_HEADER, query + RIAD_DNS_HEADER,
		    client->question_end - RIAD_DNS_HEADER);
		len = client->question_end;
	}
	if (!client->edns)
		return len;

	uint8_t *at = to + len;
	at[0] = 0;
	put16(at + 1, RIAD_DNS_OPT);
	put16(at + 3, 1232);
	at[5] = client->rcode_high;
	at[6] = 0;
	put16(at + 7, client->dnssec ? 0x8000 : 0);
	size_t n = OPT_FIXED;
	if (client->cookie)
		n += put_option(at + n, RIAD_DNS_COOKIE, client->cookie_data,
		    sizeof(client->cookie_data));
	if (ede != -1) {
		uint8_t code[2];
		put16(code, (unsigned)ede);
		n += put_option(at + n, RIAD_DNS_EDE, code, sizeof(code));
	}
	if (client->pad && client->transport >= RIAD_DNS_BY_TLS &&
	    len + n + OPT_OPTION <= client->limit)
		n += put_option(
		    at + n, RIAD_DNS_PADDING, NULL, padding(client, len + n));
	put16(at + 9, (unsigned)(n - OPT_FIXED));
	put16(to + 10, get16(to + 10) + 1u);
	return len + n;
}

/* The extended error of an answer's OPT; -1 if it says that it is none. */
static int
take_opt(const struct riad_dns_record *record, int *ede)
{
	struct riad_dns_edns edns;
	struct riad_dns_opt option;
	size_t at = 0;

	if (riad_dns_edns(&edns, record) == -1 || edns.rcode != 0)
		return -1;
	while (riad_dns_edns_next(&option, &edns, &at) == 1)
		if (option.code == RIAD_DNS_EDE && option.len >= 2 &&
		    *ede == -1)
			*ede = get16(option.data);
	return 0;
}

/* Appends a message's records, but OPT, of the sections up to last. */
static int
append(struct riad_dns_writer *writer, struct riad_dns_reader *reader,
    enum riad_dns_section last, bool question)
{
	static uint8_t rdata[RIAD_DNS_MESSAGE];
	struct riad_dns_record record;
	int got;

	while ((got = riad_dns_read(reader, &record)) == 1) {
		if (record.section == RIAD_DNS_QUESTION) {
			if (question &&
			    riad_dns_write_question(writer, record.name,
				record.type, record.class) == -1)
				return -1;
			continue;
		}
		if (record.section > last)
			return 0;
		if (record.type == RIAD_DNS_OPT)
			continue;
		int n = riad_dns_rdata(rdata, sizeof(rdata), reader, &record);
		if (n == -1)
			return -1;
		record.data = rdata;
		record.len = (uint16_t)n;
		if (riad_dns_write(writer, &record) == -1)
			return -1;
	}
	return got;
}

/* Without OPT, where that is not at the end: record by record. */
static size_t
rewrite(uint8_t *to, const uint8_t *message, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_writer writer;

	if (riad_dns_reader_init(&reader, message, len) == -1)
		return 0;
	riad_dns_writer_init(
	    &writer, to, RIAD_DNS_MESSAGE, reader.id, reader.flags);
	writer.compress = true;
	if (append(&writer, &reader, RIAD_DNS_ADDITIONAL, true) == -1)
		return 0;
	return writer.len;
}

size_t
riad_dns_reply_join(uint8_t *to, const uint8_t *alias, size_t alias_len,
    const uint8_t *target, size_t target_len)
{
	struct riad_dns_reader first;
	struct riad_dns_reader second;
	struct riad_dns_writer writer;

	if (riad_dns_reader_init(&first, alias, alias_len) == -1 ||
	    riad_dns_reader_init(&second, target, target_len) == -1)
		return 0;
	riad_dns_writer_init(&writer, to, RIAD_DNS_MESSAGE, first.id,
	    (uint16_t)((first.flags & ~RIAD_DNS_RCODE) |
		       (second.flags & RIAD_DNS_RCODE)));
	writer.compress = true;
	if (append(&writer, &first, RIAD_DNS_ANSWER, true) == -1 ||
	    append(&writer, &second, RIAD_DNS_AUTHORITY, false) == -1)
		return 0;
	return writer.len;
}

/* TTLs less by age, but of OPT there is none any more. */
static void
grow_old(uint8_t *message, size_t len, uint32_t age)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;

	if (age > MAX_AGE)
		age = MAX_AGE;
	if (riad_dns_reader_init(&reader, message, len) == -1)
		return;
	while (riad_dns_read(&reader, &record) == 1)
		if (record.ttl_at != 0)
			put32(message + record.ttl_at,
			    record.ttl > age ? record.ttl - age : 0);
}

/* Where an answer's OPT is, if it has one, and its last record. */
struct places {
	size_t opts, opt_at, last_at;
};

static bool
check(struct places *places, const uint8_t *message, size_t len,
    const uint8_t *query, size_t query_len, int *ede)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	int got;

	*places = (struct places){0};
	if (len > RIAD_DNS_MESSAGE ||
	    riad_dns_answers(message, len, query, query_len, false, false) !=
		NULL ||
	    riad_dns_reader_init(&reader, message, len) == -1)
		return false;
	while ((got = riad_dns_read(&reader, &record)) == 1) {
		places->last_at = record.at;
		if (record.section == RIAD_DNS_QUESTION ||
		    record.type != RIAD_DNS_OPT)
			continue;
		if (++places->opts > 1 ||
		    record.section != RIAD_DNS_ADDITIONAL ||
		    record.name[0] != 0 || take_opt(&record, ede) == -1)
			return false;
		places->opt_at = record.at;
	}
	return got != -1;
}

bool
riad_dns_reply_check(const uint8_t *message, size_t len, const uint8_t *query,
    size_t query_len, int *ede)
{
	struct places places;

	return check(&places, message, len, query, query_len, ede);
}

size_t
riad_dns_reply_take(uint8_t *to, const uint8_t *message, size_t len,
    const uint8_t *query, size_t query_len, uint32_t age, int *ede)
{
	struct places places;

	if (!check(&places, message, len, query, query_len, ede))
		return 0;
	if (places.opts != 0 && places.opt_at != places.last_at)
		len = rewrite(to, message, len);
	else {
		if (places.opts != 0)
			len = places.opt_at;
		memcpy(to, message, len);
		put16(to + 10, get16(to + 10) - (unsigned)places.opts);
	}
	if (len != 0 && age != 0)
		grow_old(to, len, age);
	return len;
}

uint32_t
riad_dns_reply_ttl(const uint8_t *message, size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	uint32_t least = UINT32_MAX;

	if (riad_dns_reader_init(&reader, message, len) == -1)
		return 0;
	while (riad_dns_read(&reader, &record) == 1) {
		if (record.ttl_at == 0 || record.type == RIAD_DNS_OPT)
			continue;
		if (record.ttl < least)
			least = record.ttl;
		/* That there is nothing is good for what SOA says last. */
		if (get16(message + 6) == 0 && record.type == RIAD_DNS_SOA &&
		    record.section == RIAD_DNS_AUTHORITY && record.len >= 4) {
			const uint8_t *minimum = record.data + record.len - 4;
			uint32_t ttl =
			    (uint32_t)get16(minimum) << 16 | get16(minimum + 2);
			if (ttl < least)
				least = ttl;
		}
	}
	return least != UINT32_MAX ? least : 0;
}
