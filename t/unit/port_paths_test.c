/* SPDX-License-Identifier: ISC */

#include "riad/port.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tap.h"

static char root[] = "/tmp/riad-port.XXXXXX";
static char found[1024];

static int
each(void *ctx, const struct riad_port_path *path)
{
	(void)ctx;
	size_t len = strlen(found);
	snprintf(found + len, sizeof(found) - len, "%s %s %s%s|", path->path,
	    path->serial ? "serial" : path->name, path->input ? "i" : "",
	    path->output ? "o" : "");
	return 0;
}

static void
put(const char *name, const char *text)
{
	char path[256];

	/* A directory for each part of the name but the last. */
	for (const char *p = name; (p = strchr(p + 1, '/')) != NULL;) {
		snprintf(
		    path, sizeof(path), "%s%.*s", root, (int)(p - name), name);
		mkdir(path, 0755);
	}
	snprintf(path, sizeof(path), "%s%s", root, name);
	FILE *f = fopen(path, "w");
	if (f == NULL)
		exit(1);
	fputs(text, f);
	fclose(f);
}

static void
test_find(void)
{
	static char fake[] = "Fake", a[] = "Keystation 61", b[] = "Key",
		    c[] = "7", d[] = "Synth";
	struct riad_port_device devices[] = {
	    {0, true, false, fake, a},
	    {1, true, false, fake, b},
	    {2, true, false, fake, c},
	    {3, false, true, fake, a},
	    {4, false, true, fake, d},
	    {5, false, true, fake, d},
	};
	size_t either[2];

	ok(riad_port_find(devices, 6, "0", false, either) == 0, "by number");
	ok(riad_port_find(devices, 6, "0", true, either) == -1,
	    "a number of the other way");
	ok(riad_port_find(devices, 6, "7", false, either) == 2,
	    "a name that is a number that none has");
	ok(riad_port_find(devices, 6, "station", false, either) == 0 &&
		riad_port_find(devices, 6, "STATION", true, either) == 3,
	    "by a part, of that way, in either case");
	ok(riad_port_find(devices, 6, "key", false, either) == 1,
	    "a whole name is better than a part");
	ok(riad_port_find(devices, 6, "ke", false, either) == -2 &&
		either[0] == 0 && either[1] == 1,
	    "a part that two have");
	ok(riad_port_find(devices, 6, "Synth", true, either) == -2,
	    "a name that two have");
	ok(riad_port_find(devices, 6, "", true, either) == -1, "no name");
}

int
main(void)
{
	test_find();
	if (mkdtemp(root) == NULL)
		return 1;
	ok(riad_port_paths(root, each, NULL) == 0 && *found == '\0',
	    "no device");
	put("/dev/snd/midiC1D0", "");
	put("/dev/snd/midiC12D3", "");
	put("/dev/snd/controlC1", "");
	put("/dev/ttyAMA0", "");
	put("/dev/ttyS0", "");
	put("/dev/ttyUSB3", "");
	put("/proc/asound/card1/midi0",
	    "Keystation 61\n\nOutput 0\n  Tx bytes     : 0\n");
	ok(riad_port_paths(root, each, NULL) == 0, "devices");
	ok(strcmp(found,
	       "/dev/snd/midiC12D3  io|/dev/snd/midiC1D0 Keystation 61 o|"
	       "/dev/ttyAMA0 serial io|/dev/ttyUSB3 serial io|") == 0,
	    "as they are: %s", found);
	char command[128];
	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
