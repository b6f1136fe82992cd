/* SPDX-License-Identifier: ISC */
/*
 * A client of lib/http meets each of the servers of t/dns/hostile, some at the
 * same time: what it says of them, and that all of it ends.
 */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "riad/http.h"
#include "riad/loop.h"
#include "tap.h"

/* At a time: with more, the deadline would be one of the machine. */
enum { KINDS = 800, AT_ONCE = 12 };

/* Nanoseconds: for those that let it pass, and for the others, which on a busy
 * machine must still be in time. */
static const uint64_t brief = UINT64_C(1500000000),
		      deadline = UINT64_C(20000000000);

static const char *const faults[] = {"good", "http", "tls", "http", "http",
    "http", "http", "malformed", "timeout"};

static struct target {
	char name[64], class[16], protocol[8];
	struct sockaddr_in addr;
	struct riad_http_client conf;
	struct riad_http *http;
	unsigned tries, asked, answered;
	enum riad_http_fault fault;
	char why[200];
	bool ended, right;
} targets[KINDS];
static size_t count, left, next;
static struct riad_loop loop;
static struct riad_tls *tls;
static bool by_get;

static const uint8_t query[] = "\0\7\1\0\0\1\0\0\0\0\0\0\3www\4riad\4test\0\0"
			       "\1\0\1";

static void begin(struct target *t);

static bool
is_slow(const struct target *t)
{
	return strcmp(t->class, "timeout") == 0 || strcmp(t->class, "any") == 0;
}

static void
begin_next(void)
{
	while (next < count && is_slow(&targets[next]))
		next++;
	if (next < count)
		begin(&targets[next++]);
}

static void
answered(void *ctx, const struct riad_http_answer *answer)
{
	struct target *t = ctx;

	t->answered++;
	riad_http_shut(t->http);
	if (answer->fault != RIAD_HTTP_FINE &&
	    answer->fault != RIAD_HTTP_TIMEOUT && answer->may_retry &&
	    t->tries < 2)
		return; /* and is tried again when the connection ended */
	t->fault = answer->fault;
	t->right = answer->len > 12 &&
		   memmem(answer->body, answer->len, "\300\0\2\1", 4) != NULL;
	snprintf(t->why, sizeof(t->why), "%s", answer->why);
}

static void
ended(void *ctx, enum riad_http_fault fault, const char *why)
{
	struct target *t = ctx;

	(void)fault;
	(void)why;
	riad_http_free(t->http);
	t->http = NULL;
	if (t->answered == t->asked && t->why[0] == '\0' && t->tries < 2) {
		begin(t);
		return;
	}
	t->ended = true;
	if (!is_slow(t))
		begin_next();
	if (--left == 0)
		riad_loop_stop(&loop);
}

static void
begin(struct target *t)
{
	t->tries++;
	t->http = riad_http_connect(
	    &t->conf, (struct sockaddr *)&t->addr, sizeof(t->addr));
	if (t->http == NULL) {
		perror("connect");
		exit(1);
	}
	t->asked++;
	if (riad_http_ask(t->http, query, sizeof(query) - 1, t) != 0) {
		perror("ask");
		exit(1);
	}
}

static struct riad_timer watchdog;

static void
give_up(struct riad_timer *timer)
{
	(void)timer;
	riad_loop_stop(&loop);
}

static bool
is_as_expected(const struct target *t)
{
	const char *got = faults[t->fault];
	const char *want = t->class;

	/* What a message says is not our concern, but its length. */
	if (strcmp(want, "malformed") == 0 && t->fault != RIAD_HTTP_TOOLONG)
		want = "good";

	if (!t->ended || t->why[sizeof(t->why) - 1] != '\0')
		return false;
	for (const char *s = t->why; *s != '\0'; s++)
		if (*s < ' ' || *s > '~')
			return false;
	if (strcmp(t->class, "any") == 0)
		return true;
	if (strcmp(t->class, "good") == 0 && !t->right)
		return false;
	return strcmp(got, want) == 0;
}

static void
read_ports(const char *dir)
{
	char path[256];
	unsigned port;
	FILE *f = NULL;

	snprintf(path, sizeof(path), "%s/ports", dir);
	for (int i = 0; i < 500 && (f = fopen(path, "r")) == NULL; i++) {
		struct timespec t = {0, 20000000};
		nanosleep(&t, NULL);
	}
	if (f == NULL)
		return;
	count = 0;
	while (count < KINDS &&
	       fscanf(f, "%63s %15s %7s %u", targets[count].name,
		   targets[count].class, targets[count].protocol, &port) == 4) {
		struct target *t = &targets[count++];
		t->addr.sin_family = AF_INET;
		t->addr.sin_port = htons((uint16_t)port);
		t->addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	fclose(f);
}

static void
meet_all(const char *dir)
{
	char path[256];
	const char *why;
	int bad = 0;

	snprintf(path, sizeof(path), "%s/ca.pem", dir);
	tls = riad_tls_client(path, &why);
	ok(tls != NULL && riad_loop_init(&loop) == 0, "the authority");
	for (size_t i = 0; i < count; i++) {
		struct target *t = &targets[i];
		memset(&t->conf, 0, sizeof(t->conf));
		t->conf.loop = &loop;
		t->conf.tls = tls;
		t->conf.kind = strcmp(t->protocol, "dot") == 0  ? RIAD_HTTP_DOT
			       : strcmp(t->protocol, "h1") == 0 ? RIAD_HTTP_ANY
								: RIAD_HTTP_2;
		t->conf.host = "127.0.0.1";
		t->conf.port = ntohs(t->addr.sin_port);
		t->conf.path = "/dns-query";
		t->conf.get = by_get;
		t->conf.max_body = 65535;
		t->conf.timeout_ns = is_slow(t) ? brief : deadline;
		t->conf.connect_ns = t->conf.timeout_ns;
		t->conf.most = t->conf.queue = 10;
		t->conf.answered = answered;
		t->conf.ended = ended;
		t->conf.ctx = t;
		t->tries = t->asked = t->answered = 0;
		t->why[0] = '\0';
		t->ended = t->right = false;
		t->fault = RIAD_HTTP_FINE;
	}
	left = count;
	next = 0;
	/* Those that wait for nothing cost nothing. */
	for (size_t i = 0; i < count; i++)
		if (is_slow(&targets[i]))
			begin(&targets[i]);
	for (int i = 0; i < AT_ONCE; i++)
		begin_next();
	watchdog.call = give_up;
	(void)riad_timer_set(&loop, &watchdog, riad_now() + 10 * deadline);
	if (riad_loop_run(&loop) == -1)
		perror("loop");
	ok(left == 0, "all end");
	for (size_t i = 0; i < count; i++) {
		const struct target *t = &targets[i];
		if (is_as_expected(t))
			continue;
		bad++;
		printf("# %s: want %s, got %s (%s)%s%s\n", t->name, t->class,
		    faults[t->fault], t->why,
		    t->right ? "" : ", not the answer",
		    t->ended ? "" : ", no end");
	}
	ok(bad == 0, by_get ? "as they are, by GET" : "as they are, by POST");
	riad_timer_del(&loop, &watchdog);
	for (size_t i = 0; i < count; i++)
		riad_http_free(targets[i].http);
	riad_loop_free(&loop);
	riad_tls_free(tls);
}

int
main(void)
{
	const char *build = getenv("BUILD");
	char dir[] = "/tmp/riad-test.XXXXXX", program[4096];

	signal(SIGPIPE, SIG_IGN);
	snprintf(program, sizeof(program), "%s/t/dns/hostile",
	    build != NULL ? build : "build");
	if (mkdtemp(dir) == NULL || access(program, X_OK) != 0) {
		perror(program);
		return 1;
	}
	pid_t pid = fork();
	if (pid == 0) {
		execl(program, program, dir, (char *)NULL);
		_exit(1);
	}
	read_ports(dir);
	ok(count > 250, "many kinds");
	printf("# %zu\n", count);
	meet_all(dir);
	by_get = true;
	meet_all(dir);
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	static const char *const names[] = {"ca.pem", "pin", "ports"};
	for (size_t i = 0; i < 3; i++) {
		snprintf(program, sizeof(program), "%s/%s", dir, names[i]);
		unlink(program);
	}
	rmdir(dir);
	return tap_done();
}
