# A header with a digest of all that makes documents of bytes, for the keys of cached records: another reader, another key.
# cmake -DROOT=folder -DOUT=file -P readers.cmake
set(all "")
foreach(room IN ITEMS engine engine/base engine/image engine/tree engine/text engine/load)
  file(GLOB files LIST_DIRECTORIES false RELATIVE ${ROOT} ${ROOT}/${room}/*.[ch])
  list(SORT files)
  foreach(name IN LISTS files)
    file(SHA256 ${ROOT}/${name} digest)
    string(APPEND all "${name} ${digest}\n")
  endforeach()
endforeach()
string(SHA256 readers "${all}")
file(WRITE ${OUT} "/* made by cmake/readers.cmake */\n#define CFR_READERS \"${readers}\"\n")
