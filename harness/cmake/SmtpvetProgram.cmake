# The program and its install rules, the bench, and the tests that cross rooms.
add_executable(smtpvet ${CMAKE_SOURCE_DIR}/harness/cli/main/main.c)
target_link_libraries(smtpvet PRIVATE smtpvet_cli)
set_target_properties(smtpvet PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
# Where the installed program looks for the scenarios that came with it, to name them.
file(RELATIVE_PATH shared ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_DATADIR}/smtpvet/scenarios)
target_compile_definitions(smtpvet_cli PRIVATE SMTPVET_SHARED="${shared}")
install(TARGETS smtpvet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${CMAKE_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/smtpvet)

file(GLOB bench_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/bench/*.c)
if(bench_sources)
    # Not run by the tests, but built wherever warnings are errors, so that it stays buildable.
    add_executable(smtpvet_bench EXCLUDE_FROM_ALL ${bench_sources})
    if(SMTPVET_WERROR)
        set_target_properties(smtpvet_bench PROPERTIES EXCLUDE_FROM_ALL OFF)
    endif()
    target_link_libraries(smtpvet_bench PRIVATE smtpvet_runner smtpvet_scenario smtpvet_certs
        PkgConfig::OPENSSL smtpvet_flags)
    set_target_properties(smtpvet_bench PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endif()

if(BUILD_TESTING)
    set(every_room ${SMTPVET_ROOMS})
    list(TRANSFORM every_room PREPEND smtpvet_)
    file(GLOB suite_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/tests/*_test.c)
    if(SMTPVET_SANITIZE)
        # It runs the whole suite once for each rule: too slow there, and the same scenarios run under
        # sanitizers anyway.
        list(FILTER suite_tests EXCLUDE REGEX "/rules_test\\.c$")
    endif()
    foreach(test IN LISTS suite_tests)
        get_filename_component(stem ${test} NAME_WE)
        smtpvet_test(suite/${stem} LABEL suite SOURCES ${test}
            LIBRARIES ${every_room} PkgConfig::OPENSSL Threads::Threads)
        add_dependencies(test_suite_${stem} smtpvet) # some start it
    endforeach()
    # Programs of other people's in front of `smtpvet serve`; one that is not there is skipped.
    foreach(client openssl curl swaks msmtp smtplib nodemailer)
        add_test(NAME clients/${client}
            COMMAND sh ${CMAKE_SOURCE_DIR}/harness/tests/clients/check.sh $<TARGET_FILE:smtpvet> ${client})
        set_tests_properties(clients/${client} PROPERTIES
            LABELS clients TIMEOUT 300 SKIP_RETURN_CODE 77)
    endforeach()
    if(NOT SMTPVET_SANITIZE)
        # The client once more, with rules that can be broken: its objects stand before the library's.
        file(GLOB client_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/client/*.c)
        list(FILTER client_sources EXCLUDE REGEX "_test\\.c$")
        target_sources(test_suite_rules_test PRIVATE ${client_sources})
        target_compile_definitions(test_suite_rules_test PRIVATE CLIENT_RULES_BREAKABLE)
    endif()
endif()
