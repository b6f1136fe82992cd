/* SPDX-License-Identifier: ISC */
/* What the options of the command line come to. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parts.h"
#include "riad/cli.h"
#include "riad/dnsrr.h"
#include "riad/text.h"

enum { PAD = 128 /* RFC 8467 section 4.1 */, TIMEOUT_MAX = 3600 };

static const char *pins[16];
static unsigned pins_len;
static bool get_or_post, has_view;

void
options_begin(void)
{
	opt.types[0] = RIAD_DNS_A;
	opt.types_len = 1;
	opt.class = RIAD_DNS_IN;
	opt.connections = 1;
	opt.window = 128;
	opt.retries = 2;
	opt.timeout_ns = 5 * (uint64_t)1000000000;
	riad_dns_query_init(&opt.query);
}

void
add_server(const struct riad_cli *cli, const char *text)
{
	struct server *server = &servers[servers_len];
	const char *why;

	if (servers_len == SERVERS_MAX)
		riad_cli_usage(cli, "at most %d servers", SERVERS_MAX);
	if (strcasecmp(text, "system") == 0) {
		text = resolve_system();
		if (text == NULL)
			riad_cli_usage(cli, "server 'system': /etc/resolv.conf "
					    "names none");
	}
	if (riad_dns_server_parse(&server->where, text, &why) == -1)
		riad_cli_usage(cli, "server '%s': %s", text, why);
	riad_dns_server_text(server->text, &server->where);
	servers_len++;
}

static unsigned
number(const struct riad_cli *cli, const char *name, unsigned min, unsigned max)
{
	uint64_t value;

	if (riad_parse_u64(&value, cli->arg, max) == -1 || value < min)
		riad_cli_usage(cli, "--%s %s: a number from %u to %u", name,
		    cli->arg, min, max);
	return (unsigned)value;
}

/* Seconds, of which there may be parts. */
static uint64_t
seconds(const struct riad_cli *cli)
{
	char *end;
	double value = strtod(cli->arg, &end);

	if (end == cli->arg || *end != '\0' || !(value >= 0.001) ||
	    !(value <= TIMEOUT_MAX))
		riad_cli_usage(cli, "--timeout %s: seconds, from 0.001 to %d",
		    cli->arg, TIMEOUT_MAX);
	return (uint64_t)(value * 1e9);
}

/* The next of words with commas between them; 0 at the end. */
static size_t
next_of(const char **list)
{
	*list += **list == ',';
	return strcspn(*list, ",");
}

static void
take_types(const struct riad_cli *cli)
{
	struct riad_dns_ask ask = {.has_class = true};
	size_t n;

	for (const char *p = cli->arg; (n = next_of(&p)) > 0; p += n) {
		if (riad_dns_type_parse(p, n) < 0)
			riad_cli_usage(
			    cli, "--type: no such type: '%.*s'", (int)n, p);
		if (riad_dns_ask_word(&ask, p, n) == -1)
			riad_cli_usage(
			    cli, "--type %.*s: %s", (int)n, p, ask.why);
	}
	if (ask.types_len == 0)
		riad_cli_usage(cli, "--type: no type");
	memcpy(opt.types, ask.types, sizeof(opt.types));
	opt.types_len = ask.types_len;
}

static bool
is(const char *word, const char *p, size_t n)
{
	return strlen(word) == n && strncasecmp(word, p, n) == 0;
}

static void
take_fail_on(const struct riad_cli *cli)
{
	char text[RIAD_DNS_TYPE_TEXT];
	size_t n;

	for (const char *p = cli->arg; (n = next_of(&p)) > 0; p += n) {
		if (is("any", p, n)) {
			opt.fail_on = ~(uint32_t)1;
			continue;
		}
		if (is("nodata", p, n)) {
			opt.fail_nodata = true;
			continue;
		}
		unsigned rcode = 0;
		while (
		    rcode < 32 && !is(riad_dns_rcode_text(text, rcode), p, n))
			rcode++;
		if (rcode == 32)
			riad_cli_usage(
			    cli, "--fail-on: no such code: '%.*s'", (int)n, p);
		opt.fail_on |= (uint32_t)1 << rcode;
	}
}

static void
take_view(const struct riad_cli *cli, enum view view)
{
	if (has_view && opt.view != view)
		riad_cli_usage(cli,
		    "--all, --answer, --short, --json and --wire are one too "
		    "many");
	has_view = true;
	opt.view = view;
}

static void
take_method(const struct riad_cli *cli, bool get)
{
	if (get_or_post && opt.get != get)
		riad_cli_usage(cli, "--get and --post are one too many");
	get_or_post = true;
	opt.get = get;
}

static void
take_http(const struct riad_cli *cli, enum riad_http_kind kind)
{
	if (opt.http != RIAD_HTTP_ANY && opt.http != kind)
		riad_cli_usage(cli, "--http1 and --http2 are one too many");
	opt.http = kind;
}

/* "sha256//", which curl(1) has in front, may be there. */
static void
take_pin(const struct riad_cli *cli)
{
	static const char prefix[] = "sha256//";

	if (pins_len == sizeof(pins) / sizeof(pins[0]))
		riad_cli_usage(cli, "too many pins");
	pins[pins_len++] =
	    cli->arg + (strncmp(cli->arg, prefix, sizeof(prefix) - 1) == 0
			       ? sizeof(prefix) - 1
			       : 0);
}

/* Of the message that is sent. */
static bool
take_query_option(const struct riad_cli *cli, int key)
{
	struct riad_dns_query *query = &opt.query;

	switch (key) {
	case 'd':
		query->dnssec = true;
		break;
	case OPT_CD:
		query->flags |= RIAD_DNS_CD;
		break;
	case OPT_AD:
		query->flags |= RIAD_DNS_AD;
		break;
	case OPT_NO_RECURSE:
		query->flags &= (uint16_t)~RIAD_DNS_RD;
		break;
	case OPT_SUBNET:
		if (riad_dns_query_subnet(query, cli->arg) == -1)
			riad_cli_usage(
			    cli, "--subnet: no subnet: '%s'", cli->arg);
		break;
	case OPT_PADDING:
		query->pad = PAD;
		break;
	case OPT_COOKIE:
		opt.cookie = true;
		break;
	case OPT_NSID:
		if (riad_dns_query_option(query, RIAD_DNS_NSID, "", 0) == -1)
			riad_cli_usage(cli, "too many options of EDNS");
		break;
	case OPT_OPTION:
		if (riad_dns_query_option_text(query, cli->arg) == -1)
			riad_cli_usage(cli, "--option %s: %s", cli->arg,
			    errno == EMSGSIZE ? "too long"
					      : "CODE or CODE:HEX");
		break;
	case OPT_UDP_SIZE:
		query->size =
		    (uint16_t)number(cli, "udp-size", 512, UINT16_MAX);
		break;
	case OPT_NO_EDNS:
		query->edns = false;
		break;
	default:
		return false;
	}
	return true;
}

static bool
take_server_option(const struct riad_cli *cli, int key)
{
	switch (key) {
	case 's':
		add_server(cli, cli->arg);
		break;
	case OPT_CA:
		opt.ca = cli->arg;
		break;
	case OPT_PIN:
		take_pin(cli);
		break;
	case OPT_INSECURE:
		opt.insecure = true;
		break;
	case OPT_ADDRESS: {
		uint8_t address[16];
		if (riad_dns_address(address, cli->arg, strlen(cli->arg)) == -1)
			riad_cli_usage(
			    cli, "--address: no address: '%s'", cli->arg);
		opt.address = cli->arg;
		break;
	}
	case '4':
	case '6':
		opt.family = (unsigned)(key - '0');
		break;
	case OPT_GET:
	case OPT_POST:
		take_method(cli, key == OPT_GET);
		break;
	case OPT_HTTP1:
		take_http(cli, RIAD_HTTP_1);
		break;
	case OPT_HTTP2:
		take_http(cli, RIAD_HTTP_2);
		break;
	case OPT_DDR:
		opt.ddr = true;
		break;
	case OPT_NO_TCP:
		opt.no_tcp = true;
		break;
	default:
		return false;
	}
	return true;
}

static void
take_class(const struct riad_cli *cli)
{
	int n = riad_dns_class_parse(cli->arg, strlen(cli->arg));

	if (n < 0)
		riad_cli_usage(cli, "--class: no such class: '%s'", cli->arg);
	opt.class = (uint16_t)n;
}

void
take_option(const struct riad_cli *cli, int key)
{
	if (take_query_option(cli, key) || take_server_option(cli, key))
		return;
	switch (key) {
	case 'f':
		if (opt.file != NULL)
			riad_cli_usage(cli, "--file can be given once");
		opt.file = cli->arg;
		break;
	case 't':
		take_types(cli);
		break;
	case 'x':
		input_reverse(cli->arg);
		break;
	case OPT_CLASS:
		take_class(cli);
		break;
	case 'a':
		take_view(cli, VIEW_ALL);
		break;
	case OPT_ANSWER:
		take_view(cli, VIEW_ANSWER);
		break;
	case 'S':
		take_view(cli, VIEW_SHORT);
		break;
	case 'j':
		take_view(cli, VIEW_JSON);
		break;
	case OPT_WIRE:
		take_view(cli, VIEW_WIRE);
		break;
	case OPT_UNICODE:
		opt.unicode = true;
		break;
	case OPT_NO_IDN:
		opt.plain_idn = true;
		break;
	case 'u':
		opt.unordered = true;
		break;
	case 'c':
		opt.connections =
		    number(cli, "connections", 1, CONNECTIONS_MAX);
		break;
	case 'w':
		opt.window = number(cli, "window", 1, WINDOW_MAX);
		break;
	case 'T':
		opt.timeout_ns = seconds(cli);
		break;
	case 'r':
		opt.retries = number(cli, "retries", 0, 100);
		break;
	case OPT_FAIL:
		take_fail_on(cli);
		break;
	default:
		break;
	}
}

static void
begin_tls(const struct riad_cli *cli)
{
	const char *why = "no memory";

	tls = riad_tls_client(opt.ca, &why);
	if (tls == NULL) {
		if (opt.ca != NULL)
			riad_warn("%s: %s", opt.ca, why);
		else
			riad_warn("%s", why);
		exit(BAD_TLS);
	}
	for (unsigned i = 0; i < pins_len; i++) {
		if (riad_tls_pin(tls, pins[i]) == -1)
			riad_cli_usage(
			    cli, "--pin %s: not 32 bytes in base64", pins[i]);
	}
	if (opt.insecure) {
		riad_tls_insecure(tls);
		riad_warn("--insecure: whoever answers is believed");
	}
}

void
options_check(const struct riad_cli *cli)
{
	bool is_tls = false;

	for (unsigned i = 0; i < servers_len; i++)
		is_tls |= servers[i].where.way >= RIAD_DNS_BY_TLS;
	if (opt.file != NULL && !opt.bulk)
		riad_cli_usage(cli, "names or a file of them: not both");
	if (opt.file != NULL && *opt.file == '\0')
		riad_cli_usage(cli, "--file: no name");
	if (opt.unicode && opt.plain_idn)
		riad_cli_usage(cli, "--idn and --no-idn are one too many");
	if (!opt.query.edns && (opt.query.dnssec || opt.query.pad != 0 ||
				   opt.cookie || opt.query.options.len > 0))
		riad_cli_usage(cli, "without EDNS there are no options of it");
	if (opt.address != NULL && servers_len > 1)
		riad_cli_usage(cli, "--address goes with one server");
	if (opt.unordered && opt.view == VIEW_WIRE)
		riad_cli_usage(cli, "messages say nothing of their order");
	if (is_tls || opt.ddr)
		begin_tls(cli);
	else if (opt.ca != NULL || pins_len > 0 || opt.insecure)
		riad_cli_usage(
		    cli, "--ca, --pin and --insecure are for https and tls");
}
