/* SPDX-License-Identifier: ISC */

#include "riad/dnslimit.h"

#include <errno.h>
#include <string.h>

#include "tap.h"

static const uint64_t second = 1000000000;
static struct riad_dns_limit *limit;

/* How often address may ask at that time, tried n times. */
static unsigned
asks(const uint8_t address[16], uint64_t now, unsigned n)
{
	unsigned may = 0;

	while (n-- > 0)
		may += riad_dns_limit_take(limit, address, now);
	return may;
}

int
main(void)
{
	uint8_t a[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [15] = 1};
	uint8_t b[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [15] = 2};
	uint8_t c[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 1, 2};
	uint8_t d[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 1, 3, [15] = 9};
	uint8_t e[16] = {0x20, 1, 0xd, 0xb8, 0, 0, 2, 2};
	uint64_t now = 5 * second;

	ok(riad_dns_limit_new(0) == NULL && errno == EINVAL, "a rate of 0");
	limit = riad_dns_limit_new(100);
	if (limit == NULL)
		return 1;
	ok(asks(a, now, 1000) == 100, "as often at once as in a second");
	ok(asks(b, now, 1000) == 100, "another address");
	ok(asks(a, now + second / 10, 1000) == 10, "after a tenth, a tenth");
	ok(asks(a, now + second / 10 + second / 200, 9) == 0,
	    "after half of an interval, nothing");
	ok(asks(a, now + 100 * second, 1000) == 100,
	    "after a rest, as often again and no more");
	ok(asks(c, now, 60) == 60 && asks(d, now, 1000) == 40,
	    "a network of 56 bits is one source");
	ok(asks(e, now, 1000) == 100, "the next is another");

	/* One asks too much, and from as many addresses as there are. */
	now += 200 * second;
	unsigned may = asks(a, now, 1000);
	uint8_t f[16] = {[10] = 0xff, [11] = 0xff, [12] = 10};
	for (unsigned i = 0; i < 200000; i++) {
		f[13] = (uint8_t)(i >> 16);
		f[14] = (uint8_t)(i >> 8);
		f[15] = (uint8_t)i;
		may += asks(f, now, 150) > 100;
	}
	may += asks(a, now, 1000);
	ok(may <= 200, "many sources do not wash out one's debt: %u", may);
	riad_dns_limit_free(limit);

	limit = riad_dns_limit_new(1);
	if (limit == NULL)
		return 1;
	ok(asks(a, now, 5) == 1 && asks(a, now + second - 1, 5) == 0 &&
		asks(a, now + second, 5) == 1,
	    "once a second");
	riad_dns_limit_free(limit);
	return tap_done();
}
