# The fuzzers: each harness/fuzz/fuzz_X.c is a target. The program fuzz_X_replay runs it over
# harness/fuzz/corpus/X in ctest (label fuzz), whatever the compiler. With SMTPVET_FUZZ=ON and clang
# fuzz_X is the fuzzer itself; harness/fuzz/README.md says how to run it.
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/harness/fuzz/fuzz_*.c)
set(every_room ${SMTPVET_ROOMS})
list(TRANSFORM every_room PREPEND smtpvet_)
foreach(source IN LISTS fuzz_sources)
    get_filename_component(target ${source} NAME_WE)
    string(REPLACE "fuzz_" "" name ${target})
    if(SMTPVET_FUZZ)
        add_executable(${target} ${source})
        target_link_libraries(${target} PRIVATE ${every_room} smtpvet_flags)
        target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    endif()
    if(BUILD_TESTING)
        add_executable(${target}_replay ${source} ${CMAKE_SOURCE_DIR}/harness/fuzz/replay.c)
        target_link_libraries(${target}_replay PRIVATE ${every_room} smtpvet_flags)
        add_test(NAME fuzz/${name}
            COMMAND ${target}_replay ${CMAKE_SOURCE_DIR}/harness/fuzz/corpus/${name})
        set_tests_properties(fuzz/${name} PROPERTIES LABELS fuzz TIMEOUT 300)
    endif()
endforeach()
