// What HTTPServer needs of libmicrohttpd, and plain functions for the macros and variadic calls that Swift can't see.
#ifndef LOCKSTEP_CMICROHTTPD_H
#define LOCKSTEP_CMICROHTTPD_H

#include <microhttpd.h>

// Serves an open, listening socket from threads of its own, which wait with epoll. The daemon closes the socket.
// It has no clock: a daemon on virtual time must not date its answers by the machine's.
static inline struct MHD_Daemon *shim_start(
    int socket, MHD_AccessHandlerCallback handle, void *(*begin)(void *, const char *, struct MHD_Connection *),
    MHD_RequestCompletedCallback end, void *context, unsigned int timeout_seconds, unsigned int connections,
    size_t connection_memory, unsigned int threads
) {
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
        handle, context,
        MHD_OPTION_LISTEN_SOCKET, socket,
        MHD_OPTION_URI_LOG_CALLBACK, begin, context,
        MHD_OPTION_NOTIFY_COMPLETED, end, context,
        MHD_OPTION_CONNECTION_TIMEOUT, timeout_seconds,
        MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory,
        MHD_OPTION_THREAD_POOL_SIZE, threads,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_END);
}

// What a content reader returns to have the connection closed before the body is complete.
static inline ssize_t shim_reader_failed(void) {
    return MHD_CONTENT_READER_END_WITH_ERROR;
}

#endif
