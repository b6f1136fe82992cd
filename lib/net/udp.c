/* SPDX-License-Identifier: ISC */
#include "riad/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONTROL = 64 };

struct riad_udp {
	struct mmsghdr in[RIAD_UDP_BATCH];
	struct mmsghdr out[RIAD_UDP_BATCH];
	struct iovec in_vec[RIAD_UDP_BATCH];
	struct iovec out_vec[RIAD_UDP_BATCH];
	union riad_address from[RIAD_UDP_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[RIAD_UDP_BATCH][CONTROL];
	uint8_t query[RIAD_UDP_BATCH][RIAD_UDP_QUERY];
	unsigned replies;
	size_t used; /* of reply */
	uint8_t reply[RIAD_UDP_BATCH * RIAD_UDP_REPLY + RIAD_UDP_ROOM];
};

struct riad_udp *
riad_udp_new(void)
{
	return calloc(1, sizeof(struct riad_udp));
}

void
riad_udp_free(struct riad_udp *udp)
{
	free(udp);
}

int
riad_udp_prepare(int fd)
{
	union riad_address address = {0};
	socklen_t len = sizeof(address);
	int on = 1;

	if (getsockname(fd, &address.any, &len) == -1)
		return -1;
	if (address.any.sa_family == AF_INET) {
		/* Bound to one address, the answer can leave by no other. */
		if (address.in.sin_addr.s_addr != htonl(INADDR_ANY))
			return 0;
		return setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on));
	}
	if (!IN6_IS_ADDR_UNSPECIFIED(&address.in6.sin6_addr))
		return 0;
	return setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on));
}

int
riad_udp_receive(struct riad_udp *udp, int fd)
{
	int n;

	for (size_t i = 0; i < RIAD_UDP_BATCH; i++) {
		udp->in_vec[i].iov_base = udp->query[i];
		udp->in_vec[i].iov_len = RIAD_UDP_QUERY;
		udp->in[i].msg_hdr = (struct msghdr){
		    .msg_name = &udp->from[i],
		    .msg_namelen = sizeof(udp->from[i]),
		    .msg_iov = &udp->in_vec[i],
		    .msg_iovlen = 1,
		    .msg_control = udp->control[i],
		    .msg_controllen = CONTROL,
		};
	}
	udp->replies = 0;
	udp->used = 0;
	do
		n = recvmmsg(fd, udp->in, RIAD_UDP_BATCH, MSG_DONTWAIT, NULL);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	return n;
}

/* The control message to answer with is the one that came: only the address
 * counts in it, since the interface is the kernel's to choose. */
static size_t
own_address(uint8_t *to, const struct msghdr *from)
{
	const struct cmsghdr *c =
	    from->msg_controllen >= sizeof(*c) ? from->msg_control : NULL;

	if (c == NULL || c->cmsg_len > from->msg_controllen ||
	    c->cmsg_len > sizeof(((struct riad_udp_peer *)NULL)->local))
		return 0;
	memcpy(to, c, c->cmsg_len);
	if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		/* What was asked, which for a broadcast is not our own. */
		info.ipi_ifindex = 0;
		memcpy(
		    to + ((const uint8_t *)CMSG_DATA(c) - (const uint8_t *)c),
		    &info, sizeof(info));
	}
	return c->cmsg_len;
}

const uint8_t *
riad_udp_query(
    const struct riad_udp *udp, int i, size_t *len, struct riad_udp_peer *peer)
{
	const struct mmsghdr *m = &udp->in[i];

	if (m->msg_hdr.msg_flags & MSG_TRUNC)
		return NULL;
	peer->address = udp->from[i];
	peer->local_len = own_address(peer->local, &m->msg_hdr);
	*len = m->msg_len;
	return udp->query[i];
}

uint8_t *
riad_udp_room(struct riad_udp *udp)
{
	return udp->reply + udp->used;
}

static void
address_to(struct msghdr *h, const struct riad_udp_peer *peer, uint8_t *control)
{
	h->msg_controllen = 0;
	h->msg_control = NULL;
	if (peer->local_len == 0)
		return;
	memset(control, 0, CONTROL);
	memcpy(control, peer->local, peer->local_len);
	h->msg_control = control;
	h->msg_controllen = CMSG_ALIGN(peer->local_len);
}

void
riad_udp_reply(struct riad_udp *udp, int i, size_t len)
{
	struct riad_udp_peer peer;
	unsigned o = udp->replies++;

	peer.local_len = own_address(peer.local, &udp->in[i].msg_hdr);
	udp->out_vec[o].iov_base = udp->reply + udp->used;
	udp->out_vec[o].iov_len = len;
	udp->used += len;
	udp->out[o].msg_hdr = (struct msghdr){
	    .msg_name = &udp->from[i],
	    .msg_namelen = udp->in[i].msg_hdr.msg_namelen,
	    .msg_iov = &udp->out_vec[o],
	    .msg_iovlen = 1,
	};
	address_to(&udp->out[o].msg_hdr, &peer, udp->control[i]);
}

void
riad_udp_flush(struct riad_udp *udp, int fd)
{
	for (unsigned at = 0; at < udp->replies;) {
		int n = sendmmsg(
		    fd, udp->out + at, udp->replies - at, MSG_DONTWAIT);
		if (n > 0)
			at += (unsigned)n;
		else if (errno == EAGAIN || errno == EWOULDBLOCK ||
			 errno == ENOBUFS)
			break;
		else if (errno != EINTR)
			at++; /* this one can't be sent: the others may */
	}
	udp->replies = 0;
	udp->used = 0;
}

int
riad_udp_send(
    int fd, const struct riad_udp_peer *peer, const uint8_t *data, size_t len)
{
	_Alignas(struct cmsghdr) uint8_t control[CONTROL];
	union riad_address to = peer->address;
	struct iovec vec = {.iov_len = len};
	struct msghdr h = {
	    .msg_name = &to,
	    .msg_namelen = riad_address_len(&to),
	    .msg_iov = &vec,
	    .msg_iovlen = 1,
	};
	ssize_t n;

	/* What is sent is not changed, whatever the type says. */
	memcpy(&vec.iov_base, &data, sizeof(data));
	address_to(&h, peer, control);
	do
		n = sendmsg(fd, &h, MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	return n == -1 ? -1 : 0;
}
