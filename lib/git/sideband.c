/* SPDX-License-Identifier: ISC */

#include "riad/sideband.h"

/* gitformat-pack(5) */
static const char signature[4] = {'P', 'A', 'C', 'K'};

enum riad_band
riad_band(const struct riad_pkt *pkt)
{
	if (pkt->type != RIAD_PKT_DATA || pkt->len == 0 || pkt->data[0] > 3)
		return RIAD_BAND_NONE;
	return (enum riad_band)pkt->data[0];
}

void
riad_packfind_init(struct riad_packfind *find, uint64_t nth)
{
	*find = (struct riad_packfind){
	    .left = nth - 1,
	    .state = RIAD_PACKFIND_OUTSIDE,
	};
}

/* A server may send as little as a byte of the signature at a time. */
static void
add_data(struct riad_packfind *find, struct riad_out *out, const uint8_t *data,
    size_t len)
{
	while (find->state == RIAD_PACKFIND_OUTSIDE && len > 0) {
		if (*data != (uint8_t)signature[find->matched]) {
			find->state = RIAD_PACKFIND_PASSING;
			break;
		}
		data++;
		len--;
		if (++find->matched < sizeof(signature))
			continue;
		if (find->left > 0) {
			find->left--;
			find->state = RIAD_PACKFIND_PASSING;
		} else {
			find->state = RIAD_PACKFIND_INSIDE;
			riad_out_add(out, signature, sizeof(signature));
		}
	}
	if (find->state == RIAD_PACKFIND_INSIDE)
		riad_out_add(out, data, len);
}

void
riad_packfind_add(struct riad_packfind *find, struct riad_out *out,
    const struct riad_pkt *pkt)
{
	if (find->state > RIAD_PACKFIND_INSIDE)
		return;
	if (pkt->type == RIAD_PKT_RAW) {
		add_data(find, out, pkt->data, pkt->len);
		find->raw = true;
	} else if (pkt->type == RIAD_PKT_FLUSH) {
		find->matched = 0;
		find->state = find->state == RIAD_PACKFIND_INSIDE
				  ? RIAD_PACKFIND_DONE
				  : RIAD_PACKFIND_OUTSIDE;
	} else if (riad_band(pkt) == RIAD_BAND_DATA) {
		add_data(find, out, pkt->data + 1, pkt->len - 1);
	}
}

void
riad_packfind_end(struct riad_packfind *find)
{
	if (find->state == RIAD_PACKFIND_INSIDE)
		find->state =
		    find->raw ? RIAD_PACKFIND_DONE : RIAD_PACKFIND_CUT;
	else if (find->state < RIAD_PACKFIND_INSIDE)
		find->state = RIAD_PACKFIND_OUTSIDE;
	find->matched = 0;
	find->raw = false;
}

const char *
riad_packfind_why(const struct riad_packfind *find)
{
	if (find->state == RIAD_PACKFIND_DONE)
		return NULL;
	return find->state == RIAD_PACKFIND_CUT ? "the pack is cut short"
						: "no such pack";
}
