#include "harness/tls/names.h"

#include <openssl/objects.h>
#include <openssl/ssl.h>

#include "harness/base/status.h"

const char *tls_name_version(unsigned code)
{
    switch (code) {
    case 0x0002:
        return "SSLv2";
    case SSL3_VERSION:
        return "SSLv3";
    case TLS1_VERSION:
        return "TLSv1";
    case TLS1_1_VERSION:
        return "TLSv1.1";
    case TLS1_2_VERSION:
        return "TLSv1.2";
    case TLS1_3_VERSION:
        return "TLSv1.3";
    default:
        return NULL;
    }
}

/* IANA's "TLS Supported Groups" as far as they are met. */
static const struct tls_name_group_row {
    unsigned code;
    int nid;
    const char *name;
} tls_name_groups[] = {
    {19, NID_X9_62_prime192v1, "secp192r1"},
    {21, NID_secp224r1, "secp224r1"},
    {22, NID_secp256k1, "secp256k1"},
    {23, NID_X9_62_prime256v1, "secp256r1"},
    {24, NID_secp384r1, "secp384r1"},
    {25, NID_secp521r1, "secp521r1"},
    {26, NID_brainpoolP256r1, "brainpoolP256r1"},
    {27, NID_brainpoolP384r1, "brainpoolP384r1"},
    {28, NID_brainpoolP512r1, "brainpoolP512r1"},
    {29, NID_X25519, "x25519"},
    {30, NID_X448, "x448"},
    {256, NID_ffdhe2048, "ffdhe2048"},
    {257, NID_ffdhe3072, "ffdhe3072"},
    {258, NID_ffdhe4096, "ffdhe4096"},
    {259, NID_ffdhe6144, "ffdhe6144"},
    {260, NID_ffdhe8192, "ffdhe8192"},
    {4587, NID_undef, "SecP256r1MLKEM768"},
    {4588, NID_undef, "X25519MLKEM768"},
    {4589, NID_undef, "SecP384r1MLKEM1024"},
};

const char *tls_name_group(unsigned code)
{
    for (size_t i = 0; i < ARRAY_LEN(tls_name_groups); i++) {
        if (tls_name_groups[i].code == code) {
            return tls_name_groups[i].name;
        }
    }
    return NULL;
}

const char *tls_name_group_of_nid(int nid)
{
    for (size_t i = 0; i < ARRAY_LEN(tls_name_groups) && nid != NID_undef; i++) {
        if (tls_name_groups[i].nid == nid) {
            return tls_name_groups[i].name;
        }
    }
    return NULL;
}

/* RFC 8446 §4.2.3, RFC 5246 §7.4.1.4.1 for the older pairs. `pss_key`: an RSASSA-PSS key signed;
 * only the key tells those schemes from the ones of an rsaEncryption key. */
static const struct tls_name_signature_row {
    unsigned code;
    int type_nid, digest_nid;
    bool pss_key;
    const char *name;
} tls_name_signatures[] = {
    {0x0201, NID_rsaEncryption, NID_sha1, false, "rsa_pkcs1_sha1"},
    {0x0202, NID_dsa, NID_sha1, false, "dsa_sha1"},
    {0x0203, NID_X9_62_id_ecPublicKey, NID_sha1, false, "ecdsa_sha1"},
    {0x0301, NID_rsaEncryption, NID_sha224, false, "rsa_pkcs1_sha224"},
    {0x0302, NID_dsa, NID_sha224, false, "dsa_sha224"},
    {0x0303, NID_X9_62_id_ecPublicKey, NID_sha224, false, "ecdsa_sha224"},
    {0x0401, NID_rsaEncryption, NID_sha256, false, "rsa_pkcs1_sha256"},
    {0x0402, NID_dsa, NID_sha256, false, "dsa_sha256"},
    {0x0403, NID_X9_62_id_ecPublicKey, NID_sha256, false, "ecdsa_secp256r1_sha256"},
    {0x0501, NID_rsaEncryption, NID_sha384, false, "rsa_pkcs1_sha384"},
    {0x0502, NID_dsa, NID_sha384, false, "dsa_sha384"},
    {0x0503, NID_X9_62_id_ecPublicKey, NID_sha384, false, "ecdsa_secp384r1_sha384"},
    {0x0601, NID_rsaEncryption, NID_sha512, false, "rsa_pkcs1_sha512"},
    {0x0602, NID_dsa, NID_sha512, false, "dsa_sha512"},
    {0x0603, NID_X9_62_id_ecPublicKey, NID_sha512, false, "ecdsa_secp521r1_sha512"},
    {0x0804, NID_rsassaPss, NID_sha256, false, "rsa_pss_rsae_sha256"},
    {0x0805, NID_rsassaPss, NID_sha384, false, "rsa_pss_rsae_sha384"},
    {0x0806, NID_rsassaPss, NID_sha512, false, "rsa_pss_rsae_sha512"},
    {0x0807, NID_ED25519, NID_undef, false, "ed25519"},
    {0x0808, NID_ED448, NID_undef, false, "ed448"},
    {0x0809, NID_rsassaPss, NID_sha256, true, "rsa_pss_pss_sha256"},
    {0x080a, NID_rsassaPss, NID_sha384, true, "rsa_pss_pss_sha384"},
    {0x080b, NID_rsassaPss, NID_sha512, true, "rsa_pss_pss_sha512"},
    /* TLS 1.1 and older (RFC 4346 §7.4.3): no code point, the pair of digests is fixed. */
    {UINT16_MAX + 1, NID_rsaEncryption, NID_md5_sha1, false, "rsa_pkcs1_md5_sha1"},
};

const char *tls_name_signature(unsigned code)
{
    for (size_t i = 0; i < ARRAY_LEN(tls_name_signatures); i++) {
        if (tls_name_signatures[i].code == code) {
            return tls_name_signatures[i].name;
        }
    }
    return NULL;
}

const char *tls_name_signature_of(int type_nid, int digest_nid, bool pss_key)
{
    bool edwards = type_nid == NID_ED25519 || type_nid == NID_ED448;
    for (size_t i = 0; i < ARRAY_LEN(tls_name_signatures); i++) {
        const struct tls_name_signature_row *row = &tls_name_signatures[i];
        if (row->type_nid == type_nid && (edwards || row->digest_nid == digest_nid) &&
            row->pss_key == (pss_key && type_nid == NID_rsassaPss)) {
            return row->name;
        }
    }
    return NULL;
}

const char *tls_name_message(unsigned type)
{
    switch (type) {
    case SSL3_MT_HELLO_REQUEST:
        return "HelloRequest";
    case SSL3_MT_CLIENT_HELLO:
        return "ClientHello";
    case SSL3_MT_SERVER_HELLO:
        return "ServerHello";
    case SSL3_MT_NEWSESSION_TICKET:
        return "NewSessionTicket";
    case SSL3_MT_END_OF_EARLY_DATA:
        return "EndOfEarlyData";
    case SSL3_MT_ENCRYPTED_EXTENSIONS:
        return "EncryptedExtensions";
    case SSL3_MT_CERTIFICATE:
        return "Certificate";
    case SSL3_MT_SERVER_KEY_EXCHANGE:
        return "ServerKeyExchange";
    case SSL3_MT_CERTIFICATE_REQUEST:
        return "CertificateRequest";
    case SSL3_MT_SERVER_DONE:
        return "ServerHelloDone";
    case SSL3_MT_CERTIFICATE_VERIFY:
        return "CertificateVerify";
    case SSL3_MT_CLIENT_KEY_EXCHANGE:
        return "ClientKeyExchange";
    case SSL3_MT_FINISHED:
        return "Finished";
    case SSL3_MT_CERTIFICATE_STATUS:
        return "CertificateStatus";
    case SSL3_MT_KEY_UPDATE:
        return "KeyUpdate";
    default:
        return NULL;
    }
}
