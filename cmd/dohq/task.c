/* SPDX-License-Identifier: ISC */
/*
 * From a question to its result: asked, and asked again, until an answer has
 * come or its time is over.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"

static const uint64_t ms = 1000000;

enum { REST_MS = 200 }; /* before a server that is busy is asked again */

static struct task *tasks;
static struct tasks free_tasks;
static unsigned busy;
static bool ended;             /* there are no more questions */
static struct riad_timer turn; /* at the end of a turn of the loop */

void
list_add(struct tasks *list, struct task *task)
{
	task->list = list;
	task->prev = list->last;
	task->next = NULL;
	*(list->last != NULL ? &list->last->next : &list->first) = task;
	list->last = task;
}

void
list_put_first(struct tasks *list, struct task *task)
{
	task->list = list;
	task->prev = NULL;
	task->next = list->first;
	*(list->first != NULL ? &list->first->prev : &list->last) = task;
	list->first = task;
}

void
list_take(struct task *task)
{
	struct tasks *list = task->list;

	if (list == NULL)
		return;
	*(task->prev != NULL ? &task->prev->next : &list->first) = task->next;
	*(task->next != NULL ? &task->next->prev : &list->last) = task->prev;
	task->list = NULL;
}

static void
set_turn(void)
{
	if (turn.place == 0)
		(void)riad_timer_set(&loop, &turn, 0);
}

/* How long an answer over UDP is waited for, before it is asked anew. */
static uint64_t
patience(void)
{
	return opt.timeout_ns / (opt.retries + 1);
}

void
task_set_timer(struct task *task)
{
	uint64_t asked = task->asked != 0 ? task->asked : loop.now;
	uint64_t next = task->deadline;

	if (task->server->where.way == RIAD_DNS_BY_UDP && !task->tcp)
		next = asked + patience();
	else if (task->asked == 0)
		next = asked + opt.timeout_ns / 4;
	else if (!task->probed)
		next = link_quiet_since(task) + opt.timeout_ns / 4;
	(void)riad_timer_set(
	    &loop, &task->timer, next < task->deadline ? next : task->deadline);
}

void
task_finish(struct task *task, struct result *result)
{
	list_take(task);
	riad_timer_del(&loop, &task->timer);
	result->name = task->name;
	result->type = task->type;
	result->class = task->class;
	result->server = (uint16_t)(task->server - servers);
	result->line = task->line;
	result->ns =
	    riad_now() - (result->msg != NULL ? task->asked : task->begun);
	result->tries = task->tries;
	result->status = task->status;
	order_give(task->seq, result);
	list_add(&free_tasks, task);
	busy--;
	set_turn();
}

void
task_fail(struct task *task, enum outcome outcome, const char *why)
{
	struct result result = {
	    .outcome = outcome,
	    .why = why,
	    .way = task->server->where.way,
	    .address = (uint16_t)task->server->address,
	};

	task_finish(task, &result);
}

void
task_rest(struct task *task)
{
	uint64_t at = loop.now + (uint64_t)REST_MS * ms * task->tries;

	task->resting = true;
	(void)riad_timer_set(
	    &loop, &task->timer, at < task->deadline ? at : task->deadline);
}

static void
wait_anew(struct task *task)
{
	list_put_first(&task->server->waiting, task);
	task_set_timer(task);
	links_pump(task->server);
}

static void
time_out(struct task *task)
{
	char why[128];
	enum outcome outcome;
	const char *trouble = link_trouble(task->server, &outcome);

	link_forget(task);
	if (trouble != NULL) {
		task_fail(task, outcome, trouble);
		return;
	}
	snprintf(why, sizeof(why), "no answer within %g s",
	    (double)opt.timeout_ns / 1e9);
	task_fail(task, TIMED_OUT, why);
}

static void
on_timer(struct riad_timer *timer)
{
	struct task *task =
	    (struct task *)((char *)timer - offsetof(struct task, timer));

	if (loop.now >= task->deadline) {
		time_out(task);
		return;
	}
	if (task->resting) {
		task->resting = false;
		wait_anew(task);
		return;
	}
	if (task->server->where.way == RIAD_DNS_BY_UDP && !task->tcp) {
		if (task->conn != NULL && task->tries <= opt.retries) {
			link_forget(task);
			wait_anew(task);
			return;
		}
		(void)riad_timer_set(&loop, timer, task->deadline);
		return;
	}
	if (loop.now - link_quiet_since(task) < opt.timeout_ns / 4) {
		task_set_timer(task);
		return;
	}
	task->probed = true;
	task_set_timer(task);
	link_probe(task);
}

int
task_write(struct task *task)
{
	struct server *server = task->server;
	struct riad_dns_query *query = &opt.query;
	size_t options = query->options.len;
	int n;

	if (opt.cookie && riad_dns_query_option(query, RIAD_DNS_COOKIE,
			      server->cookie, server->cookie_len) == -1)
		return -1;
	n = riad_dns_query_write(task->query, sizeof(task->query), query, 0,
	    task->name, task->type, task->class);
	query->options.len = options;
	if (n == -1)
		return -1;
	task->query_len = (size_t)n;
	return 0;
}

/* What is to be known of an answer before it is shown. */
struct facts {
	const char *why; /* it is malformed */
	char text[128];
	unsigned rcode;
	bool has_type; /* it has a record of the type that was asked for */
	bool cut;
	const uint8_t *cookie;
	size_t cookie_len;
};

static void
read_edns(
    struct facts *facts, const struct riad_dns_record *record, bool *has_edns)
{
	struct riad_dns_edns edns;
	struct riad_dns_opt o;
	size_t at = 0;

	if (*has_edns || riad_dns_edns(&edns, record) == -1) {
		facts->why = *has_edns ? "two OPT records" : "a bad OPT record";
		return;
	}
	*has_edns = true;
	facts->rcode |= (unsigned)edns.rcode << 4;
	while (riad_dns_edns_next(&o, &edns, &at) == 1) {
		if (o.code == RIAD_DNS_COOKIE) {
			facts->cookie = o.data;
			facts->cookie_len = o.len;
		}
	}
}

static void
get_facts(struct facts *facts, const struct task *task, const uint8_t *data,
    size_t len)
{
	struct riad_dns_reader reader;
	struct riad_dns_record record;
	bool has_edns = false;
	int r;

	*facts = (struct facts){.why = NULL};
	r = riad_dns_reader_init(&reader, data, len);
	if (r == 0) {
		facts->rcode = reader.flags & RIAD_DNS_RCODE;
		facts->cut = (reader.flags & RIAD_DNS_TC) != 0;
		while ((r = riad_dns_read(&reader, &record)) == 1 &&
		       facts->why == NULL) {
			if (record.section == RIAD_DNS_ANSWER &&
			    (record.type == task->type ||
				task->type == RIAD_DNS_ANY))
				facts->has_type = true;
			if (record.type == RIAD_DNS_OPT &&
			    record.section == RIAD_DNS_ADDITIONAL)
				read_edns(facts, &record, &has_edns);
		}
	}
	if (r == -1) {
		snprintf(facts->text, sizeof(facts->text), "byte %zu: %s",
		    reader.off, reader.why);
		facts->why = facts->text;
	}
}

bool
task_is_answer(const struct task *task, const struct told *told)
{
	const char *why = riad_dns_answers(
	    told->data, told->len, task->query, task->query_len, true, false);

	/* Over TCP nobody else could have sent it: it is told of. */
	return why == NULL || told->way == RIAD_DNS_BY_TCP;
}

/* Keeps the server's cookie, RFC 7873 section 5.3. */
static const char *
take_cookie(struct server *server, const struct facts *facts)
{
	if (!opt.cookie || facts->cookie == NULL)
		return NULL;
	if (facts->cookie_len < 8 || facts->cookie_len == 8 ||
	    facts->cookie_len < 16 ||
	    facts->cookie_len > sizeof(server->cookie) ||
	    memcmp(facts->cookie, server->cookie, 8) != 0)
		return "the cookie is not ours";
	memcpy(server->cookie, facts->cookie, facts->cookie_len);
	server->cookie_len = facts->cookie_len;
	return NULL;
}

void
task_answer(struct task *task, const struct told *told)
{
	bool plain =
	    told->way == RIAD_DNS_BY_UDP || told->way == RIAD_DNS_BY_TCP;
	struct facts facts;
	const char *why;

	why = riad_dns_answers(
	    told->data, told->len, task->query, task->query_len, plain, false);
	if (why == NULL) {
		get_facts(&facts, task, told->data, told->len);
		why = facts.why;
	}
	if (why == NULL)
		why = take_cookie(task->server, &facts);
	if (why != NULL) {
		task_fail(task, MALFORMED, why);
		return;
	}
	if (facts.rcode == RIAD_DNS_BADCOOKIE && opt.cookie &&
	    !task->cookie_again && task_write(task) == 0) {
		task->cookie_again = true;
		task->tries--;
		wait_anew(task);
		return;
	}
	if (facts.cut && told->way == RIAD_DNS_BY_UDP && !opt.no_tcp) {
		task->tcp = true;
		task->probed = true;
		task->tries = 0;
		wait_anew(task);
		return;
	}
	struct result result = {
	    .msg = told->data,
	    .len = told->len,
	    .age = told->age,
	    .way = told->way,
	    .version = told->version,
	    .address = (uint16_t)told->address,
	};
	if ((facts.rcode < 32 && opt.fail_on >> facts.rcode & 1) ||
	    (opt.fail_nodata && facts.rcode == 0 && !facts.has_type))
		result.outcome = UNWANTED;
	task_finish(task, &result);
}

static void
begin_task(const struct question *question)
{
	struct task *task = free_tasks.first;
	struct server *server = &servers[question->server];

	list_take(task);
	task->server = server;
	task->conn = NULL;
	task->seq = order_next();
	task->line = question->line;
	task->begun = loop.now;
	task->asked = 0;
	task->deadline = loop.now + opt.timeout_ns;
	task->tries = task->status = 0;
	task->tcp = task->probed = task->cookie_again = task->resting = false;
	task->type = question->type;
	task->class = question->class;
	memcpy(task->name, question->name, riad_dns_name_len(question->name));
	busy++;
	if (task_write(task) == -1) {
		task_fail(task, BAD_INPUT, "the query is too long");
		return;
	}
	list_add(&server->waiting, task);
	task_set_timer(task);
}

/* As many questions as there are and may be in flight. */
static void
take_questions(void)
{
	struct question question;
	int r;

	while (!ended && free_tasks.first != NULL && order_takes()) {
		r = input_next(&question);
		if (r == -1)
			ended = true;
		if (r != 1)
			break;
		if (question.why != NULL) {
			struct result result = {
			    .outcome = BAD_INPUT,
			    .why = question.why,
			    .line = question.line,
			};
			order_give(order_next(), &result);
			continue;
		}
		begin_task(&question);
	}
	for (unsigned i = 0; i < servers_len; i++) {
		if (servers[i].waiting.first != NULL)
			links_pump(&servers[i]);
	}
}

/* The time that was spent on waiting for who reads our output is no time that
 * a server took. */
static void
give_time(uint64_t ns)
{
	for (unsigned i = 0; i < opt.window; i++) {
		struct task *task = &tasks[i];
		if (task->timer.place == 0)
			continue;
		task->deadline += ns;
		(void)riad_timer_set(&loop, &task->timer, task->timer.at + ns);
	}
}

static void
on_turn(struct riad_timer *timer)
{
	uint64_t before = loop.now, after;

	(void)timer;
	take_questions();
	links_sweep();
	order_flush();
	after = riad_now();
	if (after - before > 50 * ms) {
		loop.now = after;
		give_time(after - before);
	}
	if (ended && busy == 0)
		riad_loop_stop(&loop);
}

void
tasks_wake(void)
{
	set_turn();
}

int
tasks_begin(void)
{
	tasks = calloc(opt.window, sizeof(*tasks));
	if (tasks == NULL)
		return -1;
	for (unsigned i = 0; i < opt.window; i++) {
		tasks[i].timer.call = on_timer;
		list_add(&free_tasks, &tasks[i]);
	}
	for (unsigned i = 0; opt.cookie && i < servers_len; i++) {
		if (getrandom(servers[i].cookie, 8, 0) != 8)
			return -1;
		servers[i].cookie_len = 8;
	}
	turn.call = on_turn;
	return 0;
}

int
tasks_run(void)
{
	loop.now = riad_now();
	ended = false;
	set_turn();
	return riad_loop_run(&loop);
}
