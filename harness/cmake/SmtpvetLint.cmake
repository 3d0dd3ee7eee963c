# The rules that are tests: each harness/tests/lint/check_X.sh is the ctest test lint/X over this
# tree, and lint/X-can-fail feeds it broken samples. A script that cannot do its work here (no
# clang-format 14, no shellcheck) says why and ends with 77: skipped.
set(lint_folder ${CMAKE_SOURCE_DIR}/harness/tests/lint)
file(GLOB lint_checks CONFIGURE_DEPENDS ${lint_folder}/check_*.sh)
foreach(check IN LISTS lint_checks)
    get_filename_component(rule ${check} NAME_WE)
    string(REPLACE "check_" "" rule ${rule})
    add_test(NAME lint/${rule} COMMAND sh ${check} ${CMAKE_SOURCE_DIR})
    add_test(NAME lint/${rule}-can-fail COMMAND sh ${lint_folder}/samples_${rule}.sh)
    set_tests_properties(lint/${rule} lint/${rule}-can-fail PROPERTIES
        LABELS lint TIMEOUT 120 SKIP_RETURN_CODE 77)
endforeach()
