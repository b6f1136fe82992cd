/* SPDX-License-Identifier: ISC */
/*
 * The connections to a server.
 *
 * Each link of a server has one connection that takes questions, or none yet;
 * one that takes no more goes on by itself until its answers have come.  A
 * connection that dies gives back what it was asked, and the next that is
 * opened gets it.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/plain.h"

static const uint64_t ms = 1000000;

enum {
	AGAIN_MS = 20,     /* until a connection that failed is tried anew */
	AGAIN_DOUBLED = 5, /* so often, one failure after the other */
	DEAD_MS = 1000,    /* a server that is not there is let alone so long */
	DATAGRAM_MIN = 4096 /* some servers send more than they were asked */
};

struct link {
	struct server *server;
	bool tcp; /* for what came cut over UDP */
	struct conn *conn;
	unsigned fails; /* in a row */
	struct riad_timer again;
};

struct conn {
	struct link *link;
	struct riad_http *http; /* one of the two */
	struct riad_plain *plain;
	struct riad_http_client http_conf;
	struct riad_plain_client plain_conf;
	struct tasks asked;
	unsigned in_flight;
	unsigned address;
	enum riad_dns_way way;
	uint64_t last;    /* when something came */
	unsigned version; /* of HTTP; 0: not known yet, or none */
	bool answered;
	struct conn *next_dead;
};

/* They may have ended in a call of their own, which goes on for a while. */
static struct conn *dead;

/* What a server is like, beside what the others see of it. */
static struct state {
	bool ever;     /* it has answered once */
	uint64_t down; /* since when no connection was had; 0: it is up */
	uint64_t dead; /* until then nothing is tried */
	enum outcome outcome; /* the last trouble */
	/* How many questions a connection gets: fewer after one that died with
	 * many, and then more again; and fewer for good where one got stuck. */
	unsigned limit, ceiling;
	unsigned good; /* answers since */
	char why[256];
} states[SERVERS_MAX];

static struct state *
state_of(const struct server *server)
{
	return &states[server - servers];
}

static void
give_back(struct task *task, bool counts)
{
	list_take(task);
	task->conn->in_flight--;
	task->conn = NULL;
	if (!counts)
		task->tries--;
}

/* Asked again, unless it was often enough. */
static void
lost(struct task *task, enum outcome outcome, const char *why, bool counts)
{
	struct server *server = task->server;

	/* A server that was there comes back: that takes as long as it takes,
	 * and connections that it can't serve yet are no tries. */
	counts = counts && (task->conn->answered || !state_of(server)->ever);

	give_back(task, counts);
	if (counts && task->tries > opt.retries)
		task_fail(task, outcome, why);
	else
		list_put_first(&server->waiting, task);
}

static bool
has_connection(const struct server *server)
{
	for (unsigned i = 0; i < server->links_len; i++) {
		const struct conn *conn = server->links[i].conn;
		if (conn != NULL && conn->answered)
			return true;
	}
	return false;
}

static void
fail_waiting(struct server *server)
{
	struct state *state = state_of(server);

	while (server->waiting.first != NULL)
		task_fail(server->waiting.first, state->outcome, state->why);
}

const char *
link_trouble(const struct server *server, enum outcome *outcome)
{
	const struct state *state = state_of(server);

	if (state->down == 0 || state->why[0] == '\0')
		return NULL;
	*outcome = state->outcome;
	return state->why;
}

/*
 * A link has lost its connection, or could get none.  One that has answered is
 * opened again at once; one that has not, after a while, and maybe elsewhere.
 */
static void
failed(struct link *link, bool answered, bool met, enum outcome outcome,
    const char *why)
{
	struct server *server = link->server;
	struct state *state = state_of(server);

	if (answered) {
		link->fails = 0;
		return;
	}
	link->fails++;
	state->outcome = outcome;
	snprintf(state->why, sizeof(state->why), "%s", why);
	if (state->down == 0)
		state->down = loop.now;
	if (!link->tcp && server->addresses_len > 0)
		server->address = (server->address + 1) % server->addresses_len;
	/* Is there any hope? */
	if (!has_connection(server) &&
	    ((outcome == BAD_TLS && !state->ever) ||
		(!met && !state->ever &&
		    link->fails >= server->addresses_len) ||
		loop.now - state->down > opt.timeout_ns)) {
		state->dead = loop.now + DEAD_MS * ms;
		fail_waiting(server);
	}
	unsigned doubled =
	    link->fails < AGAIN_DOUBLED ? link->fails : AGAIN_DOUBLED;
	(void)riad_timer_set(&loop, &link->again,
	    loop.now + ((uint64_t)AGAIN_MS * ms << doubled));
}

/* Many at once may have been what it died of. */
static void
lower(struct state *state, unsigned in_flight)
{
	if (in_flight > 1 && state->limit > in_flight / 2)
		state->limit = in_flight / 2;
	state->good = 0;
}

static void
heighten(struct state *state)
{
	if (state->limit == state->ceiling || ++state->good < 4 * state->limit)
		return;
	state->good = 0;
	state->limit *= 2;
	if (state->limit > state->ceiling)
		state->limit = state->ceiling;
}

/* The connection is no more; met: there was somebody at the other end. */
static void
conn_over(struct conn *conn, bool met, enum outcome outcome, const char *why)
{
	struct link *link = conn->link;
	struct server *server = link->server;
	bool was = link->conn == conn;

	if (was)
		link->conn = NULL;
	if (met)
		lower(state_of(server), conn->in_flight);
	while (conn->asked.last != NULL)
		lost(conn->asked.last, outcome, why, met);
	riad_http_free(conn->http);
	riad_plain_free(conn->plain);
	if (was)
		failed(link, conn->answered, met, outcome, why);
	conn->next_dead = dead;
	dead = conn;
	tasks_wake();
	links_pump(server);
}

static void
conn_works(struct conn *conn)
{
	struct state *state = state_of(conn->link->server);

	conn->last = loop.now;
	heighten(state);
	if (conn->answered)
		return;
	conn->answered = true;
	conn->link->fails = 0;
	state->ever = true;
	state->down = 0;
	state->dead = 0;
	if (conn->http != NULL && conn->link->server->tls[0] == '\0')
		snprintf(conn->link->server->tls,
		    sizeof(conn->link->server->tls), "%s",
		    riad_http_tls_version(conn->http));
}

static enum outcome
outcome_of(enum riad_http_fault fault)
{
	switch (fault) {
	case RIAD_HTTP_CONNECT:
	case RIAD_HTTP_CLOSED:
		return NO_CONNECTION;
	case RIAD_HTTP_TLS:
		return BAD_TLS;
	case RIAD_HTTP_TOOLONG:
		return MALFORMED;
	case RIAD_HTTP_TIMEOUT:
		return TIMED_OUT;
	case RIAD_HTTP_FINE:
		return NO_CONNECTION; /* of a connection that ended */
	default:
		return BAD_HTTP;
	}
}

/* Those of servers that have too much to do, or others behind them. */
static bool
passes_by(unsigned status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

static void
http_failed(
    struct conn *conn, struct task *task, const struct riad_http_answer *answer)
{
	enum outcome outcome = outcome_of(answer->fault);

	tasks_wake(); /* what is to be asked again doesn't wait for news */
	switch (answer->fault) {
	case RIAD_HTTP_CONNECT:
	case RIAD_HTTP_TLS:
		/* What comes of that is said once more, by on_http_ended. */
		lost(task, outcome, answer->why, false);
		break;
	case RIAD_HTTP_CLOSED:
	case RIAD_HTTP_TIMEOUT:
		if (!riad_http_ready(conn->http)) {
			lost(task, outcome, answer->why, !answer->may_retry);
			break;
		}
		/* The connection is there, and was no help. */
		/* fall through */
	case RIAD_HTTP_PROTOCOL:
		give_back(task, true);
		if (task->tries <= opt.retries)
			task_rest(task);
		else
			task_fail(task, outcome, answer->why);
		break;
	default:
		conn_works(conn);
		give_back(task, true);
		task->status = answer->status;
		if (answer->fault == RIAD_HTTP_STATUS &&
		    passes_by(answer->status) && task->tries <= opt.retries)
			task_rest(task);
		else
			task_fail(task, outcome, answer->why);
	}
}

static void
on_http_answer(void *ctx, const struct riad_http_answer *answer)
{
	struct conn *conn = ctx;
	struct task *task = answer->token;
	struct told told = {
	    .data = answer->body,
	    .len = answer->len,
	    .age = answer->age,
	    .way = conn->way,
	    .version = answer->version,
	    .address = conn->address,
	};

	if (answer->fault != RIAD_HTTP_FINE) {
		http_failed(conn, task, answer);
		return;
	}
	conn_works(conn);
	conn->version = answer->version;
	give_back(task, true);
	task_answer(task, &told);
}

static void
on_http_ended(void *ctx, enum riad_http_fault fault, const char *why)
{
	bool met = fault != RIAD_HTTP_CONNECT && fault != RIAD_HTTP_TLS;

	conn_over(ctx, met, outcome_of(fault),
	    why != NULL ? why : "the server closed the connection");
}

static bool
on_plain_answer(void *ctx, void *token, const uint8_t *data, size_t len)
{
	struct conn *conn = ctx;
	struct task *task = token;
	struct told told = {
	    .data = data,
	    .len = len,
	    .way = conn->way,
	    .address = conn->address,
	};

	if (!task_is_answer(task, &told))
		return false;
	conn_works(conn);
	give_back(task, true);
	task_answer(task, &told);
	return true;
}

static void
on_plain_ended(void *ctx, int err, const char *why, bool connected)
{
	struct conn *conn = ctx;

	/* That nobody is at a port of UDP comes back from a packet. */
	conn_over(conn, connected && err != ECONNREFUSED,
	    err == ETIMEDOUT ? TIMED_OUT : NO_CONNECTION, why);
}

static void
http_conf(struct conn *conn)
{
	const struct server *server = conn->link->server;
	bool bare = conn->way == RIAD_DNS_BY_TLS;

	conn->http_conf = (struct riad_http_client){
	    .loop = &loop,
	    .tls = tls,
	    .kind = bare ? RIAD_HTTP_DOT : opt.http,
	    .host = server->where.host,
	    .port = server->where.port,
	    .path = server->where.path,
	    .ip =
		server->designated_by[0] != '\0' ? server->designated_by : NULL,
	    .get = opt.get,
	    .max_body = UINT16_MAX,
	    /* The deadlines are those of the tasks. */
	    .timeout_ns = opt.timeout_ns + 3600 * 1000 * ms,
	    .connect_ns = opt.timeout_ns,
	    .most = opt.window,
	    .queue = opt.window,
	    .answered = on_http_answer,
	    .ended = on_http_ended,
	    .ctx = conn,
	};
	/* Where there are others, one that is silent doesn't get it all. */
	if (server->addresses_len > 1)
		conn->http_conf.connect_ns = opt.timeout_ns / 3;
}

static int
link_open(struct link *link)
{
	struct server *server = link->server;
	struct conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL) {
		failed(link, false, false, NO_CONNECTION, strerror(ENOMEM));
		return -1;
	}
	const struct address *to = &server->addresses[server->address];
	conn->link = link;
	conn->address = server->address;
	conn->way = link->tcp ? RIAD_DNS_BY_TCP : server->where.way;
	if (conn->way == RIAD_DNS_BY_HTTPS || conn->way == RIAD_DNS_BY_TLS) {
		http_conf(conn);
		conn->http =
		    riad_http_connect(&conn->http_conf, &to->at.any, to->len);
	} else {
		size_t max = opt.query.edns && opt.query.size > DATAGRAM_MIN
				 ? opt.query.size
				 : DATAGRAM_MIN;
		conn->plain_conf = (struct riad_plain_client){
		    .loop = &loop,
		    .stream = conn->way == RIAD_DNS_BY_TCP,
		    .connect_ns = server->addresses_len > 1 ? opt.timeout_ns / 3
							    : opt.timeout_ns,
		    .max = max,
		    .answered = on_plain_answer,
		    .ended = on_plain_ended,
		    .ctx = conn,
		};
		conn->plain =
		    riad_plain_connect(&conn->plain_conf, &to->at.any, to->len);
	}
	if (conn->http == NULL && conn->plain == NULL) {
		int saved = errno;
		free(conn);
		failed(link, false, false, NO_CONNECTION, strerror(saved));
		return -1;
	}
	link->conn = conn;
	return 0;
}

static bool
may_open(const struct link *link)
{
	return link->conn == NULL && link->again.place == 0 &&
	       loop.now >= state_of(link->server)->dead;
}

/* The link with the least to do, those without a connection included. */
static struct link *
pick(struct server *server, bool tcp)
{
	unsigned limit = state_of(server)->limit;
	struct link *best = NULL;

	for (unsigned i = 0; i < server->links_len; i++) {
		struct link *link = &server->links[i];
		if (link->tcp != tcp || (link->conn == NULL && !may_open(link)))
			continue;
		if (link->conn != NULL && link->conn->in_flight >= limit)
			continue;
		if (best == NULL ||
		    (best->conn != NULL &&
			best->conn->in_flight >
			    (link->conn != NULL ? link->conn->in_flight : 0)))
			best = link;
	}
	return best;
}

static int
ask(struct conn *conn, struct task *task)
{
	task->id = 0;
	if (conn->http != NULL) {
		if (riad_http_ask(
			conn->http, task->query, task->query_len, task) == -1)
			return -1;
	} else {
		task->id = riad_plain_ask(
		    conn->plain, task->query, task->query_len, task);
		if (task->id == -1)
			return -1;
	}
	list_take(task);
	list_add(&conn->asked, task);
	conn->in_flight++;
	task->conn = conn;
	task->asked = loop.now;
	task->tries++;
	task->probed = false;
	task_set_timer(task);
	return 0;
}

void
links_pump(struct server *server)
{
	struct task *next;

	if (loop.now < state_of(server)->dead || server->addresses_len == 0) {
		fail_waiting(server);
		return;
	}
	for (struct task *task = server->waiting.first; task != NULL;
	     task = next) {
		next = task->next;
		struct link *link = pick(server, task->tcp);
		if (link == NULL)
			continue;
		if (link->conn == NULL && link_open(link) == -1) {
			/* All may have failed; the rest waits for the timer. */
			return;
		}
		if (ask(link->conn, task) == 0)
			continue;
		/* Full of what is to be written, or it takes no more. */
		if (link->conn->plain != NULL)
			return;
		link->conn = NULL;
		next = task;
	}
}

static void
on_again(struct riad_timer *timer)
{
	struct link *link =
	    (struct link *)((char *)timer - offsetof(struct link, again));

	links_pump(link->server);
}

void
link_forget(struct task *task)
{
	struct conn *conn = task->conn;

	if (conn == NULL)
		return;
	if (conn->http != NULL)
		riad_http_forget(conn->http, task);
	else
		riad_plain_forget(conn->plain, task->id);
	give_back(task, true);
}

/* Since when nothing has come for the task. */
uint64_t
link_quiet_since(const struct task *task)
{
	const struct conn *conn = task->conn;

	return conn != NULL && conn->last > task->asked ? conn->last
							: task->asked;
}

/*
 * Nothing has come for long: is there still somebody?  HTTP/2 can ask.
 * Otherwise a connection that has worked, or that was given much, is better
 * left: servers are known that get stuck with what they have read and not
 * looked at.
 */
void
link_probe(struct task *task)
{
	struct conn *conn = task->conn;

	if (conn == NULL)
		return;
	if (conn->way == RIAD_DNS_BY_HTTPS && conn->version != 1) {
		riad_http_probe(conn->http, opt.timeout_ns / 4);
		return;
	}
	if (!conn->answered && conn->in_flight < 2)
		return;
	struct state *state = state_of(task->server);
	if (conn->in_flight > 1 && state->ceiling > conn->in_flight / 2)
		state->ceiling = conn->in_flight / 2;
	conn_over(conn, true, TIMED_OUT, "the connection is stuck");
}

int
links_begin(struct server *server)
{
	bool udp = server->where.way == RIAD_DNS_BY_UDP;

	*state_of(server) = (struct state){
	    .limit = opt.window,
	    .ceiling = opt.window,
	};
	server->links_len = opt.connections + udp;
	server->links = calloc(server->links_len, sizeof(*server->links));
	if (server->links == NULL)
		return -1;
	for (unsigned i = 0; i < server->links_len; i++) {
		server->links[i].server = server;
		server->links[i].again.call = on_again;
	}
	server->links[server->links_len - 1].tcp = udp;
	if (server->addresses_len == 0) {
		struct state *state = state_of(server);
		state->down = 1;
		state->outcome = NO_CONNECTION;
		snprintf(state->why, sizeof(state->why), "%s", server->why);
	}
	return 0;
}

void
links_sweep(void)
{
	while (dead != NULL) {
		struct conn *conn = dead;
		dead = conn->next_dead;
		free(conn);
	}
}

/* Nothing is asked any more, and what was opened is closed. */
void
links_end(struct server *server)
{
	for (unsigned i = 0; i < server->links_len; i++) {
		struct link *link = &server->links[i];
		riad_timer_del(&loop, &link->again);
		if (link->conn == NULL)
			continue;
		riad_http_free(link->conn->http);
		riad_plain_free(link->conn->plain);
		free(link->conn);
	}
	free(server->links);
	server->links = NULL;
	server->links_len = 0;
}
