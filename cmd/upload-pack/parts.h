/* SPDX-License-Identifier: ISC */
/* parts.h - what the parts of upload-pack share */
#ifndef UPLOAD_PACK_PARTS_H
#define UPLOAD_PACK_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "riad/buf.h"
#include "riad/config.h"
#include "riad/limited.h"
#include "riad/memory.h"
#include "riad/metrics.h"
#include "riad/out.h"
#include "riad/packer.h"
#include "riad/pktline.h"
#include "riad/repo.h"
#include "riad/upload.h"

struct riad_filter;

/* What an operator can set, by an option or in the configuration. */
enum setting {
	SET_TIMEOUT,
	SET_MAX_TIME,
	SET_MAX_MEMORY,
	SET_MAX_PACK,
	SET_THREADS,
	SET_SANDBOX,
	SET_CACHE,
	SET_LOG,
	SETTINGS
};

enum sandbox_mode { SANDBOX_AUTO, SANDBOX_REQUIRE, SANDBOX_OFF };

struct settings {
	struct riad_limits limits;
	uint64_t timeout, threads; /* 0 for none, for as many as fit */
	enum sandbox_mode sandbox;
	char *cache, *log, *hook; /* NULL for none */
	bool given[SETTINGS];     /* by an option, which has the last word */
};

/* 0, or -1 for a value that makes no sense. */
int settings_option(struct settings *s, enum setting which, const char *value);

/* Takes a variable: 1, 0 if it is none of ours, or -1 for a bad value. */
int settings_variable(struct settings *s, enum riad_config_scope scope,
    const char *name, const char *value);
void settings_free(struct settings *s);

/* --log-json. */
struct request_log {
	int fd; /* -1 for none */
	const char *path;
	const struct riad_upload_config *config;
	const struct riad_out *out; /* to the client */
	struct riad_metrics metrics;
	struct riad_memory memory;
	struct timespec began;
	char error[1024];
};

/* "FILE" or "fd:N".  0, or -1 with errno. */
int log_open(struct request_log *log, const char *where);

/* Writes the line, once.  A signal handler may call it. */
void log_end(struct request_log *log, int status);

/* GIT_TRACE and GIT_TRACE_PACKET. */
void trace_start(char *argv[], int version, struct riad_out *out);
void trace_packet(struct riad_out *out, const struct riad_pkt *pkt);
void trace_command(char *const argv[]);

/*
 * Ends the process when nothing moved for the timeout, or when the time of the
 * request was up and nobody else noticed.  last is called before that.
 */
void watch_start(const struct settings *s, void (*last)(const char *why));
void watch_alive(void);

/* Where there is a log: last is called for other signals too. */
void watch_signals(void);

/* The client may be told: everything is flushed, and it is its turn. */
void watch_client(bool waiting);

/* The sandbox around the repository.  0, or -1 having said why in text. */
int guard_enter(const struct settings *s, const struct riad_repo *repo,
    char *text, size_t size);

/* uploadpack.packObjectsHook: a riad_pack_engine, whose ctx is this. */
struct hook {
	const char *command;
	const char *git_dir;
	size_t hash_len;

	/* The specification of a filter; NULL where there are no filters. */
	int (*filter_text)(
	    struct riad_buf *buf, const struct riad_filter *filter);
};
riad_pack_engine hook_pack;

/* Everything about the one request of this process. */
struct service {
	struct riad_out *out;
	struct riad_upload_config config;
	struct settings settings;
	struct request_log log;
	const char *path;
	bool strict;
	bool partial; /* a promisor remote has more objects */
};

/* One line on standard error, kept for the log. */
void fatal(struct service *s, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Opens the repository and answers the client; the status to exit with. */
int serve(struct service *s);

#endif
