#!/bin/sh
# t/dns/types.text is what dig writes of t/dns/types.zone, served by named: the
# unit test of records holds us against it.

. "${0%/*}/lib.sh"
need named dig

case $(dig -v 2>&1) in
*' 9.18.'*) ;;
*)
	echo "1..0 # SKIP dig writes some types in another way before and after 9.18"
	exit 0
	;;
esac

dir=$(cd "${0%/*}/dns" && pwd)
cp "$dir/types.zone" "$tmp"
port=$((20000 + $$ % 10000))
while :; do
	cat >"$tmp/named.conf" <<-END
		options {
			directory "$tmp"; pid-file "$tmp/pid"; lock-file none;
			session-keyfile "$tmp/key"; managed-keys-directory "$tmp";
			listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; };
			recursion no; notify no; dnssec-validation no;
			allow-transfer { any; };
		};
		controls { };
		zone "types.test" {
			type primary; file "$tmp/types.zone";
			check-names ignore; check-integrity no; check-mx ignore;
		};
	END
	named -g -c "$tmp/named.conf" -n 1 >"$tmp/log" 2>&1 &
	named=$!
	trap 'kill $named 2>/dev/null; rm -rf "$tmp"' EXIT
	tries=0
	until dig @127.0.0.1 -p "$port" +short +tries=1 +time=1 \
		ns1.types.test A 2>/dev/null | grep -qx 127.0.0.1; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || break
		kill -0 "$named" 2>/dev/null || break
		sleep 0.1
	done
	grep -q 'address in use' "$tmp/log" || break
	kill "$named" 2>/dev/null
	wait "$named"
	port=$((port + 1))
done

# Blanks between fields are dig's business, as is the SOA at the end again.
dig @127.0.0.1 -p "$port" types.test AXFR +noall +answer |
	tr -s '\t' ' ' | sed 's/^\([^ ]*\)  */\1 /' |
	LC_ALL=C sort -u >"$tmp/dig"
LC_ALL=C sort -u "$dir/types.text" >"$tmp/ours"
is 'every type as dig writes it' "$(diff "$tmp/dig" "$tmp/ours")" ''
is 'and there are many' "$(($(wc -l <"$tmp/dig") > 150))" 1
done_testing
