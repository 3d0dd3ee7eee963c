# The RSA keys of harness/certs, made by a program of the build from a fixed seed: to find one takes
# up to 300 ms, which no run of smtpvet should pay for. Include it behind smtpvet_room(certs …).
add_executable(smtpvet_rsa_pool ${CMAKE_SOURCE_DIR}/harness/certs/pool/rsa_pool.c)
target_link_libraries(smtpvet_rsa_pool PRIVATE smtpvet_flags smtpvet_base PkgConfig::CRYPTO)

set(SMTPVET_RSA_POOL ${CMAKE_BINARY_DIR}/generated/certs_rsa_pool.c)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/generated)
add_custom_command(
    OUTPUT ${SMTPVET_RSA_POOL}
    COMMAND smtpvet_rsa_pool ${SMTPVET_RSA_POOL}
    DEPENDS smtpvet_rsa_pool
    COMMENT "Making the RSA keys of harness/certs"
    VERBATIM)
target_sources(smtpvet_certs PRIVATE ${SMTPVET_RSA_POOL})
