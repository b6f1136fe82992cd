/* SPDX-License-Identifier: ISC */
/* The configuration as git config --list has it. */

#include <errno.h>
#include <stdbool.h>

#include "riad/buf.h"
#include "riad/repo.h"
#include "scratch.h"
#include "tap.h"

static char xdg[256], system_file[256];

static int
add(void *ctx, const char *name, const char *value,
    enum riad_config_scope scope)
{
	static const char *const scopes[] = {
	    "system", "global", "local", "worktree", "command"};
	struct riad_buf *buf = ctx;

	riad_buf_addf(buf, "%s|%s", scopes[scope], name);
	if (value != NULL)
		riad_buf_addf(buf, "\n%s", value);
	return riad_buf_addc(buf, '|');
}

static void
read_git(struct riad_buf *buf, const char *dir)
{
	char cmd[256];
	int c;

	snprintf(cmd, sizeof(cmd),
	    "git --git-dir='%s' config --list --show-scope -z", dir);
	FILE *f = popen(cmd, "r"); // NOLINT(cert-env33-c): the line is ours
	while ((c = getc(f)) != EOF)
		riad_buf_addc(buf, c == '\0' ? '|' : (char)c);
	pclose(f);
}

static void
compare(const char *name, const char *dir)
{
	struct riad_buf ours, gits;
	struct riad_repo *repo;
	char why[512];

	riad_buf_init(&ours, 1 << 20);
	riad_buf_init(&gits, 1 << 20);
	if (riad_repo_open(&repo, dir, true, why) == -1) {
		ok(0, "%s: %s", name, why);
		return;
	}
	riad_repo_config(repo, add, &ours);
	read_git(&gits, dir);
	const char *got = riad_buf_str(&ours), *want = riad_buf_str(&gits);
	ok(*got != '\0' && strcmp(got, want) == 0, "%s", name);
	if (strcmp(got, want) != 0)
		printf("# got\n%s\n# want\n%s\n", got, want);
	riad_repo_free(repo);
	riad_buf_free(&ours);
	riad_buf_free(&gits);
}

static void
fails(const char *name, const char *want)
{
	struct riad_repo *repo;
	char why[512] = "";

	int r = riad_repo_open(&repo, "r", false, why);
	ok(r == -1 && strcmp(why, want) == 0, "%s: %s", name, why);
	riad_repo_free(repo);
}

static void
put(const char *file, const char *text)
{
	FILE *f = fopen(file, "we");

	if (f == NULL || fputs(text, f) == EOF || fclose(f) != 0)
		perror(file);
}

/* Whatever can be in a file, one after another. */
static const char *const nasty[] = {
    "[a]b=c",
    "\xef\xbb\xbf[core]\r\n\tBare = TRUE\r\n\r\n",
    "[Sec.Sub]\nKey = v\n[sec \"Sub\"]\nKEY=w\n",
    "[sec \"\"]k\n[sec \"a.b.c\"]k=1\n",
    "[s \"q\\\"u\\\\o\\te\"]\nk = \"a;b#c\" ; d\nl=  a  b  \nm=\"  a  \" # x\n",
    "[s]\nk = a \\\n   b \\\n# c\nl = \"x \\\n y\"\nm = \\\"\\\\\\n\\t\n",
    "[s]\nk\nl =\nm=#\nn = ;\n\to\n",
    "[s]k=1[t]\n[t]l=2\n",
    "[s] ; x\nk = 1 ; y\n\n\n# z",
    "[s]\nk = a\\\n",
    "[s]\nk = a\\",
    "[s]\nk-1 = \xc3\xa4\xff\n",
    "[s]\nurl = http://x/;y\n",
    "[s]\nk = \"\"\nl = a\"b c\"d\"\"e\n",
    "[s]k=\\b\n",

};

static void
test_files(void)
{
	for (size_t i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++) {
		char name[32];

		put("home/.gitconfig", nasty[i]);
		snprintf(name, sizeof(name), "file %zu", i);
		compare(name, "r/.git");
	}
	put("home/.gitconfig", "[global]a=1\n");
}

static void
test_scopes(void)
{
	compare("a plain repository", "r/.git");

	sh("mkdir -p home/.config/git xdg/git");
	put("home/.config/git/config", "[xdg]a=home\n");
	compare("~/.config", "r/.git");
	put("xdg/git/config", "[xdg]a=xdg\n");
	setenv("XDG_CONFIG_HOME", xdg, 1);
	compare("XDG_CONFIG_HOME", "r/.git");
	unsetenv("XDG_CONFIG_HOME");

	put("system", "[system]a=1\n[include]path=system2\n");
	put("system2", "[system]b=2\n");
	setenv("GIT_CONFIG_SYSTEM", system_file, 1);
	compare("but GIT_CONFIG_NOSYSTEM", "r/.git");
	setenv("GIT_CONFIG_NOSYSTEM", "no", 1);
	compare("GIT_CONFIG_SYSTEM", "r/.git");

	setenv("GIT_CONFIG_GLOBAL", system_file, 1);
	compare("GIT_CONFIG_GLOBAL", "r/.git");
	setenv("GIT_CONFIG_GLOBAL", "", 1);
	compare("of no name", "r/.git");
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	compare("/dev/null", "r/.git");
	unsetenv("GIT_CONFIG_GLOBAL");

	setenv("GIT_CONFIG_COUNT", "3", 1);
	setenv("GIT_CONFIG_KEY_0", "A.Sub.B", 1);
	setenv("GIT_CONFIG_VALUE_0", "", 1);
	setenv("GIT_CONFIG_KEY_1", "a.b", 1);
	setenv("GIT_CONFIG_VALUE_1", "x\ny", 1);
	setenv("GIT_CONFIG_KEY_2", "include.path", 1);
	setenv("GIT_CONFIG_VALUE_2", system_file, 1);
	setenv("GIT_CONFIG_PARAMETERS",
	    "'c.d=1'  'e.f'='2 3' 'e.g'= 'e.h' 'e.s=x.i'='it'\\''s'", 1);
	compare("GIT_CONFIG_COUNT, GIT_CONFIG_PARAMETERS", "r/.git");
	setenv("GIT_CONFIG_COUNT", "4", 1);
	fails("too few of them", "missing config key GIT_CONFIG_KEY_3");
	setenv("GIT_CONFIG_COUNT", "x", 1);
	fails("no number", "bogus count in GIT_CONFIG_COUNT");
	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "a", 1);
	fails("no key", "invalid key: a");
	unsetenv("GIT_CONFIG_COUNT");
	setenv("GIT_CONFIG_PARAMETERS", "x", 1);
	fails("bad parameters", "bogus format in GIT_CONFIG_PARAMETERS");
	unsetenv("GIT_CONFIG_PARAMETERS");
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);

	ok(sh("cd r && git commit -q --allow-empty -m x &&"
	      "git worktree add -q ../w 2>/dev/null &&"
	      "git config extensions.worktreeConfig true &&"
	      "git -C ../w config --worktree w.t 1 &&"
	      "git config --worktree w.t 2"),
	    "a worktree");
	compare("  with a file of its own", "r/.git/worktrees/w");
	compare("  and the main one", "r/.git");
}

static void
test_includes(void)
{
	ok(sh("mkdir -p home/sub real/deep && ln -s real link &&"
	      "echo '[i]a=1' >home/sub/a && echo '[i]b=1' >home/b &&"
	      "printf '[include]path=../b\\n[i]c=2\\n' >home/sub/c &&"
	      "printf '[include]path=../inc\\n[i]local=1\\n' >>r/.git/config &&"
	      "echo '[i]d=1' >r/inc && git init -q -b topic/x real/deep/r"),
	    "files to include");
	put("home/.gitconfig",
	    "[include]\npath = sub/a\npath = ~/b\npath = none\n"
	    "[s]k=1\n[include \"x\"]path=b\n[include]path=sub/c\n"
	    "[includeIf \"gitdir:~/\"]path=b\n"
	    "[includeIf \"gitdir:**/r/.git\"]path=sub/a\n"
	    "[includeIf \"gitdir:r/.git\"]path=sub/a\n"
	    "[includeIf \"gitdir:R/.git\"]path=b\n"
	    "[includeIf \"gitdir/i:R/\"]path=sub/a\n"
	    "[includeIf \"gitdir:./\"]path=b\n"
	    "[includeIf \"gitdir:deep/\"]path=b\n"
	    "[includeIf \"gitdir:/**/deep/*/.git\"]path=b\n"
	    "[includeIf \"onbranch:topic/\"]path=b\n"
	    "[includeIf \"onbranch:top*/x\"]path=sub/a\n"
	    "[includeIf \"onbranch:main\"]path=sub/c\n"
	    "[includeIf \"nonsense:x\"]path=b\n"
	    "[includeIf \"onbranch:main\"]other=b\n"
	    "[includeIf]path=b\n");
	compare("includes", "r/.git");
	compare("  in another place", "real/deep/r/.git");
	compare("  by a link", "link/deep/r/.git");
	compare("  in a worktree", "r/.git/worktrees/w");

	put("home/.gitconfig",
	    "[includeIf \"hasconfig:remote.*.url:https://x/**\"]path=b\n"
	    "[includeIf \"hasconfig:remote.*.url:https://y/**\"]path=sub/a\n");
	compare("a remote that is not there", "r/.git");
	sh("git -C r config remote.o.url https://x/y/z");
	compare("a remote that is", "r/.git");
	put("home/b", "[remote \"p\"]url=https://y/z\n");
	fails("about itself",
	    "remote URLs cannot be configured in file directly or indirectly "
	    "included by includeIf.hasconfig:remote.*.url");

	put("home/.gitconfig", "[include]path=.gitconfig\n");
	struct riad_repo *repo;
	char why[512];
	ok(riad_repo_open(&repo, "r", false, why) == -1 &&
		strncmp(why, "exceeded maximum include depth (10)", 35) == 0,
	    "%s", why);
	put("home/.gitconfig", "[include]path=l1\n");
	for (int i = 1; i <= 10; i++)
		sh("printf '[include]path=l%d\\n[l]k=%d\\n' >home/l%d", i + 1,
		    i, i);
	compare("ten deep", "r/.git");
	put("home/.gitconfig", "[include]path=~nobody-of-that-name/x\n");
	fails("of nobody",
	    "could not expand include path '~nobody-of-that-name/x'");
	put("home/.gitconfig", "[include]path\n");
	fails("of no name", "missing value for 'include.path'");

	/* Ten files of which each has the next a hundred times. */
	for (int i = 1; i < 10; i++)
		sh("yes '[include]path=l%d' | head -100 >home/l%d", i + 1, i);
	put("home/l10", "[s]k=1\n");
	put("home/.gitconfig", "[include]path=l1\n");
	fails("without end", "configuration: too long");
	put("home/.gitconfig", "");
}

static void
test_bad(void)
{
	sh("cp r/.git/config keep");
	put("r/.git/config", "[a]\nb = c\nd e\n");
	fails("bad syntax", "bad config line 3 in file ./config");
	put("r/.git/config", "[include]path=../inc\n");
	put("r/inc", "[a\n");
	fails("in what is included", "bad config line 1 in file ./../inc");
	put("home/.gitconfig", "x y\n");
	char want[256];
	snprintf(want, sizeof(want), "bad config line 1 in file %s/.gitconfig",
	    getenv("HOME"));
	fails("in another's", want);
	put("home/.gitconfig", "");
	sh("{ echo '[a]'; yes 'b = ccccccccccccccccc' | head -c 9000000; }"
	   " >r/.git/config");
	fails("a long file", "unable to access './config': Message too long");
	sh("rm r/.git/config && mkfifo r/.git/config");
	struct riad_repo *repo;
	char why[512];
	ok(riad_repo_open(&repo, "r", false, why) == 0,
	    "a pipe is not waited for");
	riad_repo_free(repo);
	sh("rm r/.git/config && mkdir r/.git/config");
	fails("a directory", "unable to access './config': Is a directory");
	sh("rmdir r/.git/config && cp keep r/.git/config");

	static const char *const formats[][2] = {
	    {"0\n[extensions]objectformat=sha256",
		"repo version is 0, but v1-only extension found: objectformat"},
	    {"1\n[extensions]objectformat=md5",
		"invalid value for 'extensions.objectformat': 'md5'"},
	    {"1\n[extensions]new=x", "unknown repository extension found: new"},
	    {"1\n[extensions]refStorage=reftable",
		"references kept as 'reftable' are not supported"},
	    {"2", "Expected git repo version <= 1, found 2"},
	    {"x", "invalid value for 'core.repositoryformatversion': 'x'"},
	};
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		char text[256];
		snprintf(text, sizeof(text),
		    "[core]repositoryformatversion=%s\n", formats[i][0]);
		put("r/.git/config", text);
		fails("format", formats[i][1]);
	}
	put("r/.git/config", "[core]repositoryformatversion=0\n"
			     "[extensions]new=x\npartialClone=there\n");
	int r = riad_repo_open(&repo, "r", false, why);
	ok(r == 0 && strcmp(riad_repo_partial_clone(repo), "there") == 0,
	    "version 0 has no extensions, but a partial clone");
	riad_repo_free(repo);
}

int
main(void)
{
	char path[256];

	scratch_enter();
	if (!have_git()) {
		printf("1..0 # SKIP git is not installed\n");
		return 0;
	}
	unsetenv("GIT_CONFIG_GLOBAL");
	snprintf(path, sizeof(path), "%s/home", scratch);
	setenv("HOME", path, 1);
	snprintf(xdg, sizeof(xdg), "%s/xdg", scratch);
	snprintf(system_file, sizeof(system_file), "%s/system", scratch);
	ok(sh("mkdir home && git init -q -b main r"), "a repository");
	test_files();
	test_scopes();
	test_includes();
	test_bad();
	return tap_done();
}
