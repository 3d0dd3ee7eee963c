# Every target links smtpvet_flags: the include root, the warnings, and what the preset asks for.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(smtpvet_flags INTERFACE)
target_include_directories(smtpvet_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_definitions(smtpvet_flags INTERFACE _GNU_SOURCE SMTPVET_VERSION="${PROJECT_VERSION}")

# Adds each flag that the compiler has. -Werror, so that a compiler which merely warns about an
# unknown flag counts as not having it; gcc takes any -Wno-x, so -Wx is asked for instead.
function(smtpvet_try_flags)
    foreach(flag IN LISTS ARGN)
        string(REGEX REPLACE "^-Wno-" "-W" probe ${flag})
        string(MAKE_C_IDENTIFIER "HAS_${probe}" variable)
        set(CMAKE_REQUIRED_FLAGS "-Werror")
        check_c_compiler_flag(${probe} ${variable})
        if(${variable})
            target_compile_options(smtpvet_flags INTERFACE ${flag})
        endif()
    endforeach()
endfunction()

function(smtpvet_try_link_flags)
    foreach(flag IN LISTS ARGN)
        string(MAKE_C_IDENTIFIER "HAS_LINK_${flag}" variable)
        check_linker_flag(C ${flag} ${variable})
        if(${variable})
            target_link_options(smtpvet_flags INTERFACE ${flag})
        endif()
    endforeach()
endfunction()

smtpvet_try_flags(
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wformat=2 -Wimplicit-fallthrough
    -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wvla -Wundef -Wpointer-arith
    -Wwrite-strings -Wjump-misses-init -Wlogical-op -Wduplicated-cond
    -Wno-missing-field-initializers -Wno-gnu-zero-variadic-macro-arguments -fno-common)
if(NOT SMTPVET_SANITIZE)
    smtpvet_try_flags(-Wnull-dereference) # sees null pointers in what sanitizers put in
endif()
if(SMTPVET_WERROR)
    target_compile_options(smtpvet_flags INTERFACE -Werror)
endif()

# No path of the build machine in binaries: neither in __FILE__ nor in what debuggers read. The
# build folder may lie inside the source folder, so its map comes last and wins.
smtpvet_try_flags(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
                  -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)

# Level 3 of _FORTIFY_SOURCE wants a C library that has it, and it wants optimisation.
function(smtpvet_fortify)
    foreach(level IN ITEMS 3 2)
        set(CMAKE_REQUIRED_FLAGS "-Werror -O2 -U_FORTIFY_SOURCE")
        check_c_compiler_flag(-D_FORTIFY_SOURCE=${level} HAS_FORTIFY_SOURCE_${level})
        if(HAS_FORTIFY_SOURCE_${level})
            target_compile_options(smtpvet_flags INTERFACE
                -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=${level})
            return()
        endif()
    endforeach()
endfunction()

if(SMTPVET_HARDENED)
    smtpvet_fortify()
    smtpvet_try_flags(
        -fstack-clash-protection -fstack-protector-strong -fcf-protection=full
        -mbranch-protection=standard -fno-strict-aliasing -fno-delete-null-pointer-checks
        -fno-strict-overflow -ftrivial-auto-var-init=zero -fstrict-flex-arrays=3
        -fzero-init-padding-bits=all)
    smtpvet_try_link_flags(-Wl,-z,nodlopen -Wl,-z,noexecstack -Wl,-z,relro -Wl,-z,now
                           -Wl,--as-needed)
    include(CheckPIESupported)
    check_pie_supported()
endif()

if(SMTPVET_SANITIZE)
    # Assertions hold here whatever the build type says.
    target_compile_options(smtpvet_flags INTERFACE -UNDEBUG
        -fsanitize=${SMTPVET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(smtpvet_flags INTERFACE -fsanitize=${SMTPVET_SANITIZE})
endif()
if(SMTPVET_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "SMTPVET_FUZZ wants clang: -DCMAKE_C_COMPILER=clang")
    endif()
    target_compile_options(smtpvet_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(smtpvet_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SMTPVET_COVERAGE)
    target_compile_options(smtpvet_flags INTERFACE --coverage -O0)
    target_link_options(smtpvet_flags INTERFACE --coverage)
endif()
