/* SPDX-License-Identifier: ISC */
/* words of the command line -> struct dohd_conf */

#include "dohd.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "riad/text.h"

enum { DNS_PORT = 53, DOT_PORT = 853, DOH_PORT = 443, DAY = 86400 };

enum { PIN_TEXT = 44 }; /* 32 bytes in base64 */

enum {
	OPT_TLS = 256,
	OPT_HTTPS,
	OPT_CA,
	OPT_PIN,
	OPT_ADDRESS,
	OPT_BOOTSTRAP,
	OPT_GET,
	OPT_CERT,
	OPT_KEY,
	OPT_HOSTS,
	OPT_ZONE,
	OPT_BLOCK,
	OPT_ALLOW,
	OPT_RATE,
	OPT_CACHE,
	OPT_CACHE_FILE,
	OPT_MIN_TTL,
	OPT_MAX_TTL,
	OPT_NO_STALE,
	OPT_TRUST_AD,
	OPT_USER,
	OPT_NO_SANDBOX
};

static const struct riad_opt opts[] = {
    {'l', "listen", RIAD_ARG_TEXT, "ADDRESS", "UDP and TCP here (127.0.0.1:53)",
	NULL},
    {OPT_TLS, "listen-tls", RIAD_ARG_TEXT, "ADDRESS", "DNS over TLS here",
	NULL},
    {OPT_HTTPS, "listen-https", RIAD_ARG_TEXT, "ADDRESS", "DNS over HTTPS here",
	NULL},
    {OPT_CERT, "tls-cert", RIAD_ARG_FILE, "FILE", "the certificates for these",
	NULL},
    {OPT_KEY, "tls-key", RIAD_ARG_FILE, "FILE", "and their key (same file)",
	NULL},
    {'u', "upstream", RIAD_ARG_TEXT, "[DOMAIN=]URL",
	"ask this server, for names below DOMAIN", NULL},
    {OPT_CA, "ca", RIAD_ARG_FILE, "FILE", "who certifies upstreams", NULL},
    {OPT_PIN, "pin", RIAD_ARG_TEXT, "BASE64", "the SHA-256 of their key", NULL},
    {OPT_ADDRESS, "address", RIAD_ARG_TEXT, "HOST=ADDRESS",
	"where an upstream is", NULL},
    {OPT_BOOTSTRAP, "bootstrap", RIAD_ARG_TEXT, "ADDRESS",
	"a DNS server that knows where they are", NULL},
    {OPT_GET, "get", RIAD_ARG_NONE, NULL, "ask by GET, not by POST", NULL},
    {OPT_HOSTS, "hosts", RIAD_ARG_FILE, "FILE", "names as in hosts(5)", NULL},
    {OPT_ZONE, "zone", RIAD_ARG_FILE, "[NAME=]FILE", "a zone, with authority",
	NULL},
    {OPT_BLOCK, "block", RIAD_ARG_FILE, "FILE", "names that do not exist",
	NULL},
    {OPT_ALLOW, "allow", RIAD_ARG_TEXT, "PREFIX|any",
	"who may ask (loopback and private)", NULL},
    {OPT_RATE, "rate", RIAD_ARG_TEXT, "N", "of one source, a second (1000)",
	NULL},
    {OPT_CACHE, "cache", RIAD_ARG_TEXT, "BYTES", "for answers (64m); 0: none",
	NULL},
    {OPT_CACHE_FILE, "cache-file", RIAD_ARG_FILE, "FILE",
	"keep them beyond the server's end", NULL},
    {OPT_MIN_TTL, "min-ttl", RIAD_ARG_TEXT, "S", "keep at least so long (0)",
	NULL},
    {OPT_MAX_TTL, "max-ttl", RIAD_ARG_TEXT, "S", "and at most (86400)", NULL},
    {OPT_NO_STALE, "no-stale", RIAD_ARG_NONE, NULL,
	"no answers that are over their time", NULL},
    {OPT_TRUST_AD, "trust-ad", RIAD_ARG_NONE, NULL,
	"believe upstreams that DNSSEC was checked", NULL},
    {OPT_USER, "user", RIAD_ARG_TEXT, "NAME", "what root becomes (nobody)",
	NULL},
    {OPT_NO_SANDBOX, "no-sandbox", RIAD_ARG_NONE, NULL, "keep all rights",
	NULL},
    {'q', "quiet", RIAD_ARG_NONE, NULL, "say nothing of what passes", NULL},
    {'s', "socket", RIAD_ARG_FILE, "PATH", "the control socket", NULL},
    {0, NULL, RIAD_ARG_NONE, NULL, NULL, NULL},
};

static const struct riad_cmd cmds[] = {
    {"", RIAD_ARG_NONE, "", "serve"},
    {"ctl", RIAD_ARG_TEXT, "stats [prometheus]|flush [[*.]NAME]|reload",
	"tell a server that runs"},
    {NULL, RIAD_ARG_NONE, NULL, NULL},
};

static const struct riad_tool tool = {
    .name = "dohd",
    .summary = "Answer DNS from local data, a cache and servers over HTTPS",
    .cmds = cmds,
    .opts = opts,
    .examples =
	"  dohd\n"
	"  dohd -l 127.0.0.1:5353 -u https://dns.google/dns-query\n"
	"  dohd -u quad9 -u corp.example=tcp://10.0.0.53 --cache-file c\n"
	"  dohd --hosts /etc/hosts --zone lan.zone --block ads.txt\n"
	"  dohd ctl stats\n",
};

static void
add_listen(
    struct riad_cli *cli, struct dohd_conf *conf, enum riad_dns_way transport)
{
	static const uint16_t ports[] = {
	    DNS_PORT, DNS_PORT, DOT_PORT, DOH_PORT};

	if (conf->listens == DOHD_LISTEN)
		riad_cli_usage(cli, "more than %d addresses", DOHD_LISTEN);
	if (riad_address_parse(&conf->listen[conf->listens].address, cli->arg,
		ports[transport]) == -1)
		riad_cli_usage(
		    cli, "%s: an address of IPv4 or IPv6 expected", cli->arg);
	conf->listen[conf->listens++].transport = transport;
}

/* The addresses of a list parted by spaces. */
static void
known_addresses(struct dohd_upstream *u, const char *list)
{
	char text[RIAD_ADDRESS_TEXT];

	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, " ");
		if (len < sizeof(text) &&
		    u->addresses < RIAD_UPSTREAM_ADDRESSES) {
			memcpy(text, list, len);
			text[len] = '\0';
			if (riad_address_parse(&u->address[u->addresses], text,
				u->server.port) == 0)
				u->addresses++;
		}
		list += len;
		list += strspn(list, " ");
	}
}

/* The group of a domain, made if there is none yet. */
static unsigned
domain_group(
    struct riad_cli *cli, struct dohd_conf *conf, const char *text, size_t len)
{
	struct dohd_domain *domain = &conf->domain[conf->domains];

	if (conf->domains == RIAD_UPSTREAMS)
		riad_cli_usage(cli, "more than %d domains", RIAD_UPSTREAMS);
	if (riad_dns_name_parse(domain->name, text, len, NULL) == -1)
		riad_cli_usage(cli, "%.*s: a domain expected", (int)len, text);
	for (size_t i = 0; i < conf->domains; i++)
		if (riad_dns_name_same(conf->domain[i].name, domain->name))
			return conf->domain[i].group;
	domain->group = (unsigned)++conf->domains;
	return domain->group;
}

static void
add_upstream(struct riad_cli *cli, struct dohd_conf *conf, const char *arg)
{
	struct dohd_upstream *u = &conf->upstream[conf->upstreams];
	size_t len = strcspn(arg, "=:/?");
	const char *why;

	if (conf->upstreams == RIAD_UPSTREAMS)
		riad_cli_usage(cli, "more than %d upstreams", RIAD_UPSTREAMS);
	if (arg[len] == '=') {
		u->group = domain_group(cli, conf, arg, len);
		arg += len + 1;
	}
	if (riad_dns_server_parse(&u->server, arg, &why) == -1)
		riad_cli_usage(cli, "%s: %s", arg, why);
	if (u->server.way == RIAD_DNS_BY_UDP)
		u->server.way = RIAD_DNS_BY_TCP;
	known_addresses(
	    u, u->server.address ? u->server.host : u->server.addresses);
	conf->upstreams++;
}

static void
add_address(struct riad_cli *cli, struct dohd_conf *conf)
{
	size_t len = strcspn(cli->arg, "=");
	bool found = false;

	for (size_t i = 0; i < conf->upstreams; i++) {
		struct dohd_upstream *u = &conf->upstream[i];
		if (strlen(u->server.host) != len ||
		    strncasecmp(u->server.host, cli->arg, len) != 0 ||
		    cli->arg[len] == '\0')
			continue;
		found = true;
		if (u->addresses == RIAD_UPSTREAM_ADDRESSES ||
		    riad_address_parse(&u->address[u->addresses++],
			cli->arg + len + 1, u->server.port) == -1)
			riad_cli_usage(
			    cli, "--address %s: an address expected", cli->arg);
	}
	if (!found)
		riad_cli_usage(cli,
		    "--address %s: no -u before it has that host", cli->arg);
}

static void
add_file(struct riad_cli *cli, struct dohd_conf *conf, enum dohd_kind kind)
{
	if (conf->files == DOHD_FILES)
		riad_cli_usage(cli, "more than %d files", DOHD_FILES);
	conf->file[conf->files].path = cli->arg;
	conf->file[conf->files++].kind = kind;
}

static void
add_allow(struct riad_cli *cli, struct dohd_conf *conf)
{
	if (strcmp(cli->arg, "any") == 0) {
		conf->anyone = true;
		return;
	}
	if (conf->allows == DOHD_ALLOW)
		riad_cli_usage(cli, "more than %d prefixes", DOHD_ALLOW);
	if (riad_prefix_parse(&conf->allow[conf->allows++], cli->arg) == -1)
		riad_cli_usage(cli,
		    "--allow %s: a prefix like 10.0.0.0/8, or any, expected",
		    cli->arg);
}

static uint64_t
number(struct riad_cli *cli, const char *what, uint64_t max)
{
	uint64_t value;

	if (riad_parse_size(&value, cli->arg, max) == -1)
		riad_cli_usage(cli,
		    "%s %s: a number up to %" PRIu64 " expected", what,
		    cli->arg, max);
	return value;
}

/* With "sha256//" in front as curl(1) has it, or without. */
static void
add_pin(struct riad_cli *cli, struct dohd_conf *conf)
{
	static const char front[] = "sha256//";
	const char *pin = cli->arg;

	if (strncmp(pin, front, sizeof(front) - 1) == 0)
		pin += sizeof(front) - 1;
	if (strlen(pin) != PIN_TEXT || pin[PIN_TEXT - 1] != '=' ||
	    strspn(pin, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789+/") != PIN_TEXT - 1)
		riad_cli_usage(
		    cli, "--pin %s: not 32 bytes in base64", cli->arg);
	if (conf->pin_count == DOHD_FILES)
		riad_cli_usage(cli, "more than %d pins", DOHD_FILES);
	conf->pins[conf->pin_count++] = pin;
}

static void
add_bootstrap(struct riad_cli *cli, struct dohd_conf *conf, const char *arg)
{
	if (conf->bootstraps == DOHD_BOOTSTRAP)
		riad_cli_usage(
		    cli, "more than %d bootstrap servers", DOHD_BOOTSTRAP);
	if (riad_address_parse(
		&conf->bootstrap[conf->bootstraps++], arg, DNS_PORT) == -1)
		riad_cli_usage(cli, "--bootstrap %s: an address expected", arg);
}

static void
take_option(struct riad_cli *cli, struct dohd_conf *conf, int key)
{
	switch (key) {
	case 'l':
		add_listen(cli, conf, RIAD_DNS_BY_UDP);
		break;
	case OPT_TLS:
		add_listen(cli, conf, RIAD_DNS_BY_TLS);
		break;
	case OPT_HTTPS:
		add_listen(cli, conf, RIAD_DNS_BY_HTTPS);
		break;
	case 'u':
		add_upstream(cli, conf, cli->arg);
		break;
	case OPT_CA:
		conf->ca = cli->arg;
		break;
	case OPT_PIN:
		add_pin(cli, conf);
		break;
	case OPT_ADDRESS:
		add_address(cli, conf);
		break;
	case OPT_BOOTSTRAP:
		add_bootstrap(cli, conf, cli->arg);
		break;
	case OPT_GET:
		conf->get = true;
		break;
	case OPT_CERT:
		conf->certificate = cli->arg;
		break;
	case OPT_KEY:
		conf->key = cli->arg;
		break;
	case OPT_HOSTS:
		add_file(cli, conf, DOHD_HOSTS);
		break;
	case OPT_ZONE:
		add_file(cli, conf, DOHD_ZONE);
		break;
	case OPT_BLOCK:
		add_file(cli, conf, DOHD_BLOCK);
		break;
	case OPT_ALLOW:
		add_allow(cli, conf);
		break;
	case OPT_RATE:
		conf->rate = (unsigned)number(cli, "--rate", 1000000);
		break;
	case OPT_CACHE:
		conf->cache_bytes = number(cli, "--cache", UINT64_C(64) << 30);
		break;
	case OPT_CACHE_FILE:
		conf->cache_file = cli->arg;
		break;
	case OPT_MIN_TTL:
		conf->limits.min_ttl = (uint32_t)number(cli, "--min-ttl", DAY);
		break;
	case OPT_MAX_TTL:
		conf->limits.max_ttl =
		    (uint32_t)number(cli, "--max-ttl", 7 * DAY);
		break;
	case OPT_NO_STALE:
		conf->limits.max_stale = 0;
		break;
	case OPT_TRUST_AD:
		conf->trust_ad = true;
		break;
	case OPT_USER:
		conf->user = cli->arg;
		break;
	case OPT_NO_SANDBOX:
		conf->sandbox = false;
		break;
	case 'q':
		conf->quiet = true;
		break;
	case 's':
	default:
		conf->ctl = cli->arg;
		break;
	}
}

/* The commands of a server that runs, which has no other words for them. */
static void
check_ctl(struct riad_cli *cli)
{
	static const struct {
		const char *name, *word;
		int most;
	} known[] = {{"stats", "prometheus", 2}, {"flush", NULL, 2},
	    {"reload", NULL, 1}};

	for (size_t i = 0; cli->argc > 0 && i < 3; i++) {
		if (strcmp(cli->argv[0], known[i].name) != 0)
			continue;
		if (cli->argc > known[i].most ||
		    (cli->argc == 2 && known[i].word != NULL &&
			strcmp(cli->argv[1], known[i].word) != 0))
			break;
		return;
	}
	riad_cli_usage(
	    cli, "stats [prometheus], flush [[*.]NAME] or reload expected");
}

/* What was not said. */
static void
fill_in(struct riad_cli *cli, struct dohd_conf *conf)
{
	bool secure = false;

	conf->listens_by_default = conf->listens == 0;
	if (conf->listens_by_default)
		riad_address_parse(
		    &conf->listen[conf->listens++].address, ":53", DNS_PORT);
	for (size_t i = 0; i < conf->listens; i++)
		secure = secure || conf->listen[i].transport >= RIAD_DNS_BY_TLS;
	if (secure && conf->certificate == NULL)
		riad_cli_usage(cli, "--listen-tls and --listen-https need "
				    "--tls-cert");
	if (conf->limits.min_ttl > conf->limits.max_ttl)
		riad_cli_usage(cli, "--min-ttl is above --max-ttl");
	if (conf->key == NULL)
		conf->key = conf->certificate;
	bool all = false;
	for (size_t i = 0; i < conf->upstreams; i++)
		all = all || conf->upstream[i].group == 0;
	if (!all)
		add_upstream(cli, conf, "quad9");
	if (conf->bootstraps == 0) {
		add_bootstrap(cli, conf, "9.9.9.9");
		add_bootstrap(cli, conf, "1.1.1.1");
		add_bootstrap(cli, conf, "[2620:fe::fe]:53");
	}
}

void
dohd_options(
    struct dohd_conf *conf, struct riad_cli *cli, int argc, char *argv[])
{
	int key;

	*conf = (struct dohd_conf){
	    .rate = 1000,
	    .cache_bytes = 64 << 20,
	    .limits = {.max_ttl = DAY, .max_negative = 3600, .max_stale = DAY},
	    .sandbox = true,
	    .user = "nobody",
	};
	riad_cli_init(cli, &tool, argc, argv);
	while ((key = riad_cli_next(cli)) != -1) {
		if (cli->cmd->name[0] != '\0' && key != 's')
			riad_cli_usage(cli, "ctl takes --socket only");
		take_option(cli, conf, key);
	}
	if (cli->cmd->name[0] != '\0') {
		check_ctl(cli);
		return;
	}
	if (cli->argc != 0)
		riad_cli_usage(cli, "no operand expected");
	fill_in(cli, conf);
}
