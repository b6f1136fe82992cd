/* SPDX-License-Identifier: ISC */
/* The options that the configuration has too, as riad.* */

#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "riad/text.h"

/* Years enough, and few enough to be counted in milliseconds. */
#define SECONDS_MAX (UINT64_C(1) << 30)
#define SIZE_MAX_BYTES (UINT64_C(1) << 60)
#define THREADS_MAX 1024

static const char *const variables[SETTINGS] = {
    [SET_TIMEOUT] = "riad.timeout",
    [SET_MAX_TIME] = "riad.maxtime",
    [SET_MAX_MEMORY] = "riad.maxmemory",
    [SET_MAX_PACK] = "riad.maxpack",
    [SET_THREADS] = "riad.threads",
    [SET_SANDBOX] = "riad.sandbox",
    [SET_CACHE] = "riad.cachedir",
    [SET_LOG] = "riad.logjson",
};

/* An empty value takes back what was set before. */
static int
keep(char **to, const char *value)
{
	char *copy = *value == '\0' ? NULL : strdup(value);

	if (copy == NULL && *value != '\0')
		return -1;
	free(*to);
	*to = copy;
	return 0;
}

static int
set_sandbox(enum sandbox_mode *to, const char *value)
{
	static const char *const modes[] = {
	    [SANDBOX_AUTO] = "auto",
	    [SANDBOX_REQUIRE] = "require",
	    [SANDBOX_OFF] = "off",
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(value, modes[i]) == 0) {
			*to = (enum sandbox_mode)i;
			return 0;
		}
	}
	return -1;
}

static int
set(struct settings *s, enum setting which, const char *value)
{
	switch (which) {
	case SET_TIMEOUT:
		return riad_parse_u64(&s->timeout, value, SECONDS_MAX);
	case SET_MAX_TIME:
		return riad_parse_u64(&s->limits.seconds, value, SECONDS_MAX);
	case SET_MAX_MEMORY:
		return riad_parse_size(
		    &s->limits.memory, value, SIZE_MAX_BYTES);
	case SET_MAX_PACK:
		return riad_parse_size(&s->limits.pack, value, SIZE_MAX_BYTES);
	case SET_THREADS:
		return riad_parse_u64(&s->threads, value, THREADS_MAX);
	case SET_SANDBOX:
		return set_sandbox(&s->sandbox, value);
	case SET_CACHE:
		return keep(&s->cache, value);
	default:
		return keep(&s->log, value);
	}
}

int
settings_option(struct settings *s, enum setting which, const char *value)
{
	s->given[which] = true;
	return set(s, which, value);
}

int
settings_variable(struct settings *s, enum riad_config_scope scope,
    const char *name, const char *value)
{
	static const char hook[] = "uploadpack.packobjectshook";
	enum setting which = 0;

	while (which < SETTINGS && strcmp(name, variables[which]) != 0)
		which++;
	if (which == SETTINGS && strcmp(name, hook) != 0)
		return 0;
	/* Whoever can write to a repository is not to run programs, nor to
	 * lift the limits. */
	if (!riad_config_protected(scope))
		return 1;
	if (value == NULL)
		return -1;
	if (which == SETTINGS)
		return keep(&s->hook, value) == -1 ? -1 : 1;
	if (s->given[which])
		return 1;
	return set(s, which, value) == -1 ? -1 : 1;
}

void
settings_free(struct settings *s)
{
	free(s->cache);
	free(s->log);
	free(s->hook);
}
