# fish completion for pktline(1)
complete -c pktline -s h -l help -d 'show this help'
complete -c pktline -s V -l version -d 'show the version'
complete -c pktline -l completion -x -a 'bash zsh fish' -d 'print the completions for a shell'
