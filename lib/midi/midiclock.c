/* SPDX-License-Identifier: ISC */

#include <string.h>

#include "riad/midistat.h"

/* Of the first 2 * FINE values each has a bucket; from there on FINE of them
 * share an octave. */
static size_t
bucket_of(uint64_t v)
{
	unsigned octave = 0;

	for (uint64_t w = v; w >= UINT64_C(2) * RIAD_CLOCK_FINE; w >>= 1)
		octave++;
	size_t i = (size_t)octave * RIAD_CLOCK_FINE + (size_t)(v >> octave);
	return i < RIAD_CLOCK_BUCKETS ? i : RIAD_CLOCK_BUCKETS - 1;
}

uint64_t
riad_clockstat_least(size_t bucket)
{
	size_t octave = bucket / RIAD_CLOCK_FINE;

	if (octave < 2)
		return bucket;
	return (uint64_t)(bucket % RIAD_CLOCK_FINE + RIAD_CLOCK_FINE)
	       << (octave - 1);
}

static uint32_t
median(const uint32_t *values, size_t n)
{
	uint32_t sorted[RIAD_CLOCK_WINDOW];

	for (size_t i = 0; i < n; i++) {
		size_t j = i;
		for (; j > 0 && sorted[j - 1] > values[i]; j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = values[i];
	}
	return n % 2 == 1 ? sorted[n / 2]
			  : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

int
riad_clockstat_add(struct riad_clockstat *c, int64_t *dev, int64_t time)
{
	enum { ENOUGH = 4 };
	int64_t interval = (int64_t)((uint64_t)time - (uint64_t)c->last);
	int r = 0;

	c->last = time;
	if (c->clocks++ == 0)
		return 0;
	if (interval < 0 || interval > RIAD_CLOCK_GAP) {
		c->gaps++;
		c->n = c->at = 0;
		return 0;
	}
	c->intervals++;
	c->sum += (uint64_t)interval;
	if (c->n >= ENOUGH) {
		*dev = interval - (int64_t)median(c->window, c->n);
		uint64_t size = (uint64_t)(*dev < 0 ? -*dev : *dev);
		c->bucket[bucket_of(size)]++;
		c->deviations++;
		if (size > c->worst)
			c->worst = size;
		r = 1;
	}
	c->window[c->at] = (uint32_t)interval;
	c->at = (uint8_t)((c->at + 1) % RIAD_CLOCK_WINDOW);
	if (c->n < RIAD_CLOCK_WINDOW)
		c->n++;
	return r;
}

uint64_t
riad_clockstat_mbpm(const struct riad_clockstat *c)
{
	if (c->sum == 0)
		return 0;
	/* 60e6 us a minute, 24 clocks a beat, in thousandths. */
	double mean = (double)c->sum / (double)c->intervals;
	return (uint64_t)(60e9 / 24 / mean + 0.5);
}

uint64_t
riad_clockstat_percentile(const struct riad_clockstat *c, unsigned percent)
{
	uint64_t rank = (c->deviations * percent + 99) / 100, sum = 0;

	for (size_t i = 0; i < RIAD_CLOCK_BUCKETS; i++) {
		sum += c->bucket[i];
		if (sum < rank || sum == 0)
			continue;
		/* All in the bucket are below the next one's least. */
		uint64_t most = riad_clockstat_least(i + 1) - 1;
		return most < c->worst ? most : c->worst;
	}
	return c->worst;
}
