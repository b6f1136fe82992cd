# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # tmp and top, of lib.sh; what callers use
# Sourced after lib.sh by tests that ask real DNS servers: each is started on
# ports of its own on 127.0.0.1, and killed when the test ends.
#
#	dns_files		certificates and zones, in $dns
#	dns_start SERVER	named, unbound, knotd, dnsdist, kresd or nginx
#	dns_stop SERVER		and dns_kill, the hard way
#
# $plain, $dot and $doh are then the ports of the server: dns_ports SERVER sets
# them again.  $ca is the file of the authority, $pin that of the server's key.

dns=$tmp/dns ca=$tmp/dns/ca.pem
# What looks for leaks, in a build with sanitizers, has to see all of /proc.
case $BUILD in */san) dns_user='--user root --no-sandbox' ;; *) dns_user= ;; esac
PATH=$PATH:/usr/sbin:/sbin
trap 'dns_end; rm -rf "$tmp"' EXIT

dns_end() {
	for dns_f in "$dns"/*.pid; do
		[ -s "$dns_f" ] || continue
		kill -9 "$(cat "$dns_f")" 2>/dev/null
	done
}

# A key, and a certificate of the authority for the names $2.
dns_certificate() { # name subjects
	openssl ecparam -name prime256v1 -genkey -noout -out "$dns/$1.key" &&
		openssl req -new -key "$dns/$1.key" -subj "/CN=$1" -out "$dns/$1.csr" &&
		printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2" >"$dns/$1.ext" &&
		openssl x509 -req -in "$dns/$1.csr" -CA "$ca" -CAkey "$dns/ca.key" \
			-CAcreateserial -sha256 -days 30 -extfile "$dns/$1.ext" -out "$dns/$1.pem"
}

# riad.test, with a number of hosts for bulk, and the reverse zone.
dns_files() { # hosts
	mkdir -p "$dns"
	{
		openssl ecparam -name prime256v1 -genkey -noout -out "$dns/ca.key"
		openssl req -x509 -new -key "$dns/ca.key" -sha256 -days 30 \
			-subj '/CN=riad tests' -out "$ca" \
			-addext 'basicConstraints=critical,CA:TRUE'
		dns_certificate server 'DNS:doh.riad.test,DNS:localhost,IP:127.0.0.1'
		dns_certificate other 'DNS:other.test'
	} >"$dns/log" 2>&1 || { echo "Bail out! openssl: $(tail -n 1 "$dns/log")"; exit 1; }
	pin=$(openssl x509 -in "$dns/server.pem" -noout -pubkey |
		openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)
	{
		cat "$top/t/dns/riad.zone"
		awk -v n="${1:-0}" 'BEGIN { for (i = 0; i < n; i++) printf "h%d A 10.%d.%d.%d\nh%d AAAA fd00::%x\n",
			i, i / 65536, (i / 256) % 256, i % 256, i, i }'
		awk 'BEGIN { for (i = 1; i <= 120; i++) print "many A 198.18.0." i }'
		awk 'BEGIN { for (i = 0; i < 250; i++) x = x "x"
			for (i = 1; i <= 60; i++) printf "huge TXT \"%03d%s\" \"%s\" \"%s\"\n", i, x, x, x }'
	} >"$dns/riad.test.zone"
	cat >"$dns/2.0.192.in-addr.arpa.zone" <<-'END'
		$ORIGIN 2.0.192.in-addr.arpa.
		$TTL 300
		@ SOA ns1.riad.test. h.riad.test. 1 3600 600 604800 60
		@ NS ns1.riad.test.
		10 PTR web.riad.test.
	END
}
dns_zones='riad.test 2.0.192.in-addr.arpa'

dns_ports() { # server
	# shellcheck source=/dev/null
	. "$dns/$1.ports"
}

# A daemon in the background, once it answers on its port.
dns_run() { # server command...
	dns_name=$1 && shift
	"$@" >"$dns/$dns_name.log" 2>&1 &
	echo $! >"$dns/$dns_name.pid"
	dns_tries=0
	case $dns_probe in https*) dns_ca="--ca $ca" ;; *) dns_ca= ;; esac
	# shellcheck disable=SC2086
	until [ "$(dohq -s "$dns_probe" $dns_ca -T 0.3 -r 0 --short ns1.riad.test A 2>/dev/null)" = 127.0.0.1 ]; do
		dns_tries=$((dns_tries + 1))
		if [ $dns_tries -gt 100 ] || ! kill -0 "$(cat "$dns/$dns_name.pid")" 2>/dev/null; then
			kill -9 "$(cat "$dns/$dns_name.pid")" 2>/dev/null
			return 1
		fi
		sleep 0.1
	done
}

# On other ports if these were taken; the same ones after a stop.
dns_start() { # server
	dns_more=0
	while [ ! -e "$dns/$1.ports" ]; do
		plain=$((20000 + ($$ * 37 + dns_more * 101 + $(printf %s "$1" | cksum | cut -c 1-5)) % 12000))
		dot=$((plain + 1)) doh=$((plain + 2)) h2c=$((plain + 3))
		echo "plain=$plain dot=$dot doh=$doh h2c=$h2c" >"$dns/$1.ports"
		dns_probe=udp://127.0.0.1:$plain
		mkdir -p "$dns/$1"
		"dns_$1" && return 0
		rm "$dns/$1.ports"
		dns_more=$((dns_more + 1))
		if [ $dns_more -ge 4 ]; then
			echo "Bail out! $1 does not start: $(tail -n 3 "$dns/$1.log" | tr '\n' ' ')"
			exit 1
		fi
	done
	dns_ports "$1"
	dns_probe=udp://127.0.0.1:$plain
	"dns_$1" || { echo "Bail out! $1 does not start again"; exit 1; }
}

dns_kill() { # server [signal]
	kill "-${2:-9}" "$(cat "$dns/$1.pid")"
	wait "$(cat "$dns/$1.pid")" 2>/dev/null
	rm "$dns/$1.pid"
}
dns_stop() {
	dns_kill "$1" TERM
}

dns_named() {
	{
		cat <<-END
			tls riad { cert-file "$dns/server.pem"; key-file "$dns/server.key"; };
			http riad { endpoints { "/dns-query"; }; };
			options {
				directory "$dns/named"; pid-file none; session-keyfile none;
				managed-keys-directory "$dns/named"; lock-file none;
				listen-on port $plain { 127.0.0.1; }; listen-on-v6 { none; };
				listen-on port $dot tls riad { 127.0.0.1; };
				listen-on port $doh tls riad http riad { 127.0.0.1; };
				listen-on port $h2c tls none http riad { 127.0.0.1; };
				recursion no; notify no; dnssec-validation no; max-udp-size 1232;
				max-records-per-type 0; server-id "named of the tests";
			};
			controls { };
		END
		for zone in $dns_zones; do
			echo "zone \"$zone\" { type primary; file \"$dns/$zone.zone\"; check-names ignore; };"
		done
	} >"$dns/named.conf"
	dns_run named named -g -c "$dns/named.conf" -n 1
}

dns_unbound() {
	{
		cat <<-END
			server:
			  directory: "$dns/unbound"
			  chroot: ""
			  username: ""
			  pidfile: ""
			  use-syslog: no
			  num-threads: 1
			  interface: 127.0.0.1@$plain
			  interface: 127.0.0.1@$dot
			  interface: 127.0.0.1@$doh
			  tls-port: $dot
			  https-port: $doh
			  tls-service-pem: "$dns/server.pem"
			  tls-service-key: "$dns/server.key"
			  access-control: 127.0.0.0/8 allow
			  local-zone: "." static
			  local-data: ". 3600 IN NS ns1.riad.test."
			  local-data: ". 3600 IN SOA ns1.riad.test. h.riad.test. 1 3600 600 604800 60"
			  local-zone: "resolver.arpa." static
			  local-data: '_dns.resolver.arpa. 300 IN SVCB 1 doh.riad.test. alpn="h2" port=$doh ipv4hint=127.0.0.1 key7="/dns-query{?dns}"'
			  local-data: '_dns.resolver.arpa. 300 IN SVCB 2 doh.riad.test. alpn="dot" port=$dot ipv4hint=127.0.0.1'
			  local-zone: "refused.test." refuse
			  incoming-num-tcp: 100
		END
		for zone in $dns_zones; do echo "  local-zone: \"$zone.\" transparent"; done
		printf 'remote-control:\n  control-enable: no\n'
		for zone in $dns_zones; do
			printf 'auth-zone:\n  name: "%s."\n  zonefile: "%s"\n  for-downstream: no\n  for-upstream: yes\n' \
				"$zone" "$dns/$zone.zone"
		done
	} >"$dns/unbound.conf"
	dns_run unbound unbound -d -c "$dns/unbound.conf"
}

dns_knotd() {
	{
		cat <<-END
			server:
			  rundir: "$dns/knotd"
			  listen: 127.0.0.1@$plain
			  udp-workers: 1
			  tcp-workers: 1
			  background-workers: 1
			database:
			  storage: "$dns/knotd"
			template:
			  - id: default
			    storage: "$dns"
			    semantic-checks: off
			    zonefile-sync: -1
			    journal-content: none
			zone:
		END
		for zone in $dns_zones; do
			printf '  - domain: "%s"\n    file: "%s.zone"\n' "$zone" "$zone"
		done
	} >"$dns/knot.conf"
	dns_run knotd knotd -c "$dns/knot.conf"
}

# The next two ask knotd, which is to run.
dns_behind() {
	sed -n 's/^plain=\([0-9]*\).*/\1/p' "$dns/knotd.ports"
}

dns_dnsdist() {
	cat >"$dns/dnsdist.conf" <<-END
		setACL({'127.0.0.0/8'})
		setSecurityPollSuffix('')
		newServer({address='127.0.0.1:$(dns_behind)', checkName='ns1.riad.test.', checkType='A'})
		addLocal('127.0.0.1:$plain')
		addTLSLocal('127.0.0.1:$dot', '$dns/server.pem', '$dns/server.key')
		addDOHLocal('127.0.0.1:$doh', '$dns/server.pem', '$dns/server.key', {'/dns-query'})
	END
	dns_run dnsdist dnsdist --supervised --disable-syslog -C "$dns/dnsdist.conf"
}

dns_kresd() {
	cat >"$dns/kresd.conf" <<-END
		log_level('crit')
		net.ipv6 = false
		net.listen('127.0.0.1', $plain, { kind = 'dns' })
		net.listen('127.0.0.1', $dot, { kind = 'tls' })
		net.listen('127.0.0.1', $doh, { kind = 'doh2' })
		net.tls('$dns/server.pem', '$dns/server.key')
		cache.open(16 * MB, 'lmdb://$dns/kresd')
		trust_anchors.remove('.')
		modules.unload('ta_update')
		modules.unload('ta_signal_query')
		modules.unload('priming')
		modules.unload('detect_time_skew')
		modules = { 'policy' }
		policy.add(policy.all(policy.STUB({'127.0.0.1@$(dns_behind)'})))
	END
	dns_run kresd kresd -n -c "$dns/kresd.conf" "$dns/kresd"
}

# In front of named, and with answers that are none.
dns_nginx() {
	dns_to=$(sed -n 's/.*h2c=\([0-9]*\).*/\1/p' "$dns/named.ports")
	cat >"$dns/nginx.conf" <<-END
		worker_processes 1;
		pid $dns/nginx/pid;
		daemon off;
		$([ "$(id -u)" != 0 ] || echo 'user root;')
		events { worker_connections 256; }
		http {
			access_log off;
			client_body_temp_path $dns/nginx;
			proxy_temp_path $dns/nginx;
			fastcgi_temp_path $dns/nginx;
			uwsgi_temp_path $dns/nginx;
			scgi_temp_path $dns/nginx;
			upstream named { server 127.0.0.1:$dns_to; keepalive 4; }
			server {
				listen 127.0.0.1:$doh ssl http2;
				ssl_certificate $dns/server.pem;
				ssl_certificate_key $dns/server.key;
				location = /dns-query { grpc_pass grpc://named; }
				location = /404 { return 404 "no such thing\n"; }
				location = /503 { return 503 "busy\n"; }
				location = /302 { return 302 https://127.0.0.1:$doh/dns-query; }
				location = /html { default_type text/html; return 200 "<html>pay here</html>"; }
				location = /cut { default_type application/dns-message; return 200 "dns"; }
			}
			server {
				listen 127.0.0.1:$dot ssl http2;
				ssl_certificate $dns/other.pem;
				ssl_certificate_key $dns/other.key;
			}
		}
	END
	dns_probe=https://127.0.0.1:$doh/dns-query
	dns_run nginx nginx -c "$dns/nginx.conf" -e "$dns/nginx/log"
}
