/* SPDX-License-Identifier: ISC */
/* clang-format off */
/*
 * dnsrows.h - the table of types: number, name, marks, fields
 *
 * Included where ROW, and FAR_ROW for numbers above 262, say what to make of
 * it.  A row without fields is that of a type whose RDATA is opaque to us, or
 * of one that is only asked for.
 */
#define F(kind, key) {DNS_##kind, key}
#define SIGNATURE \
	F(TYPE, "type_covered"), F(ALGORITHM, "algorithm"), F(U8, "labels"), \
	F(U32, "original_ttl"), F(TIME, "expiration"), F(TIME, "inception"), \
	F(U16, "key_tag"), F(NAME_PLAIN, "signer"), F(BASE64, "signature")
#define DIGEST \
	F(U16, "key_tag"), F(ALGORITHM, "algorithm"), F(U8, "digest_type"), \
	F(DIGEST, "digest")
#define KEY \
	F(U16, "flags"), F(U8, "protocol"), F(ALGORITHM, "algorithm"), \
	F(BASE64, "key")
#define ASSOCIATION \
	F(U8, "usage"), F(U8, "selector"), F(U8, "matching_type"), \
	F(HEX, "data")
#define SERVICE \
	F(U16, "priority"), F(NAME_PLAIN, "target"), F(PARAMETERS, "params")

ROW(1, A, "A", DNS_INTERNET, F(IPV4, "address"))
ROW(2, NS, "NS", DNS_NAMES, F(NAME, "host"))
ROW(3, MD, "MD", DNS_NAMES, F(NAME, "host"))
ROW(4, MF, "MF", DNS_NAMES, F(NAME, "host"))
ROW(5, CNAME, "CNAME", DNS_NAMES, F(NAME, "target"))
ROW(6, SOA, "SOA", DNS_NAMES, F(NAME, "mname"), F(NAME, "rname"),
	F(U32, "serial"), F(PERIOD, "refresh"), F(PERIOD, "retry"),
	F(PERIOD, "expire"), F(PERIOD, "minimum"))
ROW(7, MB, "MB", DNS_NAMES, F(NAME, "host"))
ROW(8, MG, "MG", DNS_NAMES, F(NAME, "mailbox"))
ROW(9, MR, "MR", DNS_NAMES, F(NAME, "mailbox"))
ROW(10, NULL_, "NULL", 0, F(END, ""))
ROW(11, WKS, "WKS", DNS_INTERNET, F(IPV4, "address"), F(SERVICES, "services"))
ROW(12, PTR, "PTR", DNS_NAMES, F(NAME, "target"))
ROW(13, HINFO, "HINFO", 0, F(STRING, "cpu"), F(STRING, "os"))
ROW(14, MINFO, "MINFO", DNS_NAMES, F(NAME, "responsible"), F(NAME, "errors"))
ROW(15, MX, "MX", DNS_NAMES, F(U16, "preference"), F(NAME, "exchange"))
ROW(16, TXT, "TXT", 0, F(STRINGS, "text"))
ROW(17, RP, "RP", DNS_NAMES, F(NAME_READ, "mailbox"), F(NAME_READ, "text"))
ROW(18, AFSDB, "AFSDB", DNS_NAMES, F(U16, "subtype"), F(NAME_READ, "host"))
ROW(19, X25, "X25", 0, F(STRING, "address"))
ROW(20, ISDN, "ISDN", 0, F(STRINGS, "address"))
ROW(21, RT, "RT", DNS_NAMES, F(U16, "preference"), F(NAME_READ, "host"))
ROW(22, NSAP, "NSAP", DNS_INTERNET, F(HEX_MARKED, "address"))
ROW(23, NSAP_PTR, "NSAP-PTR", DNS_INTERNET, F(NAME_PLAIN, "owner"))
ROW(24, SIG, "SIG", 0, SIGNATURE)
ROW(25, KEY_, "KEY", 0, F(U16, "flags"), F(U8, "protocol"),
	F(ALGORITHM, "algorithm"), F(BASE64_ANY, "key"))
ROW(26, PX, "PX", DNS_INTERNET | DNS_NAMES, F(U16, "preference"),
	F(NAME_READ, "map822"), F(NAME_READ, "mapx400"))
ROW(27, GPOS, "GPOS", 0, F(STRING, "longitude"), F(STRING, "latitude"),
	F(STRING, "altitude"))
ROW(28, AAAA, "AAAA", DNS_INTERNET, F(IPV6, "address"))
ROW(29, LOC, "LOC", 0, F(LOCATION, "location"))
ROW(30, NXT, "NXT", 0, F(END, ""))
ROW(31, EID, "EID", DNS_INTERNET, F(HEX, "data"))
ROW(32, NIMLOC, "NIMLOC", DNS_INTERNET, F(HEX, "data"))
ROW(33, SRV, "SRV", DNS_INTERNET | DNS_NAMES, F(U16, "priority"),
	F(U16, "weight"), F(U16, "port"), F(NAME_READ, "target"))
ROW(34, ATMA, "ATMA", 0, F(END, ""))
ROW(35, NAPTR, "NAPTR", DNS_NAMES, F(U16, "order"), F(U16, "preference"),
	F(STRING, "flags"), F(STRING, "services"), F(STRING, "regexp"),
	F(NAME_READ, "replacement"))
ROW(36, KX, "KX", DNS_INTERNET | DNS_NAMES, F(U16, "preference"),
	F(NAME_READ, "exchanger"))
ROW(37, CERT, "CERT", 0, F(CERT_TYPE, "type"), F(U16, "key_tag"),
	F(CERT_ALGORITHM, "algorithm"), F(BASE64, "certificate"))
ROW(38, A6, "A6", 0, F(END, ""))
ROW(39, DNAME, "DNAME", DNS_NAMES, F(NAME_READ, "target"))
ROW(40, SINK, "SINK", 0, F(U8, "meaning"), F(U8, "coding"),
	F(U8, "subcoding"), F(BASE64_ANY, "data"))
ROW(41, OPT, "OPT", 0, F(OPTIONS, "options"))
ROW(42, APL, "APL", DNS_INTERNET, F(PREFIXES, "prefixes"))
ROW(43, DS, "DS", 0, DIGEST)
ROW(44, SSHFP, "SSHFP", 0, F(U8, "algorithm"), F(U8, "type"),
	F(FINGERPRINT, "fingerprint"))
ROW(45, IPSECKEY, "IPSECKEY", 0, F(U8, "precedence"), F(U8, "gateway_type"),
	F(U8, "algorithm"), F(GATEWAY, "gateway"), F(BASE64_ANY, "key"))
ROW(46, RRSIG, "RRSIG", 0, SIGNATURE)
ROW(47, NSEC, "NSEC", 0, F(NAME_PLAIN, "next"), F(TYPES_SOME, "types"))
ROW(48, DNSKEY, "DNSKEY", 0, KEY)
ROW(49, DHCID, "DHCID", DNS_INTERNET, F(BASE64, "digest"))
ROW(50, NSEC3, "NSEC3", 0, F(U8, "hash"), F(U8, "flags"),
	F(U16, "iterations"), F(SALT, "salt"), F(BASE32, "next"),
	F(TYPES, "types"))
ROW(51, NSEC3PARAM, "NSEC3PARAM", 0, F(U8, "hash"), F(U8, "flags"),
	F(U16, "iterations"), F(SALT, "salt"))
ROW(52, TLSA, "TLSA", 0, ASSOCIATION)
ROW(53, SMIMEA, "SMIMEA", 0, ASSOCIATION)
ROW(55, HIP, "HIP", 0, F(HOST_IDENTITY, "identity"))
ROW(56, NINFO, "NINFO", 0, F(STRINGS, "text"))
ROW(57, RKEY, "RKEY", 0, KEY)
ROW(58, TALINK, "TALINK", 0, F(NAME_PLAIN, "previous"), F(NAME_PLAIN, "next"))
ROW(59, CDS, "CDS", 0, DIGEST)
ROW(60, CDNSKEY, "CDNSKEY", 0, KEY)
ROW(61, OPENPGPKEY, "OPENPGPKEY", 0, F(BASE64, "key"))
ROW(62, CSYNC, "CSYNC", 0, F(U32, "serial"), F(U16, "flags"),
	F(TYPES, "types"))
ROW(63, ZONEMD, "ZONEMD", 0, F(U32, "serial"), F(U8, "scheme"),
	F(U8, "hash"), F(ZONE_DIGEST, "digest"))
ROW(64, SVCB, "SVCB", DNS_INTERNET, SERVICE)
ROW(65, HTTPS, "HTTPS", DNS_INTERNET, SERVICE)
ROW(66, DSYNC, "DSYNC", 0, F(TYPE, "type"), F(SCHEME, "scheme"),
	F(U16, "port"), F(NAME_PLAIN, "target"))
ROW(99, SPF, "SPF", 0, F(STRINGS, "text"))
ROW(100, UINFO, "UINFO", 0, F(END, ""))
ROW(101, UID, "UID", 0, F(END, ""))
ROW(102, GID, "GID", 0, F(END, ""))
ROW(103, UNSPEC, "UNSPEC", 0, F(END, ""))
ROW(104, NID, "NID", 0, F(U16, "preference"), F(LOCATOR64, "node_id"))
ROW(105, L32, "L32", 0, F(U16, "preference"), F(IPV4, "locator"))
ROW(106, L64, "L64", 0, F(U16, "preference"), F(LOCATOR64, "locator"))
ROW(107, LP, "LP", 0, F(U16, "preference"), F(NAME_PLAIN, "target"))
ROW(108, EUI48, "EUI48", 0, F(EUI48, "address"))
ROW(109, EUI64, "EUI64", 0, F(EUI64, "address"))
ROW(249, TKEY, "TKEY", 0, F(NAME_PLAIN, "algorithm"), F(U32, "inception"),
	F(U32, "expiration"), F(U16, "mode"), F(ERROR, "error"),
	F(BASE64_SIZED, "key"), F(BASE64_SIZED, "other"))
ROW(250, TSIG, "TSIG", 0, F(NAME_PLAIN, "algorithm"), F(TIME48, "time"),
	F(U16, "fudge"), F(BASE64_SIZED, "mac"), F(U16, "original_id"),
	F(ERROR, "error"), F(BASE64_SIZED, "other"))
ROW(251, IXFR, "IXFR", 0, F(END, ""))
ROW(252, AXFR, "AXFR", 0, F(END, ""))
ROW(253, MAILB, "MAILB", 0, F(END, ""))
ROW(254, MAILA, "MAILA", 0, F(END, ""))
ROW(255, ANY, "ANY", 0, F(END, ""))
ROW(256, URI, "URI", 0, F(U16, "priority"), F(U16, "weight"),
	F(REST, "target"))
ROW(257, CAA, "CAA", 0, F(U8, "flags"), F(BARE, "tag"), F(REST, "value"))
ROW(258, AVC, "AVC", 0, F(STRINGS, "text"))
ROW(259, DOA, "DOA", 0, F(END, ""))
ROW(260, AMTRELAY, "AMTRELAY", 0, F(U8, "precedence"),
	F(RELAY, "relay"))
ROW(261, RESINFO, "RESINFO", 0, F(STRINGS, "text"))
ROW(262, WALLET, "WALLET", 0, F(STRINGS, "text"))
FAR_ROW(32768, TA, "TA", 0, DIGEST)
FAR_ROW(32769, DLV, "DLV", 0, DIGEST)

#undef F
#undef SIGNATURE
#undef DIGEST
#undef KEY
#undef ASSOCIATION
#undef SERVICE
