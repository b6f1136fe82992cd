/* SPDX-License-Identifier: ISC */
/* RDATA from text: the way back of dnstext.c. */

#include <strings.h>
#include <time.h>

#include "dnswords.h"
#include "riad/text.h"

static int
parse_period(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a number is missing");
	uint32_t v;

	if (word == NULL)
		return -1;
	if (riad_dns_ttl_parse(&v, word->text, word->len) == -1)
		return dns_words_fail(w, "not a number of seconds");
	return dns_add_number(w, v, 4);
}

static int
parse_type(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a type is missing");

	if (word == NULL)
		return -1;
	int v = riad_dns_type_parse(word->text, word->len);
	if (v == -1)
		return dns_words_fail(w, "not a type");
	return dns_add_number(w, (uint64_t)v, 2);
}

static int
parse_error(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "an error is missing");
	uint64_t v;

	if (word == NULL)
		return -1;
	if (dns_number(&v, word->text, word->len, UINT16_MAX) == 0)
		return dns_add_number(w, v, 2);
	int rcode = riad_dns_rcode_parse(word->text, word->len);
	if (rcode == -1)
		return dns_words_fail(w, "not an error");
	return dns_add_number(w, (uint64_t)rcode, 2);
}

/* A word of the field's kind, or a number. */
static int
parse_word(struct dns_words *w, enum dns_kind kind, size_t len)
{
	const struct riad_dns_word *word = dns_word(w, "a number is missing");
	uint64_t v;

	if (word == NULL)
		return -1;
	int known = dns_word_parse(kind, word->text, word->len);
	if (known != -1)
		v = (uint64_t)known;
	else if (dns_number(&v, word->text, word->len,
		     len == 1 ? UINT8_MAX : UINT16_MAX) == -1)
		return dns_words_fail(w, "not a number in its range");
	return dns_add_number(w, v, len);
}

/* RFC 4034 section 3.2: 14 digits are a date, up to 10 are seconds. */
static int
parse_time(struct dns_words *w)
{
	static const uint8_t days[12] = {
	    31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const struct riad_dns_word *word = dns_word(w, "a time is missing");
	uint64_t part[6] = {0};

	if (word == NULL)
		return -1;
	if (word->len <= 10) {
		if (dns_number(part, word->text, word->len, UINT32_MAX) == -1)
			return dns_words_fail(w, "not a time");
		return dns_add_number(w, part[0], 4);
	}
	bool good = word->len == 14;
	for (size_t i = 0, at = 0; good && i < 6; at += i == 0 ? 4 : 2, i++)
		good = dns_number(&part[i], word->text + at, i == 0 ? 4 : 2,
			   9999) == 0;
	if (!good || part[0] < 1970 || part[0] > 2106 || part[1] < 1 ||
	    part[1] > 12 || part[2] < 1 || part[2] > days[part[1] - 1] ||
	    part[3] > 23 || part[4] > 59 || part[5] > 59)
		return dns_words_fail(w, "not a time");

	struct tm tm = {.tm_year = (int)part[0] - 1900,
	    .tm_mon = (int)part[1] - 1,
	    .tm_mday = (int)part[2],
	    .tm_hour = (int)part[3],
	    .tm_min = (int)part[4],
	    .tm_sec = (int)part[5]};
	time_t t = timegm(&tm);
	if (t < 0 || t > UINT32_MAX || tm.tm_mday != (int)part[2])
		return dns_words_fail(w, "not a time");
	return dns_add_number(w, (uint64_t)t, 4);
}

static int
parse_address(struct dns_words *w, bool six)
{
	const struct riad_dns_word *word = dns_word(w, "an address is missing");

	if (word == NULL)
		return -1;
	return six ? dns_parse_ipv6(w, word->text, word->len)
		   : dns_parse_ipv4(w, word->text, word->len);
}

static int
parse_string(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a string is missing");
	uint8_t string[1 + 255];

	if (word == NULL)
		return -1;
	int n = dns_unescape(w, string + 1, 255, word->text, word->len);
	if (n == -1)
		return -1;
	string[0] = (uint8_t)n;
	return dns_add(w, string, (size_t)n + 1);
}

static int
parse_strings(struct dns_words *w)
{
	do {
		if (parse_string(w) == -1)
			return -1;
	} while (w->at < w->count);
	return 0;
}

static int
parse_rest(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a string is missing");

	if (word == NULL)
		return -1;
	if (riad_buf_reserve(w->rdata, word->len) == -1)
		return dns_words_fail(w, "RDATA is too long");
	int n = dns_unescape(w, w->rdata->data + w->rdata->len, word->len,
	    word->text, word->len);
	if (n == -1)
		return -1;
	w->rdata->len += (size_t)n;
	return w->rdata->len - w->start > UINT16_MAX
		   ? dns_words_fail(w, "RDATA is too long")
		   : 0;
}

/* 0x, and dots where one likes. */
static int
parse_marked(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "hex is missing");
	size_t i = 2, digits = 0;
	char pair[2];

	if (word == NULL)
		return -1;
	if (word->len < 2 || word->text[0] != '0' ||
	    (word->text[1] | 0x20) != 'x')
		return dns_words_fail(w, "not hex after 0x");
	for (; i < word->len; i++) {
		if (word->text[i] == '.')
			continue;
		pair[digits++ % 2] = word->text[i];
		if (digits % 2 == 0 && dns_parse_hex_word(w, pair, 2) == -1)
			return -1;
	}
	return digits % 2 == 0 ? 0 : dns_words_fail(w, "half a byte of hex");
}

static int
parse_base64_sized(struct dns_words *w)
{
	if (dns_parse_number(w, 2) == -1)
		return -1;
	return dns_parse_base64_of(
	    w, dns_get16(w->rdata->data + w->rdata->len - 2));
}

/* The byte before what was added is its length. */
static int
put_length(struct dns_words *w, size_t from)
{
	size_t len = w->rdata->len - from;

	if (len > UINT8_MAX)
		return dns_words_fail(w, "over 255 bytes");
	w->rdata->data[from - 1] = (uint8_t)len;
	return 0;
}

static int
parse_salt(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "salt is missing");

	if (word == NULL || dns_add_number(w, 0, 1) == -1)
		return -1;
	size_t from = w->rdata->len;
	if (word->len == 1 && word->text[0] == '-')
		return 0;
	if (dns_parse_hex_word(w, word->text, word->len) == -1)
		return -1;
	return put_length(w, from);
}

static int
parse_base32(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a hash is missing");
	uint32_t bits = 0;
	unsigned have = 0;

	if (word == NULL || dns_add_number(w, 0, 1) == -1)
		return -1;
	size_t from = w->rdata->len;
	for (size_t i = 0; i < word->len; i++) {
		char c = word->text[i];
		int low = c | 0x20;
		int v = c >= '0' && c <= '9'       ? c - '0'
			: low >= 'a' && low <= 'v' ? low - 'a' + 10
						   : -1;
		if (v == -1)
			return dns_words_fail(w, "not base32");
		bits = bits << 5 | (unsigned)v;
		have += 5;
		if (have < 8)
			continue;
		have -= 8;
		if (dns_add_number(w, bits >> have & 0xff, 1) == -1)
			return -1;
	}
	/* What is left of a digit is less than one, and zeros. */
	if (have >= 5 || (bits & ((1u << have) - 1)) != 0)
		return dns_words_fail(w, "not base32");
	return put_length(w, from);
}

static int
parse_types(struct dns_words *w)
{
	static const size_t window = 32;
	uint8_t bits[256 * 32] = {0};

	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];
		int v = riad_dns_type_parse(word->text, word->len);

		if (v == -1)
			return dns_words_fail(w, "not a type");
		bits[v / 8] |= (uint8_t)(0x80 >> v % 8);
	}
	for (size_t i = 0; i < 256; i++) {
		const uint8_t *p = bits + i * window;
		size_t len = window;

		while (len > 0 && p[len - 1] == 0)
			len--;
		if (len == 0)
			continue;
		if (dns_add_number(w, i << 8 | len, 2) == -1 ||
		    dns_add(w, p, len) == -1)
			return -1;
	}
	return 0;
}

/* Pairs of digits with a dash between. */
static int
parse_dashed(struct dns_words *w, size_t len)
{
	const struct riad_dns_word *word = dns_word(w, "an address is missing");

	if (word == NULL)
		return -1;
	if (word->len != 3 * len - 1)
		return dns_words_fail(w, "address of a wrong length");
	for (size_t i = 0; i < word->len; i += 3) {
		if (i > 0 && word->text[i - 1] != '-')
			return dns_words_fail(w, "not pairs and dashes");
		if (dns_parse_hex_word(w, word->text + i, 2) == -1)
			return -1;
	}
	return 0;
}

static int
parse_locator(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a locator is missing");
	unsigned v = 0, digits = 0, groups = 0;

	if (word == NULL)
		return -1;
	for (size_t i = 0; i <= word->len; i++) {
		int digit =
		    i < word->len ? riad_hex_digit((uint8_t)word->text[i]) : -1;
		if (digit != -1) {
			v = v << 4 | (unsigned)digit;
			if (++digits > 4)
				break;
			continue;
		}
		if (digits == 0 || (i < word->len && word->text[i] != ':'))
			break;
		if (++groups > 4 || dns_add_number(w, v, 2) == -1)
			break;
		v = digits = 0;
		if (i == word->len && groups == 4)
			return 0;
	}
	return dns_words_fail(w, "not four groups of hex");
}

static int
parse_gateway(struct dns_words *w, unsigned kind)
{
	const struct riad_dns_word *word;

	switch (kind) {
	case 0:
		word = dns_word(w, "a gateway is missing");
		if (word == NULL)
			return -1;
		if (word->len != 1 || word->text[0] != '.')
			return dns_words_fail(w, "not \".\", for no gateway");
		return 0;
	case 1:
	case 2:
		return parse_address(w, kind == 2);
	case 3:
		return dns_parse_name(w);
	default:
		return dns_words_fail(w, "gateway of unknown kind");
	}
}

static int
parse_relay(struct dns_words *w)
{
	const struct riad_dns_word *optional = dns_word(w, "D is missing");
	const struct riad_dns_word *type = dns_word(w, "a type is missing");
	uint64_t d, v;

	if (optional == NULL || type == NULL)
		return -1;
	if (dns_number(&d, optional->text, optional->len, 1) == -1 ||
	    dns_number(&v, type->text, type->len, 127) == -1)
		return dns_words_fail(w, "not a number in its range");
	if (dns_add_number(w, d << 7 | v, 1) == -1)
		return -1;
	return parse_gateway(w, (unsigned)v);
}

static int
parse_identity(struct dns_words *w)
{
	size_t from = w->rdata->len;
	uint8_t head[4] = {0};

	if (dns_add(w, head, sizeof(head)) == -1)
		return -1;

	const struct riad_dns_word *word =
	    dns_word(w, "an algorithm is missing");
	uint64_t v;
	if (word == NULL)
		return -1;
	if (dns_number(&v, word->text, word->len, UINT8_MAX) == -1)
		return dns_words_fail(w, "not a number in its range");
	word = dns_word(w, "an identity is missing");
	if (word == NULL || dns_parse_hex_word(w, word->text, word->len) == -1)
		return -1;
	size_t hit = w->rdata->len - from - sizeof(head);
	if (hit > UINT8_MAX)
		return dns_words_fail(w, "over 255 bytes");
	word = dns_word(w, "a key is missing");
	if (word == NULL ||
	    dns_parse_base64_word(w, word->text, word->len) == -1)
		return -1;

	uint8_t *p = w->rdata->data + from;
	p[0] = (uint8_t)hit;
	p[1] = (uint8_t)v;
	dns_put16(p + 2, (unsigned)(w->rdata->len - from - sizeof(head) - hit));
	while (w->at < w->count) {
		if (dns_parse_name(w) == -1)
			return -1;
	}
	return 0;
}

/* Of protocols only two have ports; of ports there are numbers. */
static int
parse_services(struct dns_words *w)
{
	const struct riad_dns_word *word = dns_word(w, "a protocol is missing");
	uint8_t bits[8192] = {0};
	size_t len = 0;
	uint64_t v;

	if (word == NULL)
		return -1;
	if (word->len == 3 && strncasecmp(word->text, "tcp", 3) == 0)
		v = 6;
	else if (word->len == 3 && strncasecmp(word->text, "udp", 3) == 0)
		v = 17;
	else if (dns_number(&v, word->text, word->len, UINT8_MAX) == -1)
		return dns_words_fail(w, "not a protocol");
	if (dns_add_number(w, v, 1) == -1)
		return -1;
	while (w->at < w->count) {
		word = &w->word[w->at++];
		if (dns_number(&v, word->text, word->len, UINT16_MAX) == -1)
			return dns_words_fail(w, "not the number of a port");
		bits[v / 8] |= (uint8_t)(0x80 >> v % 8);
		if (v / 8 >= len)
			len = (size_t)v / 8 + 1;
	}
	return dns_add(w, bits, len);
}

/* As riad_dns_text writes it, of each "3=00FF". */
static int
parse_options(struct dns_words *w)
{
	while (w->at < w->count) {
		const struct riad_dns_word *word = &w->word[w->at++];
		const char *mark = memchr(word->text, '=', word->len);
		size_t n = mark != NULL ? (size_t)(mark - word->text) : 0;
		uint64_t code;

		if (dns_number(&code, word->text, n, UINT16_MAX) == -1)
			return dns_words_fail(w, "not CODE=HEX");
		size_t len = word->len - n - 1;
		if (dns_add_number(w, code << 16 | (len / 2 & 0xffff), 4) ==
			-1 ||
		    dns_parse_hex_word(w, mark + 1, len) == -1)
			return -1;
	}
	return 0;
}

static int
parse_field(struct dns_words *w, const struct dns_field *field)
{
	enum dns_kind kind = (enum dns_kind)field->kind;

	switch (kind) {
	case DNS_U8:
	case DNS_U16:
	case DNS_U32:
	case DNS_TIME48:
		return dns_parse_number(w, dns_fixed_len(kind));
	case DNS_PERIOD:
		return parse_period(w);
	case DNS_TYPE:
		return parse_type(w);
	case DNS_ERROR:
		return parse_error(w);
	case DNS_ALGORITHM:
	case DNS_CERT_TYPE:
	case DNS_CERT_ALGORITHM:
	case DNS_SCHEME:
		return parse_word(w, kind, dns_fixed_len(kind));
	case DNS_TIME:
		return parse_time(w);
	case DNS_IPV4:
		return parse_address(w, false);
	case DNS_IPV6:
		return parse_address(w, true);
	case DNS_NAME:
	case DNS_NAME_READ:
	case DNS_NAME_PLAIN:
		return dns_parse_name(w);
	case DNS_STRING:
	case DNS_BARE:
		return parse_string(w);
	case DNS_STRINGS:
		return parse_strings(w);
	case DNS_REST:
		return parse_rest(w);
	case DNS_HEX:
	case DNS_DIGEST:
	case DNS_FINGERPRINT:
	case DNS_ZONE_DIGEST:
		return dns_parse_hex(w);
	case DNS_HEX_MARKED:
		return parse_marked(w);
	case DNS_BASE64:
	case DNS_BASE64_ANY:
		return dns_parse_base64(w);
	case DNS_BASE64_SIZED:
		return parse_base64_sized(w);
	case DNS_SALT:
		return parse_salt(w);
	case DNS_BASE32:
		return parse_base32(w);
	case DNS_TYPES:
	case DNS_TYPES_SOME:
		return parse_types(w);
	case DNS_EUI48:
	case DNS_EUI64:
		return parse_dashed(w, dns_fixed_len(kind));
	case DNS_LOCATOR64:
		return parse_locator(w);
	case DNS_LOCATION:
		return dns_parse_location(w);
	case DNS_PREFIXES:
		return dns_parse_prefixes(w);
	case DNS_GATEWAY:
		return parse_gateway(w, w->rdata->data[w->start + 1]);
	case DNS_RELAY:
		return parse_relay(w);
	case DNS_HOST_IDENTITY:
		return parse_identity(w);
	case DNS_SERVICES:
		return parse_services(w);
	case DNS_PARAMETERS:
		return dns_parse_parameters(w);
	case DNS_OPTIONS:
		return parse_options(w);
	case DNS_END:
	case DNS_KINDS:
		break;
	}
	return 0;
}

/* RFC 3597 section 5: a length, and hex. */
static int
parse_unknown(struct dns_words *w)
{
	const struct riad_dns_word *word;
	uint64_t len;

	w->at++;
	word = dns_word(w, "a length is missing");
	if (word == NULL)
		return -1;
	if (dns_number(&len, word->text, word->len, UINT16_MAX) == -1)
		return dns_words_fail(w, "not a length up to 65535");
	if (dns_parse_hex(w) == -1)
		return -1;
	if (w->rdata->len - w->start != len)
		return dns_words_fail(w, "hex of another length");
	return 0;
}

static int
parse_words(struct dns_words *w, const struct dns_row *row)
{
	if (w->count > 0 && !w->word[0].quoted && w->word[0].len == 2 &&
	    memcmp(w->word[0].text, "\\#", 2) == 0)
		return parse_unknown(w);
	if (row == NULL)
		return dns_words_fail(w, "not \"\\#\", for an unknown type");
	for (const struct dns_field *f = row->fields; f->kind != DNS_END; f++) {
		if (parse_field(w, f) == -1)
			return -1;
	}
	if (w->at < w->count) {
		w->at++;
		return dns_words_fail(w, "a word too many");
	}
	return 0;
}

int
riad_dns_parse(struct riad_buf *rdata, uint16_t type, uint16_t class,
    const struct riad_dns_word *words, size_t count, const uint8_t *origin,
    const char **why, size_t *word)
{
	struct dns_words w = {.word = words,
	    .count = count,
	    .origin = origin,
	    .rdata = rdata,
	    .start = rdata->len};

	if (parse_words(&w, dns_row_of(type, class)) == 0) {
		/* What fields alone do not see, and what came as hex. */
		static const uint8_t none[1];
		size_t len = rdata->len - w.start;
		struct riad_dns_record record = {.type = type,
		    .class = class,
		    .data = len > 0 ? rdata->data + w.start : none,
		    .len = (uint16_t)len};
		struct dns_cursor c;

		if (dns_check(&c, NULL, &record) == 0)
			return 0;
		dns_words_fail(&w, c.why);
	}
	rdata->len = w.start;
	*why = w.why;
	*word = w.bad;
	return -1;
}
