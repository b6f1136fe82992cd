/* SPDX-License-Identifier: ISC */

#include "riad/dnsforward.h"

#include <stdio.h>

#include "dnsmake.h"
#include "riad/dnsedns.h"
#include "riad/dnsrr.h"
#include "tap.h"

enum { NOW = 1800000000 };

static struct riad_dns_cache *cache;
static struct riad_dns_forward *forward;
static struct riad_dns_route route;
static struct msg query, reply;
static uint8_t to[RIAD_DNS_MESSAGE];
static uint32_t ttl;

/* What was asked of upstream, last, and how often. */
static struct riad_dns_ask *asked;
static uint8_t question_asked[1024];
static size_t question_len;
static unsigned asks;
static bool refuse_asks;

/* What was answered later, last, and how often. */
static uint8_t late[RIAD_DNS_MESSAGE];
static size_t late_len;
static unsigned lates;
static uint32_t late_ttl;
static bool allowed = true;
static bool limited;
static struct riad_dns_cookies cookies;

static int
ask(void *ctx, struct riad_dns_ask *a, const uint8_t *name, const uint8_t *m,
    size_t len)
{
	(void)ctx;
	(void)name;
	if (refuse_asks)
		return -1;
	asked = a;
	memcpy(question_asked, m, len);
	question_len = len;
	asks++;
	return 0;
}

static void
answer_late(void *ctx, const struct riad_dns_route *r, const uint8_t *m,
    size_t len, uint32_t t)
{
	(void)ctx;
	(void)r;
	late_ttl = t;
	memcpy(late, m, len);
	late_len = len;
	lates++;
}

static bool
may_ask(void *ctx, const struct riad_dns_route *r)
{
	(void)ctx;
	(void)r;
	return allowed;
}

static bool
asks_too_much(void *ctx, const struct riad_dns_route *r)
{
	(void)ctx;
	(void)r;
	return limited;
}

static void
start(bool trust_ad)
{
	const char *why;
	struct riad_dns_forward_conf conf = {
	    .max_asking = 4,
	    .max_waiting = 6,
	    .udp_size = 1232,
	    .trust_ad = trust_ad,
	    .stale_ns = 1000,
	    .allowed = may_ask,
	    .limited = asks_too_much,
	    .cookies = &cookies,
	    .ask = ask,
	    .reply = answer_late,
	};
	struct riad_dns_cache_limits limits = {
	    .max_ttl = 86400, .max_negative = 3600, .max_stale = 86400};

	cache = riad_dns_cache_open(NULL, 1 << 20, &why);
	if (cache == NULL)
		abort();
	riad_dns_cache_limit(cache, &limits);
	conf.cache = cache;
	conf.secret = *riad_dns_cache_secret(cache);
	forward = riad_dns_forward_new(&conf);
	riad_dns_forward_now(forward, 0, NOW);
	asks = 0;
	lates = 0;
	asked = NULL;
}

static void
stop(void)
{
	riad_dns_forward_free(forward);
	riad_dns_cache_close(cache);
}

static void
make_query(const char *name, unsigned type, unsigned id, unsigned flags)
{
	begin(&query, id, flags);
	question(&query, name, type);
}

static size_t
send_query(void)
{
	return riad_dns_forward_query(
	    forward, &route, query.data, query.len, to, &ttl);
}

static unsigned
at16(const uint8_t *m, size_t at)
{
	return (unsigned)(m[at] << 8 | m[at + 1]);
}

/* An answer to what was asked, of n addresses. */
static void
make_reply(const char *name, unsigned flags, unsigned n)
{
	begin(&reply, at16(question_asked, 0), 0x8080 | flags);
	question(&reply, name, RIAD_DNS_A);
	for (unsigned i = 0; i < n; i++)
		record(&reply, RIAD_DNS_ANSWER, "@", RIAD_DNS_A, 300,
		    "\1\2\3\4", 4);
}

static void
send_reply(void)
{
	struct riad_dns_ask *a = asked;

	asked = NULL;
	riad_dns_forward_answer(forward, a, reply.data, reply.len, 0);
}

/* The extended error of an answer; -1: none; -2: no EDNS. */
static int
ede_of(const uint8_t *m, size_t len)
{
	struct riad_dns_edns edns;
	struct riad_dns_opt option;
	size_t at = 0;

	if (riad_dns_find_edns(&edns, m, len) == -1 || !edns.present)
		return -2;
	while (riad_dns_edns_next(&option, &edns, &at) == 1)
		if (option.code == RIAD_DNS_EDE)
			return (int)at16(option.data, 0);
	return -1;
}

static void
test_ask_and_cache(void)
{
	start(false);
	make_query("WwW.example", RIAD_DNS_A, 0x1234, RIAD_DNS_RD);
	ok(send_query() == 0 && asks == 1, "what is not known is asked");
	ok(at16(question_asked, 0) == 0, "with the ID 0");
	ok(memcmp(question_asked + 12, "\3www\7example", 12) == 0,
	    "in lower case");
	ok(question_len % 128 == 0, "padded");
	make_query("www.EXAMPLE", RIAD_DNS_A, 0x5678, RIAD_DNS_RD);
	ok(send_query() == 0 && asks == 1, "and once for two");
	make_reply("www.example", RIAD_DNS_AA, 1);
	send_reply();
	ok(lates == 2, "both get the answer");
	ok(at16(late, 0) == 0x5678 &&
		memcmp(late + 12, "\3www\7EXAMPLE", 12) == 0,
	    "with their own ID and letters");
	ok(at16(late, 2) == (RIAD_DNS_QR | RIAD_DNS_RD | RIAD_DNS_RA),
	    "AA is not passed on");
	make_query("wWw.example", RIAD_DNS_A, 0x9abc, RIAD_DNS_RD);
	riad_dns_forward_now(forward, 0, NOW + 100);
	ok(send_query() == reply.len && asks == 1, "then it is in the cache");
	ok(at16(to, 0) == 0x9abc && memcmp(to + 12, "\3wWw", 4) == 0,
	    "as it was asked");
	ok(at16(to, reply.len - 10) == 0 && at16(to, reply.len - 8) == 200,
	    "its TTL is counted down");
	make_query("www.example", RIAD_DNS_A, 1, 0);
	ok(send_query() == reply.len, "also for who wants no recursion");
	make_query("other.example", RIAD_DNS_A, 1, 0);
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_REFUSED && asks == 1,
	    "who gets nothing else");
	make_query("www.example", RIAD_DNS_A, 1, RIAD_DNS_RD | RIAD_DNS_CD);
	ok(send_query() == 0 && asks == 2, "CD is another question");
	stop();
}

static void
test_size(void)
{
	start(false);
	make_query("big.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	send_query();
	make_reply("big.example", 0, 50);
	send_reply();
	ok(late[2] & RIAD_DNS_TC >> 8 && late_len == query.len,
	    "512 bytes without EDNS, then TC");
	make_query("big.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1024, 0, 0, "", 0);
	size_t n = send_query();
	ok(n > 512 && n <= 1024 && !(to[2] & RIAD_DNS_TC >> 8),
	    "as much as EDNS says");
	make_query("big.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 600, 0, 0, "", 0);
	n = send_query();
	ok(n <= 600 && to[2] & RIAD_DNS_TC >> 8 && ede_of(to, n) == -1,
	    "no more than that, and OPT stays");
	route.transport = RIAD_DNS_BY_TCP;
	make_query("big.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	ok(send_query() == reply.len, "by TCP, whole");
	route.transport = RIAD_DNS_BY_HTTPS;
	ok(send_query() == reply.len && ttl == 300, "by HTTP with its TTL");
	make_query("no.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	send_query();
	make_reply("no.example", RIAD_DNS_NXDOMAIN, 0);
	record(&reply, RIAD_DNS_AUTHORITY, "example", 6 /* SOA */, 3600,
	    "\0\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5", 22);
	send_reply();
	ok(late_ttl == 5, "that there is nothing is good for SOA's minimum");
	route.transport = RIAD_DNS_BY_UDP;
	stop();
}

static void
test_failure(void)
{
	start(false);
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, "", 0);
	send_query();
	riad_dns_forward_fail(forward, asked);
	ok(lates == 1 && (late[3] & 15) == RIAD_DNS_SERVFAIL &&
		ede_of(late, late_len) == 23,
	    "no answer is SERVFAIL and Network Error");
	send_query();
	make_reply("other.example", 0, 1);
	send_reply();
	ok(lates == 2 && (late[3] & 15) == RIAD_DNS_SERVFAIL,
	    "an answer to something else is none");
	send_query();
	make_reply("www.example", 0, 1);
	reply.len--;
	send_reply();
	ok(lates == 3 && (late[3] & 15) == RIAD_DNS_SERVFAIL,
	    "one that is cut is none");
	refuse_asks = true;
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_SERVFAIL,
	    "who can't ask says so at once");
	refuse_asks = false;
	ok(riad_dns_forward_stat(forward)->asking == 0 &&
		riad_dns_forward_stat(forward)->waiting == 0,
	    "and nothing is left");
	stop();
}

static void
test_stale(void)
{
	start(false);
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, "", 0);
	send_query();
	make_reply("www.example", 0, 1);
	send_reply();
	riad_dns_forward_now(forward, 0, NOW + 1000);
	lates = 0;
	ok(send_query() == 0 && asks == 2, "what is over is asked again");
	ok(riad_dns_forward_wake(forward) == 1000, "for a while");
	riad_dns_forward_now(forward, 1000, NOW + 1002);
	riad_dns_forward_tick(forward);
	ok(lates == 1 && at16(late, 6) == 1 && ede_of(late, late_len) == 3,
	    "then it is a Stale Answer");
	ok(riad_dns_forward_stat(forward)->asking == 1, "that is still asked");
	ok(send_query() == 0, "who asks now waits too");
	riad_dns_forward_fail(forward, asked);
	ok(lates == 2 && ede_of(late, late_len) == 3,
	    "and has it where nothing comes");
	ok(riad_dns_forward_wake(forward) == 0, "nothing is due then");
	asks = 0;
	size_t n = send_query();
	ok(n > 0 && asks == 0 && at16(to, 6) == 1 && ede_of(to, n) == 3,
	    "nor asked again yet, but answered");
	riad_dns_forward_now(forward, 2000, NOW + 1020);
	ok(send_query() == 0 && asks == 1, "until a bit later");
	begin(&reply, at16(question_asked, 0), 0x8082);
	question(&reply, "www.example", RIAD_DNS_A);
	send_reply();
	ok(at16(late, 6) == 1 && ede_of(late, late_len) == 3,
	    "a Stale Answer is better than SERVFAIL");
	stop();

	/* Nobody waits any more when it fails. */
	start(false);
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, "", 0);
	send_query();
	make_reply("www.example", 0, 1);
	send_reply();
	riad_dns_forward_now(forward, 0, NOW + 1000);
	send_query();
	riad_dns_forward_now(forward, 1000, NOW + 1002);
	riad_dns_forward_tick(forward);
	riad_dns_forward_fail(forward, asked);
	asks = 0;
	n = send_query();
	ok(n > 0 && asks == 0 && ede_of(to, n) == 3,
	    "what fails behind a Stale Answer is not waited for again");
	stop();
}

static void
test_ad(void)
{
	for (int trust = 0; trust < 2; trust++) {
		start(trust);
		make_query(
		    "www.example", RIAD_DNS_A, 7, RIAD_DNS_RD | RIAD_DNS_AD);
		send_query();
		make_reply("www.example", RIAD_DNS_AD, 1);
		send_reply();
		ok(!(late[3] & RIAD_DNS_AD) == !trust, "AD %s",
		    trust ? "is passed on if trusted" : "is not passed on");
		send_query();
		ok(!(to[3] & RIAD_DNS_AD) == !trust, "nor from the cache else");
		make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
		send_query();
		ok(!(to[3] & RIAD_DNS_AD), "nor to who did not ask for it");
		stop();
	}
}

static void
test_bounds(void)
{
	char name[32];

	start(false);
	for (unsigned i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "h%u.example", i);
		make_query(name, RIAD_DNS_A, i, RIAD_DNS_RD);
		size_t n = send_query();
		if (i < 4)
			ok(n == 0, "question %u is asked", i);
		else
			ok(n != 0 && (to[3] & 15) == RIAD_DNS_SERVFAIL,
			    "one too many is not");
	}
	make_query("h0.example", RIAD_DNS_A, 9, RIAD_DNS_RD);
	ok(send_query() == 0 && send_query() == 0, "six may wait");
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_SERVFAIL,
	    "a seventh may not");
	riad_dns_forward_forget(forward, route.channel);
	ok(riad_dns_forward_stat(forward)->waiting == 0 &&
		riad_dns_forward_stat(forward)->asking == 4,
	    "who is gone waits no more");
	ok(send_query() == 0 && riad_dns_forward_stat(forward)->waiting == 1,
	    "and others can");
	allowed = false;
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_REFUSED,
	    "a stranger is refused");
	allowed = true;
	stop();
}

static void
test_nonsense(void)
{
	start(false);
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD | RIAD_DNS_QR);
	ok(send_query() == 0, "an answer gets no answer");
	query.len = 11;
	ok(send_query() == 0, "nor does half a header");
	make_query("www.example", RIAD_DNS_A, 7, 0x2800);
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_NOTIMP &&
		at16(to, 0) == 7 && (to[2] & 0x78) == 0x28,
	    "an update is not implemented");
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	query.len -= 2;
	ok(send_query() != 0 && (to[3] & 15) == RIAD_DNS_FORMERR,
	    "half a question is a format error");
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 1, 0, "", 0);
	size_t n = send_query();
	struct riad_dns_edns edns;
	ok(n != 0 && riad_dns_find_edns(&edns, to, n) == 0 && edns.present &&
		edns.rcode << 4 == RIAD_DNS_BADVERS,
	    "a later EDNS is a bad version");
	ok(asks == 0, "none is asked");
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	query.len -= 2;
	allowed = false;
	ok(send_query() == 0, "a stranger is not told what is malformed");
	allowed = true;
	limited = true;
	ok(send_query() == 0, "nor who asks too much");
	limited = false;
	stop();
}

static bool
is_useful(unsigned flags, int ede)
{
	uint8_t option[6] = {0, 15, 0, 2, 0, (uint8_t)ede};

	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	make_reply("www.example", flags, 0);
	reply.data[0] = query.data[0];
	reply.data[1] = query.data[1];
	if (ede != -1)
		opt(&reply, 1232, 0, 0, option, sizeof(option));
	return riad_dns_forward_useful(
	    query.data, query.len, reply.data, reply.len);
}

static void
test_useful(void)
{
	const unsigned r = RIAD_DNS_QR | RIAD_DNS_RD;

	ok(is_useful(r, -1), "an answer is useful");
	ok(is_useful(r | RIAD_DNS_NXDOMAIN, -1), "also that there is nothing");
	ok(!is_useful(r | RIAD_DNS_SERVFAIL, -1) &&
		!is_useful(r | RIAD_DNS_REFUSED, -1) &&
		!is_useful(r | RIAD_DNS_NOTIMP, -1),
	    "others may do better than fail or refuse");
	ok(!is_useful(r | RIAD_DNS_SERVFAIL, 22),
	    "also where it can't reach those that know");
	ok(is_useful(r | RIAD_DNS_SERVFAIL, 6),
	    "but who doesn't look at signatures is not asked of bogus ones");
	ok(is_useful(r | RIAD_DNS_REFUSED, 17), "nor who does not filter");
	ok(!riad_dns_forward_useful(
	       query.data, query.len, query.data, query.len),
	    "a query is no answer");
	make_reply("other.example", r, 0);
	ok(!riad_dns_forward_useful(
	       query.data, query.len, reply.data, reply.len),
	    "nor is one to another question");
	make_reply("www.example", r, 1);
	reply.data[0] = query.data[0];
	reply.data[1] = query.data[1];
	ok(riad_dns_forward_useful(
	       query.data, query.len, reply.data, reply.len) &&
		!riad_dns_forward_useful(
		    query.data, query.len, reply.data, reply.len - 1),
	    "nor one that is cut");
	ok(!riad_dns_forward_useful(query.data, query.len, reply.data, 11),
	    "nor half a header");
}

static void
test_limit_and_cookies(void)
{
	static const uint8_t secret[16] = "0123456789abcdef";
	uint8_t option[28] = {0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8};
	size_t n;

	riad_dns_cookie_secret(&cookies, secret);
	start(false);
	limited = true;
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	n = send_query();
	ok(n == query.len && to[2] & RIAD_DNS_TC >> 8,
	    "who asks too much gets TC, no longer than the query");
	ok(send_query() == 0, "or nothing, in turn");
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, option, 12);
	n = send_query();
	ok(n == query.len + 16 && memcmp(to + n - 28, "\0\12\0\30", 4) == 0 &&
		memcmp(to + n - 24, option + 4, 8) == 0,
	    "with the client's cookie and ours, if it has one");
	option[3] = 24;
	memcpy(option + 4, to + n - 24, 24);
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, option, 28);
	n = send_query();
	ok(n != 0 && (to[3] & 15) == RIAD_DNS_REFUSED,
	    "who sends that back is told");
	limited = false;
	option[3] = 7;
	make_query("www.example", RIAD_DNS_A, 7, RIAD_DNS_RD);
	opt(&query, 1232, 0, 0, option, 11);
	n = send_query();
	ok(n != 0 && (to[3] & 15) == RIAD_DNS_FORMERR,
	    "half a cookie is a format error");
	stop();
}

int
main(void)
{
	test_limit_and_cookies();
	test_ask_and_cache();
	test_size();
	test_failure();
	test_stale();
	test_ad();
	test_bounds();
	test_nonsense();
	test_useful();
	return tap_done();
}
