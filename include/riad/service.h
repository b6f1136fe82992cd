/* SPDX-License-Identifier: ISC */
/*
 * service.h - what a service manager gives, and is told: sd_listen_fds(3) and
 * sd_notify(3), which are a few variables of the environment
 */
#ifndef RIAD_SERVICE_H
#define RIAD_SERVICE_H

enum { RIAD_SERVICE_FIRST = 3 };

/*
 * How many sockets were given, from RIAD_SERVICE_FIRST on; they become
 * non-blocking and close-on-exec, and the environment forgets them.  0: none.
 */
int riad_service_sockets(void);

/*
 * The way to tell the manager things: a descriptor, to be had while we still
 * may go there; -1 where there is nobody to tell.  A state is "READY=1".
 */
int riad_service_manager(void);
void riad_service_tell(int manager, const char *state);

/*
 * From root to a user, its group and no others; nothing where this is not
 * root.  0, or -1 with errno: ENOENT where there is no such user.
 */
int riad_service_become(const char *user);

#endif
