#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Installed as libexec/riad/git: git as it is, but that `git upload-pack` is
# riad's.  So ask git-daemon and git-http-backend, where sshd is asked for
# git-upload-pack.

here=${0%/*}
if [ "${1-}" = upload-pack ]; then
	shift
	exec "$here/git-upload-pack" "$@"
fi

# The next one in PATH, which stays as it is for the children.
case :$PATH: in
*:"$here":*) rest=:$PATH: rest=${rest#*:"$here":} ;;
*) rest=$PATH ;;
esac
IFS=:
for dir in $rest; do
	[ ! -x "$dir/git" ] || exec "$dir/git" "$@"
done
echo 'git: not found' >&2
exit 127
