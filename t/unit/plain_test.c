/* SPDX-License-Identifier: ISC */
/* The server is a socket of the test's own, read and written between turns of
 * the loop. */

#include "riad/plain.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

static struct riad_loop loop;
static struct riad_plain_client conf;
static struct riad_plain *plain;
static int server, peer = -1;
static struct sockaddr_in to, from;
static char said[512]; /* what the callbacks were told */
static bool refuse;    /* to take what comes */

static bool
answered(void *ctx, void *token, const uint8_t *data, size_t len)
{
	size_t n = strlen(said);

	(void)ctx;
	snprintf(said + n, sizeof(said) - n, "%s:%.*s ", (char *)token,
	    (int)(len - 2), data + 2);
	return !refuse;
}

static void
ended(void *ctx, int err, const char *why, bool connected)
{
	size_t n = strlen(said);

	(void)ctx;
	(void)why;
	snprintf(said + n, sizeof(said) - n, "end %s%s",
	    err == 0 ? "closed" : strerror(err), connected ? "" : " early");
	riad_plain_free(plain);
	plain = NULL;
}

static void
stop(struct riad_timer *timer)
{
	(void)timer;
	riad_loop_stop(&loop);
}

/* Lets the loop turn for some hundredths of a second. */
static const char *
turn(void)
{
	struct riad_timer timer = {.call = stop};

	riad_timer_set(&loop, &timer, riad_now() + 30000000);
	riad_loop_run(&loop);
	return said;
}

static void
begin(bool stream)
{
	socklen_t len = sizeof(to);

	said[0] = '\0';
	refuse = false;
	server = socket(AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	to = (struct sockaddr_in){.sin_family = AF_INET};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server, (struct sockaddr *)&to, sizeof(to)) == -1 ||
	    getsockname(server, (struct sockaddr *)&to, &len) == -1 ||
	    (stream && listen(server, 1) == -1))
		perror("socket");
	conf = (struct riad_plain_client){
	    .loop = &loop,
	    .stream = stream,
	    .connect_ns = 1000000000,
	    .max = 512,
	    .answered = answered,
	    .ended = ended,
	};
	plain = riad_plain_connect(&conf, (struct sockaddr *)&to, sizeof(to));
	ok(plain != NULL, "%s", stream ? "TCP" : "UDP");
}

static void
end(void)
{
	riad_plain_free(plain);
	plain = NULL;
	close(server);
	if (peer != -1)
		close(peer);
	peer = -1;
}

static int
ask(const char *text)
{
	uint8_t message[64] = {0xff, 0xff};
	void *token;

	memcpy(&token, &text, sizeof(token));
	memcpy(message + 2, text, strlen(text));
	return riad_plain_ask(plain, message, 2 + strlen(text), token);
}

/* The next datagram's text, and its ID. */
static const char *
take(int *id)
{
	static char text[64];
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(server, text, sizeof(text) - 1, MSG_DONTWAIT,
	    (struct sockaddr *)&from, &len);

	if (n < 2)
		return "";
	text[n] = '\0';
	*id = (uint8_t)text[0] << 8 | (uint8_t)text[1];
	return text + 2;
}

static void
give(int id, const char *text)
{
	char data[1024] = {(char)(id >> 8), (char)id};
	size_t len = strlen(text);

	memcpy(data + 2, text, len);
	if (sendto(server, data, 2 + len, 0, (struct sockaddr *)&from,
		sizeof(from)) == -1)
		perror("sendto");
}

static void
test_datagrams(void)
{
	int one = -1, two = -1, a, b;
	char longer[700];

	begin(false);
	a = ask("one");
	b = ask("two");
	turn();
	ok(strcmp(take(&one), "one") == 0 && one == a, "asked with its ID");
	ok(strcmp(take(&two), "two") == 0 && two == b && a != b, "and another");
	give(two, "2");
	give(one ^ two ^ 1, "nobody's");
	give(one, "1");
	give(one, "again");
	ok(strcmp(turn(), "two:2 one:1 ") == 0, "taken once: %s", said);

	said[0] = '\0';
	a = ask("x");
	turn();
	take(&one);
	refuse = true;
	give(one, "bad");
	turn();
	refuse = false;
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	give(one, longer);
	give(one, "good");
	ok(strcmp(turn(), "x:bad x:good ") == 0,
	    "what isn't taken, or is cut, changes nothing: %s", said);

	said[0] = '\0';
	a = ask("y");
	turn();
	take(&one);
	riad_plain_forget(plain, a);
	give(one, "late");
	ok(strcmp(turn(), "") == 0, "forgotten: %s", said);

	close(server);
	ask("z");
	turn();
	ok(strcmp(turn(), "end Connection refused") == 0 && plain == NULL,
	    "nobody there: %s", said);
	server = -1;
	end();
}

static void
test_stream(void)
{
	uint8_t data[64];
	uint8_t reply[14];
	int a, b;

	begin(true);
	a = ask("one");
	b = ask("two");
	peer = accept(server, NULL, NULL);
	turn();
	ssize_t n = recv(peer, data, sizeof(data), MSG_DONTWAIT);
	ok(n == 14 && memcmp(data, "\0\5", 2) == 0 &&
		memcmp(data + 4, "one\0\5", 5) == 0 &&
		memcmp(data + 11, "two", 3) == 0,
	    "with lengths, at once");
	ok((data[2] << 8 | data[3]) == a && (data[9] << 8 | data[10]) == b,
	    "and IDs");
	/* In the other order, and byte by byte. */
	memcpy(reply, data + 7, 7);
	memcpy(reply + 7, data, 7);
	for (size_t i = 0; i < sizeof(reply); i++) {
		if (send(peer, reply + i, 1, 0) != 1)
			perror("send");
		if (i == 5)
			ok(strcmp(turn(), "") == 0, "not whole yet");
	}
	ok(strcmp(turn(), "two:two one:one ") == 0, "taken: %s", said);

	said[0] = '\0';
	ask("three");
	close(peer);
	peer = -1;
	turn();
	ok(strncmp(said, "end ", 4) == 0 && plain == NULL, "closed: %s", said);
	end();

	begin(true);
	ok(riad_plain_ask(plain, data, 1, said) == -1 && errno == EMSGSIZE,
	    "a message without an ID");
	close(server);
	end();

	begin(true);
	riad_plain_free(plain);
	close(server);
	plain = riad_plain_connect(&conf, (struct sockaddr *)&to, sizeof(to));
	if (plain != NULL)
		turn();
	ok(plain == NULL, "refused: %s", said);
	server = -1;
	end();
}

/* Until too much waits to be sent. */
static void
test_full(void)
{
	static uint8_t longest[65535];
	int n = 0;

	begin(true);
	while (n < 1000 &&
	       riad_plain_ask(plain, longest, sizeof(longest), said) != -1)
		n++;
	ok(n < 1000 && errno == EBUSY, "full after %d", n);
	end();
}

int
main(void)
{
	riad_loop_init(&loop);
	test_datagrams();
	test_stream();
	test_full();
	riad_loop_free(&loop);
	return tap_done();
}
