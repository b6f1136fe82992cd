/* SPDX-License-Identifier: ISC */

#include "riad/ref.h"

#include "tap.h"

int
main(void)
{
	static const struct {
		const char *patterns[3];
		const char *name;
		const char *full_name;
		bool hidden;
	} cases[] = {
	    {{NULL}, "refs/heads/a", NULL, false},
	    {{"refs/pull"}, "refs/pull/1/head", NULL, true},
	    {{"refs/pull"}, "refs/pull", NULL, true},
	    {{"refs/pull/"}, "refs/pull/1", NULL, true},
	    {{"refs/pull"}, "refs/pulls/1", NULL, false},
	    {{"refs/heads", "!refs/heads/a"}, "refs/heads/a", NULL, false},
	    {{"refs/heads", "!refs/heads/a"}, "refs/heads/b", NULL, true},
	    {{"!refs/heads/a", "refs/heads"}, "refs/heads/a", NULL, true},
	    {{"^refs/namespaces/x"}, "refs/heads/a",
		"refs/namespaces/x/refs/heads/a", true},
	    {{"refs/heads"}, "refs/heads/a", "refs/namespaces/x/refs/heads/a",
		true},
	    {{"^refs/heads"}, "refs/heads/a", "refs/namespaces/x/refs/heads/a",
		false},
	    {{"refs", "!^refs/heads"}, "refs/heads/a", NULL, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct riad_hidden_refs hidden = {NULL, 0};
		struct riad_ref ref = {
		    .name = cases[i].name,
		    .full_name =
			cases[i].full_name ? cases[i].full_name : cases[i].name,
		};

		for (int k = 0; k < 3 && cases[i].patterns[k]; k++)
			riad_hidden_refs_add(&hidden, cases[i].patterns[k]);
		ok(riad_hidden_refs_hide(&hidden, &ref) == cases[i].hidden,
		    "%s by %s", cases[i].name,
		    cases[i].patterns[0] ? cases[i].patterns[0] : "nothing");
		riad_hidden_refs_free(&hidden);
	}
	return tap_done();
}
