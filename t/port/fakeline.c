/* SPDX-License-Identifier: ISC */
/*
 * fakeline - what the driver of a UART says, for a terminal that has none
 *
 * To be loaded before the C library.  In the directory $FAKELINE the file
 * "overrun" is how many bytes the chip has lost so far, and "queue" how many
 * wait to be sent.  Lines of "asked" are what the driver is asked to do.  What
 * is no terminal is a raw device.
 */

#include <asm/ioctls.h>
#include <linux/serial.h>
#include <sound/asound.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int ioctl(int fd, unsigned long request, ...);

static int
number(const char *name)
{
	char path[512];
	int n = 0;

	snprintf(path, sizeof(path), "%s/%s", getenv("FAKELINE"), name);
	FILE *f = fopen(path, "r");
	if (f != NULL) {
		char line[32] = "";
		if (fgets(line, sizeof(line), f) != NULL)
			n = (int)strtol(line, NULL, 10);
		fclose(f);
	}
	return n;
}

static int
asked(const char *what, const struct snd_rawmidi_params *p)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/asked", getenv("FAKELINE"));
	FILE *f = fopen(path, "a");
	if (f == NULL)
		return -1;
	fputs(what, f);
	if (p != NULL)
		fprintf(f, " %s %zu %zu %d",
		    p->stream == SNDRV_RAWMIDI_STREAM_OUTPUT ? "output"
							     : "input",
		    p->buffer_size, p->avail_min, (int)p->no_active_sensing);
	fputc('\n', f);
	fclose(f);
	return 0;
}

int
ioctl(int fd, unsigned long request, ...)
{
	va_list ap;

	va_start(ap, request);
	void *arg = va_arg(ap, void *);
	va_end(ap);
	if (request == TIOCGICOUNT) {
		struct serial_icounter_struct *c = arg;
		memset(c, 0, sizeof(*c));
		c->overrun = number("overrun");
		return 0;
	}
	if (request == TIOCOUTQ) {
		*(int *)arg = number("queue");
		return 0;
	}
	if (request == TIOCGSERIAL) {
		memset(arg, 0, sizeof(struct serial_struct));
		return 0;
	}
	if (request == TIOCSSERIAL) {
		const struct serial_struct *s = arg;
		return asked(
		    s->flags == (int)ASYNC_LOW_LATENCY ? "low latency" : "else",
		    NULL);
	}
	if (request == TCFLSH)
		return asked("discard", NULL);
	if (request == SNDRV_RAWMIDI_IOCTL_PARAMS)
		return asked("raw", arg);
	return (int)syscall(SYS_ioctl, fd, request, arg);
}
