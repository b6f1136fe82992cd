/* SPDX-License-Identifier: ISC */
/* In the place of portmidi.c on a machine without that library. */

#include "backend.h"
#include "riad/port.h"

const bool riad_port_has_devices = false;

void
riad_port_list_devices(FILE *to)
{
	(void)to;
}

void
riad_port_serve_device(int socket, int id, const char *name, bool output)
{
	(void)socket;
	(void)id;
	(void)name;
	(void)output;
}
