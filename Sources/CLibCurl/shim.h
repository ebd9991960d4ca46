// The part of libcurl that HTTPClient needs, and plain functions for the variadic calls that Swift can't see.
//
// libcurl itself is there wherever Swift's toolchain is, which needs it; its headers are another package, so what is
// used is declared here. Names and numbers are those of curl/curl.h and curl/multi.h and belong to an ABI that has been
// kept since 2006 (https://curl.se/libcurl/abi.html). Nothing here is younger than libcurl 7.68, but CURLOPT_QUICK_EXIT
// (7.87) and CURLOPT_PREREQFUNCTION (7.80), which older versions refuse without harm.
#ifndef LOCKSTEP_CLIBCURL_H
#define LOCKSTEP_CLIBCURL_H

#include <stddef.h>
#include <stdint.h>

typedef void CURL;
typedef void CURLM;
typedef int CURLcode;
typedef int CURLMcode;
struct curl_slist;
struct curl_waitfd;

struct CURLMsg {
    int msg;
    CURL *easy_handle;
    union {
        void *whatever;
        CURLcode result;
    } data;
};
typedef struct CURLMsg CURLMsg;

CURLcode curl_global_init(long flags);
CURL *curl_easy_init(void);
CURLcode curl_easy_setopt(CURL *easy, int option, ...);
CURLcode curl_easy_getinfo(CURL *easy, int info, ...);
void curl_easy_cleanup(CURL *easy);
const char *curl_easy_strerror(CURLcode code);
struct curl_slist *curl_slist_append(struct curl_slist *list, const char *line);
void curl_slist_free_all(struct curl_slist *list);
CURLM *curl_multi_init(void);
CURLMcode curl_multi_setopt(CURLM *multi, int option, ...);
CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode curl_multi_perform(CURLM *multi, int *running);
CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd *more, unsigned int count, int milliseconds, int *ready);
CURLMcode curl_multi_wakeup(CURLM *multi);
CURLMsg *curl_multi_info_read(CURLM *multi, int *left);
CURLMcode curl_multi_cleanup(CURLM *multi);

enum {
    CURLE_OK = 0,
    CURLE_URL_MALFORMAT = 3,
    CURLE_COULDNT_RESOLVE_PROXY = 5,
    CURLE_COULDNT_RESOLVE_HOST = 6,
    CURLE_COULDNT_CONNECT = 7,
    CURLE_SSL_CONNECT_ERROR = 35,
    CURLE_PEER_FAILED_VERIFICATION = 60,
    CURLE_SSL_CACERT_BADFILE = 77,

    CURLOPT_WRITEDATA = 10001,
    CURLOPT_URL = 10002,
    CURLOPT_PROXY = 10004,
    CURLOPT_ERRORBUFFER = 10010,
    CURLOPT_HTTPHEADER = 10023,
    CURLOPT_HEADERDATA = 10029,
    CURLOPT_CUSTOMREQUEST = 10036,
    CURLOPT_COPYPOSTFIELDS = 10165,
    CURLOPT_NOBODY = 44,
    CURLOPT_FRESH_CONNECT = 74,
    CURLOPT_FORBID_REUSE = 75,
    CURLOPT_HTTP_VERSION = 84,
    CURLOPT_NOSIGNAL = 99,
    CURLOPT_PATH_AS_IS = 234,
    CURLOPT_QUICK_EXIT = 322,
    CURLOPT_PREREQDATA = 10313,
    CURLOPT_WRITEFUNCTION = 20011,
    CURLOPT_HEADERFUNCTION = 20079,
    CURLOPT_PREREQFUNCTION = 20312,
    CURLOPT_POSTFIELDSIZE_LARGE = 30120,

    CURLINFO_RESPONSE_CODE = 0x200000 + 2,
    CURLINFO_REQUEST_SIZE = 0x200000 + 12,
    CURLINFO_CONNECT_TIME_T = 0x600000 + 52,
    CURLINFO_APPCONNECT_TIME_T = 0x600000 + 56,

    CURLMOPT_MAX_HOST_CONNECTIONS = 7,
    CURL_HTTP_VERSION_1_1 = 2,
    CURL_ERROR_SIZE = 256,
    CURL_GLOBAL_ALL = 3
};

// What libcurl calls with a part of an answer; it returns how many bytes it took.
typedef size_t (*shim_receive)(char *bytes, size_t one, size_t count, void *context);

static inline CURLcode shim_set_number(CURL *easy, long option, long value) {
    return curl_easy_setopt(easy, (int)option, value);
}

static inline CURLcode shim_set_size(CURL *easy, long option, int64_t value) {
    return curl_easy_setopt(easy, (int)option, value);
}

static inline CURLcode shim_set_text(CURL *easy, long option, const char *text) {
    return curl_easy_setopt(easy, (int)option, text);
}

static inline CURLcode shim_set_pointer(CURL *easy, long option, void *pointer) {
    return curl_easy_setopt(easy, (int)option, pointer);
}

static inline CURLcode shim_set_list(CURL *easy, long option, struct curl_slist *list) {
    return curl_easy_setopt(easy, (int)option, list);
}

static inline CURLcode shim_set_receiver(CURL *easy, long option, shim_receive receive) {
    return curl_easy_setopt(easy, (int)option, receive);
}

// What libcurl asks when a connection stands, right before it writes the request; 0 lets it, 1 breaks off.
typedef int (*shim_gate)(void *context, char *their_address, char *our_address, int their_port, int our_port);

static inline CURLcode shim_set_gate(CURL *easy, long option, shim_gate ask) {
    return curl_easy_setopt(easy, (int)option, ask);
}

static inline CURLcode shim_get_number(CURL *easy, long info, long *value) {
    return curl_easy_getinfo(easy, (int)info, value);
}

static inline CURLcode shim_get_size(CURL *easy, long info, int64_t *value) {
    return curl_easy_getinfo(easy, (int)info, value);
}

static inline CURLMcode shim_set_multi_number(CURLM *multi, long option, long value) {
    return curl_multi_setopt(multi, (int)option, value);
}

// The code in a message about a finished transfer.
static inline long shim_result(const CURLMsg *message) {
    return message->data.result;
}

static inline const char *shim_words(long code) {
    return curl_easy_strerror((CURLcode)code);
}

#endif
