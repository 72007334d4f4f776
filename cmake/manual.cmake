# Manual pages and completion scripts: what the program says of itself, written by the target `man` and installed with it.
#
#   share/man/man1/cfgrun.1, cfgrun-COMMAND.1      `cfgrun help --man`
#   share/{bash-completion/completions/cfgrun, zsh/…/_cfgrun, fish/…/cfgrun.fish}      `cfgrun completion SHELL`
#
# Pages are compressed where there is a gzip, as Debian wants them.
find_program(GZIP gzip)
set(share ${PROJECT_BINARY_DIR}/share)
set(pages ${share}/man/man1)
set(bash_folder bash-completion/completions)
set(zsh_folder zsh/vendor-completions)
set(fish_folder fish/vendor_completions.d)
set(squeeze "")
if(GZIP)
  set(squeeze "&& '${GZIP}' -9nf '${pages}'/*.1")
endif()
add_custom_command(OUTPUT ${share}/made
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${share}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${pages} ${share}/${bash_folder} ${share}/${zsh_folder} ${share}/${fish_folder}
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' help --man --output '${pages}' ${squeeze}"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion bash >'${share}/${bash_folder}/cfgrun'"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion zsh >'${share}/${zsh_folder}/_cfgrun'"
  COMMAND sh -c "'$<TARGET_FILE:cfgrun>' completion fish >'${share}/${fish_folder}/cfgrun.fish'"
  COMMAND ${CMAKE_COMMAND} -E touch ${share}/made
  DEPENDS cfgrun VERBATIM)
add_custom_target(man ALL DEPENDS ${share}/made)
install(DIRECTORY ${share}/man ${share}/bash-completion ${share}/zsh ${share}/fish
  DESTINATION ${CMAKE_INSTALL_DATADIR} COMPONENT program OPTIONAL)
