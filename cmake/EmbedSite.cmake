# The files of a site, built into a program:
#
#   splitplot_embed_site(splitplot_site      # a static library to link
#     FUNCTION dashboard_files               # std::span<const splitplot::serve::SiteFile> dashboard_files()
#     FOLDER   ${CMAKE_CURRENT_BINARY_DIR}/dist
#     DEPENDS  file...                       # when to do it again
#     COMMAND  npm run build ...)            # what fills the folder; without it, the folder is there
#
# index.html becomes "/", assets/* become "/assets/*"; anything else is refused, since it would not be served. Files are
# compressed once, here, and taken into the object file as they are: the compiler sees their sizes only.
#
# Run by itself it is that step:  cmake -DSITE=folder -DFUNCTION=name -DOUTPUT=site.cpp -P EmbedSite.cmake

cmake_minimum_required(VERSION 3.25)

function(splitplot_embed_site target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FUNCTION;FOLDER" "DEPENDS;COMMAND")
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}/site.cpp)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  set(fill "")
  if(arg_COMMAND)
    set(fill COMMAND ${arg_COMMAND})
  endif()
  add_custom_command(
    OUTPUT ${source}
    ${fill}
    COMMAND ${CMAKE_COMMAND} -DSITE=${arg_FOLDER} -DFUNCTION=${arg_FUNCTION} -DOUTPUT=${source} -P ${script}
    DEPENDS ${arg_DEPENDS} ${script}
    COMMENT "Building the site of ${target}"
    VERBATIM)
  add_library(${target} STATIC ${source})
  target_link_libraries(${target} PRIVATE splitplot_warnings splitplot::serve)
endfunction()

if(NOT CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE)
  return()
endif()

# What a browser is told that a file is.
function(content_type_of path result)
  get_filename_component(extension ${path} LAST_EXT)
  set(types .html "text/html\\; charset=utf-8" .js "text/javascript\\; charset=utf-8" .css "text/css\\; charset=utf-8"
            .json "application/json" .svg "image/svg+xml" .png "image/png" .webp "image/webp" .ico "image/x-icon"
            .woff2 "font/woff2" .wasm "application/wasm" .txt "text/plain\\; charset=utf-8")
  list(FIND types "${extension}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "${path}: what is a file '${extension}'? Say it in content_type_of of EmbedSite.cmake")
  endif()
  math(EXPR at "${at} + 1")
  list(GET types ${at} type)
  set(${result} "${type}" PARENT_SCOPE)
endfunction()

# Compresses a file, and answers the path of that, or nothing if it is not smaller.
function(compressed path to result)
  execute_process(COMMAND gzip -9nc ${path} OUTPUT_FILE ${to} COMMAND_ERROR_IS_FATAL ANY)
  file(SIZE ${path} plain)
  file(SIZE ${to} small)
  if(small LESS plain)
    set(${result} ${to} PARENT_SCOPE)
  else()
    set(${result} "" PARENT_SCOPE)
  endif()
endfunction()

# Adds bytes to the object file, and answers the expression that views them.
function(embed path symbol result)
  if(NOT path)
    set(${result} "{}" PARENT_SCOPE)
    return()
  endif()
  file(SIZE ${path} size)
  set(assembly "${assembly}    \".hidden ${symbol}\\n.globl ${symbol}\\n${symbol}:\\n.incbin \\\"${path}\\\"\\n\"\n" PARENT_SCOPE)
  set(declarations "${declarations}extern const char ${symbol}[];\n" PARENT_SCOPE)
  set(${result} "{${symbol}, ${size}}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE ${SITE} ${SITE}/*)
list(SORT files)
if(NOT "index.html" IN_LIST files)
  message(FATAL_ERROR "There is no index.html in ${SITE}: what fills it has failed")
endif()
get_filename_component(work ${OUTPUT} DIRECTORY)
file(MAKE_DIRECTORY ${work})
string(REPEAT "[A-Za-z0-9_-]" 8 hash)
set(assembly "")
set(declarations "")
set(rows "")
set(number 0)
foreach(file IN LISTS files)
  set(caching Revalidate)
  if(file STREQUAL "index.html")
    set(address "/")
  elseif(file MATCHES "^assets/[A-Za-z0-9._-]+$")
    set(address "/${file}")
    if(file MATCHES "-${hash}\\.[a-z0-9]+$")
      set(caching Immutable)
    endif()
  else()
    message(FATAL_ERROR "${file} is neither index.html nor in assets/: it would not be served")
  endif()
  content_type_of(${file} type)
  compressed(${SITE}/${file} ${work}/${number}.gz gzip)
  file(COPY_FILE ${SITE}/${file} ${work}/${number}.plain)
  file(SHA256 ${SITE}/${file} digest)
  string(SUBSTRING ${digest} 0 16 digest)
  embed(${work}/${number}.plain ${FUNCTION}_${number} plain)
  embed("${gzip}" ${FUNCTION}_${number}_gzip small)
  string(APPEND rows "    {\"${address}\", \"${type}\", ${plain}, ${small}, \"\\\"${digest}\\\"\", SiteCaching::${caching}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// Made by cmake/EmbedSite.cmake.
#include <splitplot/serve/server.hpp>

#include <span>

extern "C" {
@declarations@}

asm(".section .rodata\n"
@assembly@    ".previous\n");

using splitplot::serve::SiteCaching;
using splitplot::serve::SiteFile;

std::span<const SiteFile> @FUNCTION@();

std::span<const SiteFile> @FUNCTION@() {
  static constexpr std::size_t kFiles = @number@;
  static const SiteFile files[kFiles] = {
@rows@  };
  return files;
}
]])
