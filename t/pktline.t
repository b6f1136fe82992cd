#!/bin/sh
# pktline(1), seen from a shell
# shellcheck disable=SC2154 # tmp, of lib.sh

. "${0%/*}/lib.sh"

is 'decode' "$(printf '000ahello\n0001000000040002' | pktline)" \
'000a hello\n
0001
0000
0004 
0002'
is 'escapes' "$(printf '000d\033[31m\\\377\0\177' | pktline)" \
	'000d \x1b[31m\\\xff\x00\x7f'
is 'digits as they stood' "$(printf '000Aabcdef' | pktline -d)" '000A abcdef'
is 'a raw pack after the packets' "$(printf '0008NAK\nPACK\0\0' | pktline)" \
'0008 NAK\n
*PACK\x00\x00'
is 'empty input is no error' "$(pktline </dev/null; echo $?)" 0
is 'bad length' "$(printf '0000zz13' | pktline 2>&1; echo $?)" \
'0000
pktline: standard input: byte 4: bad packet length
1'
for len in 0003 fff1 ffff 0fzz -001; do
	is "bad length $len" "$(printf '0000%sabcdef' $len | pktline 2>&1)" \
'0000
pktline: standard input: byte 4: bad packet length'
done
is 'truncated' "$(printf '000ahell' | pktline - 2>&1; echo $?)" \
'pktline: standard input: byte 0: truncated packet
1'
is 'no such file' "$(pktline /nonexistent 2>&1; echo $?)" \
'pktline: /nonexistent: No such file or directory
1'
is 'one bad file is enough' "$(printf 0000 | pktline /nonexistent - 2>/dev/null; echo $?)" \
'0000
1'
is 'full disk' "$(printf 0000 | pktline 2>&1 >/dev/full; echo $?)" \
'pktline: standard output: byte 0: No space left on device
1'
is 'usage goes to stderr' "$(pktline -x 2>/dev/null; echo $?)" 2
is 'SIGPIPE is silent' "$(yes 0000 | tr -d '\n' | pktline 2>&1 | head -n 1)" 0000
is 'packets are not held back' \
	"$( (printf 0000; sleep 1) | timeout 0.5 sh -c 'pktline | head -n 1')" 0000

# Encode
lines() { printf '%s\n' "$@"; }
is 'encode' "$(lines '000a hello\n' 0000 '0005 \x41' 0004 | pktline -e)" \
'000ahello
00000005A0004'
is 'dots' "$(lines '.... want\n' '....' '.... \\ä' 0001 | pktline --encode)" \
'0009want
00040007\ä0001'
is 'raw' "$(lines '*zzzz\x30' '000G' | pktline -e 2>&1)" \
'zzzz0pktline: standard input: line 2, column 4: four hex digits, .... or * expected'
while IFS=' ' read -r col line; do
	like "column $col of $line" "$(lines 0000 "$line" | pktline -e 2>&1; echo $?)" \
		"0000pktline: standard input: line 2, column $col: *
1"
done <<'EOF'
1 0006 a
1 0003
1 000b abcdef
5 0006ab
5 0000 x
3 00
7 000a h\q
6 000a \x4
6 .... \
EOF
is 'a control character' "$(printf '0006 a\r\n' | pktline -e 2>&1)" \
	'pktline: standard input: line 1, column 7: control character: write it as \xNN'
is 'a line too long' "$( (printf '.... '; head -c 65517 /dev/zero | tr '\0' x) |
	pktline -e 2>&1)" \
	'pktline: standard input: line 1, column 65522: line too long for a packet'
(printf 'fff0'; head -c 65516 /dev/urandom; printf '0000PACK'
	head -c 100000 /dev/urandom) >"$tmp/any"
is 'there and back' "$(pktline "$tmp/any" | pktline -e | cmp - "$tmp/any"; echo $?)" 0
is 'however it arrives' "$( (head -c 65600 "$tmp/any"; sleep 0.1
	tail -c +65601 "$tmp/any") | pktline | cksum)" "$(pktline "$tmp/any" | cksum)"
is 'lines are not held back' \
	"$( (echo '0005 x'; sleep 1) | timeout 0.5 sh -c 'pktline -e | head -c 5')" 0005x

# JSON
is 'json' "$(printf '000ahello\n00000005\0020006\001\3770001000a"\\\t\302\205\1770002PACK' | pktline --json)" \
'{"type":"data","length":10,"offset":0,"text":"hello\n"}
{"type":"flush","length":4,"offset":10}
{"type":"data","length":5,"offset":14,"band":2,"text":""}
{"type":"data","length":6,"offset":19,"band":1,"base64":"/w=="}
{"type":"delim","length":4,"offset":25}
{"type":"data","length":10,"offset":29,"text":"\"\\\t\u0085\u007f"}
{"type":"response-end","length":4,"offset":39}
{"type":"raw","length":4,"offset":43,"text":"PACK"}'
is 'json: no more than C1 is escaped' "$(printf '0006\302\240' | pktline --json)" \
	"{\"type\":\"data\",\"length\":6,\"offset\":0,\"text\":\"$(printf '\302\240')\"}"

# Side-band
is 'demux' "$(printf '0008NAK\n0008\001abc0008\002hm\r0007\001de0000' | pktline demux 2>"$tmp/err"; cat "$tmp/err")" \
"abcdehm$(printf '\r')"
is 'demux: fatal' "$(printf '0006\001a000a\003no \033\n0000' | pktline demux 2>&1; echo $?)" \
'apktline: remote: no \x1b
1'
like 'demux: no side-band' "$(printf '0008NAK\nPACK' | pktline demux 2>&1; echo $?)" '*byte 8: *
1'
is 'demux: full disk' "$(printf '0006\001a' | pktline demux 2>&1 >/dev/full; echo $?)" \
'pktline: standard output: byte 0: No space left on device
1'
is 'bands are not held back' \
	"$( (printf '0006\001x'; sleep 1) | timeout 0.5 sh -c 'pktline demux | head -c 1')" x

# On a terminal: what is drawn there goes before anything else is said.
terminal() {
	script -qec "(printf '0006\002%%'; sleep 1.2
		printf '0006\001a0003') | pktline $1 >/dev/null" /dev/null </dev/null
}
if command -v script >/dev/null; then
	is 'progress is cleared' "$(terminal --json | tr '\r\033' RE | tail -n 1)" \
		'R0.0 MiB, 0.0 MiB/sE[KRE[Kpktline: standard input: byte 12: bad packet lengthR'
	is "demux shows the other side's, not its own" "$(terminal demux | tr -d '\r')" \
		'%pktline: standard input: byte 12: bad packet length'
else
	skip 'progress is cleared' 'script is not installed'
fi

# Packs
is 'pack: side-band' "$(printf '0008NAK\n0007\001PA0005\0010006\002x0009\001CK120006\00130000' | pktline pack)" 'PACK123'
is 'pack: raw' "$(printf '0008NAK\nPACK123' | pktline pack)" 'PACK123'
is 'pack: the second' "$(printf '000a\001PACK100000006\001x0000000a\001PACK20000' | pktline pack --nth 2)" 'PACK2'
is 'pack: none' "$(printf '0006\001x0000' | pktline pack 2>&1; echo $?)" \
'pktline: no such pack
1'
is 'pack: cut short' "$(printf '000a\001PACK1' | pktline pack 2>&1; echo $?)" \
'PACK1pktline: the pack is cut short
1'
is 'pack: --nth 0' "$(pktline pack --nth 0 2>/dev/null; echo $?)" 2
is 'pack: fatal' "$(printf '000a\001PACK10006\003x' | pktline pack 2>&1; echo $?)" \
'PACK1pktline: remote: x
1'

# A tap file, record by record: direction, octal length, data
record() {
	printf 'D%s\0\0\0\0\0'"\\$2"'\0\0\0\0\0\0\0\000'"$3" "$1"
}
{
	printf riadtap1
	record '>' 010 '0000PACK'
	record '<' 016 '000a\001PACK20000'
	printf 'X\0e\0\0\0\0\0\0\0\0\0\0\0\0\0'
} >"$tmp/tap"
is 'pack: of either direction' \
	"$(pktline pack "$tmp/tap"; echo; pktline pack --nth 2 "$tmp/tap")" \
'PACK
PACK2'
is 'demux: of the server' "$(pktline demux "$tmp/tap")" PACK2
is 'json: of a tap' "$(pktline --json "$tmp/tap" | sed -n '2,3p')" \
'{"time":0.000000000,"dir":"client","type":"raw","length":4,"offset":4,"text":"PACK"}
{"time":0.000000000,"dir":"server","type":"data","length":10,"offset":0,"band":1,"text":"PACK2"}'
is 'text: of a tap' "$(pktline "$tmp/tap")" \
'> 0.000000 0000
> 0.000000 *PACK
< 0.000000 000a \x01PACK2
< 0.000000 0000'
head -c 40 "$tmp/tap" >"$tmp/cut"
is 'text: of a tap that was cut' "$(pktline "$tmp/cut" 2>&1; echo $?)" \
"> 0.000000 0000
> 0.000000 *PACK
pktline: $tmp/cut: byte 32: the record ends without an exit
1"
# As much as the limit allows is written, and the message says how much.
(
	trap '' XFSZ
	ulimit -f 1
	yes 0000 | tr -d '\n' | head -c 40000 | pktline >"$tmp/limited" 2>"$tmp/limit"
)
is 'an output that may grow no more' "$(cat "$tmp/limit")" \
	"pktline: standard output: byte $(wc -c <"$tmp/limited"): File too large"

done_testing
