# SPDX-License-Identifier: MIT
# cmake -DOUT=assets.c "-DFILES=a;b" -P embed.cmake
# Write one C file that defines assets[] (see assets.h) from FILES.
cmake_minimum_required(VERSION 3.25)
set(n 0)
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" hex HEX)
  file(SHA256 "${file}" digest)
  string(SUBSTRING "${digest}" 0 16 etag)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  string(APPEND arrays "static const unsigned char a${n}[] = {${bytes}0};\n")
  string(APPEND rows "\t{\"${name}\", \"\\\"${etag}\\\"\", a${n}, sizeof(a${n}) - 1},\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE "${OUT}" "#include \"schema/assets.h\"\n\n${arrays}\nconst struct asset assets[] = {\n${rows}};\nconst size_t asset_count = ${n};\n")
