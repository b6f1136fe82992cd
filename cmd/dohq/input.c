/* SPDX-License-Identifier: ISC */
/*
 * The questions: of the command line, or line by line of a file or a pipe,
 * read when there is room for more and never before.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"
#include "riad/io.h"

enum {
	WHY = 160,
	QUOTED = 80, /* of a word of the command line */
};

static char buf[1 << 16];
static size_t buf_at, buf_len;
static uint64_t line_number;
static bool too_long; /* the rest of a line is skipped */
static bool at_end, failed;
static struct riad_watch watch = {.fd = -1};
static bool watched, ready;
static const char *source;

/* Of the command line; or one, of the last line. */
static struct riad_dns_ask *asks, line_ask;
static size_t asks_len, asks_at;

/* What is being asked: each type of each server. */
static struct riad_dns_ask *ask;
static uint8_t ask_name[RIAD_DNS_NAME];
static unsigned ask_type, ask_server;
static bool alone; /* and nothing after it */
static char why_text[WHY];

static struct riad_dns_ask *
new_ask(const char *name)
{
	struct riad_dns_ask *more =
	    reallocarray(asks, asks_len + 1, sizeof(*asks));

	if (more == NULL) {
		riad_warn("%s", strerror(errno));
		exit(RIAD_FAIL);
	}
	asks = more;
	asks[asks_len] = (struct riad_dns_ask){
	    .class = RIAD_DNS_IN,
	    .name = name,
	    .name_len = strlen(name),
	};
	return &asks[asks_len++];
}

void
input_reverse(const char *address)
{
	new_ask(address)->reverse = true;
}

void
input_words(const struct riad_cli *cli)
{
	for (int i = 0; i < cli->argc; i++) {
		const char *word = cli->argv[i];
		struct riad_dns_ask *last = i > 0 ? &asks[asks_len - 1] : NULL;
		if (word[0] == '+')
			riad_cli_usage(
			    cli, "%s: options begin with -- here", word);
		int r = last != NULL
			    ? riad_dns_ask_word(last, word, strlen(word))
			    : 0;
		if (r == -1)
			riad_cli_usage(cli, "%s: %s", word, last->why);
		if (r == 0)
			new_ask(word);
	}
	opt.bulk = asks_len == 0;
}

static void
on_input(struct riad_watch *w, uint32_t events)
{
	(void)w;
	(void)events;
	riad_watch_del(&loop, &watch);
	watched = false;
	ready = true;
	tasks_wake();
}

int
input_begin(void)
{
	if (!opt.bulk)
		return 0;
	watch = (struct riad_watch){.call = on_input, .fd = STDIN_FILENO};
	source = "standard input";
	if (opt.file != NULL && strcmp(opt.file, "-") != 0) {
		source = opt.file;
		watch.fd = open(opt.file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
		if (watch.fd == -1) {
			riad_warn("%s: %s", source, strerror(errno));
			return -1;
		}
	}
	return 0;
}

bool
input_failed(void)
{
	return failed;
}

/* Where something is amiss, for a message and for the result. */
static void
say_where(struct question *question, const char *why, size_t off)
{
	snprintf(why_text, sizeof(why_text), "line %llu, column %zu: %s",
	    (unsigned long long)line_number, off + 1, why);
	question->why = why_text;
	if (opt.view != VIEW_JSON)
		riad_warn("%s: %s", source, why_text);
}

/* 1 with a name in ask_name; 0 if the line asks nothing; -1 with ask->why. */
static int
begin_ask(struct riad_dns_ask *a)
{
	const char *text = a->name;
	size_t len = a->name_len;
	char *ascii = NULL;
	bool other = false;

	for (size_t i = 0; i < len; i++)
		other |= (unsigned char)text[i] >= 0x80;
	if (other && !a->reverse && !opt.plain_idn) {
		ascii = idn_to_ascii(text, len, &a->why);
		if (ascii == NULL)
			return -1;
		text = ascii;
		len = strlen(ascii);
	}
	int n = riad_dns_ask_name(ask_name, a, text, len);
	free(ascii);
	if (n == -1)
		return -1;
	if (!a->has_class && !a->reverse)
		a->class = opt.class;
	if (a->types_len == 0 && a->reverse) {
		a->types[a->types_len++] = RIAD_DNS_PTR;
	} else if (a->types_len == 0) {
		memcpy(
		    a->types, opt.types, opt.types_len * sizeof(opt.types[0]));
		a->types_len = opt.types_len;
	}
	ask = a;
	ask_type = ask_server = 0;
	return 1;
}

/* Reads more: 1; 0 if there is nothing now; -1 at the end. */
static int
fill(void)
{
	ssize_t n;

	if (at_end)
		return -1;
	if (!ready) {
		/* A file is always ready, which epoll(7) doesn't say. */
		if (!watched && riad_watch_add(&loop, &watch, EPOLLIN) == 0)
			watched = true;
		if (watched)
			return 0;
	}
	ready = false;
	memmove(buf, buf + buf_at, buf_len - buf_at);
	buf_len -= buf_at;
	buf_at = 0;
	n = riad_read(watch.fd, buf + buf_len, sizeof(buf) - buf_len);
	if (n == -1) {
		riad_warn("%s: line %llu: %s", source,
		    (unsigned long long)line_number + 1, strerror(errno));
		failed = true;
	}
	if (n <= 0) {
		at_end = true;
		return -1;
	}
	buf_len += (size_t)n;
	return 1;
}

/* The next line, without its end: 1, 0 or -1 as above.  Of one that is too
 * long, what comes first. */
static int
next_line(const char **line, size_t *len)
{
	for (;;) {
		const char *start = buf + buf_at;
		const char *nl = memchr(start, '\n', buf_len - buf_at);
		size_t n = nl != NULL ? (size_t)(nl - start) : buf_len - buf_at;

		if (nl != NULL || n > RIAD_DNS_ASK_LINE) {
			buf_at += n + (nl != NULL);
			bool skipped = too_long;
			too_long = nl == NULL;
			if (skipped)
				continue;
			*line = start;
			*len = n;
			line_number++;
			return 1;
		}
		int r = fill();
		if (r == 1)
			continue;
		if (r == -1 && !too_long && buf_at < buf_len) {
			*line = buf + buf_at;
			*len = buf_len - buf_at;
			buf_at = buf_len;
			line_number++;
			return 1;
		}
		return r;
	}
}

static int
next_ask(struct question *question)
{
	const char *line;
	size_t len;
	int r;

	if (!opt.bulk) {
		if (asks_at == asks_len)
			return -1;
		line_ask = asks[asks_at++];
		r = begin_ask(&line_ask);
		if (r == -1) {
			snprintf(why_text, sizeof(why_text), "'%.*s': %s",
			    (int)(line_ask.name_len < QUOTED ? line_ask.name_len
							     : QUOTED),
			    line_ask.name, line_ask.why);
			question->why = why_text;
			if (opt.view != VIEW_JSON)
				riad_warn("%s", why_text);
		}
		return 1;
	}
	for (;;) {
		r = next_line(&line, &len);
		if (r != 1)
			return r;
		question->line = line_number;
		if (len > RIAD_DNS_ASK_LINE) {
			say_where(question, "the line is too long",
			    RIAD_DNS_ASK_LINE);
			return 1;
		}
		r = riad_dns_ask_line(&line_ask, line, len);
		if (r == 0)
			continue;
		if (r == 1) {
			line_ask.off = (size_t)(line_ask.name - line);
			r = begin_ask(&line_ask);
		}
		if (r == -1)
			say_where(question, line_ask.why, line_ask.off);
		return 1;
	}
}

void
input_ask(const uint8_t *name, uint16_t type)
{
	memcpy(ask_name, name, riad_dns_name_len(name));
	line_ask = (struct riad_dns_ask){
	    .types = {type}, .types_len = 1, .class = RIAD_DNS_IN};
	ask = &line_ask;
	alone = true;
}

int
input_next(struct question *question)
{
	question->why = NULL;
	question->line = line_number;
	if (ask == NULL) {
		if (alone) {
			alone = false;
			return -1;
		}
		int r = next_ask(question);
		if (r != 1 || question->why != NULL)
			return r;
	}
	memcpy(question->name, ask_name, sizeof(ask_name));
	question->type = ask->types[ask_type];
	question->class = ask->class;
	question->server = ask_server;
	question->line = line_number;
	if (++ask_server == servers_len) {
		ask_server = 0;
		if (++ask_type == ask->types_len)
			ask = NULL;
	}
	return 1;
}

void
input_end(void)
{
	if (watched)
		riad_watch_del(&loop, &watch);
	free(asks);
}
