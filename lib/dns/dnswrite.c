/* SPDX-License-Identifier: ISC */

#include <errno.h>
#include <string.h>

#include "dnsfield.h"

enum { POINTABLE = 0x4000 };

void
riad_dns_writer_init(struct riad_dns_writer *writer, uint8_t *data, size_t max,
    uint16_t id, uint16_t flags)
{
	*writer = (struct riad_dns_writer){
	    .data = data,
	    .len = RIAD_DNS_HEADER,
	    .max = max < RIAD_DNS_MESSAGE ? max : RIAD_DNS_MESSAGE,
	    .compress = true,
	};
	memset(data, 0, RIAD_DNS_HEADER);
	dns_put16(data, id);
	dns_put16(data + 2, flags);
}

static int
add(struct riad_dns_writer *w, const void *data, size_t len)
{
	if (len > w->max - w->len) {
		errno = EMSGSIZE;
		return -1;
	}
	if (len > 0)
		memcpy(w->data + w->len, data, len);
	w->len += len;
	return 0;
}

/*
 * Whether the name at `at` of the message, which we wrote, is this one.  Its
 * letters have to be too: whoever reads the message gets what was put in.
 */
static bool
written(const struct riad_dns_writer *w, size_t at, const uint8_t *name)
{
	for (;;) {
		uint8_t c = w->data[at];

		if (c >= 0xc0) {
			at = (c & 0x3fu) << 8 | w->data[at + 1];
			continue;
		}
		if (c != *name)
			return false;
		if (c == 0)
			return true;
		if (memcmp(w->data + at + 1, name + 1, c) != 0)
			return false;
		at += c + 1u;
		name += c + 1u;
	}
}

static int
add_name(struct riad_dns_writer *w, const uint8_t *name)
{
	const unsigned before = w->names_len;
	size_t size = riad_dns_name_len(name);

	for (; w->compress && *name != 0;
	     size -= *name + 1u, name += *name + 1) {
		/* Without a look at the sizes, names of many labels that are
		 * alike would take long. */
		for (unsigned i = 0; i < before; i++) {
			if (w->names_size[i] != size ||
			    !written(w, w->names[i], name))
				continue;
			uint8_t pointer[2];
			dns_put16(pointer, 0xc000u | w->names[i]);
			return add(w, pointer, 2);
		}
		if (w->len < POINTABLE &&
		    w->names_len < sizeof(w->names) / sizeof(w->names[0])) {
			w->names[w->names_len] = (uint16_t)w->len;
			w->names_size[w->names_len++] = (uint8_t)size;
		}
		if (add(w, name, *name + 1u) == -1)
			return -1;
	}
	return add(w, name, size);
}

static int
count(struct riad_dns_writer *w, unsigned section)
{
	uint8_t *p = w->data + 4 + 2 * section;

	if (dns_get16(p) == UINT16_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	dns_put16(p, dns_get16(p) + 1u);
	w->section = section;
	return 0;
}

int
riad_dns_write_question(struct riad_dns_writer *writer, const uint8_t *name,
    uint16_t type, uint16_t class)
{
	const size_t len = writer->len;
	const unsigned names_len = writer->names_len;
	uint8_t fixed[4];

	if (writer->section != RIAD_DNS_QUESTION) {
		errno = EINVAL;
		return -1;
	}
	dns_put16(fixed, type);
	dns_put16(fixed + 2, class);
	if (add_name(writer, name) == -1 || add(writer, fixed, 4) == -1 ||
	    count(writer, RIAD_DNS_QUESTION) == -1) {
		writer->len = len;
		writer->names_len = names_len;
		return -1;
	}
	return 0;
}

/* RDATA field by field, where names in it can be written shorter. */
static int
add_fields(struct riad_dns_writer *w, const struct dns_row *row,
    const struct riad_dns_record *record)
{
	struct dns_cursor c;

	dns_cursor_init(&c, NULL, record);
	for (const struct dns_field *f = row->fields; f->kind != DNS_END; f++) {
		size_t at = c.at;

		if (dns_check_field(&c, f) == -1) {
			errno = EBADMSG;
			return -1;
		}
		if (f->kind == DNS_NAME ? add_name(w, c.msg + at) == -1
					: add(w, c.msg + at, c.at - at) == -1)
			return -1;
	}
	if (c.at != c.end) {
		errno = EBADMSG;
		return -1;
	}
	return 0;
}

static int
add_record(struct riad_dns_writer *w, const struct riad_dns_record *record)
{
	const struct dns_row *row =
	    w->compress ? dns_row_of(record->type, record->class) : NULL;
	uint8_t fixed[10];

	dns_put16(fixed, record->type);
	dns_put16(fixed + 2, record->class);
	dns_put32(fixed + 4, record->ttl);
	dns_put16(fixed + 8, record->len);
	if (add_name(w, record->name) == -1 || add(w, fixed, 10) == -1)
		return -1;
	if (row == NULL || (row->marks & DNS_NAMES) == 0)
		return add(w, record->data, record->len);

	size_t at = w->len;
	if (add_fields(w, row, record) == -1)
		return -1;
	dns_put16(w->data + at - 2, (unsigned)(w->len - at));
	return 0;
}

int
riad_dns_write(
    struct riad_dns_writer *writer, const struct riad_dns_record *record)
{
	const size_t len = writer->len;
	const unsigned names_len = writer->names_len;

	if (record->section == RIAD_DNS_QUESTION)
		return riad_dns_write_question(
		    writer, record->name, record->type, record->class);
	if (record->section < writer->section) {
		errno = EINVAL;
		return -1;
	}
	if (add_record(writer, record) == -1 ||
	    count(writer, record->section) == -1) {
		writer->len = len;
		writer->names_len = names_len;
		return -1;
	}
	return 0;
}
