/* SPDX-License-Identifier: ISC */
/* Certificates, right and wrong ones, and what is no TLS at all. */

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hostile.h"

enum {
	CERT_GOOD,
	CERT_EXPIRED,
	CERT_FUTURE,
	CERT_NAME,
	CERT_ADDRESS,
	CERT_SELF,
	CERT_OTHER_CA,
	CERT_NO_CA,
	CERT_NO_NAME,
	CERT_CLIENT,
	CERT_WEAK,
	CERT_ESCAPES,
	CERT_WILD,
	CERTS
};

static const char good_names[] =
    "DNS:doh.riad.test,DNS:localhost,IP:127.0.0.1,IP:::1";

/* Days from now, and what else differs from a good one. */
static const struct {
	const char *names, *use, *subject;
	int from, to;
} details[CERTS] = {
    [CERT_GOOD] = {good_names, "serverAuth", "good", -1, 30},
    [CERT_EXPIRED] = {good_names, "serverAuth", "expired", -30, -1},
    [CERT_FUTURE] = {good_names, "serverAuth", "future", 10, 30},
    [CERT_NAME] = {"DNS:other.test", "serverAuth", "doh.riad.test", -1, 30},
    [CERT_ADDRESS] = {"IP:192.0.2.1", "serverAuth", "127.0.0.1", -1, 30},
    [CERT_SELF] = {good_names, "serverAuth", "self", -1, 30},
    [CERT_OTHER_CA] = {good_names, "serverAuth", "other", -1, 30},
    [CERT_NO_CA] = {good_names, "serverAuth", "no ca", -1, 30},
    [CERT_NO_NAME] = {NULL, "serverAuth", "127.0.0.1", -1, 30},
    [CERT_CLIENT] = {good_names, "clientAuth", "client", -1, 30},
    [CERT_WEAK] = {good_names, "serverAuth", "weak", -1, 30},
    [CERT_ESCAPES] = {"DNS:other.test", "serverAuth", "\33]0;owned\7\33[31m\n",
	-1, 30},
    /* RFC 6125 section 6.4.3: not for a part of a label, nor for a tree. */
    [CERT_WILD] = {"DNS:*.test,DNS:*.*,DNS:1*.0.0.1", "serverAuth", "wild", -1,
	30},
};

static EVP_PKEY *key, *ca_key, *other_key, *weak_key;
static X509 *ca, *other_ca, *chain_ca, *certs[CERTS];

static void
check(bool good)
{
	if (good)
		return;
	ERR_print_errors_fp(stderr);
	exit(1);
}

static void
extend(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	check(e != NULL && X509_add_ext(cert, e, -1) == 1);
	X509_EXTENSION_free(e);
}

static X509 *
certificate(const char *subject, EVP_PKEY *own, X509 *issuer,
    EVP_PKEY *issuer_key, int from, int to, const char *names, const char *use)
{
	static long serial;
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	check(cert != NULL && X509_set_version(cert, 2) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	X509_time_adj_ex(X509_getm_notBefore(cert), from, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(cert), to, 0, NULL);
	check(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
		  (const uint8_t *)subject, -1, -1, 0) == 1);
	X509_set_issuer_name(
	    cert, issuer != NULL ? X509_get_subject_name(issuer) : name);
	check(X509_set_pubkey(cert, own) == 1);
	if (use == NULL)
		extend(cert, NID_basic_constraints, "critical,CA:TRUE");
	else
		extend(cert, NID_ext_key_usage, use);
	if (names != NULL)
		extend(cert, NID_subject_alt_name, names);
	check(X509_sign(cert, issuer_key, EVP_sha256()) != 0);
	return cert;
}

static FILE *
create(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "w");
	if (f == NULL) {
		perror("hostile");
		exit(1);
	}
	return f;
}

static void
write_pin(const char *dir)
{
	uint8_t hash[SHA256_DIGEST_LENGTH], text[64];
	uint8_t *der = NULL;
	int len = i2d_PUBKEY(key, &der);

	check(len > 0);
	SHA256(der, (size_t)len, hash);
	EVP_EncodeBlock(text, hash, sizeof(hash));
	FILE *f = create(dir, "pin");
	fprintf(f, "%s\n", (const char *)text);
	check(fclose(f) == 0);
	OPENSSL_free(der);
}

void
make_certificates(const char *dir)
{
	key = EVP_EC_gen("P-256");
	ca_key = EVP_EC_gen("P-256");
	other_key = EVP_EC_gen("P-256");
	weak_key = EVP_RSA_gen(1024);
	ca = certificate("riad test", ca_key, NULL, ca_key, -1, 30, NULL, NULL);
	other_ca = certificate(
	    "other", other_key, NULL, other_key, -1, 30, NULL, NULL);
	/* Signed by the authority, but none itself. */
	chain_ca = certificate(
	    "leaf", other_key, ca, ca_key, -1, 30, good_names, "serverAuth");
	for (int i = 0; i < CERTS; i++) {
		EVP_PKEY *own = i == CERT_WEAK ? weak_key : key;
		X509 *issuer = ca;
		EVP_PKEY *issuer_key = ca_key;
		if (i == CERT_SELF) {
			issuer = NULL;
			issuer_key = own;
		} else if (i == CERT_OTHER_CA) {
			issuer = other_ca;
			issuer_key = other_key;
		} else if (i == CERT_NO_CA) {
			issuer = chain_ca;
			issuer_key = other_key;
		}
		certs[i] = certificate(details[i].subject, own, issuer,
		    issuer_key, details[i].from, details[i].to,
		    details[i].names, details[i].use);
	}
	FILE *f = create(dir, "ca.pem");
	check(PEM_write_X509(f, ca) == 1 && fclose(f) == 0);
	write_pin(dir);
}

static int
choose(SSL *ssl, const uint8_t **out, uint8_t *out_len, const uint8_t *in,
    unsigned in_len, void *arg)
{
	static const struct bytes names[] = {
	    [H2] = BYTES("\2h2"),
	    [H1] = BYTES("\10http/1.1"),
	    [DOT] = BYTES("\3dot"),
	};
	const struct peer *peer = arg;
	const struct bytes *own = &names[peer->protocol];
	uint8_t *chosen;

	(void)ssl;
	if (SSL_select_next_proto(&chosen, out_len, own->data,
		(unsigned)own->len, in, in_len) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool
is_tls_kind(const struct kind *kind)
{
	for (const struct kind *k = tls_kinds; k->name != NULL; k++)
		if (k == kind)
			return true;
	return false;
}

SSL *
begin_tls(struct peer *peer)
{
	bool own = is_tls_kind(peer->kind);
	unsigned cert = own ? peer->kind->number % CERTS : CERT_GOOD;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	check(ctx != NULL);
	SSL_CTX_set_security_level(ctx, 0);
	check(SSL_CTX_use_certificate(ctx, certs[cert]) == 1 &&
	      SSL_CTX_use_PrivateKey(ctx, cert == CERT_WEAK ? weak_key : key) ==
		  1);
	if (cert == CERT_NO_CA)
		SSL_CTX_add0_chain_cert(ctx, chain_ca);
	if (own && strcmp(peer->kind->name, "tls-version-1.1") == 0) {
		SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
		SSL_CTX_set_max_proto_version(ctx, TLS1_1_VERSION);
	} else if (own && strcmp(peer->kind->name, "tls-version-1.2") == 0) {
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
	} else if (own && strcmp(peer->kind->name, "tls-no-cipher") == 0) {
		SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION);
		SSL_CTX_set_cipher_list(ctx, "AES128-SHA");
	}
	SSL_CTX_set_alpn_select_cb(ctx, choose, peer);
	SSL *ssl = SSL_new(ctx);
	check(ssl != NULL && SSL_set_fd(ssl, peer->fd) == 1);
	if (SSL_accept(ssl) != 1)
		_exit(0);
	return ssl;
}

/* Bytes in place of TLS: and then the end. */
static void
plain(struct peer *peer)
{
	uint8_t hello[2048];

	if (peer->kind->number == 0)
		(void)get(peer, hello, sizeof(hello));
	put(peer, peer->kind->arg.data, peer->kind->arg.len);
	quit(peer);
}

static void
silent(struct peer *peer)
{
	put(peer, peer->kind->arg.data, peer->kind->arg.len);
	sleep_on(peer);
}

static void
garbage(struct peer *peer)
{
	uint8_t noise[65536];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (uint8_t)(i * 167 + (i >> 8) * 13 + 1);
	put(peer, noise, sizeof(noise));
	quit(peer);
}

static void
reset(struct peer *peer)
{
	struct linger hard = {1, 0};
	uint8_t hello[2048];

	(void)get(peer, hello, sizeof(hello));
	(void)setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	cut(peer);
}

static void
half_hello(struct peer *peer)
{
	static const uint8_t hello[] = "\x16\3\3\0\x7a\2\0\0\x76\3\3 half";

	put(peer, hello, sizeof(hello) - 1);
	quit(peer);
}

static void
drip(struct peer *peer)
{
	/* A record of handshake that never ends. */
	put(peer, "\x16\3\3\x40\0\2\0\x3f\xfc\3\3", 11);
	for (;;) {
		put(peer, "x", 1);
		nap(100);
	}
}

#define CERT(n) .number = (n)

const struct kind tls_kinds[] = {
    {.name = "tls-good", .class = GOOD, CERT(CERT_GOOD)},
    {.name = "tls-version-1.2", .class = GOOD, CERT(CERT_GOOD)},
    {.name = "tls-expired", .class = TLS, CERT(CERT_EXPIRED)},
    {.name = "tls-future", .class = TLS, CERT(CERT_FUTURE)},
    {.name = "tls-other-name", .class = TLS, CERT(CERT_NAME)},
    {.name = "tls-other-address", .class = TLS, CERT(CERT_ADDRESS)},
    {.name = "tls-self-signed", .class = TLS, CERT(CERT_SELF)},
    {.name = "tls-other-authority", .class = TLS, CERT(CERT_OTHER_CA)},
    {.name = "tls-leaf-as-authority", .class = TLS, CERT(CERT_NO_CA)},
    {.name = "tls-only-common-name", .class = TLS, CERT(CERT_NO_NAME)},
    {.name = "tls-client-certificate", .class = TLS, CERT(CERT_CLIENT)},
    {.name = "tls-weak-key", .class = TLS, CERT(CERT_WEAK)},
    {.name = "tls-escapes", .class = TLS, CERT(CERT_ESCAPES)},
    {.name = "tls-wildcard", .class = TLS, CERT(CERT_WILD)},
    {.name = "tls-version-1.1", .class = TLS, CERT(CERT_GOOD)},
    {.name = "tls-no-cipher", .class = TLS, CERT(CERT_GOOD)},
    {.name = "tls-none-http",
	.class = TLS,
	.serve = plain,
	.start = true,
	.arg = BYTES("HTTP/1.1 400 Bad Request\r\n\r\n")},
    {.name = "tls-none-banner",
	.class = TLS,
	.serve = plain,
	.start = true,
	.number = 1,
	.arg = BYTES("SSH-2.0-\33[2J\33]0;owned\7\r\n")},
    {.name = "tls-alert",
	.class = TLS,
	.serve = plain,
	.start = true,
	.arg = BYTES("\x15\3\3\0\2\2\x28")},
    {.name = "tls-alert-unknown",
	.class = TLS,
	.serve = plain,
	.start = true,
	.arg = BYTES("\x15\3\3\0\2\2\xee")},
    {.name = "tls-closed", .class = TLS, .serve = plain, .start = true},
    {.name = "tls-reset", .class = TLS, .serve = reset, .start = true},
    {.name = "tls-garbage", .class = TLS, .serve = garbage, .start = true},
    {.name = "tls-half-hello",
	.class = TLS,
	.serve = half_hello,
	.start = true},
    {.name = "tls-long-record",
	.class = TLS,
	.serve = plain,
	.start = true,
	.arg = BYTES("\x16\3\3\xff\xff\2\0\0\0")},
    {.name = "tls-silent", .class = TIMEOUT, .serve = silent, .start = true},
    {.name = "tls-silent-in-hello",
	.class = TIMEOUT,
	.serve = silent,
	.start = true,
	.arg = BYTES("\x16\3\3")},
    {.name = "tls-drip", .class = TIMEOUT, .serve = drip, .start = true},
    {.name = NULL},
};
