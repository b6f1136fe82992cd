/* SPDX-License-Identifier: ISC */

#include "handle.h"

int
riad_repo_config(struct riad_repo *repo,
    int (*each)(void *ctx, const char *name, const char *value), void *ctx)
{
	git_config *config;
	git_config_iterator *it;
	git_config_entry *entry;
	int result = 0;

	if (git_repository_config_snapshot(&config, repo->git) < 0)
		return riad_repo_fail(repo, "configuration");
	if (git_config_iterator_new(&it, config) < 0) {
		git_config_free(config);
		return riad_repo_fail(repo, "configuration");
	}
	while (result == 0 && git_config_next(&entry, it) == 0)
		result = each(ctx, entry->name, entry->value);
	git_config_iterator_free(it);
	git_config_free(config);
	return result;
}
