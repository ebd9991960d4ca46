#include <libpq-fe.h>
#include <sys/eventfd.h>

/* The flags of eventfd are enumerators of no type that Swift could combine. */
static inline int clibpq_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
