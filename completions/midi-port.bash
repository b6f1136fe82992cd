# bash completion for midi-port(1)
_midi_port() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-i | --input) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-s | --serial) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-b | --baud) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-l --list --json -i --input -o --output -s --serial -b --baud -p --pace -w --wait -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _midi_port midi-port
