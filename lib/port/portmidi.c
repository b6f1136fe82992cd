/* SPDX-License-Identifier: ISC */
/*
 * Devices of portmidi.  All of this runs in processes made for it (fork.c):
 * the library lists devices once in a process's life, and never says that one
 * has gone which is only read.
 */

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <portmidi.h>

#include "backend.h"
#include "riad/midi.h"
#include "riad/port.h"

const bool riad_port_has_devices = true;

/* Events of input that portmidi keeps between two looks at it, which are a
 * millisecond apart.  It has no descriptor that could be polled. */
enum { QUEUE = 8192, LOOK_MS = 1 };

/* What there is of a name up to a byte that would break the line. */
static void
print_name(FILE *to, const char *s)
{
	for (; *s != '\0'; s++)
		fputc(*s == '\t' || *s == '\n' ? ' ' : *s, to);
}

void
riad_port_list_devices(FILE *to)
{
	PmError err = Pm_Initialize();

	if (err != pmNoError)
		fprintf(to, "%s\n", Pm_GetErrorText(err));
	for (int id = 0; err == pmNoError && id < Pm_CountDevices(); id++) {
		const PmDeviceInfo *info = Pm_GetDeviceInfo(id);
		if (info == NULL)
			continue;
		fprintf(to, DEVICE_MARK "%d\t%s%s\t", id,
		    info->input ? "i" : "", info->output ? "o" : "");
		print_name(to, info->interf);
		fputc('\t', to);
		print_name(to, info->name);
		fputc('\n', to);
	}
	fflush(to);
	Pm_Terminate();
}

/* So that portmidi starts no thread for a clock of its own. */
static PmTimestamp
now(void *ctx)
{
	struct timespec t;

	(void)ctx;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (PmTimestamp)(t.tv_sec * 1000 + t.tv_nsec / 1000000);
}

static void
tell(int sock, enum packet kind, const void *data, size_t len)
{
	uint8_t packet[1 + PACKET_MAX];

	packet[0] = (uint8_t)kind;
	if (len > PACKET_MAX)
		len = PACKET_MAX;
	if (len > 0)
		memcpy(packet + 1, data, len);
	/* If nobody listens any more, poll tells. */
	(void)send(sock, packet, 1 + len, MSG_NOSIGNAL);
}

/* Whether the host says no more than "not now". */
static bool
is_full(PmError err, char text[PM_HOST_ERROR_MSG_LEN])
{
	text[0] = '\0';
	if (err == pmBufferOverflow)
		return true;
	if (err == pmHostError)
		Pm_GetHostErrorText(text, PM_HOST_ERROR_MSG_LEN);
	return strstr(text, "temporarily unavailable") != NULL;
}

/* Data that is lost is told of; whether the device can still be used. */
static bool
can_go_on(int sock, PmError err)
{
	char text[PM_HOST_ERROR_MSG_LEN];

	if (err >= pmNoError)
		return true;
	if (is_full(err, text)) {
		tell(sock, PACKET_OVERFLOW, NULL, 0);
		return true;
	}
	const char *why = text[0] != '\0' ? text : Pm_GetErrorText(err);
	tell(sock, PACKET_ERROR, why, strlen(why));
	return false;
}

/* Events of portmidi hold a message, or four bytes of an exclusive. */
struct unpacking {
	bool in_exclusive;
};

static size_t
unpack(struct unpacking *u, uint8_t bytes[4], PmMessage message)
{
	uint32_t word = (uint32_t)message;

	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(word >> 8 * i);
	uint8_t status = bytes[0];
	if (riad_midi_is_realtime(status))
		return 1;
	if (status >= 0x80 && status != RIAD_MIDI_EOX)
		u->in_exclusive = status == RIAD_MIDI_SYSEX;
	if (!u->in_exclusive) {
		int len = riad_midi_len(status);
		return len >= 0 ? 1 + (size_t)len : status >= 0x80;
	}
	for (size_t i = 0; i < 4; i++) {
		if (bytes[i] == RIAD_MIDI_EOX) {
			u->in_exclusive = false;
			return i + 1;
		}
	}
	return 4;
}

static void
serve_input(int sock, PortMidiStream *stream)
{
	PmEvent events[PACKET_MAX / 4];
	uint8_t bytes[PACKET_MAX];
	struct unpacking u = {false};
	struct pollfd pfd = {.fd = sock, .events = POLLIN};
	const int max = sizeof(events) / sizeof(*events);
	int n;

	do {
		n = Pm_Read(stream, events, max);
		size_t len = 0;
		for (int i = 0; i < n; i++)
			len += unpack(&u, bytes + len, events[i].message);
		if (len > 0)
			tell(sock, PACKET_DATA, bytes, len);
		/* The rest of an exclusive went with it. */
		if (n == pmBufferOverflow && u.in_exclusive) {
			u.in_exclusive = false;
			tell(sock, PACKET_DATA, &(uint8_t){RIAD_MIDI_EOX}, 1);
		}
		if (n < 0 && !can_go_on(sock, (PmError)n))
			return;
	} while (poll(&pfd, 1, n == max ? 0 : LOOK_MS) == 0);
}

struct packing {
	int sock;
	PortMidiStream *stream;
	uint32_t stray; /* bytes of no message since it was told */
	PmEvent events[PACKET_MAX];
	int n;
	uint32_t word; /* of an exclusive, bytes of it */
	unsigned bytes;
	bool in_exclusive;
	uint8_t held[64]; /* real-time that came inside it */
	size_t nheld;
};

static void
pack(struct packing *p, uint32_t message)
{
	p->events[p->n++] = (PmEvent){.message = (PmMessage)message};
}

static void
pack_byte(struct packing *p, uint8_t byte)
{
	p->word |= (uint32_t)byte << 8 * p->bytes++;
	if (p->bytes < 4 && byte != RIAD_MIDI_EOX)
		return;
	pack(p, p->word);
	p->word = 0;
	p->bytes = 0;
}

static PmError
write_events(struct packing *p)
{
	PmError err = pmNoError;

	if (p->n > 0)
		err = Pm_Write(p->stream, p->events, p->n);
	p->n = 0;
	return err;
}

static void
pack_exclusive(struct packing *p, const struct riad_midi_event *event)
{
	if (event->first)
		pack_byte(p, RIAD_MIDI_SYSEX);
	for (size_t i = 0; i < event->len; i++)
		pack_byte(p, event->bytes[i]);
	if (event->last)
		pack_byte(p, RIAD_MIDI_EOX);
	p->in_exclusive = !event->last;
}

/*
 * Real-time inside an exclusive waits for its end: portmidi sends such an
 * event by itself and then its bytes once more as part of the exclusive.  Of
 * more than the array has room for the last are kept, and it is told.
 */
static void
hold(struct packing *p, uint8_t status)
{
	if (p->nheld == sizeof(p->held)) {
		memmove(p->held, p->held + 1, sizeof(p->held) - 1);
		p->nheld--;
		tell(p->sock, PACKET_OVERFLOW, NULL, 0);
	}
	p->held[p->nheld++] = status;
}

static void
pack_event(struct packing *p, const struct riad_midi_event *event)
{
	bool exclusive = event->kind == RIAD_MIDI_EXCLUSIVE;

	if (event->kind == RIAD_MIDI_RAW) {
		/* Which portmidi takes for bad data. */
		p->stray += (uint32_t)event->len;
		return;
	}
	if (!exclusive && p->in_exclusive &&
	    riad_midi_is_realtime(event->status)) {
		hold(p, event->status);
		return;
	}
	if (p->in_exclusive && !(exclusive && !event->first))
		pack_byte(p, RIAD_MIDI_EOX);
	if (exclusive) {
		pack_exclusive(p, event);
	} else {
		p->in_exclusive = false;
		pack(p, event->status | (uint32_t)event->data[0] << 8 |
			    (uint32_t)event->data[1] << 16);
	}
	for (size_t i = 0; !p->in_exclusive && i < p->nheld; i++)
		pack(p, p->held[i]);
	if (!p->in_exclusive)
		p->nheld = 0;
}

static void
serve_output(int sock, PortMidiStream *stream)
{
	static struct riad_midi_stream reader;
	struct packing p = {.sock = sock, .stream = stream};
	uint8_t bytes[PACKET_MAX];
	struct riad_midi_event event;
	ssize_t n;

	riad_midi_stream_init(&reader, false);
	while ((n = recv(sock, bytes, sizeof(bytes), 0)) > 0) {
		const uint8_t *data = bytes;
		size_t len = (size_t)n;
		int r;
		/* An event of a packet is at most as long as that, and what was
		 * held: far less than there is room for. */
		while ((r = riad_midi_stream_next(
			    &reader, &event, &data, &len)) == 1 ||
		       riad_midi_stream_flush(&reader, &event) == 1) {
			pack_event(&p, &event);
			if (!can_go_on(sock, write_events(&p)))
				return;
			if (r == 0)
				break;
		}
		if (p.stray > 0)
			tell(sock, PACKET_STRAY, &p.stray, sizeof(p.stray));
		p.stray = 0;
	}
}

/* The device of that number, or of that name if numbers have changed. */
static int
find_device(int id, const char *name, bool output)
{
	const PmDeviceInfo *info = Pm_GetDeviceInfo(id);

	if (info != NULL && strcmp(info->name, name) == 0 &&
	    (output ? info->output : info->input))
		return id;
	for (id = 0; id < Pm_CountDevices(); id++) {
		info = Pm_GetDeviceInfo(id);
		if (info != NULL && strcmp(info->name, name) == 0 &&
		    (output ? info->output : info->input))
			return id;
	}
	return pmNoDevice;
}

void
riad_port_serve_device(int sock, int id, const char *name, bool output)
{
	PortMidiStream *stream = NULL;

	PmError err = Pm_Initialize();
	if (err == pmNoError)
		id = find_device(id, name, output);
	if (err != pmNoError)
		;
	else if (id == pmNoDevice)
		err = pmInvalidDeviceId;
	else if (output)
		err = Pm_OpenOutput(&stream, id, NULL, 0, now, NULL, 0);
	else
		err = Pm_OpenInput(&stream, id, NULL, QUEUE, now, NULL);
	if (!can_go_on(sock, err))
		return;
	if (output) {
		serve_output(sock, stream);
	} else {
		Pm_SetFilter(
		    stream, 0); /* active sensing too, which it hides */
		serve_input(sock, stream);
	}
	Pm_Close(stream);
	Pm_Terminate();
}
