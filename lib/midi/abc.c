/* SPDX-License-Identifier: ISC */
/* ABC notation 2.1 */

#include <errno.h>

#include "tune_make.h"

int
tune_read_abc(
    struct tune_maker *m, uint32_t number, const char *text, size_t len)
{
	(void)m;
	(void)number;
	(void)text;
	(void)len;
	errno = ENOTSUP;
	return -1;
}
