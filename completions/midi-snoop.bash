# bash completion for midi-snoop(1)
_midi_snoop() {
	local cur=$2 prev=$3
	[ "$cur" != = ] || cur=''
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-c | --channel) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-k | --kind) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-n | --notes) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	-o | --output) mapfile -t COMPREPLY < <(compgen -f -- "$cur") && return ;;
	-t | --time) mapfile -t COMPREPLY < <(compgen -W 'none ticks delta bars seconds monotonic realtime' -- "$cur") && return ;;
	--track) mapfile -t COMPREPLY < <(compgen -W '' -- "$cur") && return ;;
	--completion) mapfile -t COMPREPLY < <(compgen -W 'bash zsh fish' -- "$cur") && return ;;
	esac
	case $cur in
	-*) mapfile -t COMPREPLY < <(compgen -W '-c --channel --exact --fold --hide --json -k --kind -n --notes -o --output --pairs --plain --stats --svg --through -t --time --track -h --help -V --version --completion ' -- "$cur") ;;
	*) mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
	esac
}
complete -o filenames -F _midi_snoop midi-snoop
