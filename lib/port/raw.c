/* SPDX-License-Identifier: ISC */
/* Raw devices and serial lines by their paths: which there are, and what their
 * drivers count. */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifdef __linux__
#include <sound/asound.h>
#endif

#include "backend.h"
#include "riad/port.h"

#ifdef __linux__
/* Output: 20 ms at the speed of a MIDI cable, so that what is urgent needn't
 * wait for it.  Input: 20 s of a cable, while nobody takes it. */
enum { OUTPUT_BUFFER = 64, INPUT_BUFFER = 1 << 16 };

void
riad_port_raw_setup(int fd, bool output)
{
	struct snd_rawmidi_params params = {
	    .stream = output ? SNDRV_RAWMIDI_STREAM_OUTPUT
			     : SNDRV_RAWMIDI_STREAM_INPUT,
	    .buffer_size = output ? OUTPUT_BUFFER : INPUT_BUFFER,
	    .avail_min = 1,
	    /* Or the kernel sends a byte of its own at the end. */
	    .no_active_sensing = 1,
	};

	(void)ioctl(fd, SNDRV_RAWMIDI_IOCTL_PARAMS, &params);
}

void
riad_port_raw_discard(int fd)
{
	int stream = SNDRV_RAWMIDI_STREAM_OUTPUT;

	(void)ioctl(fd, SNDRV_RAWMIDI_IOCTL_DROP, &stream);
}

int
riad_port_raw_lost(int fd, uint64_t *count)
{
	struct snd_rawmidi_status status = {
	    .stream = SNDRV_RAWMIDI_STREAM_INPUT};

	if (ioctl(fd, SNDRV_RAWMIDI_IOCTL_STATUS, &status) == -1)
		return -1;
	/* Bytes that had no place; reading it sets it to 0. */
	*count = status.xruns;
	return 0;
}
#else
void
riad_port_raw_setup(int fd, bool output)
{
	(void)fd;
	(void)output;
}

void
riad_port_raw_discard(int fd)
{
	(void)fd;
}

int
riad_port_raw_lost(int fd, uint64_t *count)
{
	(void)fd;
	(void)count;
	errno = ENOTSUP;
	return -1;
}
#endif

/* The first line of a file of /proc, or nothing. */
static void
read_line(char *line, size_t size, const char *path)
{
	FILE *f = fopen(path, "re");

	line[0] = '\0';
	if (f == NULL)
		return;
	if (fgets(line, (int)size, f) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(f);
}

/*
 * /proc/asound/card1/midi0 begins with the device's name, and has a line
 * "Output 0" and one "Input 0" for what it can do.
 */
static void
read_raw(struct riad_port_path *found, char *name, size_t size,
    const char *root, unsigned card, unsigned device)
{
	char path[512], line[256];

	snprintf(path, sizeof(path), "%s/proc/asound/card%u/midi%u", root, card,
	    device);
	read_line(name, size, path);
	FILE *f = fopen(path, "re");
	if (f == NULL) {
		found->input = found->output = true; /* for all we know */
		return;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		found->input |= strncmp(line, "Input ", 6) == 0;
		found->output |= strncmp(line, "Output ", 7) == 0;
	}
	fclose(f);
}

int
riad_port_paths(const char *root,
    int (*each)(void *ctx, const struct riad_port_path *found), void *ctx)
{
	static const char *const patterns[] = {"/dev/snd/midiC*D*",
	    "/dev/serial[0-9]*", "/dev/ttyAMA*", "/dev/ttyUSB*",
	    "/dev/ttyACM*"};
	char pattern[512];
	int r = 0;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns) && r == 0;
	     i++) {
		glob_t g = {.gl_pathc = 0};
		snprintf(pattern, sizeof(pattern), "%s%s", root, patterns[i]);
		int failed = glob(pattern, 0, NULL, &g);
		if (failed == GLOB_NOSPACE) {
			errno = ENOMEM;
			r = -1;
		}
		for (size_t k = 0; failed == 0 && k < g.gl_pathc && r == 0;
		     k++) {
			const char *path = g.gl_pathv[k] + strlen(root);
			struct riad_port_path found = {.path = path};
			char name[128] = "";
			unsigned card, device;
			found.serial = sscanf(path, "/dev/snd/midiC%3uD%3u",
					   &card, &device) != 2;
			if (found.serial)
				found.input = found.output = true;
			else
				read_raw(&found, name, sizeof(name), root, card,
				    device);
			found.name = name;
			r = each(ctx, &found);
		}
		globfree(&g);
	}
	return r;
}
