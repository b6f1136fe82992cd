#!/bin/sh
# SPDX-License-Identifier: ISC
#
# dnscore.sh - what a message, an answer from the cache and one from local data
# cost, without a network: nanoseconds of one core, and bytes

set -eu
build=$(cd "${BUILD:-build}" && pwd)/t/bench
echo '== messages'
"$build/dns"
for n in 2000 20000 200000; do
	echo "== cache, $n answers"
	"$build/dnscache" $n
done
for n in 1000 1000000; do
	echo "== local data, $n names blocked"
	"$build/dnslocal" $n
done
