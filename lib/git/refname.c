/* SPDX-License-Identifier: ISC */

#include "riad/refname.h"

#include <stdint.h>
#include <string.h>

/* 1: nowhere; 2: to be looked at together with what is before it. */
static const uint8_t kinds[256] = {
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1, /* controls */
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1,
    1, /* controls */
    [' '] = 1,
    ['*'] = 1,
    [':'] = 1,
    ['?'] = 1,
    ['['] = 1,
    ['\\'] = 1,
    ['^'] = 1,
    ['~'] = 1,
    [0x7f] = 1,
    ['.'] = 2,
    ['/'] = 2,
    ['{'] = 2,
};

static bool
ends_in_lock(const char *name, size_t len)
{
	return len >= 5 && memcmp(name + len - 5, ".lock", 5) == 0;
}

bool
riad_refname_valid(const char *name, size_t len)
{
	char last = '/';

	if (len > RIAD_REFNAME_MAX || (len == 1 && *name == '@'))
		return false;
	for (size_t i = 0; i < len; last = name[i++]) {
		switch (kinds[(uint8_t)name[i]]) {
		case 0:
			continue;
		case 1:
			return false;
		}
		/* No component is empty, starts with a dot, or is a lock. */
		if (name[i] == '{'
			? last == '@'
			: last == '/' || (last == '.' && name[i] == '.'))
			return false;
		if (name[i] == '/' && ends_in_lock(name, i))
			return false;
	}
	return last != '/' && last != '.' && !ends_in_lock(name, len);
}
