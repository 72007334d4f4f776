# Manual pages and completion scripts: what the program says of itself, written by the target `man` and installed with it.
#
#   share/man/man1/cfgrun.1, cfgrun-COMMAND.1      `cfgrun help --man`
#   share/man/man5/cfgrun.yaml.5                   docs/project-file.md, by tools/manual_page.lua
#   share/{bash-completion/completions/cfgrun, zsh/…/_cfgrun, fish/…/cfgrun.fish}      `cfgrun completion SHELL`
#
# Pages are compressed where there is a gzip, as Debian wants them.
find_program(GZIP gzip)
set(share ${PROJECT_BINARY_DIR}/share)
set(pages ${share}/man/man1)
set(project_page ${share}/man/man5/cfgrun.yaml.5)
set(bash_folder bash-completion/completions)
set(zsh_folder zsh/vendor-completions)
set(fish_folder fish/vendor_completions.d)
set(squeeze "")
if(GZIP)
  set(squeeze "&& '${GZIP}' -9nf '${pages}'/*.1 '${project_page}'")
endif()
add_custom_command(OUTPUT ${share}/made
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${share}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${pages} ${share}/man/man5 ${share}/${bash_folder} ${share}/${zsh_folder} ${share}/${fish_folder}
  COMMAND sh -c "'${LUA_PROGRAM}' '${PROJECT_SOURCE_DIR}/tools/manual_page.lua' '${PROJECT_SOURCE_DIR}/docs/project-file.md' \
    cfgrun.yaml 5 ${PROJECT_VERSION} >'${project_page}'"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' help --man --output '${pages}' ${squeeze}"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion bash >'${share}/${bash_folder}/cfgrun'"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion zsh >'${share}/${zsh_folder}/_cfgrun'"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion fish >'${share}/${fish_folder}/cfgrun.fish'"
  COMMAND ${CMAKE_COMMAND} -E touch ${share}/made
  DEPENDS cfgrun docs/project-file.md tools/manual_page.lua VERBATIM)
add_custom_target(man ALL DEPENDS ${share}/made)
install(DIRECTORY ${share}/man ${share}/bash-completion ${share}/zsh ${share}/fish
  DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT program OPTIONAL)
