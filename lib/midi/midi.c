/* SPDX-License-Identifier: ISC */

#include "riad/midi.h"

#include <errno.h>
#include <string.h>

int
riad_midi_len(uint8_t status)
{
	/* By the upper half from 8 on, then by the lower half of F0 to FF. */
	static const int8_t channel[7] = {2, 2, 2, 2, 1, 1, 2};
	static const int8_t system[16] = {
	    -1, 1, 2, 1, -1, -1, 0, -1, 0, -1, 0, 0, 0, -1, 0, 0};

	if (status < 0x80)
		return -1;
	return status < 0xF0 ? channel[(status >> 4) - 8] : system[status & 15];
}

static int
write_message(
    struct riad_buf *out, const struct riad_midi_event *event, uint8_t *running)
{
	uint8_t status = event->status, bytes[3];
	int len = riad_midi_len(status);
	size_t n = 0;

	if (len == -1 || ((event->data[0] | event->data[1]) & 0x80)) {
		errno = EINVAL;
		return -1;
	}
	bool omit = running != NULL
			? riad_midi_is_channel(status) && status == *running
			: event->running;
	if (!omit)
		bytes[n++] = status;
	bytes[n] = event->data[0];
	if (len == 2)
		bytes[n + 1] = event->data[1];
	n += (size_t)len;
	if (riad_buf_add(out, bytes, n) == -1)
		return -1;
	if (running != NULL &&
	    (!riad_midi_is_realtime(status) || status == RIAD_MIDI_RESET))
		*running = riad_midi_is_channel(status) ? status : 0;
	return 0;
}

static int
write_exclusive(
    struct riad_buf *out, const struct riad_midi_event *event, uint8_t *running)
{
	for (size_t i = 0; i < event->len; i++)
		if (event->bytes[i] >= 0x80 && event->bytes[i] < 0xF8) {
			errno = EINVAL;
			return -1;
		}
	if (event->len > SIZE_MAX - 2) {
		errno = EMSGSIZE;
		return -1;
	}
	size_t n = event->len + event->first + event->last;
	if (riad_buf_reserve(out, n) == -1)
		return -1;

	uint8_t *to = out->data + out->len;
	if (event->first)
		*to++ = RIAD_MIDI_SYSEX;
	if (event->len > 0)
		memcpy(to, event->bytes, event->len);
	if (event->last)
		to[event->len] = RIAD_MIDI_EOX;
	out->len += n;
	if (running != NULL)
		*running = 0;
	return 0;
}

int
riad_midi_write(
    struct riad_buf *out, const struct riad_midi_event *event, uint8_t *running)
{
	switch (event->kind) {
	case RIAD_MIDI_MESSAGE:
		return write_message(out, event, running);
	case RIAD_MIDI_EXCLUSIVE:
		return write_exclusive(out, event, running);
	case RIAD_MIDI_META:
		return 0;
	case RIAD_MIDI_ESCAPE:
	case RIAD_MIDI_RAW:
		break;
	}
	/* What these leave in force nobody knows. */
	if (running != NULL)
		*running = 0;
	return riad_buf_add(out, event->bytes, event->len);
}
