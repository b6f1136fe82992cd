/* SPDX-License-Identifier: ISC */
/*
 * fakemidi - a libportmidi.so.0 whose devices are files, for tests
 *
 * $FAKEMIDI is a directory.  Its file "devices" has a line for each: "in NAME"
 * or "out NAME", numbered from 0.  For a device NAME there may be
 *
 *	NAME.in		bytes that it sends; what is appended comes then
 *	NAME.out	where bytes that were sent to it are appended
 *	NAME.overflow	a file that makes the next read an overflow, and goes
 *	NAME.full	the same for a write
 *	NAME.broken	a file: what a host error says that then occurs
 *	NAME.crash	a file that makes the next read or write a crash, and
 *			goes
 *
 * A file "slow" makes the list of devices take a minute.
 *
 * What the real one does and is easily got wrong is kept: devices are listed
 * once, time stamps are of the caller's clock, exclusives come and go in words
 * of four bytes, active sensing is filtered unless that is changed, a word
 * that begins with a real-time status inside an exclusive is sent as it is,
 * and a message where an exclusive isn't over is bad data.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <portmidi.h>

enum { MAX = 16, ACTIVE_SENSING = 1 << 0x0E };

struct device {
	PmDeviceInfo info;
	char name[64];
	char interf[8];
	FILE *file;
	int filters;
	PmTimeProcPtr clock;
	unsigned char status, msg[4];
	int have, need, in_sysex;
};

static struct device devices[MAX];
static int count = -1;
static char host_error[256];

static const char *
path(const struct device *d, const char *what)
{
	static char buf[512];

	snprintf(buf, sizeof(buf), "%s/%s%s", getenv("FAKEMIDI"),
	    d != NULL ? d->name : "", what);
	return buf;
}

PmError
Pm_Initialize(void)
{
	char way[8], name[64];

	/* As ALSA does where it has no sequencer. */
	fprintf(stderr,
	    "ALSA lib seq_hw.c:466:(snd_seq_hw_open) "
	    "open /dev/snd/seq failed: %s\n",
	    getenv("FAKEMIDI_ERROR") ? getenv("FAKEMIDI_ERROR")
				     : "No such file or directory");
	if (count != -1)
		return pmNoError;
	if (access(path(NULL, "slow"), F_OK) == 0)
		sleep(60);
	count = 0;
	FILE *f = fopen(path(NULL, "devices"), "r");
	while (f != NULL && count < MAX &&
	       fscanf(f, "%7s %63[^\n]", way, name) == 2) {
		struct device *d = &devices[count++];
		memset(d, 0, sizeof(*d));
		memcpy(d->name, name, sizeof(d->name));
		memcpy(d->interf, "Fake", 5);
		d->info.structVersion = 200;
		d->info.name = d->name;
		d->info.interf = d->interf;
		d->info.input = strcmp(way, "in") == 0;
		d->info.output = !d->info.input;
	}
	if (f != NULL)
		fclose(f);
	return pmNoError;
}

PmError
Pm_Terminate(void)
{
	count = -1;
	return pmNoError;
}

int
Pm_CountDevices(void)
{
	return count;
}

const PmDeviceInfo *
Pm_GetDeviceInfo(PmDeviceID id)
{
	return id >= 0 && id < count ? &devices[id].info : NULL;
}

const char *
Pm_GetErrorText(PmError err)
{
	return err == pmHostError ? "PortMidi: `Host error'"
	       : err == pmBadData ? "PortMidi: `Invalid MIDI message Data'"
	       : err == pmInvalidDeviceId ? "PortMidi: `Invalid device ID'"
					  : "PortMidi: another error";
}

void
Pm_GetHostErrorText(char *msg, unsigned len)
{
	snprintf(msg, len, "%s", host_error);
	host_error[0] = '\0';
}

/* Is there a file of that name?  What it says is the host's error. */
static int
happens(const struct device *d, const char *what)
{
	FILE *f = fopen(path(d, what), "r");

	if (f == NULL)
		return 0;
	if (fgets(host_error, sizeof(host_error), f) == NULL)
		host_error[0] = '\0';
	host_error[strcspn(host_error, "\n")] = '\0';
	fclose(f);
	return 1;
}

static void
crash(const struct device *d)
{
	if (access(path(d, ".crash"), F_OK) == -1)
		return;
	unlink(path(d, ".crash"));
	abort();
}

static PmError
opened(PortMidiStream **stream, PmDeviceID id, int output, PmTimeProcPtr clock)
{
	if (id < 0 || id >= count || devices[id].info.output != output)
		return pmInvalidDeviceId;
	struct device *d = &devices[id];
	if (happens(d, ".broken"))
		return pmHostError;
	d->clock = clock;
	d->filters = ACTIVE_SENSING;
	d->file = NULL;
	*stream = d;
	return pmNoError;
}

PmError
Pm_OpenInput(PortMidiStream **stream, PmDeviceID inputDevice,
    void *inputDriverInfo, int32_t bufferSize, PmTimeProcPtr time_proc,
    void *time_info)
{
	(void)inputDriverInfo;
	(void)time_info;
	return bufferSize > 0 ? opened(stream, inputDevice, 0, time_proc)
			      : pmBadPtr;
}

PmError
Pm_OpenOutput(PortMidiStream **stream, PmDeviceID outputDevice,
    void *outputDriverInfo, int32_t bufferSize, PmTimeProcPtr time_proc,
    void *time_info, int32_t latency)
{
	(void)outputDriverInfo;
	(void)bufferSize;
	(void)time_info;
	(void)latency;
	PmError err = opened(stream, outputDevice, 1, time_proc);
	if (err == pmNoError) {
		struct device *d = *stream;
		d->file = fopen(path(d, ".out"), "a");
	}
	return err;
}

PmError
Pm_SetFilter(PortMidiStream *stream, int32_t filters)
{
	((struct device *)stream)->filters = filters;
	return pmNoError;
}

static PmEvent
event(struct device *d)
{
	PmEvent e = {0, d->clock ? d->clock(NULL) : 0};

	for (int i = 0; i < d->have; i++)
		e.message |= (PmMessage)((uint32_t)d->msg[i] << 8 * i);
	d->have = 0;
	return e;
}

static int
length(int status)
{
	return status < 0xC0 || (status >= 0xE0 && status < 0xF0) ||
		       status == 0xF2
		   ? 3
	       : status < 0xE0 || status == 0xF1 || status == 0xF3 ? 2
								   : 1;
}

int
Pm_Read(PortMidiStream *stream, PmEvent *buffer, int32_t len)
{
	struct device *d = stream;
	int n = 0, c;

	crash(d);
	if (happens(d, ".broken"))
		return pmHostError;
	if (access(path(d, ".overflow"), F_OK) == 0) {
		unlink(path(d, ".overflow"));
		d->have = 0;
		d->in_sysex = 0;
		return pmBufferOverflow;
	}
	if (d->file == NULL)
		d->file = fopen(path(d, ".in"), "r");
	if (d->file == NULL)
		return 0;
	clearerr(d->file);
	while (n < len && (c = getc(d->file)) != EOF) {
		if (c >= 0xF8) {
			if (c != 0xFE || !(d->filters & ACTIVE_SENSING))
				buffer[n++] =
				    (PmEvent){c, d->clock ? d->clock(NULL) : 0};
			continue;
		}
		if (c >= 0x80 && c != 0xF7) {
			d->have = 0;
			d->in_sysex = c == 0xF0;
			d->status = (unsigned char)c;
			d->need = length(c);
		} else if (d->have == 0 && !d->in_sysex && d->status < 0xF0) {
			d->msg[d->have++] = d->status;
		}
		d->msg[d->have++] = (unsigned char)c;
		if (d->in_sysex ? d->have == 4 || c == 0xF7
				: d->have == d->need)
			buffer[n++] = event(d);
		if (c == 0xF7)
			d->in_sysex = 0;
	}
	return n;
}

PmError
Pm_Write(PortMidiStream *stream, PmEvent *buffer, int32_t len)
{
	struct device *d = stream;

	crash(d);
	if (happens(d, ".broken"))
		return pmHostError;
	if (access(path(d, ".full"), F_OK) == 0) {
		unlink(path(d, ".full"));
		return pmBufferOverflow;
	}
	for (int i = 0; i < len; i++) {
		uint32_t word = (uint32_t)buffer[i].message;
		int status = word & 0xFF, n = 4;
		int is_status = status >= 0x80 && status != 0xF7;
		if (status == 0xF0)
			d->in_sysex = 1;
		else if (is_status && !d->in_sysex)
			n = length(status);
		else if (!d->in_sysex || (is_status && status < 0xF8))
			return pmBadData;
		for (int k = 0; k < n; k++) {
			int byte = word >> 8 * k & 0xFF;
			fputc(byte, d->file);
			if (byte == 0xF7) {
				d->in_sysex = 0;
				break;
			}
		}
	}
	fflush(d->file);
	return pmNoError;
}

PmError
Pm_Close(PortMidiStream *stream)
{
	struct device *d = stream;

	if (d->file != NULL)
		fclose(d->file);
	d->file = NULL;
	return pmNoError;
}
