/* SPDX-License-Identifier: ISC */
/* parts.h - what the files of dohq share */
#ifndef DOHQ_PARTS_H
#define DOHQ_PARTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "riad/cli.h"
#include "riad/dnsask.h"
#include "riad/dnsserver.h"
#include "riad/http.h"
#include "riad/loop.h"
#include "riad/out.h"

enum {
	SERVERS_MAX = 16,
	ADDRESSES_MAX = 8,
	CONNECTIONS_MAX = 32,
	WINDOW_MAX = 4096,
	QUERY_MAX = 2048 /* a name, options and padding */
};

/* What became of a question: the exit statuses, of which the lowest wins. */
enum outcome {
	FINE = 0,
	BAD_INPUT = 1,
	NO_CONNECTION = 3,
	BAD_TLS = 4,
	BAD_HTTP = 5,
	MALFORMED = 6,
	TIMED_OUT = 7,
	UNWANTED = 8 /* by --fail-on */
};

struct address {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} at;
	char text[64]; /* 192.0.2.1:443 */
};

struct task;
struct tasks { /* a list */
	struct task *first, *last;
};

struct link;
struct server {
	struct riad_dns_server where;
	char text[RIAD_DNS_SERVER_TEXT];
	struct address addresses[ADDRESSES_MAX];
	unsigned addresses_len;
	unsigned address;                     /* the one that is used now */
	char why[128];                        /* it has no address */
	char designated_by[INET6_ADDRSTRLEN]; /* RFC 9462; "" else */
	char tls[32];                         /* TLSv1.3 */
	struct link *links;
	unsigned links_len;   /* the last is TCP's, of a UDP server */
	struct tasks waiting; /* to be asked */
	uint8_t cookie[40];   /* ours, and then the server's */
	size_t cookie_len;
};

enum view {
	VIEW_TEXT,   /* the answers, with what is to be known of them */
	VIEW_ALL,    /* every section */
	VIEW_ANSWER, /* records alone */
	VIEW_SHORT,  /* their data alone */
	VIEW_JSON,
	VIEW_WIRE
};

struct options {
	const char *file; /* of questions; NULL: those of the command line */
	uint16_t types[RIAD_DNS_ASK_TYPES]; /* where none is named */
	unsigned types_len;
	uint16_t class;
	struct riad_dns_query query;
	bool cookie;
	bool pad;

	const char *ca, *address;
	unsigned family; /* 0: any */
	enum riad_http_kind http;
	bool get, insecure, ddr, no_tcp;
	unsigned connections, window, retries;
	uint64_t timeout_ns;

	enum view view;
	bool bulk;
	bool unordered;
	bool unicode;     /* show names so, and read them */
	bool plain_idn;   /* do neither */
	uint32_t fail_on; /* a bit an RCODE */
	bool fail_nodata;
};

extern struct options opt;
extern struct riad_out out;
extern struct riad_loop loop;
extern struct riad_tls *tls;
extern struct server servers[SERVERS_MAX];
extern unsigned servers_len;

/* What is shown of a question when it is done with. */
struct result {
	enum outcome outcome;
	const uint8_t *name; /* NULL: the line was no question */
	uint16_t type, class;
	uint16_t server;
	uint16_t address;
	const uint8_t *msg; /* the answer; NULL: there is none */
	size_t len;
	const char *why;
	uint64_t ns; /* from being asked to the answer */
	uint64_t line;
	uint32_t age;
	unsigned tries;
	enum riad_dns_way way;
	unsigned version; /* of HTTP */
	unsigned status;  /* of HTTP, where it is not 200 */
};

/* options.c */
enum {
	OPT_CLASS = 256,
	OPT_ANSWER,
	OPT_WIRE,
	OPT_UNICODE,
	OPT_NO_IDN,
	OPT_FAIL,
	OPT_CA,
	OPT_PIN,
	OPT_INSECURE,
	OPT_ADDRESS,
	OPT_GET,
	OPT_POST,
	OPT_HTTP1,
	OPT_HTTP2,
	OPT_DDR,
	OPT_NO_TCP,
	OPT_CD,
	OPT_AD,
	OPT_NO_RECURSE,
	OPT_SUBNET,
	OPT_PADDING,
	OPT_COOKIE,
	OPT_NSID,
	OPT_OPTION,
	OPT_UDP_SIZE,
	OPT_NO_EDNS,
	OPT_LIST
};
void options_begin(void);
void take_option(const struct riad_cli *cli, int key);
void add_server(const struct riad_cli *cli, const char *text);
void options_check(const struct riad_cli *cli);

/* input.c: the questions, one after the other. */
struct question {
	uint8_t name[RIAD_DNS_NAME];
	uint16_t type, class;
	unsigned server;
	uint64_t line;
	const char *why; /* it is none: where and what is wrong */
};
void input_reverse(const char *address); /* -x */
void input_words(const struct riad_cli *cli);
void input_ask(const uint8_t *name, uint16_t type); /* this, and no more */
int input_begin(void);
/* 1; 0 if there is none yet; -1 after the last. */
int input_next(struct question *question);
bool input_failed(void); /* it could not be read */
void input_end(void);

/* task.c: from a question to its result. */
struct task {
	struct task *next, *prev;
	struct tasks *list;
	struct riad_timer timer;
	struct server *server;
	struct conn *conn;
	uint64_t seq;
	uint64_t line;
	uint64_t begun, asked, deadline;
	unsigned tries;
	unsigned status; /* of HTTP, where it is an error */
	bool tcp;        /* the answer over UDP was cut */
	bool probed;
	bool cookie_again;
	bool resting; /* the server was too busy */
	int id;
	uint16_t type, class;
	uint8_t name[RIAD_DNS_NAME];
	uint8_t query[QUERY_MAX];
	size_t query_len;
};
int tasks_begin(void);
int tasks_run(void);
void list_add(struct tasks *list, struct task *task);
void list_put_first(struct tasks *list, struct task *task);
void list_take(struct task *task);
void task_finish(struct task *task, struct result *result);
void task_fail(struct task *task, enum outcome outcome, const char *why);
int task_write(struct task *task); /* its message, anew */

/* What a connection tells of an answer. */
struct told {
	const uint8_t *data;
	size_t len;
	uint32_t age;
	enum riad_dns_way way;
	unsigned version;
	unsigned address;
};
/* Whether it is one, or is to be told of in its place. */
bool task_is_answer(const struct task *task, const struct told *told);
void task_answer(struct task *task, const struct told *told);
void task_rest(struct task *task);
void task_set_timer(struct task *task);
void tasks_wake(void); /* there may be questions */

/* link.c: the connections. */
int links_begin(struct server *server);
void links_end(struct server *server);
void links_sweep(void);
void links_pump(struct server *server); /* asks what waits */
void link_forget(struct task *task);
void link_probe(struct task *task);
uint64_t link_quiet_since(const struct task *task);
const char *link_trouble(const struct server *server, enum outcome *outcome);

/* order.c: results in the order of their questions. */
bool order_takes(void);
uint64_t order_next(void); /* the number of a new question */
void order_give(uint64_t seq, const struct result *result);
void order_flush(void);
void order_end(void);
int order_status(void); /* the exit status */
/* Who gets the results, in the place of who shows them; NULL: nobody. */
void order_take(void (*take)(const struct result *result));

/* resolve.c: where servers are. */
void resolve(struct server *server);
const char *resolve_system(void);
void resolve_host(struct server *server, const char *host);

/* show.c, json.c */
void show(const struct result *result);
void show_json(const struct result *result);
const char *outcome_text(enum outcome outcome);
enum { SUBNET_TEXT = 64 };
const char *subnet_text(
    char text[SUBNET_TEXT], const uint8_t *data, size_t len);
extern const struct flag {
	uint16_t bit;
	const char *name;
} header_flags[]; /* of the header; the last has no name */

/* idn.c: names of other letters; NULL or -1 where libidn2 has none or is not
 * there, with *why. */
char *idn_to_ascii(const char *name, size_t len, const char **why);
/* A name of ASCII, or NULL where it is not another in Unicode. */
char *idn_to_unicode(const char *name);

/* ddr.c: finds out where the servers want to be asked.  The exit status. */
int ddr_run(void);

#endif
