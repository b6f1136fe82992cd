/* SPDX-License-Identifier: ISC */
/* Lists that people have of hosts, and of names to block. */

#include "dnslocal_state.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum { LABEL = 63, HOST_TTL = 60 };

bool
dns_local_line(const char **line, size_t *len, const char *text,
    size_t text_len, size_t *at)
{
	if (*at >= text_len)
		return false;
	*line = text + *at;
	const char *end = memchr(*line, '\n', text_len - *at);
	*len = end != NULL ? (size_t)(end - *line) : text_len - *at;
	*at += *len + (end != NULL);
	return true;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool
dns_local_word(const char **word, size_t *len, const char *line,
    size_t line_len, size_t *at)
{
	while (*at < line_len && is_space(line[*at]))
		(*at)++;
	*word = line + *at;
	*len = 0;
	while (*at < line_len && !is_space(line[*at])) {
		(*at)++;
		(*len)++;
	}
	return *len > 0;
}

int
dns_local_hostname(uint8_t name[RIAD_DNS_NAME], const char *text, size_t len)
{
	size_t n = 1, label = 0;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > RIAD_DNS_NAME - 2)
		return -1;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '.') {
			if (n - label == 1)
				return -1;
			name[label] = (uint8_t)(n - label - 1);
			label = n++;
			continue;
		}
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '-' || c == '_') ||
		    n - label > LABEL)
			return -1;
		name[n++] = (uint8_t)c;
	}
	if (n - label == 1)
		return -1;
	name[label] = (uint8_t)(n - label - 1);
	name[n] = 0;
	return 0;
}

size_t
dns_local_address(uint8_t to[16], const char *text, size_t len)
{
	char copy[INET6_ADDRSTRLEN];

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, text, len);
	copy[len] = '\0';
	/* A byte of 0 would end it early. */
	if (strlen(copy) != len)
		return 0;
	if (inet_pton(AF_INET, copy, to) == 1)
		return 4;
	return inet_pton(AF_INET6, copy, to) == 1 ? 16 : 0;
}

/* The line up to its comment, and past the mark that UTF-8 files may have. */
static void
trim(const char **line, size_t *len, char comment)
{
	if (*len >= 3 && memcmp(*line, "\xef\xbb\xbf", 3) == 0) {
		*line += 3;
		*len -= 3;
	}
	const char *end = memchr(*line, comment, *len);
	if (end != NULL)
		*len = (size_t)(end - *line);
	while (*len > 0 && is_space((*line)[*len - 1]))
		(*len)--;
	while (*len > 0 && is_space(**line)) {
		(*line)++;
		(*len)--;
	}
}

/* Names of an address.  1, 0 where there is something that is none, or -1. */
static int
add_host(struct riad_dns_local *local, const uint8_t *address, size_t size,
    const char *line, size_t len, size_t at)
{
	uint8_t name[RIAD_DNS_NAME], reverse[RIAD_DNS_NAME];
	struct local_path path;
	const char *word;
	size_t word_len;
	bool first = true, good = true;

	while (dns_local_word(&word, &word_len, line, len, &at)) {
		if (dns_local_hostname(name, word, word_len) == -1) {
			good = false;
			continue;
		}
		dns_local_path(&path, local, name);
		uint32_t node = dns_local_make(
		    local, &path, path.labels, LOCAL_HOSTS, name);
		if (node == 0 || dns_local_put(local, node,
				     size == 4 ? RIAD_DNS_A : RIAD_DNS_AAAA,
				     HOST_TTL, address, size) == -1)
			return -1;
		if (!first)
			continue;
		first = false;
		if (riad_dns_name_reverse(reverse, address, size) == -1)
			return -1;
		dns_local_path(&path, local, reverse);
		node = dns_local_make(
		    local, &path, path.labels, LOCAL_HOSTS, reverse);
		if (node == 0)
			return -1;
		/* The first line of an address says its name. */
		if (dns_local_of_type(local, node, RIAD_DNS_PTR) == NULL &&
		    dns_local_put(local, node, RIAD_DNS_PTR, HOST_TTL, name,
			riad_dns_name_len(name)) == -1)
			return -1;
	}
	return good && !first;
}

int
riad_dns_local_hosts(struct riad_dns_local *local, const char *text, size_t len,
    uint64_t *skipped)
{
	const char *line, *word;
	size_t line_len, word_len, at = 0;
	uint8_t address[16];

	*skipped = 0;
	while (dns_local_line(&line, &line_len, text, len, &at)) {
		size_t in = 0;

		trim(&line, &line_len, '#');
		if (!dns_local_word(&word, &word_len, line, line_len, &in))
			continue;
		size_t size = dns_local_address(address, word, word_len);
		int r = size == 0 ? 0
				  : add_host(local, address, size, line,
					line_len, in);
		if (r == -1)
			return -1;
		*skipped += r == 0;
	}
	return 0;
}

static int
list(struct riad_dns_local *local, const uint8_t *name, unsigned flag)
{
	struct local_path path;

	dns_local_path(&path, local, name);
	uint64_t entry =
	    (path.hash[path.labels] & ~(uint64_t)BLOCK_FLAGS) | flag;
	if (dns_local_room(local, &local->listed, sizeof(entry)) == -1)
		return -1;
	return riad_buf_add(&local->listed, &entry, sizeof(entry));
}

/* What lists in hosts form have for this host, not to be blocked. */
static bool
is_of_this_host(const char *word, size_t len)
{
	static const char *const names[] = {"localhost",
	    "localhost.localdomain", "localhost4", "localhost6", "local",
	    "broadcasthost", "ip6-localhost", "ip6-loopback", "ip6-localnet",
	    "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters", "ip6-allhosts",
	    "0.0.0.0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i]) == len &&
		    strncasecmp(names[i], word, len) == 0)
			return true;
	return false;
}

/* Whether it's an address that leads nowhere. */
static bool
is_sink(const uint8_t *address, size_t size)
{
	static const uint8_t sinks[][16] = {{0}, {[15] = 1}};

	if (size == 4)
		return memcmp(address, "\0\0\0\0", 4) == 0 ||
		       memcmp(address, "\177\0\0\1", 4) == 0;
	return memcmp(address, sinks[0], 16) == 0 ||
	       memcmp(address, sinks[1], 16) == 0;
}

static int
block_hosts(
    struct riad_dns_local *local, const char *line, size_t len, size_t at)
{
	uint8_t name[RIAD_DNS_NAME];
	const char *word;
	size_t word_len;
	bool good = true, some = false;

	while (dns_local_word(&word, &word_len, line, len, &at)) {
		some = true;
		if (is_of_this_host(word, word_len))
			continue;
		if (dns_local_hostname(name, word, word_len) == -1)
			good = false;
		else if (list(local, name, BLOCK_EXACT) == -1)
			return -1;
	}
	return good && some;
}

/* "name^", with what may follow it and is of any request: of a rule that is of
 * some, as of scripts, we cannot tell. */
static int
block_rule(
    struct riad_dns_local *local, const char *rule, size_t len, unsigned flag)
{
	static const char *const ends[] = {"^", "^|", "^$important", "^$all"};
	uint8_t name[RIAD_DNS_NAME];
	const char *end = memchr(rule, '^', len);

	if (end == NULL)
		return 0;
	size_t n = (size_t)(end - rule), rest = len - n;
	bool known = false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		known |=
		    strlen(ends[i]) == rest && memcmp(ends[i], end, rest) == 0;
	if (!known)
		return 0;
	if (n > 2 && memcmp(rule, "*.", 2) == 0) {
		rule += 2;
		n -= 2;
	}
	if (dns_local_hostname(name, rule, n) == -1)
		return 0;
	return list(local, name, flag) == -1 ? -1 : 1;
}

/* 1; 0 where the line says nothing that can be used; -1 with errno. */
static int
block_line(struct riad_dns_local *local, const char *line, size_t len)
{
	uint8_t name[RIAD_DNS_NAME], address[16];
	unsigned flag = BLOCK_EXACT;
	const char *word, *next;
	size_t word_len, next_len, at = 0;

	if (len == 0 || line[0] == '!' || line[0] == '[')
		return 1;
	if (len > 2 && memcmp(line, "||", 2) == 0)
		return block_rule(local, line + 2, len - 2, BLOCK_TREE);
	if (len > 4 && memcmp(line, "@@||", 4) == 0)
		return block_rule(local, line + 4, len - 4, BLOCK_NOT);
	dns_local_word(&word, &word_len, line, len, &at);
	size_t size = dns_local_address(address, word, word_len);
	if (size > 0)
		return is_sink(address, size)
			   ? block_hosts(local, line, len, at)
			   : 0;
	if (dns_local_word(&next, &next_len, line, len, &at))
		return 0;
	if (word_len > 2 && memcmp(word, "*.", 2) == 0) {
		flag = BLOCK_TREE;
		word += 2;
		word_len -= 2;
	} else if (word[0] == '.') {
		flag = BLOCK_TREE;
		word++;
		word_len--;
	}
	if (dns_local_hostname(name, word, word_len) == -1)
		return 0;
	return list(local, name, flag) == -1 ? -1 : 1;
}

int
riad_dns_local_block(struct riad_dns_local *local, const char *text, size_t len,
    uint64_t *skipped)
{
	const char *line;
	size_t line_len, at = 0;

	*skipped = 0;
	while (dns_local_line(&line, &line_len, text, len, &at)) {
		trim(&line, &line_len, '#');
		int r = block_line(local, line, line_len);
		if (r == -1)
			return -1;
		*skipped += r == 0;
	}
	return 0;
}
