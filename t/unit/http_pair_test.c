/* SPDX-License-Identifier: ISC */
/*
 * Both sides of lib/http, with one another: over each protocol, in the clear
 * and by TLS, what is asked is answered; and what ends, ends well.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "riad/http.h"
#include "riad/loop.h"
#include "tap.h"

enum { MANY = 500, HEAD = 12 };

static struct riad_loop loop;
static struct riad_tls *server_tls, *client_tls;
static char ca_path[] = "/tmp/riad-test.XXXXXX",
	    key_path[] = "/tmp/riad-test.XXXXXX";

/* A certificate for 127.0.0.1, which is its own authority. */
static void
make_certificate(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = X509_new();
	X509V3_CTX ctx;

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN",
	    MBSTRING_ASC, (const uint8_t *)"riad", -1, -1, 0);
	X509_set_issuer_name(cert, X509_get_subject_name(cert));
	X509_set_pubkey(cert, key);
	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	X509_EXTENSION *e = X509V3_EXT_conf_nid(
	    NULL, &ctx, NID_subject_alt_name, "IP:127.0.0.1,DNS:*.riad.test");
	X509_add_ext(cert, e, -1);
	X509_EXTENSION_free(e);
	X509_sign(cert, key, EVP_sha256());
	FILE *f = fdopen(mkstemp(ca_path), "w");
	PEM_write_X509(f, cert);
	fclose(f);
	f = fdopen(mkstemp(key_path), "w");
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	X509_free(cert);
	EVP_PKEY_free(key);
}

/* -------- the server: echoes, or what the first byte after the id says */

static struct riad_http_server server;
static struct riad_watch listener;
static struct sockaddr_in address;
static unsigned served, server_conns, server_ends;
static struct {
	struct riad_http *http;
	uint64_t id;
} held[MANY];
static unsigned held_len;

static void
on_asked(void *ctx, const struct riad_http_request *r)
{
	static uint8_t big[65535];

	(void)ctx;
	served++;
	switch (r->body[2]) {
	case 'b': /* as long as can be */
		memset(big, 'x', sizeof(big));
		memcpy(big, r->body, HEAD);
		riad_http_reply(r->http, r->id, big, sizeof(big), 1);
		break;
	case 'r':
		riad_http_refuse(r->http, r->id, 503);
		break;
	case 'h': /* later, and the last first */
		held[held_len].http = r->http;
		held[held_len++].id = r->id;
		break;
	case 's':
		riad_http_reply(r->http, r->id, r->body, r->len, 60);
		riad_http_shut(r->http);
		break;
	case 'f':
		server_conns--;
		riad_http_free(r->http);
		break;
	default:
		riad_http_reply(r->http, r->id, r->body, r->len, 60);
	}
}

static void
release_held(void)
{
	while (held_len != 0) {
		held_len--;
		riad_http_reply(held[held_len].http, held[held_len].id,
		    (const uint8_t *)"\0\0h held answer", 16, 0);
	}
}

static void
on_server_end(void *ctx, struct riad_http *http)
{
	(void)ctx;
	server_conns--;
	server_ends++;
	for (unsigned i = 0; i < held_len; i++)
		if (held[i].http == http)
			held[i--] = held[--held_len];
	riad_http_free(http);
}

static void
on_accept(struct riad_watch *watch, uint32_t events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (fd != -1 && riad_http_accept(&server, fd) != NULL)
		server_conns++;
}

static void
serve(enum riad_http_kind kind, bool tls)
{
	socklen_t len = sizeof(address);

	server = (struct riad_http_server){
	    .loop = &loop,
	    .tls = tls ? server_tls : NULL,
	    .kind = kind,
	    .path = "/dns-query",
	    .max_body = 65535,
	    .most = 20,
	    .idle_ns = UINT64_C(20000000000),
	    .handshake_ns = UINT64_C(20000000000),
	    .asked = on_asked,
	    .ended = on_server_end,
	};
	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	listener.call = on_accept;
	if (bind(listener.fd, (struct sockaddr *)&address, len) == -1 ||
	    listen(listener.fd, 10) == -1 ||
	    getsockname(listener.fd, (struct sockaddr *)&address, &len) == -1)
		exit(1);
	riad_watch_add(&loop, &listener, EPOLLIN);
	server_conns = server_ends = served = held_len = 0;
}

static void
stop_serving(void)
{
	riad_watch_del(&loop, &listener);
	close(listener.fd);
}

/* -------- the client */

static struct riad_http_client client;
static struct riad_http *conn;
static unsigned fine, faults, retries, wrong, ends, want;
static enum riad_http_fault last_fault, end_fault;
static unsigned last_status, last_version;
static size_t last_len;
static bool free_at_answer;
static char tokens[65536]; /* named by their addresses */

static void
on_answer(void *ctx, const struct riad_http_answer *a)
{
	size_t i = (size_t)((char *)a->token - tokens);

	(void)ctx;
	last_fault = a->fault;
	last_status = a->status;
	last_version = a->version;
	last_len = a->len;
	if (a->fault == RIAD_HTTP_FINE) {
		fine++;
		if (a->len < 5 || a->body[0] != (i >> 8 & 0xff) ||
		    a->body[1] != (i & 0xff))
			wrong++;
	} else {
		faults++;
		retries += a->may_retry;
	}
	if (free_at_answer) {
		riad_http_free(conn);
		conn = NULL;
	}
	if (fine + faults >= want)
		riad_loop_stop(&loop);
}

static void
on_end(void *ctx, enum riad_http_fault fault, const char *why)
{
	(void)ctx;
	(void)why;
	if (getenv("D"))
		printf("# end %d %s\n", fault, why);
	ends++;
	end_fault = fault;
	riad_http_free(conn);
	conn = NULL;
	riad_loop_stop(&loop);
}

static void
open_conn(enum riad_http_kind kind, bool tls)
{
	client = (struct riad_http_client){
	    .loop = &loop,
	    .tls = tls ? client_tls : NULL,
	    .kind = kind,
	    .host = "127.0.0.1",
	    .port = ntohs(address.sin_port),
	    .path = "/dns-query",
	    .max_body = 65535,
	    .timeout_ns = UINT64_C(20000000000),
	    .connect_ns = UINT64_C(20000000000),
	    .most = 50,
	    .queue = MANY,
	    .answered = on_answer,
	    .ended = on_end,
	};
	fine = faults = retries = wrong = ends = want = 0;
	free_at_answer = false;
	conn = riad_http_connect(
	    &client, (struct sockaddr *)&address, sizeof(address));
}

static int
ask(unsigned i, char what)
{
	uint8_t q[HEAD + 20] = {(uint8_t)(i >> 8), (uint8_t)i, (uint8_t)what};

	want++;
	return riad_http_ask(conn, q, sizeof(q), &tokens[i]);
}

static struct riad_timer soon;

static void
on_soon(struct riad_timer *timer)
{
	(void)timer;
	riad_loop_stop(&loop);
}

/* Till all was answered, or the connection ended; or for a while. */
static void
run(void)
{
	riad_loop_run(&loop);
}

static void
run_for(unsigned ms)
{
	soon.call = on_soon;
	riad_timer_set(&loop, &soon, riad_now() + ms * UINT64_C(1000000));
	riad_loop_run(&loop);
	riad_timer_del(&loop, &soon);
}

static const struct setup {
	const char *name;
	enum riad_http_kind server, client;
	bool tls;
	unsigned version;
} setups[] = {
    {"h2", RIAD_HTTP_ANY, RIAD_HTTP_ANY, true, 2},
    {"h1", RIAD_HTTP_ANY, RIAD_HTTP_1, true, 1},
    {"h2, clear", RIAD_HTTP_ANY, RIAD_HTTP_2, false, 2},
    {"h1, clear", RIAD_HTTP_ANY, RIAD_HTTP_1, false, 1},
    {"dot", RIAD_HTTP_DOT, RIAD_HTTP_DOT, true, 0},
    {"tcp", RIAD_HTTP_DOT, RIAD_HTTP_DOT, false, 0},
};

static void
test_asking(const struct setup *s)
{
	int bad = 0;

	serve(s->server, s->tls);
	open_conn(s->client, s->tls);
	for (unsigned i = 1; i <= MANY; i++)
		bad += ask(i, 'e') != 0;
	errno = 0;
	ok(bad == 0 && ask(MANY + 1, 'e') == -1 && errno == EAGAIN,
	    "%s: a queue has an end", s->name);
	want--;
	run();
	ok(fine == MANY && wrong == 0 && faults == 0, "%s: %d answers", s->name,
	    MANY);
	ok(last_version == s->version && riad_http_ready(conn) &&
		riad_http_in_flight(conn) == 0,
	    "%s: version %u", s->name, last_version);
	ok(!s->tls || strncmp(riad_http_tls_version(conn), "TLSv1.", 6) == 0,
	    "%s: TLS", s->name);

	want = fine + faults;
	ask(1, 'b');
	ask(2, 'b');
	run();
	ok(fine == MANY + 2 && last_len == 65535 && wrong == 0,
	    "%s: long answers", s->name);
	if (s->version != 0) {
		ask(3, 'r');
		run();
		ok(last_fault == RIAD_HTTP_STATUS && last_status == 503,
		    "%s: refused", s->name);
		client.get = true;
		ask(4, 'e');
		run();
		ok(last_fault == RIAD_HTTP_FINE && wrong == 0, "%s: GET",
		    s->name);
		client.path = "/other";
		ask(5, 'e');
		run();
		ok(last_fault == RIAD_HTTP_STATUS && last_status == 404,
		    "%s: another path", s->name);
	}
	uint8_t q[65536] = {0};
	errno = 0;
	ok(riad_http_ask(conn, q, sizeof(q), q) == -1 && errno == EMSGSIZE,
	    "%s: too long to be asked", s->name);
	riad_http_shut(conn);
	errno = 0;
	ok(ask(6, 'e') == -1 && errno == EBUSY, "%s: no more", s->name);
	run();
	ok(ends == 1 && end_fault == RIAD_HTTP_FINE && conn == NULL,
	    "%s: closed", s->name);
	run_for(20);
	ok(server_ends == 1 && server_conns == 0, "%s: on both sides", s->name);
	stop_serving();
}

static void
test_ends(const struct setup *s)
{
	serve(s->server, s->tls);

	/* What is in flight when a server is leaving is answered. */
	open_conn(s->client, s->tls);
	for (unsigned i = 1; i <= 10; i++)
		ask(i, i == 5 ? 's' : 'e');
	while (ends == 0)
		run();
	ok(fine + faults == 10 && fine >= 5 && retries == faults,
	    "%s: a server that leaves: %u answers, %u to be asked again",
	    s->name, fine, retries);

	/* A server that is gone. */
	open_conn(s->client, s->tls);
	for (unsigned i = 1; i <= 10; i++)
		ask(i, i == 1 ? 'f' : 'h');
	while (ends == 0)
		run();
	ok(faults == 10 && retries == 10 && last_fault == RIAD_HTTP_CLOSED,
	    "%s: a server that is lost", s->name);
	ok(held_len == 0, "%s: with nothing held", s->name);

	/* A client that is freed in a callback; held answers come too late. */
	open_conn(s->client, s->tls);
	ask(1, 'e');
	ask(2, 'h');
	free_at_answer = true;
	want = 1;
	run();
	ok(fine == 1 && conn == NULL && ends == 0, "%s: freed", s->name);
	release_held();
	run_for(20);
	ok(server_conns == 0, "%s: and the server sees it", s->name);

	/* What is forgotten is never answered, and times pass. */
	open_conn(s->client, s->tls);
	client.timeout_ns = 100000000;
	ask(1, 'h');
	ask(2, 'h');
	riad_http_forget(conn, &tokens[1]);
	want = 1;
	run();
	ok(faults == 1 && last_fault == RIAD_HTTP_TIMEOUT && fine == 0,
	    "%s: in no time", s->name);
	riad_http_free(conn);
	run_for(20);
	release_held();
	run_for(20);

	/* Idle. */
	open_conn(s->client, s->tls);
	client.idle_ns = 50000000;
	ask(1, 'e');
	while (ends == 0)
		run();
	ok(fine == 1 && end_fault == RIAD_HTTP_FINE, "%s: idle", s->name);
	run_for(20);
	stop_serving();
}

static void
test_order(void)
{
	static const struct setup *s = &setups[0];

	serve(s->server, s->tls);
	open_conn(s->client, s->tls);
	client.most = 10;
	for (unsigned i = 1; i <= 10; i++)
		ask(0x6800 + i, 'h');
	run_for(100);
	ok(held_len == 10 && fine == 0, "ten are held");
	riad_http_probe(conn, UINT64_C(5000000000));
	run_for(20);
	ok(ends == 0, "a probe is answered");
	release_held();
	run();
	ok(fine == 10, "and answered, the last first");
	ok(!riad_http_tls_resumed(conn), "a first session");
	riad_http_free(conn);
	open_conn(s->client, s->tls);
	ask(1, 'e');
	run();
	ok(fine == 1 && riad_http_tls_resumed(conn), "is resumed");
	riad_http_free(conn);
	run_for(20);
	stop_serving();
}

static void
test_names(void)
{
	static const struct {
		const char *host;
		bool good;
	} hosts[] = {
	    {"127.0.0.1", true},
	    {"www.riad.test", true},
	    {"WWW.Riad.Test", true},
	    {"riad.test", false},
	    {"a.b.riad.test", false},
	    {"127.0.0.2", false},
	    {"riad", false},
	    {"::1", false},
	};

	serve(RIAD_HTTP_ANY, true);
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		open_conn(RIAD_HTTP_2, true);
		riad_http_free(conn);
		client.host = hosts[i].host;
		conn = riad_http_connect(
		    &client, (struct sockaddr *)&address, sizeof(address));
		ask(1, 'e');
		run();
		ok(hosts[i].good ? fine == 1 && wrong == 0
				 : faults == 1 && last_fault == RIAD_HTTP_TLS,
		    "the name %s", hosts[i].host);
		riad_http_free(conn);
		conn = NULL;
	}
	run_for(20);
	stop_serving();

	errno = 0;
	ok(riad_tls_pin(client_tls, "short") == -1 && errno == EINVAL, "a pin");
	ok(riad_tls_pin(client_tls,
	       "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==") == -1,
	    "of other length");
	ok(riad_tls_pin(
	       client_tls, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=") == 0,
	    "of the right one");
	serve(RIAD_HTTP_ANY, true);
	open_conn(RIAD_HTTP_2, true);
	ask(1, 'e');
	run();
	ok(faults == 1 && last_fault == RIAD_HTTP_TLS, "is not the server's");
	riad_http_free(conn);
	run_for(20);
	stop_serving();
}

int
main(void)
{
	const char *why;

	signal(SIGPIPE, SIG_IGN);
	make_certificate();
	riad_loop_init(&loop);
	server_tls = riad_tls_server(ca_path, key_path, &why);
	client_tls = riad_tls_client(ca_path, &why);
	ok(server_tls != NULL && client_tls != NULL, "keys");
	ok(riad_tls_client("/nonesuch", &why) == NULL &&
		strcmp(why, strerror(ENOENT)) == 0,
	    "no authority");
	ok(riad_tls_client(key_path, &why) == NULL, "a key is none");
	ok(riad_tls_server(ca_path, ca_path, &why) == NULL, "no key");
	for (size_t i = 0; i < sizeof(setups) / sizeof(*setups); i++)
		test_asking(&setups[i]);
	for (size_t i = 0; i < sizeof(setups) / sizeof(*setups); i++)
		test_ends(&setups[i]);
	test_order();
	test_names();
	riad_tls_free(server_tls);
	riad_tls_free(client_tls);
	riad_loop_free(&loop);
	unlink(ca_path);
	unlink(key_path);
	return tap_done();
}
