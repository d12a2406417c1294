/* crypto md|cipher|sign NAME COUNT: OpenSSL's digests and ciphers of COUNT blocks of 64 KiB, or COUNT signatures. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { size = 1 << 16 };
static unsigned char in[size], out[size + 64], key[64];

static int sign(const char *name, int count)
{
	EVP_PKEY *k = !strcmp(name, "rsa") ? EVP_RSA_gen(1024) : !strcmp(name, "ed25519") ? EVP_PKEY_Q_keygen(NULL, NULL, "ED25519") : EVP_EC_gen(name);
	const EVP_MD *md = strcmp(name, "ed25519") ? EVP_sha256() : NULL;
	int ok = k != NULL;
	for (; ok && count > 0; count--) {
		EVP_MD_CTX *c = EVP_MD_CTX_new();
		size_t n = sizeof out;
		ok = EVP_DigestSignInit(c, NULL, md, NULL, k) > 0 && EVP_DigestSign(c, out, &n, in, 64) > 0;
		EVP_MD_CTX_free(c);
	}
	puts(ok ? "signed" : "failed");
	return !ok;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	int count = atoi(argv[3]), n;
	for (int i = 0; i < size; i++)
		in[i] = i * 7;
	if (!strcmp(argv[1], "sign"))
		return sign(argv[2], count);
	const EVP_CIPHER *cipher = EVP_get_cipherbyname(argv[2]);
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	for (; count > 0; count--) {
		if (cipher) {
			EVP_EncryptInit_ex(c, cipher, NULL, key, key);
			EVP_EncryptUpdate(c, out, &n, in, size);
		} else if (!EVP_Digest(in, size, out, (unsigned *)&n, EVP_get_digestbyname(argv[2]), NULL)) {
			return 1;
		}
		in[0] ^= out[5];
	}
	printf("%02x%02x%02x\n", out[0], out[1], out[9]);
	return 0;
}
