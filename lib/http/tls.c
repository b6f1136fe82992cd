/* SPDX-License-Identifier: ISC */

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conn.h"

/* Sessions to resume: the last ones of any host.  A server gives two tickets
 * to a connection, and a few connections may be made at once. */
enum { SESSIONS = 16, PINS = 16 };

struct riad_tls {
	SSL_CTX *ctx;
	bool server;
	bool insecure;
	size_t pins;
	uint8_t pin[PINS][SHA256_DIGEST_LENGTH];
	struct {
		SSL_SESSION *session;
		char name[264]; /* host and port */
	} sessions[SESSIONS];
	size_t next;
};

static const uint8_t alpn_any[] = "\2h2\10http/1.1";
static const uint8_t alpn_2[] = "\2h2";
static const uint8_t alpn_1[] = "\10http/1.1";
static const uint8_t alpn_dot[] = "\3dot";

static const struct {
	const uint8_t *list;
	unsigned len;
} alpns[] = {
    [RIAD_HTTP_ANY] = {alpn_any, sizeof(alpn_any) - 1},
    [RIAD_HTTP_2] = {alpn_2, sizeof(alpn_2) - 1},
    [RIAD_HTTP_1] = {alpn_1, sizeof(alpn_1) - 1},
    [RIAD_HTTP_DOT] = {alpn_dot, sizeof(alpn_dot) - 1},
};

/* The reason of the first error in OpenSSL's queue. */
static const char *
reason(const char *otherwise)
{
	const char *s = ERR_reason_error_string(ERR_peek_error());

	return s != NULL ? s : otherwise;
}

static const char *
name_of(char *name, size_t size, const struct riad_http_client *conf)
{
	snprintf(name, size, "%s %u", conf->host, conf->port);
	return name;
}

/* OpenSSL has a new session for us, which we keep. */
static int
keep_session(SSL *ssl, SSL_SESSION *session)
{
	struct riad_http *http = SSL_get_app_data(ssl);
	struct riad_tls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));

	if (http == NULL || http->client == NULL || http->failing ||
	    !SSL_SESSION_is_resumable(session))
		return 0;
	size_t at = tls->next++ % SESSIONS;
	SSL_SESSION_free(tls->sessions[at].session);
	tls->sessions[at].session = session;
	name_of(tls->sessions[at].name, sizeof(tls->sessions[at].name),
	    http->client);
	return 1;
}

static void
forget_sessions(struct riad_tls *tls)
{
	for (size_t i = 0; i < SESSIONS; i++) {
		SSL_SESSION_free(tls->sessions[i].session);
		tls->sessions[i].session = NULL;
	}
}

/* A ticket shows an observer which connections belong together, so each is
 * used once (RFC 8446 appendix C.4). */
static void
resume(struct riad_tls *tls, SSL *ssl, const struct riad_http_client *conf)
{
	char name[sizeof(tls->sessions[0].name)];

	name_of(name, sizeof(name), conf);
	for (size_t i = 1; i <= SESSIONS; i++) {
		size_t at = (tls->next + SESSIONS - i) % SESSIONS;
		if (tls->sessions[at].session == NULL ||
		    strcmp(tls->sessions[at].name, name) != 0)
			continue;
		SSL_set_session(ssl, tls->sessions[at].session);
		SSL_SESSION_free(tls->sessions[at].session);
		tls->sessions[at].session = NULL;
		return;
	}
}

static struct riad_tls *
make(const SSL_METHOD *method, const char **why)
{
	struct riad_tls *tls = calloc(1, sizeof(*tls));

	ERR_clear_error();
	*why = "out of memory";
	if (tls == NULL)
		return NULL;
	/* What a system's file would have loaded at run time is not for a
	 * program that has its libraries in it. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	tls->ctx = SSL_CTX_new(method);
	if (tls->ctx == NULL) {
		*why = reason(*why);
		free(tls);
		errno = ENOMEM;
		return NULL;
	}
	SSL_CTX_set_app_data(tls->ctx, tls);
	SSL_CTX_set_min_proto_version(tls->ctx, TLS1_2_VERSION);
	/* RFC 9113 section 9.2.2 and appendix A. */
	SSL_CTX_set_cipher_list(
	    tls->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20");
	/* RFC 9113 section 9.2.1: neither compression nor renegotiation. */
	SSL_CTX_set_options(
	    tls->ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(tls->ctx, SSL_MODE_RELEASE_BUFFERS |
				       SSL_MODE_ENABLE_PARTIAL_WRITE |
				       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_read_ahead(tls->ctx, 1); /* a record by one read(2) */
	return tls;
}

void
riad_tls_free(struct riad_tls *tls)
{
	if (tls == NULL)
		return;
	forget_sessions(tls);
	SSL_CTX_free(tls->ctx);
	free(tls);
}

struct riad_tls *
riad_tls_client(const char *ca, const char **why)
{
	struct riad_tls *tls = make(TLS_client_method(), why);
	struct stat st;
	int ok;

	if (tls == NULL)
		return NULL;
	if (ca == NULL) {
		ok = SSL_CTX_set_default_verify_paths(tls->ctx);
	} else if (stat(ca, &st) == -1) {
		*why = strerror(errno);
		goto fail;
	} else if (S_ISDIR(st.st_mode)) {
		ok = SSL_CTX_load_verify_dir(tls->ctx, ca);
	} else {
		ok = SSL_CTX_load_verify_file(tls->ctx, ca);
	}
	if (ok != 1) {
		*why = reason("no certificates");
		errno = EBADMSG;
		goto fail;
	}
	SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(
	    tls->ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(tls->ctx, keep_session);
	return tls;
fail:;
	int saved = errno;
	riad_tls_free(tls);
	errno = saved;
	return NULL;
}

int
riad_tls_pin(struct riad_tls *tls, const char *base64)
{
	uint8_t pin[3 * 15];
	size_t len = strlen(base64);

	/* 32 bytes are 44 characters, of which the last is the padding. */
	if (len != 44 || base64[43] != '=' || base64[42] == '=' ||
	    EVP_DecodeBlock(pin, (const uint8_t *)base64, 44) != 33) {
		errno = EINVAL;
		return -1;
	}
	if (tls->pins == PINS) {
		errno = EMSGSIZE;
		return -1;
	}
	memcpy(tls->pin[tls->pins++], pin, SHA256_DIGEST_LENGTH);
	forget_sessions(tls);
	return 0;
}

void
riad_tls_insecure(struct riad_tls *tls)
{
	tls->insecure = true;
	SSL_CTX_set_verify(tls->ctx, SSL_VERIFY_NONE, NULL);
}

/* A server's choice is the first of its own that the client has. */
static int
choose_protocol(SSL *ssl, const uint8_t **out, uint8_t *out_len,
    const uint8_t *in, unsigned in_len, void *arg)
{
	const struct riad_http *http = SSL_get_app_data(ssl);
	enum riad_http_kind kind = http->server->kind;
	uint8_t *chosen;

	(void)arg;
	if (SSL_select_next_proto(&chosen, out_len, alpns[kind].list,
		alpns[kind].len, in, in_len) != OPENSSL_NPN_NEGOTIATED) {
		/* Of DoT, ALPN came later, and clients say all sorts. */
		return kind == RIAD_HTTP_DOT ? SSL_TLSEXT_ERR_NOACK
					     : SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

struct riad_tls *
riad_tls_server(const char *certificates, const char *key, const char **why)
{
	struct riad_tls *tls = make(TLS_server_method(), why);

	if (tls == NULL)
		return NULL;
	tls->server = true;
	/* OpenSSL calls a file without a key "unsupported". */
	*why = NULL;
	if (SSL_CTX_use_certificate_chain_file(tls->ctx, certificates) != 1)
		*why = access(certificates, R_OK) == -1
			   ? reason("not to be read")
			   : "no certificate in it";
	else if (SSL_CTX_use_PrivateKey_file(tls->ctx, key, SSL_FILETYPE_PEM) !=
		 1)
		*why = "no key for it, or another one's";
	else if (SSL_CTX_check_private_key(tls->ctx) != 1)
		*why = "the key is another one's";
	if (*why != NULL) {
		riad_tls_free(tls);
		errno = EBADMSG;
		return NULL;
	}
	SSL_CTX_set_options(tls->ctx,
	    SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
	/* Tickets carry the state: a server keeps nothing of old sessions. */
	SSL_CTX_set_session_cache_mode(tls->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(tls->ctx, (const uint8_t *)"riad", 4);
	SSL_CTX_set_alpn_select_cb(tls->ctx, choose_protocol, NULL);
	return tls;
}

static bool
is_address(const char *host)
{
	uint8_t address[16];

	return inet_pton(AF_INET, host, address) == 1 ||
	       inet_pton(AF_INET6, host, address) == 1;
}

static int
prepare_client(
    struct riad_tls *tls, SSL *ssl, const struct riad_http_client *conf)
{
	bool address = is_address(conf->host);

	if (SSL_set_alpn_protos(
		ssl, alpns[conf->kind].list, alpns[conf->kind].len) != 0)
		return -1;
	/* RFC 6066 section 3: no addresses in the server name. */
	if (!address && SSL_set_tlsext_host_name(ssl, conf->host) != 1)
		return -1;
	if (!tls->insecure) {
		X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
		X509_VERIFY_PARAM_set_hostflags(
		    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		if (address
			? X509_VERIFY_PARAM_set1_ip_asc(param, conf->host) != 1
			: X509_VERIFY_PARAM_set1_host(param, conf->host, 0) !=
			      1)
			return -1;
		if (conf->ip != NULL && !address &&
		    X509_VERIFY_PARAM_set1_ip_asc(param, conf->ip) != 1)
			return -1;
	}
	resume(tls, ssl, conf);
	SSL_set_connect_state(ssl);
	return 0;
}

SSL *
tls_connection(struct riad_tls *tls, struct riad_http *http, int fd)
{
	SSL *ssl = SSL_new(tls->ctx);

	ERR_clear_error();
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1)
		goto fail;
	SSL_set_app_data(ssl, http);
	if (tls->server)
		SSL_set_accept_state(ssl);
	else if (prepare_client(tls, ssl, http->client) == -1)
		goto fail;
	return ssl;
fail:
	SSL_free(ssl);
	errno = ENOMEM;
	return NULL;
}

static bool
has_pin(const struct riad_tls *tls, X509 *certificate)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	uint8_t *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);

	if (len < 0)
		return false;
	SHA256(der, (size_t)len, hash);
	OPENSSL_free(der);
	for (size_t i = 0; i < tls->pins; i++)
		if (memcmp(tls->pin[i], hash, sizeof(hash)) == 0)
			return true;
	return false;
}

/* One of the chain that was verified has the pin (RFC 7469 section 2.6); where
 * none was, only the server's own certificate proves anything. */
static bool
pinned(const struct riad_tls *tls, SSL *ssl)
{
	if (tls->insecure) {
		X509 *own = SSL_get0_peer_certificate(ssl);
		return own != NULL && has_pin(tls, own);
	}
	STACK_OF(X509) *chain = SSL_get0_verified_chain(ssl);
	for (int i = 0; i < sk_X509_num(chain); i++)
		if (has_pin(tls, sk_X509_value(chain, i)))
			return true;
	return false;
}

int
tls_check(struct riad_http *http)
{
	struct riad_tls *tls = http->client->tls;

	/* Of a session that is resumed all this was checked when it began. */
	if (tls->pins != 0 && !SSL_session_reused(http->ssl) &&
	    !pinned(tls, http->ssl)) {
		forget_sessions(tls); /* TLS 1.2 has begun one already */
		return conn_fail(http, RIAD_HTTP_TLS,
		    "certificate: none of its keys is pinned");
	}
	return 0;
}

const char *
tls_why(struct riad_http *http)
{
	long verify = SSL_get_verify_result(http->ssl);

	if (http->client != NULL && verify != X509_V_OK &&
	    !http->client->tls->insecure && !http->ready) {
		snprintf(http->text, sizeof(http->text), "certificate: %s",
		    X509_verify_cert_error_string(verify));
		return http->text;
	}
	snprintf(
	    http->text, sizeof(http->text), "TLS: %s", reason("it failed"));
	return http->text;
}

const char *
riad_http_tls_version(const struct riad_http *http)
{
	return http->ssl != NULL && http->ready ? SSL_get_version(http->ssl)
						: "";
}

const char *
riad_http_tls_cipher(const struct riad_http *http)
{
	return http->ssl != NULL && http->ready
		   ? SSL_CIPHER_get_name(SSL_get_current_cipher(http->ssl))
		   : "";
}

bool
riad_http_tls_resumed(const struct riad_http *http)
{
	return http->ssl != NULL && http->ready &&
	       SSL_session_reused(http->ssl) == 1;
}
