#!/bin/sh
# dohq(1) and servers that are wrong, each in a way of its own (t/dns/hostile):
# it ends in time with the status that fits, takes no wrong answer and refuses
# no good one, and shows nothing that a terminal or JSON would misunderstand.
# shellcheck disable=SC2154 # of lib.sh

. "${0%/*}/lib.sh"
[ -x "$BUILD/bin/dohq" ] || { echo '1..0 # SKIP dohq is not built here'; exit; }
unset DOHQ_SERVER

"$BUILD/t/dns/hostile" "$tmp" &
server=$!
trap 'kill $server; rm -rf "$tmp"' EXIT
i=0
while [ ! -s "$tmp/ports" ] && [ $i -lt 200 ]; do
	sleep 0.1
	i=$((i + 1))
done

kinds=$(wc -l <"$tmp/ports")
is 'many kinds' "$((kinds > 400))" 1
is 'no two of a name' "$(cut -d ' ' -f 1 "$tmp/ports" | sort | uniq -d)" ''

# Those that let the deadline pass cost no more than time.
met() {
	xargs -P "$1" -n 4 "$top/t/dns/meet.sh" "$tmp" >"$tmp/bad" 2>&1
	cat "$tmp/bad"
}
for class in good malformed http tls; do
	is "$class: $(grep -c " $class " "$tmp/ports") kinds" \
		"$(grep " $class " "$tmp/ports" | met 6)" ''
done
is "timeout, any: $(grep -cE ' (timeout|any) ' "$tmp/ports") kinds" \
	"$(grep -E ' (timeout|any) ' "$tmp/ports" | met 20)" ''

# Each was answered by one object.
is 'JSON: a line for each' "$(cat "$tmp"/json.* | wc -l)" "$kinds"
if command -v jq >/dev/null; then
	is 'JSON: valid' "$(cat "$tmp"/json.* | jq -c type 2>&1 | sort | uniq -c |
		sed 's/^ *//')" "$kinds \"object\""
elif command -v python3 >/dev/null; then
	is 'JSON: valid' "$(cat "$tmp"/json.* | python3 -c 'import json, sys
print(sum(type(json.loads(line)) is dict for line in sys.stdin))')" "$kinds"
else
	skip 'JSON: valid' 'neither jq nor python3 is installed'
fi

# Many questions, and a connection that is lost again and again.
seq 200 | sed 's/.*/n&.riad.test A/' >"$tmp/questions"
for kind in h2-good h2-refused-once h2-one-stream h2-company h2-byte-frames h1-keep \
	h1-close h2-close-after dot-others-first; do
	port=$(sed -n "s/^$kind .* //p" "$tmp/ports")
	case $kind in
	dot*) url=tls://127.0.0.1:$port ;;
	*) url=https://127.0.0.1:$port/dns-query ;;
	esac
	is "$kind: 200 questions" "$(dohq -s "$url" --ca "$tmp/ca.pem" -T 30 -r 9 --short \
		-f "$tmp/questions" 2>&1 | sort | uniq -c | sed 's/^ *//')" '200 192.0.2.1'
done

# Pins
port=$(sed -n 's/^tls-self-signed .* //p' "$tmp/ports")
q="dohq -s https://127.0.0.1:$port/dns-query --short"
is 'a pin, and nobody else is trusted' \
	"$($q --insecure --pin "$(cat "$tmp/pin")" www.riad.test 2>"$tmp/err"; echo $?)" '192.0.2.1
0'
like 'another pin' "$($q --insecure --pin "$(printf %043d 0 | tr 0 A)=" www.riad.test 2>&1
	echo $?)" 'dohq: *
4'
port=$(sed -n 's/^tls-good .* //p' "$tmp/ports")
q="dohq -s https://127.0.0.1:$port/dns-query --short --ca $tmp/ca.pem"
is 'a pin besides an authority' "$($q --pin "$(cat "$tmp/pin")" www.riad.test 2>&1; echo $?)" \
'192.0.2.1
0'
like 'the authority alone is not enough' \
	"$($q --pin "$(printf %043d 0 | tr 0 A)=" www.riad.test 2>&1; echo $?)" 'dohq: *
4'
done_testing
