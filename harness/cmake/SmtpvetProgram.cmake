# The program, its install rules, and the tests that cross rooms.
if(EXISTS ${CMAKE_SOURCE_DIR}/harness/cli/main/main.c)
    add_executable(smtpvet ${CMAKE_SOURCE_DIR}/harness/cli/main/main.c)
    target_link_libraries(smtpvet PRIVATE smtpvet_cli)
    set_target_properties(smtpvet PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    install(TARGETS smtpvet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
