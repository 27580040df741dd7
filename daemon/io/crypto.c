/* SPDX-License-Identifier: MIT */
#include "io/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

static void
or_abort(bool done)
{
	if (!done)
		abort();
}

static void *
more(size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	return bytes > 0 ? mem_alloc(bytes) : NULL;
}

static void *
other(void *p, size_t bytes, const char *file, int line)
{
	(void)file;
	(void)line;
	if (bytes > 0)
		return mem_realloc(p, bytes);
	mem_free(p);
	return NULL;
}

static void
no_more(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	mem_free(p);
}

void
crypto_init(void)
{
	/* Refused when a library's constructor was here before us. */
	(void)CRYPTO_set_mem_functions(more, other, no_more);
}

void
crypto_sha256(const void *p, size_t n, unsigned char out[CRYPTO_SHA256_BYTES])
{
	or_abort(EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) == 1);
}

void
crypto_hmac_sha256(const void *key, size_t key_size, const void *p, size_t n,
    unsigned char out[CRYPTO_SHA256_BYTES])
{
	size_t written = 0;

	or_abort(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, key_size, p,
		     n, out, CRYPTO_SHA256_BYTES, &written) != NULL &&
	    written == CRYPTO_SHA256_BYTES);
}

char *
crypto_base64(const void *p, size_t n)
{
	char *text;

	or_abort(n <= INT_MAX / 2);
	text = mem_zalloc((n + 2) / 3 * 4 + 1);
	(void)EVP_EncodeBlock((unsigned char *)text, p, (int)n);
	return text;
}

/* How many '=' end the text; more than 2 means it is not base64. */
static size_t
padding(const char *text, size_t length)
{
	size_t n = 0;

	while (n < length && text[length - 1 - n] == '=')
		n++;
	return n;
}

unsigned char *
crypto_base64_decode(const char *text, size_t *n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";
	size_t length = strlen(text), pad = padding(text, length);
	unsigned char *bytes;

	/* The library skips blanks and takes '=' anywhere: check before. */
	if (length % 4 != 0 || length > INT_MAX || pad > 2 ||
	    strspn(text, alphabet) != length - pad)
		return NULL;
	bytes = mem_zalloc(length / 4 * 3 + 1);
	if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) <
	    0) {
		mem_free(bytes);
		return NULL;
	}
	*n = length / 4 * 3 - pad;
	return bytes;
}

enum status
crypto_check_bundle(const char *path, struct fail *f)
{
	static const off_t bytes_max = (off_t)16 * 1024 * 1024;
	X509_STORE *store;
	struct stat st;
	bool sound;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > bytes_max)
		return fail_set(f, ERR_RANGE,
		    "%s is not a file of at most "
		    "16 MiB",
		    path);
	store = X509_STORE_new();
	or_abort(store != NULL);
	sound = X509_STORE_load_file(store, path) == 1;
	X509_STORE_free(store);
	ERR_clear_error();
	if (sound)
		return OK;
	return fail_set(f, ERR_SYNTAX, "%s is not a list of PEM certificates",
	    path);
}

static X509 *
read_certificate(const char *path)
{
	BIO *file = BIO_new_file(path, "r");
	X509 *x = NULL;

	if (file != NULL)
		x = PEM_read_bio_X509(file, NULL, NULL, NULL);
	BIO_free_all(file);
	ERR_clear_error();
	return x;
}

static const char *
day_of(const ASN1_TIME *t, char buf[16])
{
	struct tm tm = {0};

	if (ASN1_TIME_to_tm(t, &tm) != 1 ||
	    strftime(buf, 16, "%Y-%m-%d", &tm) == 0)
		(void)snprintf(buf, 16, "some day");
	return buf;
}

enum status
crypto_check_certificate(const char *path, struct fail *f)
{
	X509 *x = read_certificate(path);
	enum status s = OK;
	char day[16];

	if (x == NULL)
		return fail_set(f, ERR_SYNTAX, "%s holds no PEM certificate",
		    path);
	if (X509_cmp_current_time(X509_get0_notAfter(x)) <= 0)
		s = fail_set(f, ERR_RANGE,
		    "the certificate in %s expired on %s", path,
		    day_of(X509_get0_notAfter(x), day));
	else if (X509_cmp_current_time(X509_get0_notBefore(x)) > 0)
		s = fail_set(f, ERR_RANGE,
		    "the certificate in %s is not valid before %s", path,
		    day_of(X509_get0_notBefore(x), day));
	X509_free(x);
	return s;
}

static bool
wall_of(const ASN1_TIME *t, wall_ms *out)
{
	struct tm tm = {0};
	time_t s;

	if (ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	s = timegm(&tm);
	*out = (wall_ms)s * SECOND_MS;
	return s != (time_t)-1;
}

bool
crypto_certificate_life(const char *pem, wall_ms *from, wall_ms *until)
{
	BIO *text = BIO_new_mem_buf(pem, -1);
	X509 *x = NULL;
	bool known;

	or_abort(text != NULL);
	x = PEM_read_bio_X509(text, NULL, NULL, NULL);
	known = x != NULL && wall_of(X509_get0_notBefore(x), from) &&
	    wall_of(X509_get0_notAfter(x), until);
	X509_free(x);
	BIO_free_all(text);
	ERR_clear_error();
	return known;
}

/* Notes that it was asked. */
static int
no_passphrase(char *buf, int size, int writing, void *arg)
{
	bool *asked = arg;

	(void)writing;
	*asked = true;
	if (size > 0)
		buf[0] = '\0';
	return -1;
}

static enum status
check_key(const char *cert_path, const char *key_path, struct fail *f)
{
	BIO *file = BIO_new_file(key_path, "r");
	X509 *x = read_certificate(cert_path);
	EVP_PKEY *key = NULL;
	bool asked = false;
	enum status s = OK;

	if (file != NULL)
		key =
		    PEM_read_bio_PrivateKey(file, NULL, no_passphrase, &asked);
	if (asked)
		s = fail_set(f, ERR_SYNTAX,
		    "%s wants a passphrase; openssl pkey writes it without",
		    key_path);
	else if (key == NULL)
		s = fail_set(f, ERR_SYNTAX, "%s holds no PEM private key",
		    key_path);
	else if (x == NULL || X509_check_private_key(x, key) != 1)
		s = fail_set(f, ERR_RANGE,
		    "%s is not the key of the certificate in %s", key_path,
		    cert_path);
	EVP_PKEY_free(key);
	X509_free(x);
	BIO_free_all(file);
	ERR_clear_error();
	return s;
}

/* All of it, or nothing. */
static bool
read_verdict(int fd, struct fail *f)
{
	char *p = (char *)f;
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(*f)) {
		n = read(fd, p + got, sizeof(*f) - got);
		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

/* Within the other process: say it, and no more. */
static void
tell_verdict(int fd, const char *cert_path, const char *key_path)
{
	struct fail f = {.code = OK};

	(void)check_key(cert_path, key_path, &f); /* in f as well */
	_exit(write(fd, &f, sizeof(f)) == sizeof(f) ? 0 : 1);
}

enum status
crypto_check_key(const char *cert_path, const char *key_path, struct fail *f)
{
	struct fail told = {.code = OK};
	bool answered = false;
	int ends[2], status;
	pid_t pid = -1;

	if (pipe2(ends, O_CLOEXEC) == 0) {
		pid = fork();
		if (pid == 0)
			tell_verdict(ends[1], cert_path, key_path);
		(void)close(ends[1]);
		answered = pid > 0 && read_verdict(ends[0], &told);
		(void)close(ends[0]);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (!answered)
		return fail_set(f, ERR_IO, "%s cannot be checked", key_path);
	return told.code == OK ? OK : fail_set(f, told.code, "%s", told.why);
}

void
crypto_random(void *p, size_t n)
{
	or_abort(n <= INT_MAX && RAND_bytes(p, (int)n) == 1);
}

bool
crypto_equal(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

void
crypto_zero(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}
