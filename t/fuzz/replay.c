/* SPDX-License-Identifier: ISC */
/* Runs a fuzz target over the files named, or over those of a directory. */

#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
replay(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || fstat(fd, &st) == -1)
		err(1, "%s", path);

	/* Of its exact size, so that a sanitizer sees one byte too many. */
	size_t size = (size_t)st.st_size;
	uint8_t *data = malloc(size);
	if (data == NULL && size > 0)
		err(1, "malloc");
	for (size_t n = 0; n < size;) {
		ssize_t r = read(fd, data + n, size - n);
		if (r <= 0)
			err(1, "%s", path);
		n += (size_t)r;
	}
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	close(fd);
}

int
main(int argc, char *argv[])
{
	int runs = 0;

	for (int i = 1; i < argc; i++) {
		DIR *dir = opendir(argv[i]);
		if (dir == NULL) {
			replay(argv[i]);
			runs++;
			continue;
		}
		for (struct dirent *e; (e = readdir(dir)) != NULL;) {
			char path[4096];

			if (e->d_name[0] == '.')
				continue;
			snprintf(
			    path, sizeof(path), "%s/%s", argv[i], e->d_name);
			replay(path);
			runs++;
		}
		closedir(dir);
	}
	printf("%d inputs\n", runs);
	return runs == 0;
}
