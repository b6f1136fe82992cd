/* SPDX-License-Identifier: ISC */
/*
 * dohq - ask DNS servers, over HTTPS and otherwise, one name or a million
 *
 * words or lines -> input.c -> task.c -> link.c ~ servers
 *                                |
 *                   order.c -> show.c, json.c -> stdout
 *
 * The command line; what it does is in the folder beside.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dohq/parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"

struct riad_out out;
struct riad_loop loop;
struct riad_tls *tls;
struct options opt;
struct server servers[SERVERS_MAX];
unsigned servers_len;

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_TEXT, "[@SERVER] [NAME [TYPE]...]...",
	"ask; without a name, for each line of standard input"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

static const struct riad_opt opts[] = {
    {'s', "server", RIAD_ARG_TEXT, "SERVER",
	"URL, address or name of a resolver (repeat)", NULL},
    {'f', "file", RIAD_ARG_FILE, "FILE", "a question a line", NULL},
    {'t', "type", RIAD_ARG_TEXT, "LIST", "where none is named (A)", NULL},
    {'x', "reverse", RIAD_ARG_TEXT, "ADDRESS", "the name of an address", NULL},
    {OPT_CLASS, "class", RIAD_ARG_TEXT, "CLASS", "where none is named (IN)",
	NULL},
    {'a', "all", RIAD_ARG_NONE, NULL, "every section of answers", NULL},
    {OPT_ANSWER, "answer", RIAD_ARG_NONE, NULL, "records, and no more", NULL},
    {'S', "short", RIAD_ARG_NONE, NULL, "their data, and no more", NULL},
    {'j', "json", RIAD_ARG_NONE, NULL, "an object a question", NULL},
    {OPT_WIRE, "wire", RIAD_ARG_NONE, NULL, "messages as they came", NULL},
    {OPT_UNICODE, "idn", RIAD_ARG_NONE, NULL, "show names in Unicode", NULL},
    {OPT_NO_IDN, "no-idn", RIAD_ARG_NONE, NULL, "ask for names as they are",
	NULL},
    {'u', "unordered", RIAD_ARG_NONE, NULL, "answers as they come", NULL},
    {'c', "connections", RIAD_ARG_TEXT, "N", "to each server (1)", NULL},
    {'w', "window", RIAD_ARG_TEXT, "N", "questions in flight (128)", NULL},
    {'T', "timeout", RIAD_ARG_TEXT, "SECONDS", "for each question (5)", NULL},
    {'r', "retries", RIAD_ARG_TEXT, "N", "of what was lost (2)", NULL},
    {OPT_FAIL, "fail-on", RIAD_ARG_TEXT, "LIST",
	"codes to exit with 8 for: nxdomain,servfail,nodata,any", NULL},
    {OPT_CA, "ca", RIAD_ARG_FILE, "FILE", "whom to trust, and nobody else",
	NULL},
    {OPT_PIN, "pin", RIAD_ARG_TEXT, "BASE64",
	"SHA-256 of the server's key (repeat)", NULL},
    {OPT_INSECURE, "insecure", RIAD_ARG_NONE, NULL, "trust whoever answers",
	NULL},
    {OPT_ADDRESS, "address", RIAD_ARG_TEXT, "ADDRESS",
	"where the server is; looks up nothing", NULL},
    {'4', "ipv4", RIAD_ARG_NONE, NULL, "reach servers by IPv4", NULL},
    {'6', "ipv6", RIAD_ARG_NONE, NULL, "and by IPv6", NULL},
    {OPT_GET, "get", RIAD_ARG_NONE, NULL, "HTTP's GET", NULL},
    {OPT_POST, "post", RIAD_ARG_NONE, NULL, "HTTP's POST (which is usual)",
	NULL},
    {OPT_HTTP2, "http2", RIAD_ARG_NONE, NULL, "HTTP/2 or nothing", NULL},
    {OPT_HTTP1, "http1", RIAD_ARG_NONE, NULL, "HTTP/1.1", NULL},
    {OPT_DDR, "ddr", RIAD_ARG_NONE, NULL,
	"go where the server says it is encrypted", NULL},
    {OPT_NO_TCP, "no-tcp", RIAD_ARG_NONE, NULL,
	"take answers that were cut over UDP", NULL},
    {'d', "dnssec", RIAD_ARG_NONE, NULL, "DO: with signatures", NULL},
    {OPT_CD, "cd", RIAD_ARG_NONE, NULL, "unchecked", NULL},
    {OPT_AD, "ad", RIAD_ARG_NONE, NULL, "ask whether it was checked", NULL},
    {OPT_NO_RECURSE, "no-recurse", RIAD_ARG_NONE, NULL,
	"what the server itself knows", NULL},
    {OPT_SUBNET, "subnet", RIAD_ARG_TEXT, "ADDRESS[/N]",
	"of the client; 0 for none", NULL},
    {OPT_PADDING, "padding", RIAD_ARG_NONE, NULL, "to blocks of 128 bytes",
	NULL},
    {OPT_COOKIE, "cookie", RIAD_ARG_NONE, NULL, "DNS cookies", NULL},
    {OPT_NSID, "nsid", RIAD_ARG_NONE, NULL, "which server it is", NULL},
    {OPT_OPTION, "option", RIAD_ARG_TEXT, "CODE[:HEX]",
	"any option of EDNS (repeat)", NULL},
    {OPT_UDP_SIZE, "udp-size", RIAD_ARG_TEXT, "BYTES",
	"of an answer over UDP (1232)", NULL},
    {OPT_NO_EDNS, "no-edns", RIAD_ARG_NONE, NULL, "as before 1999", NULL},
    {OPT_LIST, "list-servers", RIAD_ARG_NONE, NULL,
	"the resolvers that have a name", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "dohq",
    .summary = "Ask DNS servers, over HTTPS and otherwise",
    .cmds = cmds,
    .opts = opts,
    .examples = "  dohq example.org\n"
		"  dohq @quad9 example.org MX TXT\n"
		"  dohq -s https://dns.example/dns-query --json <names\n"
		"  dohq -s tls://quad9 -s udp://9.9.9.9 example.org\n"
		"  dohq -x 192.0.2.1 --short\n",
};

static void
list_servers(void)
{
	char text[RIAD_DNS_SERVER_TEXT];
	struct riad_dns_server server;
	const char *why;

	for (const struct riad_dns_known *k = riad_dns_known; k->name != NULL;
	     k++) {
		if (riad_dns_server_parse(&server, k->name, &why) == 0)
			riad_out_printf(&out, "%s\t%s\t%s\t%s\n", k->name,
			    riad_dns_server_text(text, &server), k->addresses,
			    k->note);
	}
	exit(riad_finish(&out, RIAD_OK));
}

/* Words that begin with @ are servers, as dig(1) has them. */
static void
take_servers(struct riad_cli *cli)
{
	int n = 0;

	for (int i = 0; i < cli->argc; i++) {
		if (cli->argv[i][0] == '@')
			add_server(cli, cli->argv[i] + 1);
		else
			cli->argv[n++] = cli->argv[i];
	}
	cli->argc = n;
	if (servers_len == 0) {
		const char *usual = getenv("DOHQ_SERVER");
		add_server(
		    cli, usual != NULL && *usual != '\0' ? usual : "quad9");
	}
}

static int
run(void)
{
	if (input_begin() == -1)
		return RIAD_FAIL;
	if (riad_loop_init(&loop) == -1 || tasks_begin() == -1) {
		riad_warn("%s", strerror(errno));
		return RIAD_FAIL;
	}
	for (unsigned i = 0; i < servers_len; i++) {
		resolve(&servers[i]);
		if (links_begin(&servers[i]) == -1) {
			riad_warn("%s", strerror(errno));
			return RIAD_FAIL;
		}
	}
	int status = opt.ddr ? ddr_run() : RIAD_OK;
	if (status != RIAD_OK)
		return status;
	if (tasks_run() == -1) {
		riad_warn("%s", strerror(errno));
		return RIAD_FAIL;
	}
	order_end();
	input_end();
	return input_failed() ? RIAD_FAIL : order_status();
}

int
main(int argc, char *argv[])
{
	struct riad_cli cli;

	riad_cli_init(&cli, &tool, argc, argv);
	riad_out_init(&out, STDOUT_FILENO);
	options_begin();
	for (int key; (key = riad_cli_next(&cli)) != -1;) {
		if (key == OPT_LIST)
			list_servers();
		take_option(&cli, key);
	}
	take_servers(&cli);
	input_words(&cli);
	options_check(&cli);
	/* A server that goes away is no reason to die; see order_flush. */
	signal(SIGPIPE, SIG_IGN);
	int status = run();
	return status == RIAD_USAGE ? status : riad_finish(&out, status);
}
